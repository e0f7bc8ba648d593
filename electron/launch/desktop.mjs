// Whether the desktop window can be opened here, and with which Electron.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { resolveElectron } from "./electron-binary.mjs";
import { root, run } from "./process.mjs";

/** Seconds. A cold start of Electron on a slow disk takes a few. */
const PROBE_LIMIT = 20;

/**
 * @param {{ env: NodeJS.ProcessEnv, say: (line: string) => void }} around
 * @returns {Promise<{ program: string } | { program: null, reason: string }>} the reason is one line
 */
export async function findDesktop({ env, say }) {
  const reason = noDesktopHere(env);
  if (reason !== null) return { program: null, reason };
  const electron = await resolveElectron({ say });
  if (electron.program === null) {
    return { program: null, reason: `Electron cannot be started: ${electron.reason}` };
  }
  const fault = await probe(electron.program, env);
  if (fault !== null) return { program: null, reason: `Electron does not start here: ${fault}` };
  // Where it is the old test runtime, the app itself says so: here, in its title and on its status page.
  return { program: electron.program };
}

function noDesktopHere(env) {
  if (process.platform !== "linux") return null;
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) {
    return "there is no display here (DISPLAY and WAYLAND_DISPLAY are empty)";
  }
  // Chromium refuses to run as root unless its sandbox is switched off, and that is not done here.
  if (process.getuid?.() === 0) return "as root, Electron would run without its sandbox";
  return null;
}

/** @returns {Promise<string | null>} what stands in the way, in a few words */
async function probe(program, env) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "countersign-probe-"));
  try {
    const script = path.join(root, "electron", "launch", "probe.cjs");
    const result = await run(program, [script, folder], { env, seconds: PROBE_LIMIT });
    if (result.code === 0 && /^ready /m.test(result.output)) return null;
    return explain(result);
  } finally {
    // Its helper processes may still be writing there for a moment.
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/** The usual reasons in plain words, else the last thing it said. */
function explain({ output, why }) {
  const library = /loading shared libraries: ([^\s:]+)/.exec(output)?.[1];
  if (library) return `the library ${library} is missing`;
  if (/SUID sandbox helper|No usable sandbox|namespace sandbox/.test(output)) {
    return "its sandbox needs user namespaces, which this system does not allow";
  }
  if (/Missing X server|cannot open display|Unable to open X display/i.test(output)) {
    return "the display does not answer";
  }
  const line = output.trim().split("\n").at(-1)?.slice(0, 140);
  return line ? `${why}, ${line}` : why;
}

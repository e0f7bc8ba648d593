#!/usr/bin/env node
// `npm run test:app`: the window tests, in a real Electron, on a display and a keychain of their own.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { buildIfStale } from "./build.mjs";
import { resolveElectron } from "./electron-binary.mjs";
import { handOver, root } from "./process.mjs";

const say = (line) => console.error(line);

process.exitCode = await main();

async function main() {
  if (!(await buildIfStale(say))) return 1;
  const electron = await resolveElectron({ say });
  if (electron.program === null) {
    say(`No Electron to test with: ${electron.reason}.`);
    return 1;
  }
  say(`Electron ${electron.version} (${electron.source})`);
  const command = [
    ...displayOf(),
    ...keyringOf(),
    process.execPath,
    path.join(root, "node_modules", "vitest", "vitest.mjs"),
    "run",
    "--config",
    path.join(root, "test", "app", "vitest.config.ts"),
    ...process.argv.slice(2),
  ];
  const env = {
    ...process.env,
    COUNTERSIGN_TEST_ELECTRON: electron.program,
    // GTK must find X and not a Wayland session outside.
    GDK_BACKEND: "x11",
  };
  return handOver(command[0], command.slice(1), { env });
}

function displayOf() {
  if (process.platform !== "linux" || process.env.DISPLAY) return [];
  if (has("xvfb-run")) return ["xvfb-run", "-a", "-s", "-screen 0 1280x900x24"];
  say("There is no display, and xvfb-run is not installed: the window tests will fail.");
  return [];
}

/** A throw-away keyring daemon, so that no test touches the person's own keychain. */
function keyringOf() {
  const script = path.join(root, "test", "with-keyring.sh");
  if (process.platform !== "linux" || !fs.existsSync(script)) return [];
  return ["sh", script];
}

function has(program) {
  return spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
}

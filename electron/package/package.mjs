#!/usr/bin/env node
// `npm run package`: the packages of this system, with whatever Electron this machine has.
//   npm run package                          what can be built here without a download
//   npm run package -- --linux AppImage rpm  electron-builder's own words; these formats download their tools
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { buildIfStale } from "../launch/build.mjs";
import { resolveElectron } from "../launch/electron-binary.mjs";
import { handOver, root } from "../launch/process.mjs";
import { writeBill } from "./bill.mjs";

const say = (line) => console.error(line);
const has = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

process.exitCode = await main(process.argv.slice(2));

async function main(args) {
  if (!(await buildIfStale(say))) return 1;
  const electron = await resolveElectron({ say });
  if (electron.program === null) {
    say(`No Electron to package: ${electron.reason}.`);
    return 69;
  }
  say(`Packaging with Electron ${electron.version} (${electron.source}) …`);
  if (electron.source === "test-runtime") {
    say("That is the old test runtime: such a package is for tests, never for others.");
  }
  writeBill(path.join(root, "dist", "package", "countersign.cdx.json"));
  const env = { ...process.env };
  // electron-builder would download both: for a deb, dpkg-deb does all that is needed of fpm, and for a tar.gz, zlib.
  if (!env.CUSTOM_FPM_PATH && !has("fpm") && has("dpkg-deb")) {
    env.CUSTOM_FPM_PATH = path.join(import.meta.dirname, "fpm-deb.mjs");
  }
  if (!env.ELECTRON_BUILDER_7ZIP_PATH && process.platform === "linux") {
    env.ELECTRON_BUILDER_7ZIP_PATH = path.join(import.meta.dirname, "gzip.mjs");
  }
  const cli = createRequire(import.meta.url).resolve("electron-builder/cli.js");
  return handOver(
    process.execPath,
    [
      cli,
      ...(args.length > 0 ? args : buildableHere()),
      "--publish=never",
      `-c.electronDist=${electron.folder}`,
      `-c.electronVersion=${electron.version}`,
    ],
    { env },
  );
}

/** Targets that need no download. */
function buildableHere() {
  if (process.platform === "darwin") return ["--mac", "zip"];
  if (process.platform === "win32") return ["--win", "dir"];
  return ["--linux", "dir", "tar.gz", ...(has("fpm") || has("dpkg-deb") ? ["deb"] : [])];
}

#!/usr/bin/env node
// `npm run package`: the packages of this system, with whatever Electron this machine has.
//   npm run package                          what can be built here without a download
//   npm run package -- --linux pacman        electron-builder's own words; other formats download their tools
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { buildIfStale } from "../launch/build.mjs";
import { resolveElectron } from "../launch/electron-binary.mjs";
import { handOver, root } from "../launch/process.mjs";
import { appImageTools } from "./appimage.mjs";
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
  // electron-builder would download both: dpkg-deb and rpmbuild do all that is needed of fpm, and zlib of 7-Zip.
  if (!env.CUSTOM_FPM_PATH && !env.USE_SYSTEM_FPM && process.platform === "linux") {
    env.CUSTOM_FPM_PATH = path.join(import.meta.dirname, "fpm.mjs");
  }
  env.APPIMAGE_TOOLS_PATH ??= appImageTools() ?? "";
  if (env.APPIMAGE_TOOLS_PATH === "") delete env.APPIMAGE_TOOLS_PATH;
  // The time that stands in a package is its commit's (reproducible-builds.org): it says more than when it was packed.
  const commit = spawnSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8" });
  if (!env.SOURCE_DATE_EPOCH && commit.status === 0) env.SOURCE_DATE_EPOCH = commit.stdout.trim();
  if (!env.ELECTRON_BUILDER_7ZIP_PATH && process.platform === "linux") {
    env.ELECTRON_BUILDER_7ZIP_PATH = path.join(import.meta.dirname, "gzip.mjs");
  }
  const cli = createRequire(import.meta.url).resolve("electron-builder/cli.js");
  return handOver(
    process.execPath,
    [
      cli,
      ...(args.length > 0 ? args : buildableHere(env)),
      "--publish=never",
      `-c.electronDist=${electron.folder}`,
      `-c.electronVersion=${electron.version}`,
    ],
    { env },
  );
}

/** Targets that need no download. */
function buildableHere({ APPIMAGE_TOOLS_PATH: tools }) {
  if (process.platform === "darwin") return ["--mac", "zip"];
  if (process.platform === "win32") return ["--win", "dir"];
  const formats = { deb: has("dpkg-deb"), rpm: has("rpmbuild"), AppImage: tools !== undefined };
  return ["--linux", "dir", "tar.gz", ...Object.keys(formats).filter((name) => formats[name])];
}

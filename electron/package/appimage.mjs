// What electron-builder makes an AppImage with, had without its download: the system's mksquashfs, and the runtime that
// stands in front of the files and mounts or unpacks them.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "../launch/process.mjs";

/**
 * AppImageKit's release 13 of December 2020 (MIT), of the line that electron-builder takes of itself, byte for byte: the
 * crate that makes AppImages has it inside. Whatever brings it, the hash decides.
 */
const RUNTIME = {
  crate: "appimage",
  version: "0.4.0",
  file: "assets/runtime-x86_64",
  sha256: "328e0d745c5c6817048c27bc3e8314871703f8f47ffa81a37cb06cd95a94b323",
};

/**
 * @returns {string | null} a folder for electron-builder's `APPIMAGE_TOOLS_PATH`, null where this machine cannot make an
 *   AppImage: it is no Linux on x64, or has no mksquashfs or no cargo that may fetch
 */
export function appImageTools() {
  if (process.platform !== "linux" || process.arch !== "x64" || !has("mksquashfs")) return null;
  const folder = path.join(root, ".cache", "appimage-13");
  const runtime = path.join(folder, "runtime-x64");
  if (!isRuntime(runtime) && !fetchRuntime(runtime)) return null;
  // The builder would put old libraries beside the program (GConf, indicators), which Electron no longer asks for.
  fs.mkdirSync(path.join(folder, "lib", "x64"), { recursive: true });
  fs.mkdirSync(path.join(folder, "linux-x64"), { recursive: true });
  // The second must be there, and is not called.
  for (const tool of ["mksquashfs", "desktop-file-validate"]) {
    const place = path.join(folder, "linux-x64", tool);
    fs.rmSync(place, { force: true });
    fs.symlinkSync(path.join(import.meta.dirname, "mksquashfs.sh"), place);
  }
  return folder;
}

function fetchRuntime(to) {
  if (!has("cargo")) return false;
  const { crate, version, file } = RUNTIME;
  // Fetches this one crate, and nothing that it is built with.
  spawnSync("cargo", ["info", "--quiet", `${crate}@${version}`], {
    stdio: "ignore",
    timeout: 60_000,
  });
  const sources = path.join(
    process.env.CARGO_HOME ?? path.join(os.homedir(), ".cargo"),
    "registry/src",
  );
  const registries = fs.existsSync(sources) ? fs.readdirSync(sources) : [];
  const from = registries
    .map((registry) => path.join(sources, registry, `${crate}-${version}`, file))
    .find(isRuntime);
  if (from === undefined) return false;
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, to);
  return isRuntime(to);
}

const isRuntime = (file) =>
  fs.existsSync(file) &&
  createHash("sha256").update(fs.readFileSync(file)).digest("hex") === RUNTIME.sha256;

const has = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

// What electron-builder calls once a program's folder is complete, before it is signed.
import fs from "node:fs/promises";
import path from "node:path";
import { root } from "../launch/process.mjs";
import { turnFuses } from "./fuses.mjs";

/** @param {import("electron-builder").AfterPackContext} context */
export default async function afterPack({ appOutDir, electronPlatformName, packager }) {
  const mac = electronPlatformName === "darwin";
  const name = packager.appInfo.productFilename;
  const resources = mac
    ? path.join(appOutDir, `${name}.app`, "Contents", "Resources")
    : path.join(appOutDir, "resources");
  // An Electron that was handed over as a folder keeps its default app, which runs any script that it is given.
  await fs.rm(path.join(resources, "default_app.asar"), { force: true });
  await fs.rm(path.join(appOutDir, ".complete"), { force: true });
  await fs.rm(path.join(appOutDir, "version"), { force: true });
  await copyCommandLine(path.join(resources, "cli"));
  const ending = { darwin: ".app", win32: ".exe" }[electronPlatformName] ?? "";
  const program = mac ? name : (packager.executableName ?? name);
  await turnFuses(path.join(appOutDir, `${program}${ending}`), packager.config.electronVersion);
}

/** The bundles that run on the machine's Node, beside the script that starts them. */
async function copyCommandLine(to) {
  const from = path.join(root, "dist", "main");
  for (const name of await fs.readdir(from)) {
    if (!name.endsWith(".cjs") || name === "main.cjs") continue;
    await fs.copyFile(path.join(from, name), path.join(to, name));
  }
}

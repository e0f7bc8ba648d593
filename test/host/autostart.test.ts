// Starting at login on Linux: one file, whose command line survives the desktop's own reading of it.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  autostartEntry,
  autostartFile,
  setStartsAtLogin,
  startsAtLogin,
} from "../../electron/host/autostart.ts";
import { temporaryFolder } from "../support/processes.ts";

const folders: (() => void)[] = [];
const place = (): string => {
  const folder = temporaryFolder();
  folders.push(folder.remove);
  return path.join(folder.path, "config", "autostart", "countersign-desktop.desktop");
};
afterEach(() => folders.splice(0).forEach((remove) => remove()));

/** Reads Exec as the Desktop Entry Specification says: the string's escapes, then the quotes, then field codes. */
function commandOf(entry: string): string[] {
  const value = /^Exec=(.*)$/m.exec(entry)?.[1] ?? "";
  const string = value.replaceAll(/\\(.)/g, (_, c: string) => ({ s: " ", n: "\n" })[c] ?? c);
  const words = [...string.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? "");
  return words.map((word) => word.replaceAll(/\\(.)/g, "$1").replaceAll("%%", "%"));
}

describe("starting at login", () => {
  it("is off until it is wanted, and off again afterwards, with nothing left behind", () => {
    const file = place();
    expect(startsAtLogin(file)).toBe(false);
    setStartsAtLogin(file, true, ["/opt/Countersign/countersign-desktop"]);
    expect(startsAtLogin(file)).toBe(true);
    expect(fs.readdirSync(path.dirname(file))).toEqual([path.basename(file)]);
    setStartsAtLogin(file, false, []);
    expect(startsAtLogin(file)).toBe(false);
    expect(fs.readdirSync(path.dirname(file))).toEqual([]);
  });

  it("is off where the desktop's own settings switched it off", () => {
    const file = place();
    setStartsAtLogin(file, true, ["/opt/x"]);
    const text = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, `${text}Hidden=true\n`);
    expect(startsAtLogin(file)).toBe(false);
    fs.writeFileSync(file, text.replace("enabled=true", "enabled=false"));
    expect(startsAtLogin(file)).toBe(false);
  });

  it("writes a command that is read back as the same words, whatever the path holds", () => {
    const command = [
      '/home/ada lovelace/$HOME/`x`/a"b\\c%f/Counter sign.AppImage',
      "--data",
      "/x y",
    ];
    expect(commandOf(autostartEntry(command))).toEqual(command);
    expect(() => setStartsAtLogin(place(), true, ["/x\nExec=evil"])).toThrowError(
      expect.objectContaining({ code: "shell_unwritable" }),
    );
  });

  it("is a valid desktop entry, where the validator is installed", ({ skip }) => {
    const file = place();
    setStartsAtLogin(file, true, ["/opt/Countersign/countersign-desktop"]);
    const checked = spawnSync("desktop-file-validate", [file], { encoding: "utf8" });
    if (checked.error) skip("desktop-file-validate is not installed");
    expect(`${checked.stdout}${checked.stderr}`).toBe("");
  });

  it("says what cannot be written", () => {
    const file = place();
    fs.mkdirSync(path.dirname(path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.dirname(file), "a file where the folder should be");
    expect(() => setStartsAtLogin(file, true, ["/opt/x"])).toThrowError(
      expect.objectContaining({ code: "shell_unwritable" }),
    );
  });

  it("looks where the desktop looks", () => {
    expect(autostartFile({}, "/home/ada")).toBe(
      "/home/ada/.config/autostart/countersign-desktop.desktop",
    );
    expect(autostartFile({ XDG_CONFIG_HOME: "/c" }, "/home/ada")).toBe(
      "/c/autostart/countersign-desktop.desktop",
    );
    expect(autostartFile({ XDG_CONFIG_HOME: "rel" }, "/home/ada")).toContain("/home/ada/.config/");
  });
});

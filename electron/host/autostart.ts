// Starting with the person's session. On Linux that is one file (XDG Autostart Specification 0.5); macOS and Windows
// have a call for it.
import fs from "node:fs";
import path from "node:path";
import { Refusal } from "../core/errors.ts";

/** Where the desktop looks: `$XDG_CONFIG_HOME/autostart`, and only an absolute folder counts. */
export function autostartFile(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): string {
  const config = env["XDG_CONFIG_HOME"];
  const folder = config && path.isAbsolute(config) ? config : path.join(home, ".config");
  return path.join(folder, "autostart", "countersign-desktop.desktop");
}

/** A word in quotes, as the Desktop Entry Specification 1.5 wants it for Exec; `%` stands for a field code. */
function quoted(word: string): string {
  const inString = word.replaceAll(/(["`$\\])/g, "\\$1").replaceAll("%", "%%");
  // A backslash in a value of type string is itself written twice.
  return `"${inString}"`.replaceAll("\\", "\\\\");
}

/** The entry. @param command program and arguments */
export function autostartEntry(command: readonly string[]): string {
  return [
    "[Desktop Entry]",
    "Type=Application",
    "Name=Countersign",
    "Comment=Holds the keys of your AI assistants and asks before a tool runs",
    `Exec=${command.map(quoted).join(" ")}`,
    "Icon=countersign-desktop",
    "Terminal=false",
    "X-GNOME-Autostart-enabled=true",
    "",
  ].join("\n");
}

/** Whether the desktop will start it: the entry is there, and nobody switched it off in the desktop's own settings. */
export function startsAtLogin(file: string): boolean {
  try {
    const text = fs.readFileSync(file, "utf8");
    return !/^(?:Hidden=true|X-GNOME-Autostart-enabled=false)\s*$/m.test(text);
  } catch {
    return false;
  }
}

/**
 * Writes the entry, or takes it away.
 * @throws Refusal `shell_unwritable`
 */
export function setStartsAtLogin(file: string, on: boolean, command: readonly string[]): void {
  try {
    if (!on) {
      fs.rmSync(file, { force: true });
      return;
    }
    if (command.some((word) => /[\0\n\r]/.test(word))) throw new Error("a name with a line break");
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const beside = `${file}.${process.pid}`;
    fs.writeFileSync(beside, autostartEntry(command), { mode: 0o644 });
    fs.renameSync(beside, file);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new Refusal("shell_unwritable", { file, reason }, error);
  }
}

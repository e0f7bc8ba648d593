// From what the person typed to what is started. Only Windows needs this: there, `npx` is a batch file, and
// cmd.exe reads the arguments of a batch file a second time, with its own quoting rules (CVE-2024-27980).
import { existsSync } from "node:fs";
import path from "node:path";
import { Refusal } from "../../core/errors.ts";

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

const BATCH = /\.(?:cmd|bat)$/i;

/** The file that Windows would find: with the extensions of PATHEXT, in the folders of PATH. */
function find(
  command: string,
  env: Readonly<Record<string, string>>,
  exists: (file: string) => boolean,
): string | null {
  const win = path.win32;
  const known = (env["PATHEXT"] ?? ".COM;.EXE;.BAT;.CMD").split(";").filter((e) => e !== "");
  const extensions = win.extname(command) === "" ? known : ["", ...known];
  const folders = /[\\/]/.test(command) ? [""] : (env["PATH"] ?? "").split(";");
  for (const folder of folders) {
    for (const extension of extensions) {
      const file = folder === "" ? command + extension : win.join(folder, command + extension);
      if (exists(file)) return file;
    }
  }
  return null;
}

/**
 * What to spawn without a shell. npm's own batch files are replaced by the script that they would run.
 * @throws Refusal `stdio_start_failed` for any other batch file
 */
export function resolveCommand(
  server: string,
  command: Command,
  env: Readonly<Record<string, string>>,
  platform: NodeJS.Platform,
  exists: (file: string) => boolean = existsSync,
): Command {
  if (platform !== "win32") return command;
  const found = find(command.file, env, exists);
  if (found === null || !BATCH.test(found))
    return { file: found ?? command.file, args: command.args };
  const win = path.win32;
  const tool = /^(npx|npm)\.cmd$/i.exec(win.basename(found))?.[1]?.toLowerCase();
  if (tool !== undefined) {
    const folder = win.dirname(found);
    const script = win.join(folder, "node_modules", "npm", "bin", `${tool}-cli.js`);
    const node = win.join(folder, "node.exe");
    if (exists(script)) {
      return { file: exists(node) ? node : "node.exe", args: [script, ...command.args] };
    }
  }
  throw new Refusal("stdio_start_failed", {
    server,
    reason:
      "it is a batch file, and those read their arguments twice: name the program that it runs",
  });
}

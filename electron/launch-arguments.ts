// Which part of Electron's command line is ours, and how our own command line is called in a package.
import path from "node:path";

/**
 * In a package everything after the program is ours. From a checkout, `electron [switches] <app> …` comes
 * first, and what follows the app's folder or file is ours; if it cannot be found, all of it is judged as ours,
 * so that nothing slips past the guard.
 */
export function ownArguments(
  argv: readonly string[],
  { packaged, appPaths }: { readonly packaged: boolean; readonly appPaths: readonly string[] },
): string[] {
  const rest = argv.slice(1);
  if (packaged) return rest;
  const ours = new Set(appPaths.map((p) => path.resolve(p)));
  const at = rest.findIndex(
    (argument) => !argument.startsWith("-") && ours.has(path.resolve(argument)),
  );
  return rest.slice(at + 1);
}

/** The script beside a packaged app that runs the command line on the machine's Node (electron/package/cli). */
export function installedCommandLine(resources: string, platform: NodeJS.Platform): string {
  return platform === "win32"
    ? path.win32.join(resources, "cli", "countersign.cmd")
    : path.posix.join(resources, "cli", "countersign");
}

/** A path as it is typed: in quotes where a shell would split it. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word}"`;

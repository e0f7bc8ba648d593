// What the program runs on, in the words of the status page.
import type { ComposeOptions } from "./compose-types.ts";

/** The oldest Electron that still got security updates when this version was made (45, 44, 43). */
const OLDEST_SUPPORTED = 43;

/** From `process.versions`. `testRuntime`: an Electron too old for anything but tests. */
export function describeRuntime(
  versions: Readonly<Record<string, string | undefined>>,
): ComposeOptions["runtime"] {
  const electron = versions["electron"];
  if (electron === undefined) {
    return { kind: "node", version: versions["node"] ?? "unknown", testRuntime: false };
  }
  const testRuntime = !(Number.parseInt(electron, 10) >= OLDEST_SUPPORTED);
  return { kind: "electron", version: electron, testRuntime };
}

/** The plain sentence for whoever started the app on the old runtime. */
export function runtimeNotice(runtime: ComposeOptions["runtime"]): string | null {
  if (!runtime.testRuntime) return null;
  return (
    `This is Electron ${runtime.version}, an old test runtime without security updates: ` +
    "fine for tests and for a look, not for real keys."
  );
}

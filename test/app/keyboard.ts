// Keys as the X server itself passes them on (XTEST), to whatever program has the focus: no debugger takes part.
import { spawnSync } from "node:child_process";
import { until } from "../support/processes.ts";

const xdotool = (...words: string[]): { status: number | null; stdout: string } =>
  spawnSync("xdotool", words, { encoding: "utf8", timeout: 10_000 });

/** Whether keys can be pressed here: Debian's `xdotool` is installed. */
export const hasKeyboard = xdotool("version").status === 0;

/** Gives the focus to the one window that this process shows. */
export async function focusWindowOf(pid: number): Promise<void> {
  let window = "";
  await until(
    () => {
      const found = xdotool("search", "--onlyvisible", "--pid", String(pid)).stdout.trim();
      window = found.split("\n").at(-1) ?? "";
      return window !== "" && xdotool("windowfocus", window).status === 0;
    },
    10_000,
    "a window to type into",
  );
  await until(() => xdotool("getwindowfocus").stdout.trim() === window, 10_000, "the focus");
}

/** @param keys in xdotool's words, such as `ctrl+shift+i` */
export function pressKeys(...keys: readonly string[]): void {
  const { status } = xdotool("key", "--delay", "40", ...keys);
  if (status !== 0) throw new Error(`xdotool: ${status}`);
}

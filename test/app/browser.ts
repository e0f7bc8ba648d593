// Stands where the system's browser stands: what the desktop asks `xdg-open` to show is noted, and a person then goes
// there in a real Chromium. Nothing of the app's own takes part.
import fs from "node:fs";
import path from "node:path";
import type { Page } from "playwright";
import { type Browser, launch } from "../lab/support/chromium.ts";
import { temporaryFolder, until } from "../support/processes.ts";

export { hasChromium } from "../lab/support/chromium.ts";

export interface SystemBrowser {
  /** For the app's surroundings. */
  readonly env: Record<string, string>;
  /** Addresses that it was asked to show, oldest first. */
  readonly opened: () => readonly string[];
  /** The page that was asked for last, in Chromium. Waits until one more was asked for than before. */
  follow(): Promise<Page>;
  close(): Promise<void>;
}

export function systemBrowser(): SystemBrowser {
  const folder = temporaryFolder();
  const list = path.join(folder.path, "opened");
  fs.writeFileSync(list, "");
  fs.writeFileSync(
    path.join(folder.path, "xdg-open"),
    `#!/bin/sh\nprintf '%s\\n' "$1" >> '${list}'\n`,
    { mode: 0o755 },
  );
  let chromium: Browser | null = null;
  let followed = 0;
  const opened = (): string[] => fs.readFileSync(list, "utf8").split("\n").filter(Boolean);
  return {
    env: { PATH: `${folder.path}:${process.env["PATH"] ?? ""}` },
    opened,
    async follow() {
      await until(() => opened().length > followed, 10_000, "the system browser being asked");
      followed = opened().length;
      chromium ??= await launch();
      const page = await (await chromium.newContext()).newPage();
      await page.goto(opened().at(-1) ?? "about:blank");
      return page;
    },
    async close() {
      await chromium?.close();
      folder.remove();
    },
  };
}

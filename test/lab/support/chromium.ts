// Debian's Chromium, where it is.
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright";

export type { Browser } from "playwright";

const PATH = "/usr/bin/chromium";
export const hasChromium = existsSync(PATH);

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: PATH,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
    ],
  });

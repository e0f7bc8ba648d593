// Opens the page in Debian's Chromium and holds it to its promises: no policy violation, nothing on the
// console, no request to anywhere but its own origin.
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright";
import type { Double } from "./double.ts";

export const CHROMIUM = "/usr/bin/chromium";
export const hasChromium = existsSync(CHROMIUM);

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

export interface Opened {
  readonly page: Page;
  /** What went wrong so far. */
  readonly faults: string[];
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: "light" | "dark";
  /** The address; a fresh link by default. */
  readonly url?: string;
  /** Stops the page's clock here, in milliseconds since 1970: it goes on where a test lets it (`page.clock.runFor`). */
  readonly at?: number;
  readonly reducedMotion?: boolean;
}

export async function open(
  browser: Browser,
  app: Double,
  options: OpenOptions = {},
): Promise<Opened> {
  const { width = 1280, height = 800, theme = "light", at } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: options.reducedMotion === true ? "reduce" : "no-preference",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // Chromium itself logs refused connections and 401 answers; those are what some tests are about.
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) {
      faults.push(`console: ${message.text()}`);
    }
    // The header names features that a given Chromium may not know; that is the listener's business.
    const ours = !/Permissions-Policy/.test(message.text());
    if (message.type() === "warning" && ours) faults.push(`warning: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(app.origin)) faults.push(`request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      // Reaches the console listener above, with what the browser's own message leaves out.
      console.error(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  if (at !== undefined) {
    // It runs until it is stopped.
    await page.clock.install({ time: at - 60_000 });
    await page.clock.pauseAt(at);
  }
  await page.goto(options.url ?? app.link());
  return { page, faults, close: () => context.close() };
}

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

/** An empty tab that listens for what goes wrong. */
async function blank(browser: Browser, options: OpenOptions) {
  const { width = 1280, height = 800, theme = "light" } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: options.reducedMotion === true ? "reduce" : "no-preference",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
  });
  const page = await context.newPage();
  let faults: string[] = [];
  let origin = "";
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
    if (!request.url().startsWith(origin)) faults.push(`request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      // Reaches the console listener above, with what the browser's own message leaves out.
      console.error(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  return {
    page,
    context,
    /** @returns where the faults of a visit to this origin go */
    begin: (at: string): string[] => {
      origin = at;
      faults = [];
      return faults;
    },
  };
}

/** Opens the page in a context of its own. */
export async function open(
  browser: Browser,
  app: Double,
  options: OpenOptions = {},
): Promise<Opened> {
  const { page, context, begin } = await blank(browser, options);
  const faults = begin(app.origin);
  const { at } = options;
  if (at !== undefined) {
    // It runs until it is stopped.
    await page.clock.install({ time: at - 60_000 });
    await page.clock.pauseAt(at);
  }
  await page.goto(options.url ?? app.link());
  return { page, faults, close: () => context.close() };
}

/**
 * Opens one page after the other in the same tab, which saves two seconds of a processor each: the process is there, and has
 * read the program before. Nothing of a visit stays for the next: no cookie, no storage, no theme, no held request, no place of the pointer.
 * What breaks off before it is closed takes its tab with it.
 */
export function oneTab(
  browser: Browser,
  options: OpenOptions = {},
): (app: Double) => Promise<Opened> {
  const { width = 1280, height = 800, theme = "light" } = options;
  let free: Awaited<ReturnType<typeof blank>> | null = null;
  return async (app) => {
    const tab = free ?? (await blank(browser, options));
    free = null;
    const { page, context } = tab;
    const faults = tab.begin(app.origin);
    await page.goto(app.link());
    return {
      page,
      faults,
      async close() {
        await page.evaluate(() => {
          localStorage.clear();
          sessionStorage.clear();
        });
        // From here on it is nobody's page: its streams end with it.
        tab.begin("about:");
        await page.unrouteAll({ behavior: "ignoreErrors" });
        await page.goto("about:blank");
        await page.mouse.move(-1, -1);
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme: theme });
        await context.clearCookies();
        if (faults.length === 0) free = tab;
        else await context.close();
      },
    };
  };
}

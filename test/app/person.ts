// The person in front of the real windows: what is asked of them, and how they answer it.
import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright";
import { until } from "../support/processes.ts";
import { type AppWindow, root } from "./window.ts";

export const SHOTS = path.join(root, ".cache/screenshots");

interface BridgeReply {
  readonly ok: boolean;
  readonly value?: unknown;
  readonly error?: { readonly code: string; readonly sentence?: string };
}
interface Bridge {
  call(method: string, input: unknown): Promise<BridgeReply>;
}

/** One call of the page's own bridge, as a script in that page would make it. */
export const say = (page: Page, method: string, input: unknown = {}): Promise<BridgeReply> =>
  page.evaluate(([m, i]) => (Reflect.get(window, "countersign") as unknown as Bridge).call(m, i), [
    method,
    input,
  ] as const);

/** The same, where anything but success is a mistake of the test. */
export async function want<T>(page: Page, method: string, input: unknown = {}): Promise<T> {
  const reply = await say(page, method, input);
  if (!reply.ok) throw new Error(`${method}: ${JSON.stringify(reply.error)}`);
  return reply.value as T;
}

/** A picture in each theme, kept as output of the run: `<folder>/<name>-<theme>.png`. */
export async function photograph(page: Page, folder: string, name: string): Promise<void> {
  const to = path.join(SHOTS, folder);
  mkdirSync(to, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({
      path: path.join(to, `${name}-${colorScheme}.png`),
      animations: "disabled",
    });
  }
}

export type Person = ReturnType<typeof personAt>;

/** @param desktop a function, because tests open it later than they make this */
export function personAt(desktop: () => AppWindow) {
  const asks = (page: Page): boolean => page.url().startsWith("app://approval/");
  /** Pages whose process died: Playwright goes on listing them. */
  const dead = new WeakSet<Page>();

  /** The window that asks, once it shows a question. @param heading the one to wait for */
  async function asking(heading?: string): Promise<Page> {
    let found: Page | undefined;
    await until(
      () => {
        found = desktop()
          .app.windows()
          .findLast((page) => asks(page) && !dead.has(page));
        return found !== undefined;
      },
      8000,
      "the window that asks",
    );
    const page = found as Page;
    page.once("crash", () => dead.add(page));
    const dialog = page.getByRole("alertdialog");
    await dialog.waitFor();
    if (heading !== undefined) {
      await dialog.getByRole("heading", { level: 1, name: heading }).waitFor();
    }
    return page;
  }

  /** A person brings the window to the front: until then nothing in it counts as meant. */
  const focus = (): Promise<void> =>
    desktop().app.evaluate(({ BrowserWindow }) => {
      for (const one of BrowserWindow.getAllWindows()) {
        if (one.webContents.getURL().startsWith("app://approval/")) one.focus();
      }
    });

  async function inFront(heading?: string): Promise<Page> {
    const page = await asking(heading);
    await focus();
    // Without a window manager the display gives focus to nobody.
    await page.evaluate(() => Object.assign(document, { hasFocus: () => true }));
    return page;
  }

  /** The window goes with the answer, and Playwright would wait for a page that is not there any more. */
  const press = (page: Page, key: string): void =>
    void page.keyboard.press(key).catch(() => undefined);
  const click = (page: Page, name: string): void =>
    void page
      .getByRole("button", { name, exact: true })
      .click()
      .catch(() => undefined);

  /** Questions that are open, as the page that asks is told; none once it is gone. */
  async function openIds(page: Page): Promise<readonly string[]> {
    try {
      return (await want<{ id: string }[]>(page, "questions.list")).map(({ id }) => id);
    } catch (error) {
      if (page.isClosed() || /closed|destroyed|crashed/i.test(String(error))) return [];
      throw error;
    }
  }

  /** Presses a key that answers, and sees the answer taken. */
  async function answer(page: Page, key: string, ready: () => Promise<unknown>): Promise<void> {
    const [id = ""] = await openIds(page);
    for (let attempt = 1; attempt <= 3; attempt++) {
      await ready();
      press(page, key);
      try {
        return await until(async () => !(await openIds(page)).includes(id), 2000, "the answer");
      } catch (error) {
        // Whatever makes the window come to the front makes a yes dead for a moment: then it is given once more.
        if (attempt === 3) throw error;
      }
    }
  }

  /** Reads to the end, waits until a yes counts, and gives it by its key. @param name what stands on the button */
  const allow = (page: Page, name: string): Promise<void> =>
    answer(page, "Control+Enter", async () => {
      await page.locator(".ask-body").evaluate((node) => node.scrollTo(0, node.scrollHeight));
      const button = page.locator(".ask-allow:not([title])").filter({ hasText: name });
      await button.waitFor({ timeout: 8000 });
    });
  const deny = (page: Page): Promise<void> => answer(page, "Escape", () => Promise.resolve());

  /** No question is open any more, and the window that asked has gone. */
  const gone = (): Promise<void> =>
    until(
      () =>
        desktop()
          .app.windows()
          .every((page) => !asks(page) || dead.has(page)),
      5000,
      "the window that asks going",
    );

  /** In both themes; what is longer than the window from its top and from its end. */
  async function photographQuestion(page: Page, name: string): Promise<void> {
    const body = page.locator(".ask-body");
    await photograph(page, "questions", name);
    if (!(await body.evaluate((node) => node.scrollHeight > node.clientHeight + 8))) return;
    await body.evaluate((node) => node.scrollTo(0, node.scrollHeight));
    await photograph(page, "questions", `${name}-end`);
    await body.evaluate((node) => node.scrollTo(0, 0));
  }

  return { asking, inFront, focus, press, click, allow, deny, gone, photographQuestion };
}

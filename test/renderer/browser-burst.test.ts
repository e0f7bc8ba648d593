// Several questions of one agent at once, in a real Chromium: a choice for each row, and answers for nothing else.
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Answered, Matter } from "../../electron/core/permission/questions.ts";
import { builtRenderer } from "./build.ts";
import { CHROMIUM, hasChromium, launch, open, type Opened } from "./chromium.ts";
import { type Double, startDouble } from "./double.ts";
import { full } from "./tour-base.ts";
import { BURST, choose, rowOf } from "./tour-burst.ts";
import { asks, subject } from "./tour-policy.ts";

if (!hasChromium) console.log(`skipped: there is no ${CHROMIUM} on this machine`);

let folder = "";
let browser: Browser;
let app: Double | null = null;
let opened: Opened | null = null;

interface Asked {
  /** The code of the refusal, or the verdict; undefined while it waits. */
  end: string | undefined;
  readonly hangUp: () => void;
}

/** Opens the page, then asks: as a burst comes. */
async function visit(matters: readonly Matter[]): Promise<[Page, Asked[], (m: Matter) => Asked]> {
  app = await startDouble(folder, full(), "approval");
  opened = await open(browser, app, { width: 560, height: 680 });
  const { page } = opened;
  await page.getByText("Nothing waits for you").waitFor();
  const ask = (matter: Matter): Asked => {
    const gone = new AbortController();
    const one: Asked = { end: undefined, hangUp: () => gone.abort() };
    app?.world.ask(matter, gone.signal).then(
      ({ verdict }: Answered) => (one.end = verdict.type),
      (error: Error) => (one.end = error.message),
    );
    return one;
  };
  const all = matters.map(ask);
  await page.getByRole("alertdialog").waitFor();
  return [page, all, ask];
}
const ends = (all: readonly Asked[]) => all.map(({ end }) => end);
const given = (method: string) =>
  (app?.world.seen ?? []).filter((one) => one.method === method).map(({ input }) => input);
/** The button that gives the answers. */
const answers = (page: Page) => page.locator(".ask-allow");
const alive = (page: Page): Promise<void> =>
  expect.poll(() => answers(page).getAttribute("aria-disabled"), { timeout: 8000 }).toBeNull();
/** Counts from now on how often a yes went dead, however short that was. */
async function deaths(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const button = document.querySelector(".ask-allow");
    if (button === null) throw new Error("there is no button");
    let dead = button.hasAttribute("aria-disabled");
    Reflect.set(window, "deaths", 0);
    new MutationObserver(() => {
      const now = button.hasAttribute("aria-disabled");
      if (now && !dead)
        Reflect.set(window, "deaths", (Reflect.get(window, "deaths") as number) + 1);
      dead = now;
    }).observe(button, { attributes: true });
  });
  return () => page.evaluate(() => Reflect.get(window, "deaths") as number);
}
const places = (page: Page, tools: readonly string[]) =>
  Promise.all(tools.map((tool) => rowOf(page, tool).boundingBox()));
const plain = (n: number): Matter =>
  asks({
    tool: `tool_${n}`,
    argumentsText: `{"n":${n}}`,
    argumentsHash: n.toString(16).padStart(64, "0"),
  });

describe.skipIf(!hasChromium)("a burst of questions (approvals 15)", () => {
  beforeAll(async () => {
    [folder, browser] = await Promise.all([builtRenderer(), launch()]);
  }, 120_000);
  afterAll(() => browser.close());
  afterEach(async () => {
    const faults = opened?.faults ?? [];
    await opened?.close();
    await app?.close();
    opened = app = null;
    expect(faults, "policy violations, console errors or foreign requests").toEqual([]);
  });

  it("nothing is chosen beforehand; what is chosen is answered by itself, and the rest waits on", async () => {
    const [page, all] = await visit([1, 2, 3].map(plain));
    await rowOf(page, "tool_3").waitFor();
    expect(await page.locator("[aria-pressed=true]").count()).toBe(0);
    expect(await answers(page).innerText()).toBe("Nothing chosen yet");
    await page.waitForTimeout(700);
    await answers(page).click({ force: true });
    await page.keyboard.press("Control+Enter");
    expect(given("questions.answer")).toEqual([]);
    await choose(page, "tool_1", "Allow");
    await choose(page, "tool_2", "Deny");
    await alive(page);
    await answers(page).click();
    await expect.poll(() => ends(all), { timeout: 8000 }).toEqual(["allow", "deny", undefined]);
    expect(given("questions.answer")).toMatchObject([
      { verdict: { type: "allow", lifetime: "once" }, hash: "1".padStart(64, "0") },
      { verdict: { type: "deny" }, hash: "2".padStart(64, "0") },
    ]);
    await rowOf(page, "tool_1").getByText("Allowed once").waitFor();
    expect(await rowOf(page, "tool_3").getByRole("button", { name: "Allow" }).isEnabled()).toBe(
      true,
    );
    expect(await page.getByRole("status").innerText()).toContain("1 call waits");
  });

  it("a row that comes or goes moves no other, changes no choice, and makes a yes wait", async () => {
    const [page, all, ask] = await visit([1, 2, 3].map(plain));
    const tools = ["tool_1", "tool_2", "tool_3"];
    await choose(page, "tool_1", "Allow");
    await choose(page, "tool_3", "Allow");
    await alive(page);
    const before = await places(page, tools);
    const died = await deaths(page);
    all.push(ask(plain(4)));
    await rowOf(page, "tool_4").waitFor();
    await expect.poll(died, { message: "dead at once" }).toBe(1);
    expect(await places(page, tools)).toEqual(before);
    await alive(page);
    all[2]?.hangUp();
    await rowOf(page, "tool_3").getByText("The agent no longer waits for it").waitFor();
    expect(await places(page, tools)).toEqual(before);
    await expect.poll(died).toBe(2);
    await alive(page);
    expect(await answers(page).innerText()).toBe("Allow 1 once");
    await answers(page).click();
    await expect
      .poll(() => ends(all), { timeout: 8000 })
      .toEqual(["allow", undefined, "agent_hung_up", undefined]);
    expect(await places(page, tools)).toEqual(before);
    expect(given("questions.answer")).toHaveLength(1);
  });

  it("what cannot be taken back, or could carry data out, opens by itself; a long or new one is looked at first", async () => {
    const [page, all] = await visit(BURST);
    for (const tool of ["delete_user", "post_message"]) {
      expect(await rowOf(page, tool).getByRole("button", { name: "Allow" }).count(), tool).toBe(0);
    }
    for (const tool of ["create_issue", "list_teams"]) {
      const allow = rowOf(page, tool).getByRole("button", { name: "Allow" });
      expect(await allow.isEnabled(), tool).toBe(false);
      await choose(page, tool, "Show in full");
      expect(await allow.isEnabled(), tool).toBe(true);
    }
    expect(await rowOf(page, "read_note").innerText()).toContain("RLO");
    await choose(page, "search_contacts", "Allow");
    await choose(page, "delete_user", "Open");
    await page.getByText("This may not be taken back").waitFor();
    await page.getByLabel("The tool's name").pressSequentially("delete_user");
    await page.locator(".ask-body").evaluate((node) => node.scrollTo(0, node.scrollHeight));
    await page.getByRole("button", { name: "Back to the list" }).click();
    // The list was kept, and what was chosen in it.
    expect(await answers(page).innerText()).toBe("Allow 1 once");
    await choose(page, "delete_user", "Open");
    await page.getByLabel("The tool's name").pressSequentially("delete_user");
    await page.locator(".ask-body").evaluate((node) => node.scrollTo(0, node.scrollHeight));
    await alive(page);
    await page.getByRole("button", { name: "Allow once" }).click();
    await expect.poll(() => ends(all)[4], { timeout: 8000 }).toBe("allow");
    await rowOf(page, "search_contacts").waitFor();
    expect(ends(all).filter((end) => end !== undefined)).toHaveLength(1);
  }, 30_000);

  it("works by the keyboard alone: Tab and Space choose, Enter alone answers nothing, Escape denies all", async () => {
    const [page, all] = await visit([1, 2, 3].map(plain));
    const first = rowOf(page, "tool_1").getByRole("button", { name: "Allow" });
    await page.locator(".ask-body").focus();
    for (let i = 0; i < 9; i++) {
      await page.keyboard.press("Tab");
      if (await first.evaluate((node) => node === document.activeElement)) break;
    }
    await page.keyboard.press("Space");
    expect(await first.getAttribute("aria-pressed")).toBe("true");
    await alive(page);
    await answers(page).focus();
    await page.keyboard.press("Enter");
    expect(given("questions.answer")).toEqual([]);
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => ends(all)[0], { timeout: 8000 }).toBe("allow");
    await page.keyboard.press("Escape");
    await expect.poll(() => ends(all), { timeout: 8000 }).toEqual(["allow", "deny", "deny"]);
    await page.getByText("Nothing waits for you").waitFor();
  });

  it("an early press begins the wait anew, and so does a window that changes its size", async () => {
    const [page, all] = await visit([1, 2].map(plain));
    await choose(page, "tool_1", "Allow");
    await alive(page);
    const shown = given("questions.show").length;
    await page.setViewportSize({ width: 600, height: 700 });
    await expect.poll(() => given("questions.show").length).toBeGreaterThanOrEqual(shown + 2);
    // Pressed all the time, it never comes to life.
    for (let i = 0; i < 8; i++) {
      await page.evaluate(() =>
        window.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true })),
      );
      await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    }
    expect(ends(all)).toEqual([undefined, undefined]);
    expect(await answers(page).getAttribute("aria-disabled")).toBe("true");
    await alive(page);
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => ends(all), { timeout: 8000 }).toEqual(["allow", undefined]);
  });

  it("a question that the person has begun with stays, and another agent's is none of the list", async () => {
    const [page, all, ask] = await visit([plain(1)]);
    await page.getByRole("button", { name: "For longer" }).click();
    all.push(ask(plain(2)));
    const stranger = asks({
      tool: "theirs",
      agent: { ...subject().agent, id: "agt_other" },
      argumentsHash: "f".repeat(64),
    });
    all.push(ask(stranger));
    await page.getByRole("button", { name: "Show all 2 as a list" }).click();
    await rowOf(page, "tool_2").waitFor();
    expect(await rowOf(page, "theirs").count()).toBe(0);
    await page.getByText("1 more waits").waitFor();
    await page.getByRole("button", { name: "I did not ask for this" }).click();
    await expect
      .poll(() => ends(all), { timeout: 8000 })
      .toEqual(["deny-and-pause", "deny", undefined]);
    await page.getByText("theirs").waitFor();
  });
});

// The interface in a real Chromium, served by the real listener of the browser form under its real policy.
import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CallRow } from "../../electron/core/journal.ts";
import { builtRenderer } from "./build.ts";
import { CHROMIUM, hasChromium, launch, open, type Opened, type OpenOptions } from "./chromium.ts";
import { type Double, emptyWorld, READY, startDouble, type World } from "./double.ts";
import { sampleCalls } from "./sample.ts";
import { full as fullWorld, toLog } from "./tour-base.ts";
import { SHOTS } from "./walk.ts";

if (!hasChromium) console.log(`skipped: there is no ${CHROMIUM} on this machine`);

let folder = "";
let browser: Browser;
let app: Double | null = null;
let opened: Opened | null = null;

async function visit(
  world: World,
  options: OpenOptions = {},
  surface: "app" | "approval" = "app",
): Promise<Page> {
  app = await startDouble(folder, world, surface);
  opened = await open(browser, app, options);
  return opened.page;
}
const double = (): Double => {
  if (app === null) throw new Error("nothing is open");
  return app;
};

const grid = (page: Page) => page.getByRole("grid");
/** Distance from the end of the log, in pixels. */
const fromEnd = (page: Page): Promise<number> =>
  grid(page).evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight);
const activeSeq = (page: Page): Promise<number> =>
  grid(page).evaluate((node) =>
    Number((node.getAttribute("aria-activedescendant") ?? "").replace("call-", "")),
  );
/** Positions of the rows that a person sees. */
const inSight = (page: Page): Promise<number[]> =>
  grid(page).evaluate((node) => {
    const box = node.getBoundingClientRect();
    return [...node.querySelectorAll("[data-index]")]
      .filter((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return top >= box.top + 31 && bottom <= box.bottom + 1;
      })
      .map((row) => Number(row.id.replace("call-", "")));
  });
const settled = async (page: Page): Promise<void> => {
  await toLog(page);
  await grid(page).getByRole("row").nth(3).waitFor();
  await expect.poll(() => fromEnd(page)).toBeLessThan(2);
};
describe.skipIf(!hasChromium)("the interface in Chromium", () => {
  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
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

  it("moves, opens and closes by keyboard alone", async () => {
    const page = await visit(fullWorld());
    await settled(page);
    await grid(page).focus();
    await page.keyboard.press("ArrowUp");
    expect(await activeSeq(page)).toBe(600);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    expect(await activeSeq(page)).toBe(598);
    await page.keyboard.press("PageUp");
    const afterPage = await activeSeq(page);
    expect(afterPage).toBeLessThan(590);
    expect(await inSight(page)).toContain(afterPage);
    await page.keyboard.press("PageDown");
    expect(await activeSeq(page)).toBe(598);
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Call" }).getByText("Evidence").waitFor();
    await page.keyboard.press("ArrowDown");
    await expect
      .poll(() => page.getByRole("row", { selected: true }).getAttribute("id"))
      .toBe("call-599");
    await page.keyboard.press("Escape");
    expect(await page.getByRole("region", { name: "Call" }).count()).toBe(0);
    expect(await grid(page).evaluate((node) => node === document.activeElement)).toBe(true);
    await page.keyboard.press("Home");
    // The first page goes back 200 rows; older ones are loaded while one looks at the oldest.
    await expect.poll(() => grid(page).getAttribute("aria-rowcount")).not.toBe("201");
    await page.keyboard.press("End");
    expect(await activeSeq(page)).toBe(600);
    await expect.poll(() => fromEnd(page)).toBeLessThan(2);
    await page.keyboard.press("/");
    expect(
      await page
        .getByRole("textbox", { name: "Search the log" })
        .evaluate((n) => n === document.activeElement),
    ).toBe(true);
  });

  it.each([
    ["moves", "no-preference"],
    ["is still", "reduce"],
  ] as const)(
    "shows rows when the window gets narrow and wide again, where the page %s",
    async (_, reducedMotion) => {
      const page = await visit(fullWorld());
      await page.emulateMedia({ reducedMotion });
      await settled(page);
      const narrow = () => page.setViewportSize({ width: 480, height: 800 });
      const wide = () => page.setViewportSize({ width: 1280, height: 800 });
      // At the tail it stays there.
      for (const change of [narrow, wide, narrow]) {
        await change();
        await expect.poll(() => inSight(page)).toContain(600);
        expect(await fromEnd(page)).toBeLessThan(2);
      }
      await wide();
      // Elsewhere, what was read stays in sight.
      await grid(page).hover();
      await page.mouse.wheel(0, -2000);
      await expect.poll(() => inSight(page)).not.toContain(600);
      const [top = 0] = await inSight(page);
      for (const change of [narrow, wide]) {
        await change();
        await expect
          .poll(async () => Math.abs(((await inSight(page))[0] ?? 0) - top))
          .toBeLessThan(3);
      }
    },
  );

  it("names an existing row as active, wherever it was scrolled", async () => {
    const page = await visit(fullWorld());
    await settled(page);
    await grid(page).focus();
    await page.keyboard.press("ArrowUp");
    await grid(page).evaluate((node) => (node.scrollTop = 400));
    await page.waitForTimeout(150);
    const named = await grid(page).evaluate((node) =>
      document
        .getElementById(node.getAttribute("aria-activedescendant") ?? "")
        ?.getAttribute("role"),
    );
    expect(named).toBe("row");
  });

  it("follows the newest call only while the person is there", async () => {
    const page = await visit(fullWorld());
    await settled(page);
    const more = sampleCalls(90, Date.now(), 3, 601);
    double().push(more.slice(0, 30));
    await expect.poll(() => inSight(page)).toContain(630);
    expect(await fromEnd(page)).toBeLessThan(2);

    await grid(page).hover();
    await page.mouse.wheel(0, -1500);
    await expect.poll(() => fromEnd(page)).toBeGreaterThan(1000);
    await page.waitForTimeout(120);
    const before = await inSight(page);
    double().push(more.slice(30, 80));
    await page.getByRole("button", { name: "50 new calls" }).waitFor();
    expect(await inSight(page)).toEqual(before);

    await page.getByRole("button", { name: "50 new calls" }).click();
    await expect.poll(() => inSight(page)).toContain(680);
    double().push(more.slice(80));
    await expect.poll(() => inSight(page)).toContain(690);
    expect(await page.getByText(/new calls?$/).count()).toBe(0);
  });

  it("keeps the rows in sight where they are while older ones load above", async () => {
    const page = await visit({ ...fullWorld(), rows: sampleCalls(3000, Date.now()) });
    await settled(page);
    await grid(page).hover();
    for (let i = 0; i < 5; i++) {
      await page.mouse.wheel(0, -2500);
      await page.waitForTimeout(100);
    }
    await page.waitForTimeout(300);
    const seqs = await inSight(page);
    expect(seqs.length).toBeGreaterThan(10);
    expect(seqs.every((seq, i) => i === 0 || seq === (seqs[i - 1] ?? 0) + 1)).toBe(true);
    expect(seqs[0]).toBeLessThan(2800);
  });

  it("turns a pending call into its outcome in place", async () => {
    const page = await visit(fullWorld());
    await settled(page);
    const [done] = sampleCalls(1, Date.now(), 11, 601) as [CallRow];
    double().push([{ ...done, outcome: "pending", totalMs: null, firstByteMs: null, code: null }]);
    await page.locator("#call-601").getByText("Pending").waitFor();
    double().push([{ ...done, outcome: "ok", code: null, totalMs: 42, firstByteMs: 40 }]);
    await page.locator("#call-601").getByText("OK").waitFor();
    expect(await page.locator("#call-601").count()).toBe(1);
  });

  it("holds calls while paused and shows them all on resume", async () => {
    const page = await visit(fullWorld());
    await settled(page);
    await page.getByRole("button", { name: "Pause" }).click();
    double().push(sampleCalls(25, Date.now(), 5, 601));
    await page.getByText("Paused · 25 calls wait").waitFor();
    expect(await page.locator("#call-601").count()).toBe(0);
    await page.getByRole("button", { name: "Resume" }).click();
    await expect.poll(() => inSight(page)).toContain(625);
  });

  it("tells a screen reader of a refusal", async () => {
    const page = await visit(fullWorld());
    await settled(page);
    const [row] = sampleCalls(1, Date.now(), 11, 601) as [CallRow];
    double().push([
      { ...row, agentName: "Cursor", tool: "delete_branch", outcome: "denied", decision: "deny" },
    ]);
    await page
      .getByRole("log")
      .getByText("Refused: delete_branch, asked by Cursor")
      .waitFor({ state: "attached" });
  });

  it("stays quick with 10,000 calls streaming in", async () => {
    const page = await visit(fullWorld());
    await settled(page);
    const flood = sampleCalls(10_000, Date.now(), 9, 601);
    await page.evaluate(() => {
      const state = { frames: 0, changes: 0, mounted: 0 };
      Object.assign(globalThis, { __frames: state });
      const tick = (): void => {
        state.frames++;
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
      const rows = document.querySelector("[role=grid] .log-rows");
      if (rows === null) throw new Error("there is no log");
      new MutationObserver((changes) => {
        if (changes.some(({ type }) => type === "attributes")) state.changes++;
        for (const { addedNodes } of changes) state.mounted += addedNodes.length;
      }).observe(rows, { childList: true, attributes: true });
    });
    for (let i = 0; i < flood.length; i += 250) {
      double().world.rows.push(...flood.slice(i, i + 250));
      double().emit({ type: "calls", rows: flood.slice(i, i + 250) });
      await new Promise((done) => setTimeout(done, 12));
    }
    await expect.poll(() => inSight(page), { timeout: 15_000 }).toContain(10_600);
    type Seen = Record<"frames" | "changes" | "mounted", number>;
    const { frames, changes, mounted } = await page.evaluate(
      () => (globalThis as unknown as { __frames: Seen }).__frames,
    );
    expect(frames).toBeGreaterThan(10);
    // How long a frame takes is the machine's; how much is done in one is ours. Rows are put in a few times a second, and
    // elements go from rows out of sight to new ones: none is made but for the first screenful.
    expect(changes).toBeGreaterThan(1);
    expect(changes).toBeLessThanOrEqual(frames);
    expect(mounted).toBeLessThan(60);
    expect(await page.locator("[data-index]").count()).toBeLessThan(80);
    await grid(page).focus();
    await page.keyboard.press("Home");
    await expect.poll(async () => (await inSight(page)).length).toBeGreaterThan(10);
  }, 40_000);

  it("never lets text of an agent become markup", async () => {
    const world = fullWorld();
    const evil = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
    world.rows = world.rows.map((row) => ({
      ...row,
      agentName: row.agentName === null ? null : evil,
      tool: evil,
      detail: evil,
      input: JSON.stringify({ [evil]: evil }),
    }));
    const page = await visit(world);
    await settled(page);
    await page.locator("#call-600").click();
    await page.getByRole("region", { name: "Call" }).getByText("Evidence").waitFor();
    expect(await page.locator("img, main script").count()).toBe(0);
    expect(await page.title()).toBe("Countersign");
  });

  it("connects an assistant by keyboard, shows a change again that has changed, and undoes it", async () => {
    const page = await visit({ ...fullWorld(), agents: [], connectMoves: 1 });
    await page.getByRole("navigation").getByRole("button", { name: "Agents" }).click();
    await page.getByRole("button", { name: "Connect agent" }).first().press("Enter");
    await page.getByRole("button", { name: "Connect Cursor" }).press("Enter");
    const diff = page.getByLabel("What changes in the file");
    await diff.waitFor();
    expect(await diff.innerText()).toContain("csa_••••••••");
    const write = page.getByRole("button", { name: "Write it" });
    await write.press("Enter");
    await page.getByText("It changed meanwhile").waitFor();
    await write.press("Enter");
    await page.getByText("Cursor is connected").waitFor();
    const sent = (method: string) =>
      double()
        .world.seen.filter((one) => one.method === method)
        .map(({ input }) => input);
    const wish = { target: "cursor", revision: "r".repeat(43) };
    expect(sent("connect.write")).toEqual([wish, wish]);
    expect(sent("connect.preview")).toHaveLength(2);
    await page.getByRole("button", { name: "Undo" }).press("Enter");
    await page.getByText("The agent that was made for it is gone.").waitFor();
    expect(sent("connect.undo")).toEqual([{ target: "cursor" }]);
    await page.keyboard.press("Escape");
    await page.getByText("No agents yet").waitFor();
  });

  it("leads from an empty home to a server, its test and an agent's credential", async () => {
    const page = await visit(emptyWorld());
    await page.getByRole("button", { name: "Add a server" }).click();
    await page.getByLabel("Address", { exact: true }).fill("https://mcp.linear.app/mcp");
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("linear");
    await page.getByLabel("Key", { exact: true }).fill("lin_api_canary");
    await page.getByText("Authorization: Bearer ••••").waitFor();
    await page.getByRole("button", { name: "Add and test" }).click();
    await page.getByText("The server answers").waitFor();
    await page.getByRole("button", { name: "Connect an agent" }).last().click();
    await page.getByLabel("Name", { exact: true }).fill("Claude Code");
    await page.keyboard.press("Enter");
    const shown = page.locator(".once-line code");
    await shown.waitFor();
    expect(await shown.textContent()).toMatch(/^csa_[A-Za-z0-9_-]{43}$/);
    await page.keyboard.press("Escape");
    expect(await shown.count(), "Escape must not lose the credential").toBe(1);
    await page.getByRole("tab", { name: "Cursor" }).click();
    await page.getByText("~/.cursor/mcp.json").waitFor();
    await page.getByRole("button", { name: "I have stored it" }).click();
    await page.getByRole("button", { name: "Go back" }).click();
    await page.getByRole("button", { name: "I have stored it" }).click();
    await page.getByRole("button", { name: "Close anyway" }).click();
    await page.getByText("No calls yet").waitFor();
    const html = await page.content();
    expect(html).not.toContain("csa_");
    expect(html).not.toContain("lin_api_canary");
    const added = double().world.seen.find(({ method }) => method === "servers.add")?.input;
    expect(added).toMatchObject({
      kind: "http",
      name: "linear",
      url: "https://mcp.linear.app/mcp",
      auth: {
        type: "api-key",
        in: "header",
        name: "Authorization",
        prefix: "Bearer ",
        secret: "lin_api_canary",
      },
      allowPlainHttpOnLoopback: false,
    });
  });

  it("adds a local server from a pasted command line, with its secret apart", async () => {
    const page = await visit(fullWorld());
    await page.getByRole("navigation").getByRole("button", { name: "Servers" }).click();
    await page.getByRole("button", { name: "Add server" }).click();
    await page.getByRole("radio", { name: "On this machine" }).check();
    await page.getByLabel("Command").fill(`node "/opt/my servers/mcp.js" --port=0`);
    await page.getByRole("button", { name: "Add variable" }).click();
    await page.getByLabel("Name of variable 1").fill("API_KEY");
    await page.getByLabel("Value of variable 1").fill("k");
    await page.getByLabel("Name", { exact: true }).fill("mine");
    await page.getByRole("button", { name: "Add and test" }).click();
    await page.getByText("mine is added").waitFor();
    expect(double().world.seen.find(({ method }) => method === "servers.add")?.input).toEqual({
      kind: "stdio",
      name: "mine",
      stage: "development",
      command: "node",
      args: ["/opt/my servers/mcp.js", "--port=0"],
      cwd: null,
      env: {},
      secretEnv: { API_KEY: "k" },
    });
  });

  it("shows a refusal of the app in its own words and keeps what was typed", async () => {
    const page = await visit(fullWorld());
    await page.getByRole("navigation").getByRole("button", { name: "Servers" }).click();
    await page.getByRole("button", { name: "Add server" }).click();
    await page.getByLabel("Address", { exact: true }).fill("https://mcp.linear.app/mcp");
    await page.getByLabel("Key", { exact: true }).fill("k");
    await page.getByRole("button", { name: "Add and test" }).click();
    await page.getByText("The name “linear” is already used in this tenant.").waitFor();
    expect(await page.getByLabel("Key", { exact: true }).inputValue()).toBe("k");
  });

  it("asks where keys shall be kept before anything else, and takes a sealed file", async () => {
    const world: World = {
      ...emptyWorld(),
      vault: { ...READY, kind: null, state: "unchosen", keychain: "unavailable", reason: "no bus" },
    };
    const page = await visit(world);
    await page.getByRole("heading", { name: "Where should keys be kept?" }).waitFor();
    await page.getByLabel("Passphrase").fill("correct horse battery");
    await page.getByLabel("Repeat it").fill("correct horse bat");
    await page.getByRole("button", { name: "Make the sealed file" }).click();
    await page.getByText("The two are not the same.").waitFor();
    await page.getByLabel("Repeat it").fill("correct horse battery");
    await page.getByRole("button", { name: "Make the sealed file" }).click();
    await page.getByText("Countersign holds the keys").waitFor();
    expect(world.vault.kind).toBe("file");
    expect(await page.content()).not.toContain("correct horse");
  });

  it("takes the code out of the address, and survives a reload by its session", async () => {
    const page = await visit(fullWorld());
    await settled(page);
    expect(page.url()).toBe(`${double().origin}/`);
    await page.reload();
    await settled(page);
  });

  it("says when Countersign stopped, and asks for a new link after it started afresh", async () => {
    const page = await visit(fullWorld());
    await settled(page);
    await double().stop();
    await page.getByText("Countersign is not running").waitFor();
    expect(await page.locator("[data-index]").count(), "what was shown stays").toBeGreaterThan(5);
    await page.waitForTimeout(250);
    await page.screenshot({ path: path.join(SHOTS, "lost-light-1280.png") });
    await double().start();
    await page
      .getByRole("button", { name: "Try now" })
      // It may have come back by itself: then there is nothing to press.
      .click({ timeout: 1500 })
      .catch(() => {});
    await page.getByText("This page is not signed in").waitFor();
    await page.getByText("countersign open", { exact: true }).waitFor();
    await page.waitForTimeout(250);
    await page.screenshot({ path: path.join(SHOTS, "signed-out-light-1280.png") });
    // A fresh link in the same tab signs in again.
    await page.goto("about:blank");
    await page.goto(double().link());
    await settled(page);
  });

  it("refuses a link that was used already", async () => {
    app = await startDouble(folder, fullWorld());
    const url = app.link();
    opened = await open(browser, app, { url });
    await settled(opened.page);
    await opened.close();
    opened = await open(browser, app, { url });
    await opened.page.getByText("This page is not signed in").waitFor();
  });

  it("keeps the person's theme over the system's", async () => {
    const page = await visit(fullWorld(), { theme: "light" });
    await settled(page);
    const theme = (): Promise<string | undefined> =>
      page.evaluate(() => document.documentElement.dataset["theme"]);
    expect(await theme()).toBe("light");
    await page.getByRole("button", { name: /^Theme:/ }).click();
    await page.getByRole("button", { name: /^Theme:/ }).click();
    expect(await theme()).toBe("dark");
    await page.reload();
    expect(await theme()).toBe("dark");
  });
});

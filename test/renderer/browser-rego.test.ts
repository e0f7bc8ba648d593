// The editor of Rego in a real Chromium, under the interface's real policy: keys, undo, and that letters lie where they seem.
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtRenderer } from "./build.ts";
import { CHROMIUM, hasChromium, launch, open } from "./chromium.ts";
import { startDouble } from "./double.ts";
import { full, nav } from "./tour-base.ts";

if (!hasChromium) console.log(`skipped: there is no ${CHROMIUM} on this machine`);
describe.skipIf(!hasChromium)("the editor of Rego", () => {
  let folder = "";
  let browser: Browser;
  beforeAll(async () => {
    [folder, browser] = await Promise.all([builtRenderer(), launch()]);
  }, 120_000);
  afterAll(() => browser.close());

  async function editor(width = 1280) {
    const world = full();
    const app = await startDouble(folder, world);
    const opened = await open(browser, app, { width });
    const { page } = opened;
    await nav(page, "Policy");
    await page.getByRole("button", { name: "Write a policy" }).click();
    const field = page.getByRole("textbox", { name: "Rego source" });
    await field.waitFor();
    return {
      world,
      page,
      field,
      close: async (): Promise<void> => {
        await opened.close();
        await app.close();
        expect(opened.faults).toEqual([]);
      },
    };
  }
  const dialogs = (page: Page): Promise<number> => page.getByRole("dialog").count();

  it("indents, undoes, leaves by Esc and Tab, and closes by Esc from there; what was written stays", async () => {
    const { page, field, close } = await editor();
    try {
      await field.focus();
      await page.keyboard.press("Control+a");
      await page.keyboard.type("package a");
      await page.keyboard.press("Enter");
      await page.keyboard.type("allow if {");
      await page.keyboard.press("Enter");
      await page.keyboard.type("true");
      expect(await field.inputValue()).toBe("package a\nallow if {\n\ttrue");
      await page.keyboard.press("Tab");
      expect(await field.inputValue()).toBe("package a\nallow if {\n\ttrue\t");
      await page.keyboard.press("Control+z");
      expect(await field.inputValue()).toBe("package a\nallow if {\n\ttrue");
      await page.keyboard.press("Shift+Tab");
      expect(await field.inputValue()).toBe("package a\nallow if {\ntrue");
      await page.keyboard.press("Escape");
      expect(await dialogs(page), "the first Esc closes nothing").toBe(1);
      await page.keyboard.press("Tab");
      expect(await field.evaluate((node) => document.activeElement === node)).toBe(false);
      await page.keyboard.press("Shift+Tab");
      expect(await field.evaluate((node) => document.activeElement === node)).toBe(true);
      await page.keyboard.press("Tab");
      expect(await field.inputValue(), "back in the text, Tab indents").toContain("\t");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await expect.poll(() => dialogs(page)).toBe(0);
      await page.getByRole("button", { name: "Write a policy" }).click();
      await expect.poll(() => field.inputValue()).toContain("allow if {");
    } finally {
      await close();
    }
  });

  it("draws each letter where the field has it, in long lines and with faults beside them", async () => {
    for (const width of [1280, 480]) {
      const { world, page, field, close } = await editor(width);
      try {
        world.rego = {
          compiler: "ready",
          faults: [{ row: 2, column: 3, message: "m".repeat(90) }],
        };
        const long = "x_".repeat(150);
        await field.fill(`package a\n\tif "ab" # ffi ->= ${long}\n${"y\n".repeat(60)}last`);
        await page.getByRole("button", { name: /Line 2/ }).waitFor();
        const found = await field.evaluate((node) => {
          const area = node as HTMLTextAreaElement;
          const lines = [...document.querySelectorAll<HTMLElement>(".rego-line")];
          const mirror = document.querySelector(".rego-mirror") as HTMLElement;
          // The width of the second line's letters in the mirror, without number and fault.
          const range = document.createRange();
          const [, second] = lines;
          const code = second?.querySelector(".rego-code") as HTMLElement;
          range.selectNodeContents(code);
          const drawn = range.getBoundingClientRect();
          // What follows the tab: in the mirror, and in a box that is laid out as the field is.
          const after = (node: Node, at: number): number => {
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            return range.getBoundingClientRect().left;
          };
          const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
          let text = walker.nextNode() as Text;
          let at = 1;
          while (at >= text.length) {
            at -= text.length;
            text = walker.nextNode() as Text;
          }
          const tabbed = after(text, at);
          const box = document.createElement("div");
          box.className = "rego-text";
          box.textContent = area.value.split("\n")[1] ?? "";
          area.parentElement?.append(box);
          const wanted = after(box.firstChild as Text, 1);
          box.remove();
          const style = getComputedStyle(area);
          // The field's own: what it would need to show its longest line.
          const probe = area.cloneNode() as HTMLTextAreaElement;
          probe.value = area.value;
          area.parentElement?.append(probe);
          probe.classList.add("rego-probe");
          probe.setAttribute("wrap", "off");
          const needs = { width: probe.scrollWidth, height: probe.scrollHeight };
          probe.remove();
          return {
            lines: lines.length,
            tabbed,
            wanted,
            left: drawn.left - mirror.getBoundingClientRect().left,
            padding: Number.parseFloat(style.paddingLeft),
            right: drawn.right - mirror.getBoundingClientRect().left,
            needs,
            has: { width: area.clientWidth, height: area.clientHeight },
            scrolled: [area.scrollLeft, area.scrollTop],
            fonts: [style.font, getComputedStyle(mirror).font],
          };
        });
        expect(found.lines).toBe(63);
        expect(found.left).toBeCloseTo(found.padding, 0);
        expect(found.tabbed, "what follows a tab").toBeCloseTo(found.wanted, 0);
        expect(found.fonts[0]).toBe(found.fonts[1]);
        expect(found.needs.width, "nothing of the field is cut").toBeLessThanOrEqual(
          found.has.width,
        );
        expect(found.needs.height).toBeLessThanOrEqual(found.has.height);
        expect(found.scrolled).toEqual([0, 0]);
        // Typing at the very end brings the caret into sight, and never moves the field inside its sheet.
        await field.focus();
        await page.keyboard.press("Control+End");
        await page.keyboard.type(" and more");
        const after = await field.evaluate((node) => [
          node.scrollLeft,
          node.scrollTop,
          (node.closest(".rego-edit") as HTMLElement).scrollTop,
        ]);
        expect(after.slice(0, 2)).toEqual([0, 0]);
        expect(after[2]).toBeGreaterThan(300);
      } finally {
        await close();
      }
    }
  });

  it("leads from a fault to its place, tries and installs what is fine", async () => {
    const { world, page, field, close } = await editor();
    try {
      world.rego = {
        compiler: "ready",
        faults: [{ row: 2, column: 10, message: "undefined function foo" }],
      };
      await field.fill("package a\nallow if foo(1)\n");
      await page.getByText("1 problem").waitFor();
      expect(await field.getAttribute("aria-invalid")).toBe("true");
      expect(await page.locator(".is-faulty .rego-lens").textContent()).toBe(
        "undefined function foo",
      );
      await page.getByRole("button", { name: /Line 2/ }).click();
      expect(await field.evaluate((node) => (node as HTMLTextAreaElement).selectionStart)).toBe(
        "package a\nallow if ".length,
      );
      await page.getByRole("button", { name: "Install" }).click();
      await page.getByText("Mend what is wrong first.").waitFor();
      expect(world.seen.some(({ method }) => method === "policy.install")).toBe(false);

      world.rego = { compiler: "ready", faults: [] };
      await page.getByRole("combobox", { name: "Begin with" }).click();
      await page.getByRole("option", { name: /The five patterns/ }).click();
      await page.getByText("It compiles").waitFor();
      expect(await field.inputValue()).toContain("package stoa.mcp.authz");
      await page.getByRole("button", { name: "Try on past calls" }).click();
      await page.getByText("would have been denied").waitFor();
      const tried = world.seen.find(({ method }) => method === "policy.rehearse");
      expect(tried?.input).toMatchObject({ change: { type: "install-policy", mode: "join" } });
      await page.getByLabel("Name").fill("article");
      await page.getByRole("button", { name: "Install" }).click();
      await expect
        .poll(() => world.seen.find(({ method }) => method === "policy.install")?.input)
        .toMatchObject({ name: "article", source: { origin: "article.rego" } });
    } finally {
      await close();
    }
  });
});

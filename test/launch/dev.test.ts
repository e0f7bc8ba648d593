// `npm run dev` in a copy of the checkout: an edit of the interface reaches the open page without a reload of the
// program, and an edit of the program builds and restarts it.
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Browser, Page } from "playwright";
import { hasChromium, launch } from "../renderer/chromium.ts";
import { freePort, root, until } from "../support/processes.ts";

let copy = "";
let dev: ChildProcess | undefined;
let browser: Browser | undefined;
let said = "";

beforeAll(() => {
  copy = fs.mkdtempSync(path.join(os.tmpdir(), "countersign-dev-"));
  for (const name of ["electron", "renderer", "vite.config.ts", "package.json", "tsconfig.json"]) {
    fs.cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
  }
  fs.symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
  fs.mkdirSync(path.join(copy, "home"));
});
afterAll(async () => {
  await browser?.close();
  if (dev !== undefined && dev.exitCode === null) {
    const gone = new Promise((resolve) => dev?.once("exit", resolve));
    dev.kill("SIGTERM");
    await gone;
  }
  fs.rmSync(copy, { recursive: true, force: true, maxRetries: 5 });
});

const edit = (file: string, from: string, to: string): void => {
  const at = path.join(copy, file);
  const text = fs.readFileSync(at, "utf8");
  expect(text).toContain(from);
  fs.writeFileSync(at, text.replaceAll(from, to));
};
/** Of the app's own page; the one that asks has another. */
const links = (): string[] =>
  [...said.matchAll(/Open it here, once +(http:\S+#code=\S+)/g)].map(([, link = ""]) => link);
const SIGN = "Ctrl-C ends Countersign.";

it.skipIf(!hasChromium)(
  `reloads the interface and restarts the program${hasChromium ? "" : " (skipped: no Chromium)"}`,
  async () => {
    const port = await freePort();
    dev = spawn(
      process.execPath,
      ["electron/launch/dev.mjs", "--headless", "--port", String(port), "--vault", "memory"],
      {
        cwd: copy,
        env: { PATH: process.env["PATH"] ?? "", HOME: path.join(copy, "home") },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const keep = (chunk: Buffer): void => void (said += chunk.toString("utf8"));
    dev.stdout?.on("data", keep);
    dev.stderr?.on("data", keep);
    await until(() => said.includes(SIGN), 180_000, `the first start (${said})`);
    // The page comes from vite, beside the door's port.
    const [link = ""] = links();
    expect(new URL(link).port).toBe(String(port + 70));

    browser = await launch();
    const page: Page = await browser.newPage();
    await page.goto(link);
    await page.getByRole("button", { name: "Servers" }).first().waitFor();
    await page.evaluate(() => Object.assign(window, { since: "before" }));

    edit("renderer/words/shell.ts", '"Servers"', '"Servers, edited"');
    await page
      .getByRole("button", { name: "Servers, edited" })
      .first()
      .waitFor({ timeout: 30_000 });
    // The program went on meanwhile: one greeting, one link.
    expect(links()).toHaveLength(1);

    edit("electron/serve.ts", SIGN, "Ctrl-C ends the edited one.");
    await until(
      () => said.includes("Ctrl-C ends the edited one."),
      180_000,
      `the restart (${said.slice(-2000)})`,
    );
    // Sources that do not compile leave the old program running.
    const before = links().length;
    edit("electron/serve.ts", "export async function serve(", "export async function serve(((");
    await until(
      () => /error/i.test(said.slice(said.lastIndexOf("edited one."))),
      60_000,
      "the error",
    );
    expect(dev.exitCode).toBeNull();
    const still = await fetch(`http://127.0.0.1:${port}/tenants/personal/jwks.json`);
    expect(still.status).toBe(200);
    edit("electron/serve.ts", "export async function serve(((", "export async function serve(");
    await until(() => links().length > before, 180_000, "the mended program");
  },
  300_000,
);

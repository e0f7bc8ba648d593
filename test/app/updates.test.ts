// Updates in the real windows: agreed to where questions are answered, fetched from Settings into the person's downloads.
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openPublisher, type Publisher } from "../support/publisher.ts";
import { temporaryFolder } from "../support/processes.ts";
import { personAt, photograph, say } from "./person.ts";
import { type AppWindow, openApp } from "./window.ts";

let desktop: AppWindow;
let publisher: Publisher;
const downloads = temporaryFolder();
const person = personAt(() => desktop);

beforeAll(async () => {
  publisher = await openPublisher();
  desktop = await openApp(["--vault", "memory"]);
  await desktop.page.getByRole("navigation").waitFor();
}, 60_000);
afterAll(async () => {
  await desktop.stop();
  await publisher.close();
  downloads.remove();
});

it("are looked for after a yes in the window that asks, and what is fetched is shown in its folder", async () => {
  const { page, app } = desktop;
  await app.evaluate(({ app: electron, shell }, folder) => {
    electron.setPath("downloads", folder);
    // No file manager is on a machine of tests: what it would be given is kept.
    shell.showItemInFolder = (file) => Reflect.set(globalThis, "shownFile", file);
  }, downloads.path);
  publisher.publish();
  const { url, key, trustPem } = publisher;
  const setting = say(page, "updates.setSource", { url, key, trustPem });
  const question = await person.inFront("Shall updates be looked for here?");
  await question.getByText("Key (SHA-256)").waitFor();
  await person.photographQuestion(question, "update-source");
  expect(publisher.seen).toEqual([]);
  await person.allow(question, "Look here for updates");
  expect(await setting).toMatchObject({ ok: true });

  await page.getByRole("navigation").getByRole("button", { name: "Settings" }).click();
  const card = page.getByRole("region", { name: "Updates" });
  await card.getByText("Version 0.2.0 is available").waitFor();
  await card.getByRole("button", { name: /^Download/ }).click();
  await card.getByText("Version 0.2.0 is downloaded").waitFor();
  await card.evaluate((node) => node.scrollIntoView({ block: "center" }));
  await photograph(page, "updates", "downloaded");
  const [name = ""] = fs.readdirSync(downloads.path);
  const file = path.join(downloads.path, name);
  expect(fs.readFileSync(file).equals(publisher.file)).toBe(true);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  await card.getByRole("button", { name: "Show in folder" }).click();
  await expect
    .poll(() => app.evaluate(() => Reflect.get(globalThis, "shownFile") as unknown))
    .toBe(file);

  await card.getByRole("button", { name: "Turn off" }).click();
  await card.getByText("only where you tell it to").waitFor();
  // A page cannot have a file of its own choosing shown.
  expect(await say(page, "updates.showFile", { path: "/etc/passwd" })).toMatchObject({
    ok: false,
    error: { code: "input_invalid" },
  });
}, 60_000);

// "Paste a URL" as a person does it: the real program and its own interface in a real Chromium, the practice company's
// pages in a second tab, and a server that works at the end.
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { complaint } from "../../electron/core/sentences.ts";
import { loadAssets } from "../../electron/host/web/assets.ts";
import { openWebForm, type WebForm } from "../../electron/host/web/listener.ts";
import { type Lab, startLab } from "../../electron/lab/index.ts";
import { builtRenderer } from "../renderer/build.ts";
import { CHROMIUM, hasChromium, launch } from "../renderer/chromium.ts";
import { type House, openHouse } from "../support/house.ts";
import { type PaperCompany, paperCompany } from "../support/paper-company.ts";

if (!hasChromium) console.log(`skipped: there is no ${CHROMIUM} on this machine`);

describe.skipIf(!hasChromium)("an address is enough, in the browser", () => {
  let house: House;
  let lab: Lab;
  let web: WebForm;
  let browser: Browser;
  let page: Page;
  const papers: PaperCompany[] = [];

  beforeAll(async () => {
    const [folder, chromium, opened, practice] = await Promise.all([
      builtRenderer(),
      launch(),
      openHouse(),
      startLab({ log: { info: () => undefined, warn: () => undefined } }),
    ]);
    browser = chromium;
    house = opened;
    lab = practice;
    const { desk } = house.countersign;
    web = await openWebForm({
      port: 0,
      assets: loadAssets(folder),
      desk: {
        call: (method, input) => desk.call("app", method, input),
        watch: (listener) => desk.watch(listener),
      },
      explain: complaint,
      whoHolds: () => Promise.resolve("another program"),
      report: (error) => console.error(error),
    });
  }, 120_000);
  afterEach(async () => {
    await page?.context().close();
    for (const paper of papers.splice(0)) await paper.close();
  });
  afterAll(async () => {
    await web?.close();
    await browser?.close();
    await house?.close();
    await lab?.stop();
  });

  const visit = async (address: string): Promise<void> => {
    page = await (await browser.newContext()).newPage();
    await page.goto(web.makeLink());
    await page.getByRole("navigation").getByRole("button", { name: "Servers" }).click();
    await page.getByRole("button", { name: "Add server" }).first().click();
    await page.getByLabel("Address", { exact: true }).fill(address);
  };

  it("finds out, asks about the issuer, registers, signs in on the issuer's page, and lists the tools", async () => {
    await visit(lab.server("crm").url);
    await page.getByRole("button", { name: "Find out" }).click();
    // Threat 30: nothing was asked of the issuer yet.
    await page.getByText("The server names an issuer on this machine").waitFor();
    await page.getByRole("button", { name: "I know it, ask it" }).click();
    await page.getByText("Proposed: Account").waitFor();
    await page.getByText("What the person granted to Countersign").waitFor();
    await page.getByText("Its host is another than the server's.").waitFor();
    await page.getByLabel("Send the token unencrypted on this machine").check();
    await page.getByLabel("Name", { exact: true }).fill("crm");
    await page.getByRole("button", { name: "Add and test" }).click();

    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    const opening = page.context().waitForEvent("page");
    await page.getByRole("link", { name: /Continue at 127\.0\.0\.1/ }).click();
    // 98: the issuer's page is a page of the browser, not a part of ours.
    const tab = await opening;
    expect(page.frames().length).toBe(1);
    await tab.getByRole("button", { name: /Ada/ }).click();
    await tab.getByRole("button", { name: "Yes, I agree" }).click();
    await tab.getByText("Signed in.").waitFor();

    await page.getByText("The server answers").waitFor();
    await page.getByRole("heading", { name: /tools?$/ }).waitFor();
    const [issuer] = await house.call("issuers.list", {});
    expect(issuer).toMatchObject({
      issuer: lab.issuer.url,
      registration: { by: "dynamic", confirmed: true },
    });
    expect((await house.call("accounts.list", {}))[0]).toMatchObject({
      issuer: lab.issuer.url,
      state: "signed-in",
    });
  }, 60_000);

  it("shows the steps of what failed, and nothing was added", async () => {
    const paper = await paperCompany({
      resource: (right) => ({ ...right, resource: "https://other.example/mcp" }),
    });
    papers.push(paper);
    await visit(paper.url);
    await page.getByLabel("Address", { exact: true }).press("Enter");
    await page.getByRole("alert").getByText("resource_metadata_invalid").waitFor();
    await page.getByRole("alert").getByRole("button", { name: "X-ray" }).click();
    await page.getByText("The resource is exactly this server").waitFor();
    await page.getByText("https://other.example/mcp").first().waitFor();
    expect(
      (await house.call("servers.list", {})).map((s) => s.kind === "http" && s.url),
    ).not.toContain(paper.url);
  }, 30_000);

  it("threat 31: shows hosts elsewhere before anything is sent there", async () => {
    const paper = await paperCompany({
      metadata: (right) => ({ ...right, token_endpoint: "https://cdn.example/token" }),
    });
    papers.push(paper);
    await visit(paper.url);
    await page.getByRole("button", { name: "Find out" }).click();
    await page.getByRole("button", { name: "I know it, ask it" }).click();
    await page.getByText("Its endpoints lie elsewhere: cdn.example").waitFor();
    expect(paper.asked.some((line) => line.startsWith("POST"))).toBe(false);
  }, 30_000);
});

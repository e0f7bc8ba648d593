// Identities, the X-ray, servers with issuers and the lab in a real Chromium, by keyboard where a person may want to.
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { builtRenderer } from "./build.ts";
import { CHROMIUM, hasChromium, launch, open, type Opened } from "./chromium.ts";
import { type Double, startDouble, type World } from "./double.ts";
import { signInFrom } from "./double-identities.ts";
import { sampleCertificates } from "./sample-identities.ts";
import { full as fullWorld, toLog } from "./tour-base.ts";
import { identified, otherPerson } from "./tour-identities.ts";

if (!hasChromium) console.log(`skipped: there is no ${CHROMIUM} on this machine`);

let folder = "";
let browser: Browser;
let app: Double | null = null;
let opened: Opened | null = null;

async function visit(world: World, width = 1280): Promise<Page> {
  app = await startDouble(folder, world);
  opened = await open(browser, app, { width });
  if (world.servers.length > 0) await toLog(opened.page);
  return opened.page;
}
const double = (): Double => {
  if (app === null) throw new Error("nothing is open");
  return app;
};
const sent = (method: string): unknown[] =>
  double()
    .world.seen.filter((one) => one.method === method)
    .map(({ input }) => input);
const go = (page: Page, name: string): Promise<void> =>
  page.getByRole("navigation").getByRole("button", { name }).click();
const pick = async (page: Page, box: string, option: RegExp): Promise<void> => {
  await page.getByRole("combobox", { name: box, exact: true }).click();
  await page.getByRole("option", { name: option }).click();
};

describe.skipIf(!hasChromium)("identities, X-ray and lab in Chromium", () => {
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

  it("opens the X-ray by keyboard, and Escape closes it alone", async () => {
    const page = await visit(identified());
    await page.locator("#call-600").click();
    const link = page.getByRole("button", { name: "X-ray" });
    await link.focus();
    await page.keyboard.press("Enter");
    const step = page.getByRole("button", { name: /Exchange the person's token/ });
    await step.focus();
    expect(await step.getAttribute("aria-expanded")).toBe("false");
    await page.keyboard.press("Enter");
    expect(await step.getAttribute("aria-expanded")).toBe("true");
    await page.getByText("token …x4Qw").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("region", { name: "Call" }).getByText("Auth evidence").waitFor();
    await expect.poll(() => link.evaluate((n) => n === document.activeElement)).toBe(true);
  });

  it("draws who acts for whom in the order in which they came to it", async () => {
    const page = await visit(identified());
    await page.locator("#call-600").click();
    const chain = page.getByRole("list", { name: "Who acts for whom" });
    expect(await chain.getByRole("listitem").allInnerTexts()).toEqual([
      expect.stringMatching(/^ada@acme\.example\s+person$/),
      expect.stringMatching(/^svc-reporting\s+acted before$/),
      expect.stringMatching(/^Claude Code\s+acts now$/),
    ]);
  });

  it("signs in through a link to the issuer's own page, and sees the person come back", async () => {
    const page = await visit(identified());
    await go(page, "Identities");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await pick(page, "Issuer", /^local-keycloak/);
    await page.getByRole("button", { name: "Begin" }).click();
    const link = page.getByRole("link", { name: "Continue at 127.0.0.1:8080" });
    await link.waitFor();
    expect(
      await link.evaluate((n) => ["href", "target", "rel"].map((name) => n.getAttribute(name))),
    ).toEqual([
      "http://127.0.0.1:8080/realms/dev/authorize?client_id=dev&state=x",
      "_blank",
      "noreferrer noopener",
    ]);
    const issuer = double().world.issuers.find(({ name }) => name === "local-keycloak")!;
    signInFrom(double().world, issuer);
    double().emit({ type: "changed", what: "accounts" });
    double().emit({ type: "changed", what: "sign-ins" });
    await page.getByText("Signed in as grace@acme.example").waitFor();
    expect(sent("accounts.signIn")).toEqual([
      { issuer: issuer.id, scopes: ["openid"], resource: null, account: null },
    ]);
  });

  it("gives a code for another device, and gives the sign-in up when it is closed", async () => {
    const page = await visit(identified());
    await go(page, "Identities");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await pick(page, "Issuer", /^local-keycloak/);
    await page.getByRole("radio", { name: "On another device" }).check();
    await page.getByRole("button", { name: "Begin" }).click();
    await page.getByText("WDJB-MJHT", { exact: true }).waitFor();
    await page
      .getByRole("timer")
      .getByText(/^The code is good for another [89]:\d\d$/)
      .waitFor();
    const link = page.getByRole("link", { name: "Open it here" });
    expect(await link.getAttribute("href")).toBe(
      "http://127.0.0.1:8080/realms/dev/device?user_code=WDJB-MJHT",
    );
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(() => sent("accounts.cancelSignIn")).toEqual([{ flow: "flow_signin00" }]);
  });

  it("shows who came back instead, when the account guard stopped a sign-in", async () => {
    const page = await visit(otherPerson());
    await go(page, "Identities");
    await page
      .getByRole("button", { name: /^Sign in again/ })
      .first()
      .click();
    await page.getByRole("button", { name: "Begin" }).click();
    const alert = page.getByRole("alert");
    await alert.getByText("account_changed").waitFor();
    expect(await alert.innerText()).toMatch(/sub user-77.*instead of.*sub user-12/s);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("button", { name: "Begin" }).waitFor();
    expect(sent("accounts.cancelSignIn")).toEqual([]);
  });

  it("never makes a link of anything but a web address", async () => {
    const world = identified();
    world.issuers = [{ ...world.issuers[0]!, issuer: "javascript:alert(1)//" }];
    const page = await visit(world);
    await go(page, "Identities");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("button", { name: "Begin" }).click();
    await page.getByText("Waiting for you to come back").waitFor();
    expect(await page.getByRole("link", { name: /Continue/ }).count()).toBe(0);
  });

  it("moves through the tabs by arrow keys", async () => {
    const page = await visit(identified());
    await go(page, "Identities");
    await page.getByRole("tab", { name: "Accounts" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.getByText("Your agents, for issuers to believe").waitFor();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.getByText("24 days left").waitFor();
  });

  it("makes a request for an authority, and takes in what it signed", async () => {
    const page = await visit(identified());
    await go(page, "Identities");
    await page.getByRole("tab", { name: "Certificates" }).click();
    await page.getByRole("button", { name: "Make a certificate" }).click();
    await page.getByLabel("Label").fill("New one");
    await page.getByLabel("Common name").fill("countersign-new");
    await page.getByRole("radio", { name: "An authority" }).check();
    await page.getByRole("button", { name: "Make it" }).click();
    await page.getByRole("button", { name: "Enter what it signed: New one" }).click();
    const [issued] = sampleCertificates(Date.now());
    const chain = page.getByLabel("Signed chain (PEM)");
    await chain.fill("-----BEGIN CERTIFICATE-----\ncut");
    await page.getByRole("button", { name: "Use this certificate" }).click();
    await page.getByText("its end is missing").waitFor();
    await chain.fill(issued?.state === "active" ? issued.chain : "");
    await page.getByRole("button", { name: "Use this certificate" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page
      .getByRole("listitem")
      .filter({ hasText: "New one" })
      .getByText("365 days left")
      .waitFor();
    expect(sent("certificates.make")).toEqual([
      { label: "New one", commonName: "countersign-new", key: "EC-P256", signedBy: "authority" },
    ]);
  });

  it("imports a file by its bytes, and forgets the passphrase", async () => {
    const page = await visit(identified());
    await go(page, "Identities");
    await page.getByRole("tab", { name: "Certificates" }).click();
    await page.getByRole("button", { name: "Import" }).click();
    const buffer = Buffer.from([0x30, 0x82, 0, 255, 10]);
    await page
      .getByLabel("File", { exact: true })
      .setInputFiles({ name: "payroll.p12", mimeType: "application/x-pkcs12", buffer });
    await page.getByLabel(/^Passphrase of the file/).fill("correct horse");
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByRole("heading", { name: "payroll", exact: true }).waitFor();
    expect(sent("certificates.import")).toEqual([
      {
        label: "payroll",
        file: buffer.toString("base64"),
        passphrase: "correct horse",
        replaces: null,
      },
    ]);
    expect(await page.content()).not.toContain("correct horse");
  });

  it("registers at an issuer on the way to a server, and only once", async () => {
    const page = await visit(identified());
    await go(page, "Servers");
    await page.getByRole("button", { name: "Add server" }).click();
    await page.getByLabel("Address", { exact: true }).fill("https://crm.other.example/mcp");
    await page.getByLabel("Name", { exact: true }).fill("crm");
    await pick(page, "Pattern", /^Client credentials/);
    await pick(page, "Issuer", /^Register a new one/);
    await page.getByLabel("Issuer", { exact: true }).last().fill("https://login.other.example");
    await page.getByLabel("Client id").fill("countersign");
    await page.getByLabel("Secret", { exact: true }).fill("CANARY-secret");
    await page.getByLabel(/^Scopes/).fill("crm:read");
    await page.getByRole("button", { name: "Add and test" }).click();
    await page.getByText("The name “crm” is already used in this tenant.").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("crm-other");
    await page.getByRole("button", { name: "Add and test" }).click();
    await page.getByText("crm-other is added").waitFor();
    expect(sent("issuers.add")).toHaveLength(1);
    const issuer = double().world.issuers.at(-1);
    expect(sent("servers.add").at(-1)).toMatchObject({
      name: "crm-other",
      auth: {
        type: "client-credentials",
        issuer: issuer?.id,
        scopes: ["crm:read"],
        resource: "https://crm.other.example/mcp",
      },
    });
    expect(await page.content()).not.toContain("CANARY-secret");
  });

  it("makes the first certificate from within the form, and uses it at both ends", async () => {
    const page = await visit({ ...fullWorld() });
    await go(page, "Servers");
    await page.getByRole("button", { name: "Add server" }).click();
    await page.getByLabel("Address", { exact: true }).fill("https://payroll.acme.example/mcp");
    await pick(page, "Pattern", /^Certificate/);
    await page.getByRole("button", { name: "Make a certificate" }).click();
    await page.getByLabel("Label").fill("Payroll");
    await page.getByLabel("Common name").fill("countersign-payroll");
    await page.keyboard.press("Enter");
    await expect
      .poll(() => page.getByRole("combobox", { name: "Certificate", exact: true }).innerText())
      .toBe("Payroll");
    expect(sent("servers.add"), "Enter in the upper form is not for the lower one").toEqual([]);
    await pick(page, "Issuer", /^Register a new one/);
    await page.getByLabel("Issuer", { exact: true }).last().fill("https://login.acme.example");
    await page.getByLabel("Client id").fill("countersign-payroll");
    await pick(page, "How Countersign proves itself", /^Self-signed/);
    await page.getByRole("button", { name: "Add and test" }).click();
    await page.getByText("payroll is added").or(page.getByText("acme is added")).waitFor();
    const [made] = double().world.certificates;
    expect(sent("issuers.add")).toMatchObject([{ auth: { certificate: made?.id } }]);
    expect(sent("servers.add")).toMatchObject([{ auth: { type: "mtls", certificate: made?.id } }]);
  });

  it("shows a pattern that is too weak at the stage, and takes the stronger one", async () => {
    const page = await visit(identified());
    await go(page, "Servers");
    await page.getByRole("button", { name: "Add server" }).click();
    await page.getByLabel("Address", { exact: true }).fill("https://pay.acme.example/mcp");
    await page.getByLabel("Name", { exact: true }).fill("pay");
    await page.getByLabel("Key", { exact: true }).fill("k");
    await pick(page, "Stage", /^Production/);
    await page.getByRole("button", { name: "Add and test" }).click();
    const refusal = page.getByText("A production server wants at least a token bound to a key");
    await refusal.waitFor();
    expect(await page.getByRole("combobox", { name: "Stage" }).getAttribute("aria-invalid")).toBe(
      "true",
    );
    await expect
      .poll(() => refusal.evaluate((n) => n.getBoundingClientRect().bottom))
      .toBeLessThan(680);
    await pick(page, "Pattern", /^Certificate/);
    await pick(page, "Certificate", /^Payroll/);
    await pick(page, "Issuer", /^acme-certificate/);
    await page.getByRole("button", { name: "Add and test" }).click();
    await page.getByText("pay is added").waitFor();
  });

  it("takes an agent's certificate, but never its private key", async () => {
    const page = await visit(fullWorld());
    await go(page, "Agents");
    await page.getByRole("button", { name: "More for Cursor", exact: true }).click();
    await page.getByRole("menuitem", { name: "Set certificate" }).click();
    const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
    const field = page.getByLabel("Certificate (PEM)");
    await field.fill(`${pem}\n-----BEGIN EC PRIVATE KEY-----\nCANARY`);
    await page.getByRole("button", { name: "Set it" }).click();
    await page.getByText("This holds a private key.").waitFor();
    expect(sent("agents.setCertificate")).toEqual([]);
    await field.fill(pem);
    await page.getByRole("button", { name: "Set it" }).click();
    await page.getByText("https://127.0.0.1:7718").waitFor();
    expect(sent("agents.setCertificate")).toEqual([{ id: "agt_sample200", certificate: pem }]);
    await page.getByRole("button", { name: "More for Cursor", exact: true }).click();
    await page.getByRole("menuitem", { name: "Take certificate away" }).click();
    await page.getByRole("button", { name: "Take it away" }).click();
    await page.getByText("https://127.0.0.1:7718").waitFor({ state: "detached" });
    expect(sent("agents.setCertificate")).toHaveLength(2);
  });

  it("starts the lab from the first screen, and tours it step by step", async () => {
    const page = await visit({ ...fullWorld(), rows: [], servers: [], agents: [], labMs: 500 });
    await page.getByRole("button", { name: "Try the lab" }).click();
    await page.getByRole("button", { name: "Start the lab" }).click();
    await page.getByText("Starting the practice company").waitFor();
    await page.getByText("The practice company is running").waitFor();
    await page.getByRole("button", { name: "Run the tour" }).click();
    await page.getByText(/^Step [1-8] of 9 is done$/).waitFor();
    // Looking away and back loses nothing.
    await go(page, "Doctor");
    await go(page, "Lab");
    await page.getByText("All 9 steps went as expected").waitFor();
    const steps = page.getByRole("list", { name: "The tour" });
    expect(await steps.getByRole("listitem").count()).toBe(9);
    expect(await steps.getByText("accepted", { exact: true }).count()).toBe(1);
    // By keyboard: a step opens, and says in sentences what is drawn.
    await page.getByRole("button", { name: "A stolen bound token" }).focus();
    await page.keyboard.press("Space");
    const said = page.getByRole("list", { name: "Who sends what to whom" });
    expect(await said.getByRole("listitem").last().innerText()).toContain(
      "Server sends to Thief: 401, and nothing else",
    );
    await page.keyboard.press("Space");
    await said.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Stop the lab" }).click();
    await page.getByText("The practice company is off").waitFor();
    await page.getByText("All 9 steps went as expected").waitFor();
  });

  it("says why the lab did not start, and offers it again", async () => {
    const page = await visit({ ...fullWorld(), labFails: true });
    await go(page, "Lab");
    await page.getByRole("button", { name: "Start the lab" }).click();
    await page.getByText("The lab could not be started: no port was free.").waitFor();
    await page.getByRole("button", { name: "Start the lab" }).waitFor();
  });

  it("marks everything of the practice company", async () => {
    const world = identified();
    world.servers = world.servers.map((one) => ({ ...one, tenant: "lab" }));
    world.accounts = world.accounts.map((one) => ({ ...one, tenant: "lab" }));
    const page = await visit(world);
    await go(page, "Servers");
    await page.getByRole("heading", { name: "treasury" }).waitFor();
    expect(await page.getByText("Practice", { exact: true }).count()).toBe(world.servers.length);
    await go(page, "Identities");
    await page.getByText("ada@acme.example").first().waitFor();
    expect(await page.getByText("Practice", { exact: true }).count()).toBe(world.accounts.length);
  });
});

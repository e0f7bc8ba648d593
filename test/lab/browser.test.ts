// A real browser signs in at the practice issuer: what the page's own policy forbids, it would forbid here.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Browser, hasChromium, launch } from "./support/chromium.ts";
import { configure } from "./support/flows.ts";
import { useLab } from "./support/lab.ts";

const house = useLab();

describe.skipIf(!hasChromium)("Chromium", () => {
  let browser: Browser;
  const arrived: string[] = [];
  const listener = createServer((request, response) => {
    arrived.push(request.url ?? "");
    response.setHeader("content-type", "text/html").end("<title>back</title>");
  });
  beforeAll(async () => {
    browser = await launch();
    await new Promise<void>((resolve) => {
      listener.listen(0, "127.0.0.1", resolve);
    });
  });
  afterAll(async () => {
    await browser.close();
    listener.closeAllConnections();
    await new Promise((resolve) => listener.close(resolve));
  });

  it("chooses Grace, agrees, and lands at the program that asked, with nothing on the console", async () => {
    const config = await configure(house.lab, house.lab.issuer.clients.desktop);
    const verifier = oidc.randomPKCECodeVerifier();
    const redirect = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/callback`;
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirect,
      scope: "openid mail:read",
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state: "s1",
    });
    // Scripts off: the pages must do without.
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on("console", (message) => faults.push(message.text()));
    page.on("requestfailed", (request) => faults.push(request.url()));
    await page.goto(url.href);
    await page.getByRole("button", { name: "Grace Hopper" }).click();
    expect(await page.title()).toContain("PRACTICE");
    expect(await page.getByRole("listitem").allTextContents()).toEqual(["openid", "mail:read"]);
    await page.getByRole("button", { name: "Yes, I agree" }).click();
    await page.waitForURL(/callback/);
    expect(faults.filter((fault) => !fault.includes("favicon"))).toEqual([]);
    const tokens = await oidc.authorizationCodeGrant(config, new URL(page.url()), {
      pkceCodeVerifier: verifier,
      expectedState: "s1",
      idTokenExpected: true,
    });
    expect(tokens.claims()?.sub).toBe("grace");
    expect(arrived.some((path) => path.startsWith("/callback?code="))).toBe(true);
    await context.close();
  });

  it("types the code of a device, and agrees", async () => {
    const config = await configure(house.lab, house.lab.issuer.clients.desktop);
    const started = await oidc.initiateDeviceAuthorization(config, { scope: "openid" });
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(started.verification_uri);
    await page.getByRole("textbox").fill(started.user_code);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("button", { name: "Yes, it is mine" }).click();
    await page.getByRole("button", { name: "Ada Lovelace" }).click();
    await page.getByRole("button", { name: "Yes, I agree" }).click();
    await page.getByText("You can go back to the device").waitFor();
    const tokens = await oidc.pollDeviceAuthorizationGrant(config, { ...started, interval: 1 });
    expect(tokens.claims()?.sub).toBe("ada");
    await context.close();
  });
});

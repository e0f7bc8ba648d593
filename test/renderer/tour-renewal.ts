// The stops of what is renewed, replaced or edited without being removed.
import type { Page } from "playwright";
import { more, nav, type Stop } from "./tour-base.ts";
import { identified } from "./tour-identities.ts";

const tab = async (page: Page, name: string): Promise<void> => {
  await nav(page, "Identities");
  await page.getByRole("tab", { name }).click();
};

export const RENEWAL_STOPS: readonly Stop[] = [
  {
    name: "certificate-renew",
    world: identified,
    async go(page) {
      await tab(page, "Certificates");
      await page.getByRole("button", { name: "Renew Billing" }).click();
      await page.getByRole("radio", { name: "Itself" }).check();
      await page.getByLabel("Valid for, in days").fill("0");
      await page.getByRole("button", { name: "Make its successor" }).click();
      await page.getByText("Give a whole number from 1 to 825.").waitFor();
    },
  },
  {
    name: "certificate-stands-by",
    world: () => {
      const world = identified();
      const [first] = world.certificates;
      if (first === undefined || first.state !== "active") return world;
      const next = { ...first, id: "crt_sample900", selfSigned: true, replaces: first.id };
      return { ...world, certificates: [{ ...first, selfSigned: true }, next] };
    },
    async go(page) {
      await tab(page, "Certificates");
      await page.getByText("Stands by").waitFor();
    },
  },
  {
    name: "issuer-replace-secret",
    world: identified,
    async go(page) {
      await tab(page, "Issuers");
      await more(page, "local-keycloak", "Replace secret");
      await page.getByRole("button", { name: "Replace", exact: true }).click();
      await page.getByText("Paste the secret.").waitFor();
    },
  },
  {
    name: "issuer-two-keys",
    world: identified,
    async go(page) {
      await tab(page, "Issuers");
      await more(page, "acme", "New signing key");
      await page.getByRole("button", { name: "Make the key" }).click();
      await page.getByText("A new signing key waits").waitFor();
    },
  },
  {
    name: "issuer-key-set",
    world: identified,
    async go(page) {
      await tab(page, "Issuers");
      await more(page, "acme", "Show key set");
      await page.getByRole("dialog").getByText("2026-10-a").first().waitFor();
    },
  },
  {
    name: "issuer-edit",
    world: identified,
    async go(page) {
      await tab(page, "Issuers");
      await more(page, "acme-certificate", "Edit");
      await page.getByRole("button", { name: "Save" }).waitFor();
    },
  },
  {
    name: "server-edit-moved",
    world: identified,
    async go(page) {
      await nav(page, "Servers");
      await more(page, "crm", "Edit");
      await page.getByLabel("Address", { exact: true }).fill("https://elsewhere.example/mcp");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Agree to this, or keep the address.").waitFor();
    },
  },
];

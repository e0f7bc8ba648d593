// The stops of servers that authenticate by an issuer.
import type { Page } from "playwright";
import type { World } from "./double.ts";
import { nav, type Stop } from "./tour-base.ts";
import { identified } from "./tour-identities.ts";

/** One agent may ask for a part of what the server has. */
const narrowed = (): World => {
  const world = identified();
  const servers = world.servers.map((one) =>
    one.kind === "http" && "issuer" in one.pattern && one.name === "treasury"
      ? {
          ...one,
          pattern: {
            ...one.pattern,
            scopes: ["treasury:read", "treasury:pay"],
            agentScopes: { agt_sample100: ["treasury:read"] },
          },
        }
      : one,
  );
  return { ...world, servers };
};
/** The add-a-server form with this pattern chosen. */
const addWith = async (page: Page, pattern: string): Promise<void> => {
  await nav(page, "Servers");
  await page.getByRole("button", { name: "Add server" }).click();
  await page.getByLabel("Address", { exact: true }).fill("https://treasury.acme.example/mcp");
  await page.getByRole("combobox", { name: "Pattern" }).click();
  await page.getByRole("option", { name: new RegExp(`^${pattern}`) }).click();
};

export const PATTERN_STOPS: readonly Stop[] = [
  {
    name: "server-cards-oauth",
    world: identified,
    async go(page) {
      await nav(page, "Servers");
      await page.getByRole("heading", { name: "treasury" }).waitFor();
    },
  },
  {
    name: "server-agent-scopes",
    world: narrowed,
    async go(page) {
      await nav(page, "Servers");
      await page.getByText("Narrowed for").first().waitFor();
      await page
        .getByRole("listitem")
        .filter({ has: page.getByRole("heading", { name: "treasury" }) })
        .getByRole("button", { name: /More/ })
        .click();
      await page.getByRole("menuitem", { name: "Scopes for each agent" }).click();
      await page
        .getByRole("group", { name: "Claude Code" })
        .getByRole("checkbox")
        .first()
        .waitFor();
    },
  },
  {
    name: "server-add-pattern",
    world: identified,
    async go(page) {
      await nav(page, "Servers");
      await page.getByRole("button", { name: "Add server" }).click();
      await page.getByRole("combobox", { name: "Pattern" }).click();
      await page.getByRole("option", { name: /^Composite/ }).waitFor();
    },
  },
  {
    name: "server-add-help",
    world: identified,
    async go(page) {
      await nav(page, "Servers");
      await page.getByRole("button", { name: "Add server" }).click();
      await page.getByRole("button", { name: "Which pattern?" }).click();
      await page.getByRole("radio", { name: /^Shared data/ }).check();
      await page.getByRole("radio", { name: /several tenants/ }).check();
      await page.getByRole("radio", { name: /^A person's/ }).check();
      await page.getByRole("button", { name: "Use this pattern" }).waitFor();
    },
  },
  {
    name: "server-add-exchange",
    world: identified,
    async go(page) {
      await addWith(page, "Token exchange");
      await page.getByRole("combobox", { name: "Issuer" }).click();
      await page
        .getByRole("option", { name: /^acme / })
        .first()
        .click();
    },
  },
  {
    name: "server-add-proven",
    world: identified,
    async go(page) {
      await addWith(page, "Client credentials");
      await page.getByRole("checkbox", { name: /^Bind the token to a key/ }).check();
    },
  },
  {
    name: "server-add-composite",
    world: identified,
    async go(page) {
      await addWith(page, "Composite");
      await page.getByRole("combobox", { name: "Issuer" }).click();
      await page.getByRole("option", { name: /^Register a new one/ }).click();
      await page.getByRole("button", { name: "Add and test" }).click();
      await page.getByText("Choose a certificate.").first().waitFor();
    },
  },
  {
    name: "server-add-too-weak",
    world: identified,
    async go(page) {
      await nav(page, "Servers");
      await page.getByRole("button", { name: "Add server" }).click();
      await page.getByLabel("Address", { exact: true }).fill("https://mcp.example.com/mcp");
      await page.getByLabel("Key", { exact: true }).fill("sk-live-not-shown");
      await page.getByRole("combobox", { name: "Stage" }).click();
      await page.getByRole("option", { name: /^Production/ }).click();
      await page.getByRole("button", { name: "Add and test" }).click();
      await page.getByText("pattern_too_weak").waitFor();
    },
  },
];

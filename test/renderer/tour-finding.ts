// The stops of finding out how a server authenticates, from the address to the sign-in.
import type { Page } from "playwright";
import { sampleFlows } from "./sample-identities.ts";
import { full, nav, now, type Stop } from "./tour-base.ts";

const findOut = async (page: Page, address: string): Promise<void> => {
  await nav(page, "Servers");
  await page.getByRole("button", { name: "Add server" }).click();
  await page.getByLabel("Address", { exact: true }).fill(address);
  await page.getByRole("button", { name: "Find out" }).click();
};
const proposed = async (page: Page, address: string, pattern: string): Promise<void> => {
  await findOut(page, address);
  await page.getByText(`Proposed: ${pattern}`).waitFor();
};

export const FINDING_STOPS: readonly Stop[] = [
  {
    name: "server-find-asking",
    world: full,
    async go(page) {
      await findOut(page, "https://slow.acme.example/mcp");
      await page.getByText("Ask the server, without a credential").waitFor();
    },
  },
  {
    name: "server-find-proposal",
    world: full,
    go: (page) => proposed(page, "https://tickets.acme.example/mcp", "Account"),
  },
  {
    name: "server-find-change",
    world: full,
    async go(page) {
      await proposed(page, "https://tickets.acme.example/mcp", "Account");
      await page.getByRole("button", { name: "Change" }).click();
      await page.getByText("Register by itself").waitFor();
    },
  },
  {
    name: "server-find-confirm",
    world: full,
    async go(page) {
      await findOut(page, "http://127.0.0.1:3001/mcp");
      await page.getByRole("button", { name: "I know it, ask it" }).waitFor();
    },
  },
  {
    name: "server-find-key",
    world: full,
    go: (page) => proposed(page, "https://key.acme.example/mcp", "API key"),
  },
  {
    name: "server-find-by-hand",
    world: full,
    async go(page) {
      await proposed(page, "https://byhand.acme.example/mcp", "Account");
      await page.getByLabel("Client id").waitFor();
    },
  },
  {
    name: "server-find-failed",
    world: () => full({ flows: sampleFlows(now) }),
    async go(page) {
      await findOut(page, "https://gone.acme.example/mcp");
      await page.getByRole("alert").getByRole("button", { name: "X-ray" }).waitFor();
    },
  },
  {
    name: "server-find-xray",
    world: () => full({ flows: sampleFlows(now) }),
    async go(page) {
      await findOut(page, "https://gone.acme.example/mcp");
      await page.getByRole("alert").getByRole("button", { name: "X-ray" }).click();
      await page.getByRole("heading", { name: /X-ray/ }).waitFor();
    },
  },
  {
    name: "server-find-sign-in",
    world: full,
    async go(page) {
      await proposed(page, "https://tickets.acme.example/mcp", "Account");
      await page.getByRole("button", { name: "Add and test" }).click();
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.getByText("Waiting for you to come back").waitFor();
    },
  },
];

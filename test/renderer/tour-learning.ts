// Stops of the tour about learning: not begun, watching, with proposals, and one of them reviewed.
import type { LearningView, ProposalView } from "../../electron/contract.ts";
import { NOTHING_LEARNED } from "./double-learning.ts";
import { rule } from "../support/rules.ts";
import { sampleAgents, sampleServers } from "./sample.ts";
import { alive, full, nav, now, type Stop } from "./tour-base.ts";

const [agent, other] = sampleAgents(now);
const [server, second] = sampleServers(now);
if (agent === undefined || other === undefined) throw new Error("the sample is empty");
if (server === undefined || second === undefined) throw new Error("the sample is empty");

const proposal = (n: number, given: Partial<ProposalView>): ProposalView => ({
  id: `prp_00000000000${n}`,
  effect: "allow",
  tenant: "personal",
  agent: { id: agent.id, name: agent.name },
  server: { id: server.id, name: server.name },
  tool: "search_contacts",
  why: { calls: 41, yes: 6, no: 0, granted: 33, first: now - 70_000_000, last: now - 60_000 },
  ...given,
});
const PROPOSALS = [
  proposal(1, {}),
  proposal(2, {
    tool: "list_every_single_project_of_this_organisation_by_its_name",
    agent: { id: other.id, name: other.name },
    why: { calls: 7, yes: 7, no: 0, granted: 0, first: now - 9_000_000, last: now - 60_000 },
  }),
  proposal(3, {
    effect: "deny",
    tool: "export_everything",
    server: { id: second.id, name: second.name },
    why: { calls: 4, yes: 0, no: 3, granted: 0, first: now - 5_000_000, last: now - 60_000 },
  }),
];
const watching: LearningView = {
  ...NOTHING_LEARNED,
  state: "watching",
  from: new Date(now - 70_000_000).toISOString(),
  until: new Date(now + 16_000_000).toISOString(),
  calls: 187,
};

const stop = (name: string, learning: LearningView, text: string): Stop => ({
  name,
  world: () => full({ learning }),
  async go(page) {
    await nav(page, "Policy");
    await page.getByRole("tab", { name: "Learn" }).click();
    await page.getByText(text).first().waitFor();
  },
});

/** On the page that asks. */
export const REMOVAL_STOP: Stop = {
  name: "ask-rule-removal",
  surface: "approval",
  world: () =>
    full({
      asked: [
        {
          kind: "rule",
          change: "remove",
          items: [
            {
              rule: rule(7, { effect: "deny", tool: "*_production_*" }),
              agent: null,
              server: server.name,
            },
          ],
        },
      ],
    }),
  async go(page) {
    await page.getByText("Remove this rule?").waitFor();
    await alive(page);
  },
};

export const LEARNING_STOPS: readonly Stop[] = [
  stop("learn-empty", NOTHING_LEARNED, "Rules from what you answer"),
  stop("learn", { ...watching, proposals: PROPOSALS }, "Proposed rules"),
  stop("learn-over", { ...watching, state: "over", incomplete: true }, "No rule is proposed"),
  {
    ...stop("learn-review", { ...watching, proposals: PROPOSALS }, "Proposed rules"),
    async go(page) {
      await nav(page, "Policy");
      await page.getByRole("tab", { name: "Learn" }).click();
      await page.getByRole("button", { name: "Review the rule for search_contacts" }).click();
      await page.getByText("would have been denied").waitFor();
    },
  },
];

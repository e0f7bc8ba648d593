// The way of one call through policy, flow labels, grants and the person, with a policy that says what a test wants.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { standingOf } from "../../../electron/core/consent/standing.ts";
import { createFlow } from "../../../electron/core/labels/flow.ts";
import type { FlowLabel, ToolLabels } from "../../../electron/core/labels/labels.ts";
import { LETHAL_TRIFECTA } from "../../../electron/core/labels/trifecta.ts";
import { createPermission } from "../../../electron/core/permission/permission.ts";
import type { Verdict } from "../../../electron/core/permission/questions.ts";
import { inForce } from "../../../electron/core/policy/in-force.ts";
import { readSets } from "../../../electron/core/policy/judge.ts";
import { createRuns } from "../../../electron/core/runs/runs.ts";
import type { Server } from "../../../electron/core/servers.ts";
import { digest } from "../../support/ports.ts";
import { openPermissions } from "./stage.ts";
import { hashOf } from "../../support/asking.ts";

const WHO = {
  agent: { id: "agt_0000000001", name: "Claude Code", tenant: "personal", credentialHash: "h" },
  authMethod: "bearer",
  certificate: null,
} as unknown as Parameters<ReturnType<typeof createPermission>["decide"]>[0];
const server = (name: string): Server =>
  ({
    id: `srv_${name.padEnd(10, "0")}`,
    tenant: "personal",
    name,
    kind: "http",
    stage: "development",
    url: `https://${name}.example/mcp`,
    pattern: { type: "none" },
    state: "active",
  }) as unknown as Server;

/** The agent may use the server: that is not what these tests are about. */
const MET = { by: "rule", consent: null, question: null, waitedMs: null } as const;

interface Said {
  deny: string[];
  ask: string[];
  allow: string[];
}

function open(said: Said = { deny: [], ask: [], allow: ["mine"] }) {
  const stage = openPermissions();
  const { clock } = stage.time;
  const labels: ToolLabels[] = [];
  const policy = { said };
  const runs = createRuns({ clock, digest, labelled: () => false });
  const permission = createPermission({
    policy: inForce(
      [{ name: null, engine: { evaluate: () => policy.said, hash: () => "p" }, read: readSets }],
      digest,
    ),
    history: { count: () => 0 },
    grants: stage.grants,
    questions: stage.questions,
    flow: createFlow({ runs, labels: () => labels }),
    clock,
    digest,
    programs: { admit: () => null },
    isPractice: () => false,
    consents: { pass: () => MET },
    signIns: { needed: () => undefined },
    standing: (agent, to) => standingOf(agent, to, { issuers: () => [], accounts: () => [] }),
    always: async () => undefined,
    pause: async () => undefined,
    pins: {
      look: () => ({
        standing: "never-listed",
        by: null,
        fingerprint: null,
        claims: null,
        change: null,
      }),
      accept: async () => undefined,
      reject: async () => undefined,
    },
  });
  const label = (name: string, tool: string | null, ...of: FlowLabel[]): void =>
    void labels.push({
      tenant: "personal",
      server: server(name).id,
      tool,
      labels: of,
      setAt: "2026-11-28T00:00:00.000Z",
    });
  const decide = (name: string, tool: string, args: unknown = {}, who = WHO) =>
    permission.decide(who, server(name), {
      tool,
      via: "mcp",
      sessionId: null,
      argumentsText: JSON.stringify(args),
      program: null,
      holdsSecret: () => false,
    });
  /** Decides, and sends where it may go on. */
  const call = async (name: string, tool: string, who = WHO) => {
    const permit = await decide(name, tool, {}, who);
    if (permit.refusal === null) {
      runs.sent(who.agent.id, permit.run, { server: { id: server(name).id, name }, tool });
    }
    return permit;
  };
  const answer = (verdict: Verdict): void => {
    const [one] = stage.questions.list();
    if (one === undefined) throw new Error("nothing is asked");
    const { nonce } = stage.questions.show(one.id);
    stage.time.advance(3000);
    stage.questions.answer(one.id, nonce, verdict, hashOf(one));
  };
  return { ...stage, runs, policy, label, decide, call, answer };
}
const other = { ...WHO, agent: { ...WHO.agent, id: "agt_0000000002" } } as typeof WHO;
const once: Verdict = { type: "allow", lifetime: "once", scope: "arguments" };

/** Reads private data and strangers' text, as rules allow it. */
async function readBoth(stage: ReturnType<typeof open>): Promise<void> {
  stage.label("crm", "read_customer", "private");
  stage.label("web", null, "untrusted");
  stage.label("mail", "post", "egress");
  expect((await stage.call("crm", "read_customer")).refusal).toBeNull();
  expect((await stage.call("web", "fetch_page")).refusal).toBeNull();
}

describe("a run that has read private data and strangers' text (threat 45)", () => {
  it("is asked about what would carry it out, though a rule allows it, and told by which calls", async () => {
    const stage = open();
    await readBoth(stage);
    const sending = stage.decide("mail", "post");
    const [question] = stage.questions.list();
    expect(question?.matter).toMatchObject({
      kind: "call",
      rules: [LETHAL_TRIFECTA],
      trifecta: [
        { label: "private", by: { server: "crm", tool: "read_customer" } },
        { label: "untrusted", by: { server: "web", tool: "fetch_page" } },
        { label: "egress", by: null },
      ],
    });
    stage.answer({ type: "deny" });
    expect((await sending).refusal?.code).toBe("call_refused");
  });

  it("takes a yes for that call alone: not for a while, not for good; the next one is asked about", async () => {
    const stage = open();
    await readBoth(stage);
    const sending = stage.decide("mail", "post");
    for (const lifetime of ["this-run", "5-minutes", "1-hour", "until-lock", "always"] as const) {
      expect(() => stage.answer({ type: "allow", lifetime, scope: "tool" })).toThrow(
        "verdict_not_offered",
      );
    }
    stage.answer(once);
    expect(await sending).toMatchObject({ refusal: null, record: { lifetime: "once" } });
    const again = stage.decide("mail", "post");
    expect(stage.questions.list()).toHaveLength(1);
    stage.answer({ type: "deny" });
    await again;
  });

  it("is asked though a grant covers it, and the grant is not used", async () => {
    const stage = open({ deny: [], ask: [], allow: [] });
    const first = stage.decide("mail", "post");
    stage.answer({ type: "allow", lifetime: "until-lock", scope: "tool" });
    expect((await first).refusal).toBeNull();
    expect((await stage.decide("mail", "post")).record.grant, "the grant holds").not.toBeNull();
    stage.policy.said = { deny: [], ask: [], allow: ["mine"] };
    await readBoth(stage);
    stage.policy.said = { deny: [], ask: [], allow: [] };
    const sending = stage.decide("mail", "post");
    expect(stage.questions.list()).toHaveLength(1);
    stage.answer({ type: "deny" });
    expect((await sending).refusal?.code).toBe("call_refused");
    expect(stage.grants.list()[0]?.uses).toBe(1);
  });

  it("is denied where a rule denies, and nobody is asked", async () => {
    const stage = open();
    await readBoth(stage);
    stage.policy.said = { deny: ["no"], ask: [], allow: ["mine"] };
    expect((await stage.decide("mail", "post")).refusal?.code).toBe("policy_denied");
    expect(stage.questions.list()).toEqual([]);
  });

  it("does not mix with another agent's run, and is forgotten after half an hour's pause", async () => {
    const stage = open();
    await readBoth(stage);
    expect((await stage.decide("mail", "post", {}, other)).refusal).toBeNull();
    stage.time.advance(31 * 60_000);
    expect((await stage.decide("mail", "post")).refusal).toBeNull();
  });

  it("counts calls that were sent, not those that were denied", async () => {
    const stage = open();
    stage.label("crm", null, "private", "untrusted");
    stage.label("mail", null, "egress");
    stage.policy.said = { deny: ["no"], ask: [], allow: [] };
    await stage.call("crm", "read_customer");
    stage.policy.said = { deny: [], ask: [], allow: ["mine"] };
    expect((await stage.call("mail", "post")).refusal).toBeNull();
  });

  it("one tool that does all three is asked about each time", async () => {
    const stage = open();
    stage.label("browser", "open", "private", "untrusted", "egress");
    const first = stage.decide("browser", "open");
    expect(stage.questions.list()[0]?.matter).toMatchObject({ rules: [LETHAL_TRIFECTA] });
    stage.answer(once);
    expect((await first).refusal).toBeNull();
  });

  it("a label that is set later counts for what was read before", async () => {
    const stage = open();
    await stage.call("crm", "read_customer");
    await stage.call("web", "fetch_page");
    await readBoth(stage);
    const sending = stage.decide("mail", "post");
    expect(stage.questions.list()).toHaveLength(1);
    stage.answer({ type: "deny" });
    await sending;
  });
});

describe("what the person said yes to", () => {
  it("makes one grant, however many identical calls waited for the answer", async () => {
    const stage = open({ deny: [], ask: [], allow: [] });
    const waiting = Array.from({ length: 20 }, () => stage.decide("crm", "search", { q: 1 }));
    stage.answer({ type: "allow", lifetime: "1-hour", scope: "arguments", atMost: 3 });
    const permits = await Promise.all(waiting);
    expect(new Set(permits.map(({ record }) => record.grant)).size).toBe(1);
    expect(stage.grants.list()).toHaveLength(1);
  });

  it("covers no more calls than its number, however many come at once", async () => {
    const stage = open({ deny: [], ask: [], allow: [] });
    const first = stage.decide("crm", "search");
    stage.answer({ type: "allow", lifetime: "1-hour", scope: "tool", atMost: 7 });
    await first;
    const many = Array.from({ length: 20 }, (_, i) => stage.decide("crm", "search", { i }));
    stage.questions.withdrawAll();
    const permits = await Promise.all(many);
    expect(permits.filter(({ refusal }) => refusal === null)).toHaveLength(7);
  });

  it("is counted: after five, the question offers a rule; a no begins anew (approvals 17)", async () => {
    const stage = open({ deny: [], ask: [], allow: [] });
    const approvals = () => stage.questions.list()[0]?.matter as { approvals?: number } | undefined;
    for (let i = 0; i < 5; i++) {
      const call = stage.decide("crm", "search", { i });
      expect(approvals()?.approvals).toBe(i);
      stage.answer(once);
      await call;
    }
    const sixth = stage.decide("crm", "search", { i: 6 });
    expect(approvals()?.approvals).toBe(5);
    stage.answer({ type: "deny" });
    await sixth;
    const seventh = stage.decide("crm", "search", { i: 7 });
    expect(approvals()?.approvals).toBe(0);
    stage.answer({ type: "deny" });
    await seventh;
  });
});

it("deny wins over rules, grants and labels; one denial more never lets a call through (120 cases)", async () => {
  const ids = fc.array(fc.constantFrom("a", "b"), { maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(
      fc.record({ deny: ids, ask: ids, allow: ids }),
      fc.boolean(),
      fc.boolean(),
      async (said, granted, labelled) => {
        const outcome = async (policy: Said): Promise<string> => {
          const stage = open({ deny: [], ask: [], allow: [] });
          if (granted) {
            const first = stage.decide("mail", "post");
            stage.answer({ type: "allow", lifetime: "1-hour", scope: "tool" });
            await first;
          }
          if (labelled) stage.label("mail", null, "private", "untrusted", "egress");
          stage.policy.said = policy;
          const deciding = stage.decide("mail", "post");
          if (stage.questions.list().length > 0) {
            stage.questions.withdrawAll();
            await deciding;
            return "asked";
          }
          return (await deciding).refusal === null ? "allowed" : "denied";
        };
        const before = await outcome(said);
        const after = await outcome({ ...said, deny: [...said.deny, "more"] });
        expect(after).toBe("denied");
        if (said.deny.length > 0) expect(before).toBe("denied");
        if (labelled) expect(before).not.toBe("allowed");
      },
    ),
    { numRuns: 120 },
  );
});

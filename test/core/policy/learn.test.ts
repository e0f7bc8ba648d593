// What may be proposed from what the person said, as laws over made-up journals, and the learner over one journal.
import { describe, expect, it } from "vitest";
import type { CallRow } from "../../../electron/core/journal.ts";
import { createQuestions } from "../../../electron/core/permission/questions.ts";
import { isDestructive } from "../../../electron/core/policy/destructive.ts";
import { createLearner } from "../../../electron/core/policy/learner.ts";
import {
  caseOf,
  type Proposal,
  proposalOf,
  takeIn,
  type Tallies,
} from "../../../electron/core/policy/learn.ts";
import { dismissedOf, isDismissed } from "../../../electron/core/policy/learning.ts";
import { NOTHING_SAID } from "../../../electron/core/policy/judge.ts";
import { createRuleRegister } from "../../../electron/core/policy/rule-register.ts";
import { loadEngine, shippedPolicy } from "../../../electron/host/policy/engine.ts";
import { judge } from "../../../electron/core/policy/judge.ts";
import { digest, timers } from "../../../electron/platform.ts";
import { sampleAgents, sampleCalls, sampleServers } from "../../renderer/sample.ts";
import { memoryStore, movableClock } from "../../support/ports.ts";
import { rule } from "../../support/rules.ts";
import { fc, test } from "../property.ts";

const NOW = Date.UTC(2026, 10, 28);
const [like] = sampleCalls(50, NOW).filter(({ kind }) => kind === "call");
if (like === undefined) throw new Error("the sample is empty");

/** How a call went, as the journal would have it. */
type How = "yes" | "no" | "granted" | "ruled" | "silence" | "edited" | "trifecta";
interface Given {
  readonly agent: number;
  readonly server: number;
  readonly tool: string;
  readonly how: How;
  readonly target?: number;
  readonly fingerprint?: number | null;
}
const TOOLS = ["search", "list_notes", "delete_user", "sendMail", "odd*name"];
const FINGERPRINTS = ["a".repeat(64), "b".repeat(64)];
const idOf = (kind: string, n: number): string => `${kind}_00000000000${n}`;
const targetOf = (given: Given): string => `https://s${given.server}.example/${given.target ?? 0}`;
const fingerprintOf = ({ fingerprint }: Given): string | null =>
  fingerprint == null ? null : (FINGERPRINTS[fingerprint] ?? null);

function rowOf(given: Given, i: number): CallRow {
  const { how, tool } = given;
  const asked = ["yes", "no", "edited", "trifecta"].includes(how);
  return {
    ...(like as CallRow),
    seq: i + 1,
    id: `call_${String(i).padStart(10, "0")}`,
    at: NOW + i * 1000,
    tenant: "personal",
    agentId: idOf("agt", given.agent),
    serverId: idOf("srv", given.server),
    tool,
    decision: how === "no" || how === "silence" ? "deny" : "allow",
    rules: how === "trifecta" ? ["built-in/lethal-trifecta"] : [NOTHING_SAID],
    permit: {
      policy: "p",
      argumentsHash: "h",
      question: asked ? "qst_0000000001" : null,
      grant: how === "granted" ? "grt_0000000001" : null,
      lifetime: asked && how !== "no" ? "once" : null,
      waitedMs: asked ? 5 : null,
      ...(how === "edited" && { edited: true as const }),
      seen: {
        server: { target: targetOf(given) },
        tool: { fingerprint: fingerprintOf(given), destructive: isDestructive(tool) },
      },
    },
  };
}

function learned(all: readonly Given[]): Proposal[] {
  const tallies: Tallies = new Map();
  for (const [i, given] of all.entries()) {
    const one = caseOf(rowOf(given, i));
    if (one !== null) takeIn(tallies, one);
  }
  return [...tallies.values()].map(proposalOf).filter((one) => one !== null);
}

const given: fc.Arbitrary<Given> = fc.record({
  agent: fc.constantFrom(1, 2),
  server: fc.constantFrom(1, 2),
  tool: fc.constantFrom(...TOOLS),
  // Mostly yes: a journal of chance alone would hardly ever lead to a proposal.
  how: fc.constantFrom<How>(
    ...(["yes", "yes", "yes", "yes", "granted", "granted", "no", "ruled", "silence"] as const),
    "edited",
    "trifecta",
  ),
  target: fc.constantFrom(0, 0, 0, 1),
  fingerprint: fc.constantFrom(0, 0, 0, 1, null),
});
/** Several calls of the same, so that something adds up; now and then one in between. */
const journal = fc
  .array(fc.tuple(given, fc.integer({ min: 1, max: 8 })), { maxLength: 12 })
  .map((runs) => runs.flatMap(([one, times]) => Array.from({ length: times }, () => one)));
const sameTool = (a: Given, p: Proposal): boolean =>
  idOf("agt", a.agent) === p.agent && idOf("srv", a.server) === p.server && a.tool === p.tool;

/** Journals for each law: one has some fifty calls. */
const RUNS = 300;

describe("what is proposed", () => {
  test(
    "never allows what cannot be taken back",
    [journal],
    (all) => {
      for (const one of learned(all)) {
        if (one.effect === "allow") expect(isDestructive(one.tool)).toBe(false);
      }
    },
    RUNS,
  );

  test(
    "never contradicts what the person said",
    [journal],
    (all) => {
      for (const one of learned(all)) {
        const said = all.filter((each) => sameTool(each, one)).map(({ how }) => how);
        if (one.effect === "allow") expect(said).not.toContain("no");
        else {
          expect(said.filter((how) => how === "no").length).toBeGreaterThanOrEqual(2);
          for (const how of ["yes", "granted", "ruled"]) expect(said).not.toContain(how);
        }
      }
    },
    RUNS,
  );

  test(
    "is about nothing that did not happen",
    [journal],
    (all) => {
      for (const one of learned(all)) {
        const seen = all.filter((each) => sameTool(each, one));
        expect(seen.length).toBe(one.why.calls);
        expect(one.tool).not.toMatch(/[*?]/);
        if (one.effect === "allow") {
          const same = seen.filter(
            (each) => targetOf(each) === one.target && fingerprintOf(each) === one.fingerprint,
          );
          expect(same.filter(({ how }) => how === "yes").length).toBeGreaterThanOrEqual(
            one.why.yes,
          );
          expect(one.why.yes).toBeGreaterThanOrEqual(1);
          expect(one.why.yes + one.why.granted).toBeGreaterThanOrEqual(5);
        }
      }
    },
    RUNS,
  );

  it("says something at all: the laws above are not about nothing", () => {
    const found = fc.sample(journal, { numRuns: 300, seed: 1 }).flatMap(learned);
    expect(found.filter(({ effect }) => effect === "allow").length).toBeGreaterThan(20);
    expect(found.filter(({ effect }) => effect === "deny").length).toBeGreaterThan(20);
  });

  it("all of it taken together lets through nothing that the person had not let through", async () => {
    const engine = await loadEngine(shippedPolicy(), []);
    const cases = fc.sample(journal, { numRuns: 100, seed: 7 });
    let allowed = 0;
    for (const all of cases) {
      const made = learned(all).map((one, i) =>
        rule(i, {
          effect: one.effect,
          agent: one.agent,
          server: one.server,
          tool: one.tool,
          target: one.target,
          fingerprint: one.fingerprint,
        }),
      );
      if (made.length === 0) continue;
      engine.setRules(made);
      for (const [agent, server] of [1, 2].flatMap((a) => [1, 2].map((s) => [a, s] as const))) {
        for (const tool of TOOLS) {
          for (const target of [0, 1]) {
            for (const fingerprint of [0, 1]) {
              const call: Given = { agent, server, tool, how: "yes", target, fingerprint };
              const { effect } = judge(engine.evaluate(caseOf(rowOf(call, 0))?.input));
              if (effect !== "allow") continue;
              allowed++;
              const before = all.filter(
                (one) =>
                  ["agent", "server", "tool", "target"].every(
                    (name) => one[name as keyof Given] === call[name as keyof Given],
                  ) && ["yes", "granted"].includes(one.how),
              );
              // A tool that no description was known of is meant whatever it says later.
              expect(
                before.some((one) => [fingerprint, null].includes(one.fingerprint ?? null)),
                JSON.stringify([call, made]),
              ).toBe(true);
            }
          }
        }
      }
    }
    expect(allowed).toBeGreaterThan(15);
  });

  it("begins anew for a tool that was described otherwise, or a server that moved", () => {
    const yes = (more: Partial<Given>): Given => ({
      agent: 1,
      server: 1,
      tool: "search",
      how: "yes",
      ...more,
    });
    const five = (more: Partial<Given>) => Array.from({ length: 5 }, () => yes(more));
    expect(learned(five({}))).toHaveLength(1);
    expect(learned([...five({}), yes({ target: 1 })])).toEqual([]);
    expect(learned([...five({ fingerprint: 0 }), yes({ fingerprint: 1 })])).toEqual([]);
    expect(learned(five({ how: "granted" }))).toEqual([]);
    expect(learned([yes({}), ...five({ how: "granted" })])).toHaveLength(1);
    expect(learned(five({ how: "edited" }))).toEqual([]);
    expect(learned(five({ how: "trifecta" }))).toEqual([]);
  });

  it("concludes nothing from a call whose facts were not kept, or whose name was masked", () => {
    const row = rowOf({ agent: 1, server: 1, tool: "search", how: "yes" }, 0);
    expect(caseOf(row)).not.toBeNull();
    const permit = row.permit;
    if (permit === null) throw new Error("no permit");
    expect(caseOf({ ...row, permit: { ...permit, seen: null } })).toBeNull();
    const masked = { tool: { name: "search_sk-secret" }, server: { target: "t" } };
    expect(caseOf({ ...row, permit: { ...permit, seen: masked } })).toBeNull();
    expect(caseOf({ ...row, kind: "refusal" })).toBeNull();
    expect(caseOf({ ...row, permit: null })).toBeNull();
  });

  it("what was put aside comes back when twice as much speaks for it, or for another definition", () => {
    const [one] = learned(
      Array.from({ length: 5 }, () => ({
        agent: 1,
        server: 1,
        tool: "search",
        how: "yes" as const,
      })),
    );
    if (one === undefined) throw new Error("no proposal");
    const aside = [dismissedOf(one, NOW)];
    const more = (yes: number): Proposal => ({ ...one, why: { ...one.why, yes } });
    expect([5, 9, 10].map((yes) => isDismissed(more(yes), aside))).toEqual([true, true, false]);
    expect(isDismissed({ ...one, fingerprint: "c".repeat(64) }, aside)).toBe(false);
    expect(isDismissed({ ...one, effect: "deny" }, aside)).toBe(false);
  });
});

describe("the learner", () => {
  function stage() {
    const clock = movableClock(NOW);
    const store = memoryStore();
    const [agent] = sampleAgents(NOW);
    const [server] = sampleServers(NOW);
    if (agent === undefined || server === undefined) throw new Error("the sample is empty");
    const rows: CallRow[] = [];
    let looked = 0;
    const questions = createQuestions({ clock, digest, timers, changed: () => undefined });
    const url = "https://s1.example/0";
    Object.assign(store.all, {
      agents: [1, 2].map((n) => ({
        ...agent,
        id: idOf("agt", n),
        name: `agent ${n}`,
        tenant: "personal",
      })),
      servers: [{ ...server, id: idOf("srv", 1), tenant: "personal", kind: "http", url }],
    });
    let effect: "ask" | "deny" | "allow" = "ask";
    const learner = createLearner({
      store,
      clock,
      digest,
      timers,
      rules: createRuleRegister({ store, clock, digest, questions }),
      policy: {
        decide: () => ({
          effect,
          rules: effect === "ask" ? [NOTHING_SAID] : ["rule_000000000001"],
          policy: "p",
        }),
      },
      journal: {
        search({ limit, before = Infinity, from = -Infinity, until = Infinity }) {
          looked++;
          const found = rows
            .filter(({ seq, at }) => seq < before && at >= from && at < until)
            .sort((a, b) => b.seq - a.seq);
          return { rows: found.slice(0, limit), matched: found.length, matchedIsFloor: false };
        },
      },
    });
    const call = (how: How, more: Partial<Given> = {}): void => {
      clock.advance(1000);
      const row = rowOf({ agent: 1, server: 1, tool: "search", how, ...more }, rows.length);
      rows.push({ ...row, at: clock.now() });
    };
    const set = (next: typeof effect): void => void (effect = next);
    return { clock, store, rows, learner, call, set, looked: () => looked };
  }

  it("proposes nothing unless it was begun, counts from its start to its end, and keeps what it read", async () => {
    const { learner, call, clock, looked } = stage();
    for (let i = 0; i < 6; i++) call("yes");
    expect(await learner.view()).toMatchObject({ state: "off", proposals: [], from: null });
    clock.advance(1);
    expect(await learner.start(3_600_000)).toMatchObject({ state: "watching", calls: 0 });
    for (let i = 0; i < 4; i++) call("yes");
    expect((await learner.view()).proposals).toEqual([]);
    call("yes");
    const now = await learner.view();
    expect(now).toMatchObject({
      calls: 5,
      proposals: [{ effect: "allow", tool: "search", why: { calls: 5, yes: 5, no: 0 } }],
    });
    const before = looked();
    await learner.view();
    // Nothing new: the rows are not read again.
    expect(looked() - before).toBeLessThanOrEqual(2);
    expect(await learner.stop()).toMatchObject({ state: "over", calls: 5 });
    call("no");
    clock.advance(7_200_000);
    expect((await learner.view()).proposals).toHaveLength(1);
    // Begun anew, what was before counts no more.
    expect(await learner.start(3_600_000)).toMatchObject({ calls: 0, proposals: [] });
  });

  it("counts more rows than one page, each once, also when asked for twice at once", async () => {
    const { learner, call } = stage();
    await learner.start(3_600_000);
    for (let i = 0; i < 450; i++) call("yes");
    const [one, two] = await Promise.all([learner.view(), learner.view()]);
    expect(one.calls).toBe(450);
    expect(two.calls).toBe(450);
    expect(two.proposals[0]?.why.yes).toBe(450);
    for (let i = 0; i < 7; i++) call("granted");
    expect((await learner.view()).proposals[0]?.why).toMatchObject({ calls: 457, granted: 7 });
  });

  it("proposes nothing that a rule decides already, or for what is gone or has moved", async () => {
    const { learner, call, set, store } = stage();
    await learner.start(3_600_000);
    for (let i = 0; i < 5; i++) call("yes");
    const count = async () => (await learner.view()).proposals.length;
    expect(await count()).toBe(1);
    for (const effect of ["allow", "deny"] as const) {
      set(effect);
      expect(await count()).toBe(0);
    }
    set("ask");
    const { agents, servers } = store.all;
    Object.assign(store.all, { agents: agents.filter(({ id }) => id !== idOf("agt", 1)) });
    expect(await count()).toBe(0);
    Object.assign(store.all, { agents });
    const [moved] = servers;
    const id = (await learner.view()).proposals[0]?.id ?? "";
    Object.assign(store.all, { servers: [{ ...moved, url: "https://elsewhere.example/" }] });
    expect(await count()).toBe(0);
    await expect(learner.accept(id)).rejects.toThrow("proposal_unknown");
  });

  it("makes the rule of a denial when it is accepted, and forgets a dismissed one until more speaks for it", async () => {
    const { learner, call, store } = stage();
    await learner.start(3_600_000);
    for (const agent of [1, 2]) for (let i = 0; i < 2; i++) call("no", { agent });
    const { proposals } = await learner.view();
    expect(proposals.map(({ effect }) => effect)).toEqual(["deny", "deny"]);
    const [first, second] = proposals;
    const made = await learner.accept(first?.id ?? "");
    expect(made).toMatchObject({ effect: "deny", tool: "search", target: null });
    expect(store.all.rules).toHaveLength(1);
    await learner.dismiss(second?.id ?? "");
    expect((await learner.view()).proposals.map(({ id }) => id)).not.toContain(second?.id);
    await expect(learner.accept(second?.id ?? "")).rejects.toThrow("proposal_unknown");
    for (let i = 0; i < 2; i++) call("no", { agent: 2 });
    expect((await learner.view()).proposals.map(({ id }) => id)).toContain(second?.id);
  });
});

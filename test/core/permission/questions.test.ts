import { describe, expect, it } from "vitest";
import { Refusal } from "../../../electron/core/errors.ts";
import { ASK_FOR, DEAD, type Verdict } from "../../../electron/core/permission/questions.ts";
import { call, HASH, openPermissions, subject } from "./stage.ts";

const once: Verdict = { type: "allow", lifetime: "once", scope: "arguments" };
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "answered",
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  );
const refused = (work: () => unknown): string => {
  try {
    work();
    return "taken";
  } catch (error) {
    return (error as Refusal).code;
  }
};
const only = (stage: ReturnType<typeof openPermissions>) => {
  const [one] = stage.questions.list();
  if (one === undefined) throw new Error("nothing is asked");
  return one;
};

describe("a question", () => {
  it("is answered once, by the surface that shows it", async () => {
    const stage = openPermissions();
    const answer = stage.questions.ask(call());
    const { id, nonce } = stage.questions.show(only(stage).id);
    stage.time.advance(DEAD.ordinary);
    stage.questions.answer(id, nonce, once, HASH);
    expect(await answer).toMatchObject({ question: id, verdict: once, waitedMs: DEAD.ordinary });
    expect(refused(() => stage.questions.answer(id, nonce, once, HASH))).toBe("question_closed");
    expect(stage.time.pending(), "timers of a question that ended").toBe(0);
  });

  it("is denied by silence, after 45 seconds (approvals 1)", async () => {
    const stage = openPermissions();
    const answer = codeOf(stage.questions.ask(call()));
    stage.time.advance(ASK_FOR - 1);
    expect(stage.questions.list()).toHaveLength(1);
    stage.time.advance(1);
    expect(await answer).toBe("question_unanswered");
    expect(stage.questions.list()).toHaveLength(0);
  });

  it("takes no yes in the first 500 ms of a showing, and each early click starts them anew (approvals 4)", () => {
    const stage = openPermissions();
    void codeOf(stage.questions.ask(call()));
    const { id, nonce } = stage.questions.show(only(stage).id);
    for (let i = 0; i < 20; i++) {
      stage.time.advance(DEAD.ordinary - 1);
      expect(refused(() => stage.questions.answer(id, nonce, once, HASH))).toBe(
        "verdict_too_early",
      );
    }
    stage.time.advance(DEAD.ordinary);
    expect(refused(() => stage.questions.answer(id, nonce, once, HASH))).toBe("taken");
  });

  it("takes a no at once", async () => {
    const stage = openPermissions();
    const answer = stage.questions.ask(call());
    const { id, nonce } = stage.questions.show(only(stage).id);
    stage.questions.answer(id, nonce, { type: "deny" });
    expect((await answer).verdict).toEqual({ type: "deny" });
  });

  it("wants three seconds for what cannot be taken back, and for good", () => {
    const stage = openPermissions();
    void codeOf(stage.questions.ask(call({ tool: "delete_user", destructive: true })));
    const shown = stage.questions.show(only(stage).id);
    stage.time.advance(DEAD.grave - 1);
    expect(refused(() => stage.questions.answer(shown.id, shown.nonce, once, HASH))).toBe(
      "verdict_too_early",
    );
    stage.time.advance(DEAD.grave);
    const always: Verdict = { type: "allow", lifetime: "always", scope: "tool" };
    expect(refused(() => stage.questions.answer(shown.id, shown.nonce, always, HASH))).toBe(
      "verdict_not_offered",
    );
    expect(refused(() => stage.questions.answer(shown.id, shown.nonce, once, HASH))).toBe(
      "verdict_not_typed",
    );
    const typed: Verdict = { ...once, typed: "delete_user" };
    expect(refused(() => stage.questions.answer(shown.id, shown.nonce, typed, HASH))).toBe("taken");
  });

  it("refuses a forged verdict: without a showing, with another's nonce, with an old one, for another id", () => {
    const stage = openPermissions();
    void codeOf(stage.questions.ask(call()));
    void codeOf(stage.questions.ask(call({ tool: "other", argumentsHash: "b".repeat(64) })));
    const [first, second] = stage.questions.list();
    if (first === undefined || second === undefined) throw new Error("two questions");
    expect(refused(() => stage.questions.answer(first.id, "x".repeat(22), once))).toBe(
      "verdict_refused",
    );
    const old = stage.questions.show(first.id);
    const other = stage.questions.show(second.id);
    const now = stage.questions.show(first.id);
    stage.time.advance(DEAD.grave);
    expect(refused(() => stage.questions.answer(first.id, old.nonce, once, HASH))).toBe(
      "verdict_refused",
    );
    expect(refused(() => stage.questions.answer(first.id, other.nonce, once, HASH))).toBe(
      "verdict_refused",
    );
    expect(refused(() => stage.questions.answer("qst_000000000000", now.nonce, once, HASH))).toBe(
      "question_closed",
    );
    expect(stage.questions.list()).toHaveLength(2);
  });

  it("takes no verdict after its deadline, and none for other bytes than those it shows", async () => {
    const stage = openPermissions();
    const answer = codeOf(stage.questions.ask(call()));
    const { id, nonce } = stage.questions.show(only(stage).id);
    stage.time.advance(DEAD.grave);
    for (const hash of [undefined, "b".repeat(64), HASH.toUpperCase(), HASH.slice(1)]) {
      expect(refused(() => stage.questions.answer(id, nonce, once, hash))).toBe(
        "verdict_other_bytes",
      );
    }
    expect(only(stage).id).toBe(id);
    stage.time.advance(ASK_FOR);
    expect(refused(() => stage.questions.answer(id, nonce, once, HASH))).toBe("question_closed");
    expect(await answer).toBe("question_unanswered");
  });

  it("is asked once for identical calls, and each of them gets the answer (approvals 15)", async () => {
    const stage = openPermissions();
    const answers = [1, 2, 3].map(() => stage.questions.ask(call()));
    expect(only(stage).waiting).toBe(3);
    const { id, nonce } = stage.questions.show(only(stage).id);
    stage.time.advance(DEAD.ordinary);
    stage.questions.answer(id, nonce, once, HASH);
    for (const answer of answers) expect((await answer).question).toBe(id);
  });

  it("is never shared by calls that differ in a byte, an agent, a server or a credential", () => {
    const stage = openPermissions();
    const others = [
      {},
      { argumentsHash: "b".repeat(64) },
      { tool: "x" },
      { stamp: "s2" },
      { agent: { ...subject().agent, id: "agt_0000000002" } },
      { server: { ...subject().server, id: "srv_0000000002" } },
    ];
    for (const given of others) void codeOf(stage.questions.ask(call(given)));
    expect(stage.questions.list()).toHaveLength(others.length);
  });

  it("goes when its agent hangs up, and stays while another waits for the same", async () => {
    const stage = openPermissions();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = codeOf(stage.questions.ask(call(), one.signal));
    const second = codeOf(stage.questions.ask(call(), two.signal));
    one.abort();
    expect(await first).toBe("agent_hung_up");
    expect(only(stage).waiting).toBe(1);
    two.abort();
    expect(await second).toBe("agent_hung_up");
    expect(stage.questions.list()).toHaveLength(0);
    expect(await codeOf(stage.questions.ask(call(), one.signal))).toBe("agent_hung_up");
  });

  it("waits while the person reads, but not for ever", async () => {
    const stage = openPermissions();
    const answer = codeOf(stage.questions.ask(call()));
    const { id, nonce } = stage.questions.show(only(stage).id);
    expect(refused(() => stage.questions.hold(id, "y".repeat(22)))).toBe("verdict_refused");
    for (let i = 0; i < 9; i++) {
      stage.time.advance(30_000);
      stage.questions.hold(id, nonce);
    }
    stage.time.advance(30_000);
    expect(await answer).toBe("question_unanswered");
  });

  it("leaves an agent alone for five minutes after two that nobody answered (approvals 16, threat 59)", async () => {
    const stage = openPermissions();
    for (let i = 0; i < 2; i++) {
      const answer = codeOf(stage.questions.ask(call({ argumentsHash: String(i) })));
      stage.time.advance(ASK_FOR);
      expect(await answer).toBe("question_unanswered");
    }
    expect(await codeOf(stage.questions.ask(call()))).toBe("agent_cooling_down");
    expect(stage.questions.cooling()).toEqual(["agt_0000000001"]);
    const other = { agent: { ...subject().agent, id: "agt_0000000002" } };
    void codeOf(stage.questions.ask(call(other)));
    expect(stage.questions.list(), "another agent is asked about").toHaveLength(1);
    stage.questions.resume("agt_0000000001");
    void codeOf(stage.questions.ask(call()));
    expect(stage.questions.list()).toHaveLength(2);
  });

  it("holds a flood of 500 at twenty, denies the rest at once, and soon does not hear the agent at all (threat 59)", async () => {
    const stage = openPermissions();
    const answers = Array.from({ length: 500 }, (_, i) =>
      codeOf(stage.questions.ask(call({ argumentsHash: String(i) }))),
    );
    expect(stage.questions.list()).toHaveLength(20);
    expect(stage.questions.cooling()).toEqual(["agt_0000000001"]);
    // An answer to one of them is no leave for more of the flood.
    const { id, nonce } = stage.questions.show(stage.questions.list()[0]?.id ?? "");
    stage.questions.answer(id, nonce, { type: "deny" });
    expect(await codeOf(stage.questions.ask(call({ tool: "x" })))).toBe("agent_cooling_down");
    stage.time.advance(ASK_FOR);
    const codes = await Promise.all(answers);
    const count = (code: string): number => codes.filter((one) => one === code).length;
    expect(count("questions_full")).toBe(20);
    expect(count("agent_cooling_down")).toBe(460);
    expect(count("question_unanswered")).toBe(19);
    expect(count("answered")).toBe(1);
    stage.questions.resume("agt_0000000001");
    void codeOf(stage.questions.ask(call()));
    expect(stage.questions.list()).toHaveLength(1);
  });

  it("hears an agent that a full queue turned away a few times, once there is room", async () => {
    const stage = openPermissions();
    for (let i = 0; i < 20; i++) void codeOf(stage.questions.ask(call({ argumentsHash: `${i}` })));
    const other = { agent: { ...subject().agent, id: "agt_0000000002" } };
    for (let i = 0; i < 19; i++) {
      const code = await codeOf(stage.questions.ask(call({ ...other, argumentsHash: `${i}` })));
      expect(code).toBe("questions_full");
    }
    expect(stage.questions.cooling()).toEqual([]);
    stage.questions.withdrawAll();
    void codeOf(stage.questions.ask(call(other)));
    expect(stage.questions.list()).toHaveLength(1);
  });

  it("is denied when Countersign is locked or ends (R25), and nothing is asked after that", async () => {
    const stage = openPermissions();
    const locked = codeOf(stage.questions.ask(call()));
    stage.questions.withdrawAll();
    expect(await locked).toBe("question_withdrawn");
    const waiting = Array.from({ length: 20 }, (_, i) =>
      codeOf(stage.questions.ask(call({ argumentsHash: String(i) }))),
    );
    stage.questions.close();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["question_withdrawn"]));
    expect(await codeOf(stage.questions.ask(call()))).toBe("question_withdrawn");
    expect(stage.time.pending()).toBe(0);
  });
});

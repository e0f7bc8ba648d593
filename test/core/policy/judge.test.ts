import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDestructive } from "../../../electron/core/policy/destructive.ts";
import { decide, judge, NOTHING_SAID, POLICY_FAILED } from "../../../electron/core/policy/judge.ts";

const RANK = { allow: 0, ask: 1, deny: 2 };
const ids = fc.array(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 4 });
const answers = fc.record({ deny: ids, ask: ids, allow: ids });

describe("what a policy's answer comes to", () => {
  it("deny beats ask beats allow, and the rules that spoke are named (1,000 cases)", () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const { effect, rules } = judge(answer);
        if (answer.deny.length > 0) expect([effect, rules]).toEqual(["deny", answer.deny]);
        else if (answer.ask.length > 0) expect([effect, rules]).toEqual(["ask", answer.ask]);
        else if (answer.allow.length > 0) expect([effect, rules]).toEqual(["allow", answer.allow]);
        else expect([effect, rules]).toEqual(["ask", [NOTHING_SAID]]);
      }),
      { numRuns: 1000 },
    );
  });

  it("adding a deny never widens anything (R23, 1,000 cases)", () => {
    fc.assert(
      fc.property(answers, fc.string({ minLength: 1, maxLength: 20 }), (answer, rule) => {
        const before = RANK[judge(answer).effect];
        const after = RANK[judge({ ...answer, deny: [...answer.deny, rule] }).effect];
        expect(after).toBeGreaterThanOrEqual(before);
        expect(after).toBe(RANK.deny);
      }),
      { numRuns: 1000 },
    );
  });

  it("what cannot be read means deny (1,000 cases)", () => {
    const shaped = (value: unknown): boolean =>
      typeof value === "object" && value !== null && "deny" in value;
    fc.assert(
      fc.property(
        fc.anything().filter((value) => !shaped(value)),
        (value) => {
          expect(judge(value)).toEqual({ effect: "deny", rules: [POLICY_FAILED] });
        },
      ),
      { numRuns: 1000 },
    );
    for (const value of [
      undefined,
      true,
      { allow: true },
      { deny: [], ask: [], allow: "yes" },
      { deny: [], ask: [], allow: ["x"], more: 1 },
      { deny: null, ask: [], allow: ["x"] },
    ]) {
      expect(judge(value).effect).toBe("deny");
    }
  });

  it("an engine that throws means deny", () => {
    const engine = {
      hash: () => "",
      evaluate() {
        throw new Error("out of memory");
      },
    };
    expect(decide(engine, {})).toEqual({ effect: "deny", rules: [POLICY_FAILED] });
  });
});

describe("what cannot be taken back", () => {
  it.each(["delete_user", "deleteUser", "crm.drop-table", "REMOVE", "wire2Transfer", "send-mail"])(
    "%s",
    (tool) => expect(isDestructive(tool)).toBe(true),
  );
  it.each(["get_user", "undeleted", "search", "list_removals", "echo", ""])("not: %s", (tool) =>
    expect(isDestructive(tool)).toBe(false),
  );
});

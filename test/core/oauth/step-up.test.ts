import { describe, expect, it } from "vitest";
import { stepUp, type StepUpState } from "../../../electron/core/oauth/step-up.ts";
import { refusalOf } from "../bytes.ts";
import { fc, test } from "../property.ts";

const challenge = (scope: string): string => `Bearer error="insufficient_scope", scope="${scope}"`;
const start: StepUpState = { asked: ["a"], rounds: 0 };

describe("a server that wants more scope (104)", () => {
  it("is asked for with the scopes of before, united", () => {
    expect(stepUp(start, 403, challenge("b a c"), "mail")?.ask).toEqual(["a", "b", "c"]);
  });

  it("is given way to twice, and then it is a loop", () => {
    const once = stepUp(start, 403, challenge("b"), "mail");
    const twice = stepUp(once!.state, 403, challenge("c"), "mail");
    expect(twice?.ask).toEqual(["a", "b", "c"]);
    const third = refusalOf(() => stepUp(twice!.state, 403, challenge("d"), "mail"));
    expect(third).toMatchObject({
      code: "scope_insufficient",
      facts: { server: "mail", scope: "d" },
    });
  });

  it("is not asked again for what it already has", () => {
    for (const scope of ["a", "", "\u0001"]) {
      expect(refusalOf(() => stepUp(start, 403, challenge(scope), "mail"))?.code).toBe(
        "scope_insufficient",
      );
    }
  });

  it("any other answer is none of this", () => {
    expect(stepUp(start, 401, challenge("b"), "mail")).toBeNull();
    expect(stepUp(start, 403, 'Bearer error="invalid_token"', "mail")).toBeNull();
    expect(stepUp(start, 403, undefined, "mail")).toBeNull();
  });

  test(
    "whatever a server demands, it ends",
    [fc.array(fc.string({ maxLength: 20 }), { minLength: 3 })],
    (wishes) => {
      let state = start;
      let rounds = 0;
      const refusal = refusalOf(() => {
        for (const wish of [...wishes, "x1", "x2", "x3"]) {
          const next = stepUp(state, 403, challenge(wish.replaceAll(/["\\]/g, "")), "mail");
          if (next === null) continue;
          state = next.state;
          rounds++;
        }
      });
      expect(refusal?.code).toBe("scope_insufficient");
      expect(rounds).toBeLessThanOrEqual(2);
    },
  );
});

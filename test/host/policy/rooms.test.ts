// The policy in force as the settings make it.
import { expect, it } from "vitest";
import { asRefusal } from "../../../electron/core/errors.ts";
import { createQuestions } from "../../../electron/core/permission/questions.ts";
import { createPolicyRooms } from "../../../electron/policy-rooms.ts";
import { timers } from "../../../electron/platform.ts";
import { digest, mapVault, memoryStore, movableClock } from "../../support/ports.ts";
import { rule } from "../../support/rules.ts";

const asked = {
  agent: { id: "agt_0000000001", tenant: "personal" },
  server: { id: "srv_0000000001", target: "t", practice: false, stage: "development" },
  tool: { name: "search", namespace: "personal", destructive: false },
  credential: { bound: false },
};

function open(broken: string[] = []) {
  const store = memoryStore();
  Object.assign(store.all, { rules: [rule(1)] });
  const rooms = createPolicyRooms({
    store: { ...store, broken: () => broken.map((document) => ({ document })) as never },
    clock: movableClock(),
    digest,
    timers,
    journal: { search: () => ({ rows: [], matched: 0, matchedIsFloor: false }) },
    emit: () => undefined,
    questions: createQuestions({ clock: movableClock(), digest, timers, changed: () => undefined }),
    vault: mapVault(),
    policyFolder: "/nowhere",
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  return { store, broken, rooms };
}

it("rules that cannot be read deny everything: they are not taken for none (policy_failed)", async () => {
  const { broken, rooms } = open();
  const { policy } = await rooms;
  expect(await policy.decide(asked)).toMatchObject({ effect: "allow", policy: policy.hash() });
  broken.push("rules");
  expect(await policy.decide(asked)).toMatchObject({
    effect: "deny",
    rules: ["built-in/policy-failed"],
  });
  broken.pop();
  expect((await policy.decide(asked)).effect).toBe("allow");
});

it("a rehearsal of what is not there is refused as the change itself would be", async () => {
  const { rooms } = open();
  const opened = await rooms;
  let code = "";
  try {
    opened.rehearse(
      { type: "remove-rule", id: "rule_gone00000000" },
      { last: 1, days: null },
      {} as never,
    );
  } catch (error) {
    ({ code } = asRefusal(error));
  }
  expect(code).toBe("rule_unknown");
});

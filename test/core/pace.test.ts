// Threat 51: an agent that runs away. The cap holds to one call in a hundred, whoever calls what.
import { expect, it } from "vitest";
import { AGENT_PACE, createPace, TOOL_PACE, WHOLE_PACE } from "../../electron/core/call-limits.ts";
import { Refusal } from "../../electron/core/errors.ts";
import type { Server } from "../../electron/core/servers.ts";
import { movableClock } from "../support/ports.ts";

type Who = Parameters<ReturnType<typeof createPace>>[0];
const who = (n: number): Who =>
  ({ agent: { id: `agt_${n}`, name: `agent ${n}` } }) as unknown as Who;
const SERVER = { id: "srv_1", tenant: "personal" } as unknown as Server;

const SECONDS = 2;

/** 10,000 calls a second, as `next` says. */
function flood(next: (i: number) => readonly [agent: number, tool: string]): number {
  const clock = movableClock();
  const pace = createPace(clock);
  let passed = 0;
  for (let i = 0; i < SECONDS * 10_000; i++) {
    const [agent, tool] = next(i);
    try {
      pace(who(agent), SERVER, tool);
      passed++;
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "call_limit_reached") throw error;
    }
    clock.advance(0.1);
  }
  return passed;
}
const within = (passed: number, cap: number): void => {
  expect(passed).toBeLessThanOrEqual(cap);
  expect(passed).toBeGreaterThan(cap * 0.99);
};
const capOf = ({ burst, ratePerSecond }: typeof TOOL_PACE): number =>
  burst + SECONDS * ratePerSecond;

it("one agent with one tool", () =>
  within(
    flood(() => [1, "t"]),
    capOf(TOOL_PACE),
  ));
it("one agent that makes up names", () =>
  within(
    flood((i) => [1, `t${i}`]),
    capOf(AGENT_PACE),
  ));
it("many agents together", () =>
  within(
    flood((i) => [i % 50, "t"]),
    capOf(WHOLE_PACE),
  ));

it("says after how many seconds it may come again, and then it may; another tool is not held up", () => {
  const clock = movableClock();
  const pace = createPace(clock);
  for (let i = 0; i < TOOL_PACE.burst; i++) pace(who(1), SERVER, "t");
  let refusal: unknown;
  try {
    pace(who(1), SERVER, "t");
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({ code: "call_limit_reached", facts: { seconds: 1, burst: 120 } });
  pace(who(1), SERVER, "other");
  pace(who(2), SERVER, "t");
  clock.advance(1000);
  pace(who(1), SERVER, "t");
});

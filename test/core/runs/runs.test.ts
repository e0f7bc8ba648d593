import { expect, it } from "vitest";
import { createRuns, RUN_GAP, RUN_MOST } from "../../../electron/core/runs/runs.ts";
import { digest } from "../../support/ports.ts";
import { stageTime } from "../permission/stage.ts";

type Time = ReturnType<typeof stageTime>;
const AGENT = "agt_0000000001";
const open = (labelled: (server: string, tool: string) => boolean = () => false) => {
  const time = stageTime();
  const runs = createRuns({ clock: time.clock, digest, labelled });
  const send = (tool: string, server = "srv_a", session: string | null = null) => {
    const run = runs.enter(AGENT, server, session);
    runs.sent(AGENT, run.id, { server: { id: server, name: server }, tool });
    return run.id;
  };
  const tools = (run: string) => runs.sentIn(AGENT, run).map(({ tool }) => tool);
  return { time, runs, send, tools };
};

it("a run is one agent's, over all its servers and sessions", () => {
  const { runs, send, tools } = open();
  const id = send("read", "srv_a", "s1");
  expect(send("fetch", "srv_b", "s2")).toBe(id);
  expect(send("post", "srv_c")).toBe(id);
  expect(tools(id)).toEqual(["read", "fetch", "post"]);
  expect(runs.enter("agt_0000000002", "srv_a", "s1").id).not.toBe(id);
  expect(runs.enter(AGENT, "srv_a", null).calls).toBe(4);
});

const PAUSES: readonly (readonly [string, (time: Time) => void])[] = [
  ["a pause of half an hour", (time: Time) => time.advance(RUN_GAP)],
  ["a night that only the wall clock saw", (time: Time) => time.setWall(RUN_GAP)],
];

it.each(PAUSES)("%s ends it", (_, pause) => {
  const { time, send, tools } = open();
  const first = send("read");
  time.advance(RUN_GAP - 1);
  expect(send("read")).toBe(first);
  pause(time);
  const second = send("other");
  expect(second).not.toBe(first);
  expect(tools(second)).toEqual(["other"]);
});

it("no run is longer than twelve hours, however busy", () => {
  const { time, send } = open();
  const ids = new Set<string>();
  for (let ms = 0; ms <= RUN_MOST; ms += RUN_GAP / 2) {
    ids.add(send("read", "srv_a", "s1"));
    time.advance(RUN_GAP / 2);
  }
  expect(ids.size).toBe(2);
});

it("a session is one conversation: its run goes on after a pause", () => {
  const { time, send, tools } = open();
  const first = send("read", "srv_a", "s1");
  time.advance(2 * RUN_GAP);
  expect(send("post", "srv_a", "s1")).toBe(first);
  expect(tools(first)).toEqual(["read", "post"]);
});

it("and what it read is not washed off by a call without it in between", () => {
  const { time, send, tools } = open();
  const first = send("read", "srv_a", "s1");
  time.advance(2 * RUN_GAP);
  const second = send("ping", "srv_b");
  expect(second).not.toBe(first);
  expect(tools(second)).toEqual(["ping"]);
  expect(send("post", "srv_a", "s1")).toBe(second);
  expect(tools(second)).toEqual(["ping", "read", "post"]);
});

it("a flood of made-up names crowds no labelled tool out", () => {
  const { send, tools } = open((_, tool) => tool === "read");
  let id = "";
  for (let i = 0; i < 5000; i++) id = send(`made-up ${i}`);
  send("read");
  send("first-of-another", "srv_b");
  expect(tools(id)).toContain("read");
  expect(tools(id)).toContain("first-of-another");
  expect(tools(id).length).toBeLessThan(4200);
});

it("goes on after a restart with what the journal says of it, and not where it was over", () => {
  const { time, runs, tools } = open();
  const now = time.clock.now();
  const sent = [{ server: { id: "srv_a", name: "a" }, tool: "read", at: now - 40 * 60_000 }];
  const former = { id: "run_0000000009", agentId: AGENT, calls: 7, sent };
  runs.restore([{ ...former, startedAt: now - 40 * 60_000, lastAt: now - 60_000 }]);
  expect(runs.enter(AGENT, "srv_a", null)).toMatchObject({ id: "run_0000000009", calls: 8 });
  expect(tools("run_0000000009")).toEqual(["read"]);
  const late = open();
  late.runs.restore([{ ...former, startedAt: now - RUN_MOST, lastAt: now - RUN_GAP }]);
  expect(late.runs.enter(AGENT, "srv_a", null).id).not.toBe("run_0000000009");
});

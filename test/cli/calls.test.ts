import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { limitOf, sinceOf } from "../../electron/cli/calls.ts";
import { runCli } from "../../electron/cli/run.ts";
import type { CallRow } from "../../electron/core/journal.ts";
import { ask, echoServer, toolCall, upstream } from "../support/house.ts";
import { until } from "../support/processes.ts";
import { openDesk, streams, type TestDesk } from "./desk.ts";

let desk: TestDesk;
let real: Awaited<ReturnType<typeof upstream>>;
let credential: string;
let slow: (() => void)[] = [];

beforeAll(async () => {
  desk = await openDesk();
  real = await upstream((request, response, body) => {
    if (body.includes("slow")) slow.push(() => echoServer(request, response, body));
    else echoServer(request, response, body);
  });
  await desk.house.call("servers.add", {
    kind: "http",
    name: "echo",
    url: real.url,
    auth: { type: "none" },
  });
  ({ credential } = await desk.house.agent("tester"));
});
afterAll(async () => {
  await desk.close();
  await real.close();
});

const call = (tool: string, args: unknown = {}) =>
  ask(desk.house.door, "/mcp/echo", {
    headers: {
      authorization: `Bearer ${credential}`,
      accept: "application/json, text/event-stream",
    },
    body: toolCall(args, 1, tool),
  });
const rowsOf = (out: string): CallRow[] =>
  out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as CallRow);

/** Starts `calls --follow` and ends it with its reader. */
function follow(...more: string[]) {
  const io = streams();
  const done = runCli(["--data", desk.folder, "calls", "--follow", ...more], { ...io, env: {} });
  return { ...io, done };
}

describe("calls", () => {
  it("prints the calls that were made, oldest first, one JSON value per line", async () => {
    for (const tool of ["one", "two", "three"]) await call(tool, { tool });
    await desk.house.calls();
    const { code, out } = await desk.cli(["calls", "--json"]);
    expect(code).toBe(0);
    expect(rowsOf(out).map((row) => [row.tool, row.outcome, row.agentName])).toEqual([
      ["one", "ok", "tester"],
      ["two", "ok", "tester"],
      ["three", "ok", "tester"],
    ]);
    const people = await desk.cli(["calls"]);
    expect(people.out).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}tester +- +echo +none +one +ok +\d+ ms\n/,
    );
  });

  it("filters by every option, with names looked up", async () => {
    const tools = async (...argv: string[]) =>
      rowsOf((await desk.cli(["calls", "--json", ...argv])).out).map((row) => row.tool);
    expect(await tools("--tool", "two")).toEqual(["two"]);
    expect(await tools("--agent", "tester", "--server", "echo", "--limit", "2")).toEqual([
      "two",
      "three",
    ]);
    expect(await tools("--outcome", "denied,failed")).toEqual([]);
    expect(await tools("--outcome", "ok", "--outcome", "denied")).toHaveLength(3);
    expect(await tools("--text", "three")).toEqual(["three"]);
    expect(await tools("--since", "1h")).toHaveLength(3);
    expect(await tools("--since", "2999-01-01")).toEqual([]);
    expect((await desk.cli(["calls", "--agent", "nobody"])).code).toBe(66);
    expect((await desk.cli(["calls", "--outcome", "lost"])).code).toBe(64);
    expect((await desk.cli(["calls", "--tool", "none"])).out).toBe("No calls match.\n");
  });

  it("lets nothing that an agent sent move the cursor or begin a line", async () => {
    const hostile = "a\u001b[2J\nFAKE ok\u202e\u009b1m";
    await call("injected", { hostile });
    await desk.house.calls();
    const people = await desk.cli(["calls", "--text", "injected"]);
    const programs = await desk.cli(["calls", "--json", "--text", "injected"]);
    for (const { out } of [people, programs]) {
      // oxlint-disable-next-line no-control-regex -- exactly what must not be there
      expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      expect(out.split("\n")).toHaveLength(2);
    }
    expect(JSON.parse(rowsOf(programs.out)[0]!.input ?? "{}")).toMatchObject({ hostile });
  });

  it("pages through more than the contract gives at once", async () => {
    for (let i = 0; i < 60; i++) await Promise.all(Array.from({ length: 10 }, () => call("many")));
    await desk.house.calls();
    const { out } = await desk.cli(["calls", "--json", "--tool", "many", "--limit", "100000"]);
    const rows = rowsOf(out);
    expect(rows).toHaveLength(600);
    expect(rows.map((r) => r.seq)).toEqual(rows.map((r) => r.seq).sort((a, b) => a - b));
  });
});

describe("calls --follow", () => {
  it("prints a call when it ends, once", async () => {
    const { out, done, stdout } = follow("--tool", "fresh");
    await sleep(200);
    await call("fresh");
    await until(() => out().includes("fresh"));
    const waiting = call("fresh", { wait: "slow" });
    await until(() => slow.length === 1);
    await sleep(300);
    expect(out().trim().split("\n")).toHaveLength(1);
    for (const answer of slow.splice(0)) answer();
    await waiting;
    await until(() => out().trim().split("\n").length === 2);
    stdout.destroy();
    await call("fresh");
    expect(await done).toBe(0);
  });

  it("with --json prints it when it begins, too", async () => {
    const { out, done, stdout } = follow("--json", "--tool", "both");
    await sleep(200);
    const waiting = call("both", { wait: "slow" });
    await until(() => rowsOf(out()).length === 1);
    expect(rowsOf(out())[0]).toMatchObject({ tool: "both", outcome: "pending" });
    await until(() => slow.length === 1);
    for (const answer of slow.splice(0)) answer();
    await waiting;
    await until(() => rowsOf(out()).length === 2);
    expect(rowsOf(out())[1]).toMatchObject({ outcome: "ok" });
    stdout.destroy();
    await call("both");
    expect(await done).toBe(0);
  });

  it("loses none for a reader that pauses", { timeout: 40_000 }, async () => {
    const io = streams();
    const done = runCli(["--data", desk.folder, "calls", "--follow", "--json", "--tool", "burst"], {
      ...io,
      env: {},
    });
    await sleep(200);
    io.stdout.pause();
    for (let i = 0; i < 60; i++) {
      await Promise.all(
        Array.from({ length: 10 }, () => call("burst", { filling: "x".repeat(2000) })),
      );
    }
    await desk.house.calls();
    io.stdout.resume();
    const ended = () =>
      new Set(
        rowsOf(io.out())
          .filter((r) => r.outcome === "ok")
          .map((r) => r.id),
      );
    await until(() => ended().size === 600, 15_000, "every call being printed");
    const finals = rowsOf(io.out()).filter((r) => r.outcome === "ok");
    expect(finals).toHaveLength(600);
    io.stdout.destroy();
    await call("burst");
    expect(await done).toBe(0);
  });

  it("ends with 69 when Countersign ends", async () => {
    const own = await openDesk();
    const io = streams();
    const done = runCli(["--data", own.folder, "calls", "--follow"], { ...io, env: {} });
    await sleep(300);
    await own.close();
    expect(await done).toBe(69);
  });
});

describe("--since", () => {
  const now = Date.UTC(2026, 10, 24, 12);
  it.each([
    ["90s", now - 90_000],
    ["15m", now - 900_000],
    ["2h", now - 7_200_000],
    ["7d", now - 7 * 86_400_000],
    ["2026-11-24T09:00:00Z", Date.UTC(2026, 10, 24, 9)],
    ["2026-11-24", new Date(2026, 10, 24).getTime()],
  ])("%s", (text, at) => expect(sinceOf(text, now)).toBe(at));
  it.each(["yesterday", "5 m", "1y", ""])("refuses %j", (text) => {
    expect(() => sinceOf(text, now)).toThrow("usage");
  });
});

it("--limit takes whole numbers only", () => {
  expect([undefined, "1", "1000000"].map(limitOf)).toEqual([50, 1, 1_000_000]);
  for (const text of ["0", "-1", "1.5", "1e3", "1000001", ""])
    expect(() => limitOf(text)).toThrow("usage");
});

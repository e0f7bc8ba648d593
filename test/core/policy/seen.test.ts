// What is kept of a call's document gives the document back, whatever it holds.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PolicyInput } from "../../../electron/core/policy/input.ts";
import { createHistory } from "../../../electron/core/policy/history.ts";
import { inputOf, type RowSays, seenOf } from "../../../electron/core/policy/seen.ts";
import { movableClock } from "../../support/ports.ts";

const text = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom("personal", "http", "env"));
const documents: fc.Arbitrary<PolicyInput & { later: unknown }> = fc.record({
  agent: fc.record({
    id: text,
    name: text,
    tenant: text,
    scopes: fc.oneof(fc.constant(["mcp:invoke"]), fc.array(text, { maxLength: 3 })),
    auth_method: fc.constantFrom("bearer", "api-key", "certificate"),
  }),
  server: fc.record({
    id: text,
    name: text,
    kind: fc.constantFrom("http", "stdio"),
    stage: fc.constantFrom("development", "staging", "production"),
    target: text,
    practice: fc.boolean(),
  }),
  tool: fc.record({
    name: text,
    namespace: text,
    destructive: fc.boolean(),
    labels: fc.array(text, { maxLength: 2 }),
    fingerprint: fc.option(text),
  }),
  credential: fc.record({ pattern: text, bound: fc.boolean() }),
  request: fc.record({
    cert_verified: fc.boolean(),
    via: fc.constantFrom("mcp", "invoke"),
    method: fc.constantFrom("tools/call"),
    arguments: fc.jsonValue(),
  }),
  program: fc.option(fc.record({ path: text, pid: fc.nat() })),
  history: fc.record({ calls_last_hour: fc.nat(), calls_in_run: fc.nat() }),
  account: fc.option(fc.record({ issuer: text, sub: fc.option(text), tenant: fc.option(text) })),
  // What later versions add is kept as it is.
  later: fc.option(fc.record({ a: text })),
  time: fc.date({ noInvalidDate: true, min: new Date(0) }).map((d) => d.toISOString()),
});

const rowOf = (input: PolicyInput): RowSays => ({
  at: Date.parse(input.time),
  tenant: input.agent.tenant,
  agentId: input.agent.id,
  agentName: input.agent.name,
  authMethod: input.agent.auth_method as RowSays["authMethod"],
  serverId: input.server.id,
  serverName: input.server.name,
  pattern: input.credential.pattern as RowSays["pattern"],
  via: input.request.via as RowSays["via"],
  method: input.request.method,
  tool: input.tool.name,
});

describe("what policy was asked about, kept with the call", () => {
  it("comes back whole from the row and what is kept beside it (500 cases)", () => {
    fc.assert(
      fc.property(documents, (input) => {
        const row = rowOf(input);
        // As the journal keeps it.
        const kept = JSON.parse(JSON.stringify(seenOf(input, row))) as unknown;
        expect(inputOf(row, kept, input.request.arguments)).toEqual(input);
      }),
      { numRuns: 500 },
    );
  });

  it("comes back, too, where the row says something else (300 cases)", () => {
    fc.assert(
      fc.property(documents, documents, (input, other) => {
        const row = rowOf(other);
        expect(inputOf(row, seenOf(input, row), input.request.arguments)).toEqual(input);
      }),
      { numRuns: 300 },
    );
  });

  it("holds no arguments: those have a column of their own, without secrets", () => {
    fc.assert(
      fc.property(documents, (input) => {
        const marked = { ...input, request: { ...input.request, arguments: "sk_live_marked" } };
        expect(JSON.stringify(seenOf(marked, rowOf(input)))).not.toContain("sk_live_marked");
      }),
    );
  });
});

describe("calls of the last hour", () => {
  it("are counted for each agent, and go after an hour", () => {
    const clock = movableClock();
    const history = createHistory(clock, () => 0);
    expect([1, 2, 3].map(() => history.count("a"))).toEqual([0, 1, 2]);
    expect(history.count("b")).toBe(0);
    clock.advance(59 * 60_000);
    expect(history.count("a")).toBe(3);
    clock.advance(2 * 60_000);
    expect(history.count("a")).toBe(1);
  });
  it("begin with what the journal says of the time before the start", () => {
    const clock = movableClock();
    const history = createHistory(clock, (id) => (id === "a" ? 40 : 0));
    expect([history.count("a"), history.count("a"), history.count("b")]).toEqual([40, 41, 0]);
    const unread = createHistory(clock, () => {
      throw new Error("no journal");
    });
    expect(unread.count("a")).toBe(0);
  });
});

// Which calls may be made again: whole ones of the practice company, and no others.
import { expect, it } from "vitest";
import type { CallRow } from "../../electron/core/journal.ts";
import { repeatable } from "../../electron/lab-again.ts";
import { sampleCalls } from "../renderer/sample.ts";

const [sample] = sampleCalls(1, Date.now()) as [CallRow];
const row = (change: Partial<CallRow> = {}): CallRow => ({
  ...sample,
  kind: "call",
  tenant: "lab",
  serverName: "notes",
  tool: "list_notes",
  input: `{"folder":"work"}`,
  inputCut: false,
  ...change,
});

it("is made again as it was", () => {
  expect(repeatable(row())).toEqual({
    server: "notes",
    tool: "list_notes",
    args: { folder: "work" },
  });
  expect(repeatable(row({ input: null })).args).toEqual({});
});

it.each<[string, Partial<CallRow>]>([
  ["a server of yours", { tenant: "personal" }],
  ["a server of yours", { tenant: null }],
  ["called no tool", { tool: null }],
  ["called no tool", { kind: "refusal" }],
  ["too long", { inputCut: true }],
  ["masked", { input: `{"key":"[redacted]"}` }],
  ["no object", { input: "null" }],
])("is not, where it is or has %s", (reason, change) => {
  expect(() => repeatable(row(change))).toThrow(
    expect.objectContaining({
      code: "lab_not_repeatable",
      facts: { reason: expect.stringContaining(reason) as string },
    }),
  );
});

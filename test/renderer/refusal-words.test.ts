// Why the door turned something away: in words, each code its own, and what has none counted together.
import { expect, it } from "vitest";
import { type RefusalCode, REFUSALS } from "../../electron/core/errors.ts";
import { refusedText } from "../../renderer/overview/attention-lines.tsx";
import { words } from "../../renderer/words.ts";

it("every code of the front door and of reading a message has words, no two the same", () => {
  const ofDoor = new Set([-31001, -31002, -31003, -31004, -32700, -32600, -32602, -32020]);
  const codes = (Object.keys(REFUSALS) as RefusalCode[]).filter((code) =>
    ofDoor.has(REFUSALS[code][1]),
  );
  expect(codes.length).toBeGreaterThan(30);
  expect(codes.filter((code) => words.refusals.why[code] === undefined)).toEqual([]);
  const said = Object.values(words.refusals.why);
  expect(new Set(said).size).toBe(said.length);
  for (const text of said) expect(text).not.toMatch(/_/);
});

it("counts them in words, the unnamed ones together and last", () => {
  expect(
    refusedText([
      { code: "upstream_dropped", count: 3 },
      { code: "agent_credential_unknown", count: 1204 },
      { code: "upstream_not_mcp", count: 2 },
      { code: "origin_refused", count: 1 },
    ]),
  ).toBe("unknown credential (1,204 times) · sent by a web page · for another reason (5 times)");
});

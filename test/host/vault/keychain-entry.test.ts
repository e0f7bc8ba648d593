import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeHeader,
  encodeEntry,
  ENTRY_LIMIT,
  joinParts,
  MAX_PARTS,
} from "../../../electron/host/vault/keychain-entry.ts";

const ACCOUNT = "installation0000/personal/sec_0000000001";
const bytes = fc.uint8Array({ maxLength: 12_000 }).map((a) => Buffer.from(a));

describe("how a secret lies in a keychain", () => {
  test("any bytes come back from single-line entries that no platform finds too large", () => {
    fc.assert(
      fc.property(bytes, fc.nat(1e9), (value, sequence) => {
        const entry = encodeEntry(ACCOUNT, sequence, value);
        if (entry === null) throw new Error("too large");
        for (const text of [entry.header, ...entry.parts]) {
          expect(text).toMatch(/^[A-Za-z0-9._-]+$/);
          expect(text.length).toBeLessThanOrEqual(ENTRY_LIMIT);
        }
        const header = decodeHeader(entry.header);
        expect(header?.sequence).toBe(sequence);
        expect(header && joinParts(ACCOUNT, header, entry.parts)?.equals(value)).toBe(true);
      }),
    );
  });

  test("a torn, shortened, reordered or exchanged part is found out", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6_000, maxLength: 9_000 }), fc.nat(), (value, at) => {
        const entry = encodeEntry(ACCOUNT, 1, Buffer.from(value));
        const header = decodeHeader(entry?.header ?? "");
        if (entry === null || header === null) throw new Error("not encoded");
        const { parts } = entry;
        const [first = "", ...rest] = parts;
        const i = at % first.length;
        const other = first[i] === "A" ? "B" : "A";
        for (const wrong of [
          rest,
          [...parts, "AAAA"],
          ["", ...rest],
          [first.slice(0, -4), ...rest],
          [first.slice(0, i) + other + first.slice(i + 1), ...rest],
        ]) {
          expect(joinParts(ACCOUNT, header, wrong)).toBeNull();
        }
        expect(joinParts("installation0000/other/sec_0000000001", header, parts)).toBeNull();
      }),
    );
  });

  test("no text but a header is read as one", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        expect(decodeHeader(text)).toBeNull();
      }),
    );
    const digest = "A".repeat(43);
    expect(decodeHeader(`cs1.1.0.0.${digest}.`)).not.toBeNull();
    expect(decodeHeader(`cs2.1.0.0.${digest}.`)).toBeNull();
    expect(decodeHeader(`cs1.1.${MAX_PARTS + 1}.0.${digest}.`)).toBeNull();
  });

  test("what needs more than the allowed parts is refused", () => {
    const most = (MAX_PARTS * ENTRY_LIMIT * 3) / 4;
    expect(encodeEntry(ACCOUNT, 1, Buffer.alloc(most))?.parts).toHaveLength(MAX_PARTS);
    expect(encodeEntry(ACCOUNT, 1, Buffer.alloc(most + 1))).toBeNull();
  });
});

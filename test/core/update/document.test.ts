// What is remembered about updates: the sequence of a publisher never goes back, whatever happens around it.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  highestSeen,
  NO_UPDATES,
  noted,
  type Outcome,
  type UpdateSource,
  untilNextLook,
  type Updates,
  updatesSchema,
  withSource,
} from "../../../electron/core/update/document.ts";
import { fileFor, fileName } from "../../../electron/core/update/files.ts";
import type { UpdateManifest } from "../../../electron/core/update/manifest.ts";
import { readPublisherKey, readSignature } from "../../../electron/core/update/publisher.ts";

const key = (byte: number): string => Buffer.alloc(32, byte).toString("base64");
const AT = "2026-12-01T12:00:00.000Z";
const source = (byte: number, since = AT): UpdateSource => ({
  url: "https://releases.example/countersign.json",
  key: key(byte),
  trustPem: null,
  since,
});
const manifest = (sequence: number, version = "0.2.0"): UpdateManifest => ({
  product: "countersign",
  version,
  sequence,
  publishedAt: "2026-12-01T00:00:00Z",
  expiresAt: "2026-12-15T00:00:00Z",
  files: [
    {
      target: "linux-x64-deb",
      url: "https://releases.example/c.deb",
      sha512: "ab".repeat(64),
      bytes: 9,
    },
  ],
});
const believed = (sequence: number): Outcome => ({
  type: "believed",
  manifest: manifest(sequence),
  file: null,
});

describe("what is remembered about updates", () => {
  it("never takes a publisher's sequence back, and is always a valid document", () => {
    const event = fc.oneof(
      fc.record({
        what: fc.constant("look" as const),
        at: fc.integer({ min: 1, max: 3 }),
        outcome: fc.oneof(
          fc.integer({ min: 1, max: 50 }).map(believed),
          fc.constantFrom<Outcome>(
            { type: "refused", reason: "it has expired" },
            { type: "unreachable", reason: "closed" },
          ),
        ),
      }),
      fc.record({ what: fc.constant("source" as const), at: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ what: fc.constant("off" as const) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let now: Updates = NO_UPDATES;
        for (const one of events) {
          const before = [1, 2, 3].map((n) => highestSeen(now, key(n)));
          if (one.what === "look") now = noted(now, source(one.at), one.outcome, AT);
          else now = withSource(now, one.what === "off" ? null : source(one.at));
          const after = [1, 2, 3].map((n) => highestSeen(now, key(n)));
          expect(after.every((sequence, i) => sequence >= (before[i] ?? 0))).toBe(true);
          expect(updatesSchema.safeParse(now).success).toBe(true);
        }
      }),
    );
  });

  it("keeps only the sequence of a look whose source was changed meanwhile", () => {
    const now = noted(withSource(NO_UPDATES, source(2)), source(1), believed(9), AT);
    expect([highestSeen(now, key(1)), highestSeen(now, key(2)), now.found]).toEqual([9, 0, null]);
    // The same address and key, agreed to again: what the old look refused is not the new one's.
    const again = withSource(NO_UPDATES, source(1, "2026-12-02T00:00:00.000Z"));
    expect(noted(again, source(1), { type: "refused", reason: "x" }, AT).last).toBeNull();
  });

  it("remembers since when nothing was heard, and what was believed before", () => {
    const gone: Outcome = { type: "unreachable", reason: "closed" };
    let now = noted(withSource(NO_UPDATES, source(1)), source(1), believed(3), AT);
    now = noted(now, source(1), gone, "2026-12-02T12:00:00.000Z");
    now = noted(now, source(1), gone, "2026-12-03T12:00:00.000Z");
    expect(now).toMatchObject({
      unreachableSince: "2026-12-02T12:00:00.000Z",
      found: { version: "0.2.0" },
      last: { outcome: "unreachable", reason: "closed" },
    });
    expect(noted(now, source(1), believed(3), AT).unreachableSince).toBeNull();
  });

  it("looks a day after the last look, give or take two hours, and at once where a clock went back", () => {
    const now = noted(withSource(NO_UPDATES, source(1)), source(1), believed(3), AT);
    const [at, hour] = [Date.parse(AT), 3_600_000];
    expect(untilNextLook(NO_UPDATES, at, 0.5)).toBeNull();
    expect(untilNextLook(withSource(NO_UPDATES, source(1)), at, 0.5)).toBe(0);
    expect([0, 0.5, 1].map((jitter) => untilNextLook(now, at, jitter))).toEqual(
      [22, 24, 26].map((hours) => hours * hour),
    );
    const failed = noted(now, source(1), { type: "refused", reason: "it is not signed" }, AT);
    expect([0, 0.5, 1].map((jitter) => untilNextLook(failed, at, jitter))).toEqual(
      [5.5, 6, 6.5].map((hours) => hours * hour),
    );
    expect(untilNextLook(now, at + 30 * hour, 0.5)).toBe(0);
    expect(untilNextLook(now, at - hour, 0.5)).toBe(0);
  });
});

describe("a publisher's key", () => {
  const raw = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]);
  const pem = (body: string): string =>
    `-----BEGIN PUBLIC KEY-----\n${body}\n-----END PUBLIC KEY-----\n`;

  it("is read from Base64 and from PEM, to one form", () => {
    const form = raw.toString("base64");
    expect(readPublisherKey(` ${form}\n`)).toBe(form);
    expect(readPublisherKey(form.replace("=", ""))).toBe(form);
    expect(readPublisherKey(pem(der.toString("base64")))).toBe(form);
  });

  it.each([
    ["a private key", `-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----`],
    ["too short", raw.subarray(1).toString("base64")],
    ["not Base64", "not a key at all"],
    [
      "an X25519 key",
      pem(Buffer.concat([Buffer.from("302a300506032b656e032100", "hex"), raw]).toString("base64")),
    ],
    ["PEM of something else", pem(raw.toString("base64"))],
    ["words around PEM", `first ${pem(der.toString("base64"))}`],
  ])("is refused when it is %s, and not repeated", (_, text) => {
    expect(() => readPublisherKey(text)).toThrow(
      expect.objectContaining({ code: "update_source_invalid" }),
    );
    try {
      readPublisherKey(text);
    } catch (error) {
      expect(JSON.stringify(error)).not.toContain("MC4CAQ");
    }
  });
});

it("a signature is 64 bytes, raw or as Base64; anything else is none", () => {
  const raw = new Uint8Array(64).fill(7);
  const text = Buffer.from(raw).toString("base64");
  expect(readSignature(raw)).toEqual(raw);
  expect(readSignature(Buffer.from(`${text.slice(0, 40)}\n${text.slice(40)}\n`))).toEqual(raw);
  for (const other of ["", "nothing", text.slice(0, 60), `${text}${text}`, "=".repeat(2000)]) {
    expect(readSignature(Buffer.from(other))).toHaveLength(0);
  }
});

it("takes the file of the form that runs, and gives it a name of its own", () => {
  const one = manifest(1);
  const [file] = one.files;
  const both = { ...one, files: [{ ...file, target: "linux-x64-tar.gz" }, file] } as UpdateManifest;
  expect(fileFor(both, ["linux-x64-deb", "linux-x64-tar.gz"])?.target).toBe("linux-x64-deb");
  expect(fileFor(both, ["linux-x64-tar.gz"])?.target).toBe("linux-x64-tar.gz");
  expect(fileFor(both, ["darwin-arm64-dmg"])).toBeNull();
  expect(
    fileFor({ ...one, files: [{ ...file, target: "linux-x64-..." }] } as UpdateManifest, [
      "linux-x64-...",
    ]),
  ).toBeNull();
  expect(fileName("0.2.0", "linux-x64-tar.gz")).toBe("Countersign-0.2.0-linux-x64.tar.gz");
  expect(fileName("0.2.0", "win32-x64-nsis")).toBe("Countersign-0.2.0-win32-x64-setup.exe");
});

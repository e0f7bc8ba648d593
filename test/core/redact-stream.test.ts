// Secrets in answers that go by in pieces: none comes through, nothing else is touched, nothing waits without need.
import { describe, expect, it } from "vitest";
import { KnownSecrets } from "../../electron/core/redact.ts";
import { StreamScrubber } from "../../electron/core/redact/stream.ts";
import { Secret } from "../../electron/core/secret.ts";
import { bytesOf, cpu } from "./bytes.ts";
import { fc, test } from "./property.ts";
import { formsOf, secret } from "./secret-forms.ts";

const R = "[redacted]";
const decoder = new TextDecoder();
function knowing(...secrets: string[]): KnownSecrets {
  const known = new KnownSecrets();
  for (const one of secrets) known.add(new Secret(one));
  return known;
}
/** The bytes cut at these places. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [0, ...cuts.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((to, i) => bytes.subarray(at[i], to));
}
function through(scrubber: StreamScrubber, chunks: readonly Uint8Array[]): string {
  const parts = [...chunks.map((chunk) => scrubber.push(chunk)), scrubber.end()];
  return decoder.decode(Buffer.concat(parts));
}
const scrub = (text: string, ...secrets: string[]): string =>
  through(new StreamScrubber(knowing(...secrets)), [bytesOf(text)]);
/** Every cut of the text into two. */
const everyCut = (text: string, ...secrets: string[]): Set<string> =>
  new Set(
    Array.from({ length: bytesOf(text).length + 1 }, (_, i) =>
      through(new StreamScrubber(knowing(...secrets)), pieces(bytesOf(text), [i])),
    ),
  );

describe("a live secret in an answer (threat 46)", () => {
  const KEY = 'k3y/with+"odd\\ chars&é-0123456789';

  it("comes out in every form that programs give to text, wherever the answer is cut", () => {
    for (const form of formsOf(KEY)) {
      for (const out of everyCut(`{"text":"<${form}>"}`, KEY)) {
        expect([form, out]).not.toEqual([form, `{"text":"<${form}>"}`]);
        expect(out).toMatch(/^\{"text":"<[^<>]{0,9}\[redacted\][^<>]*>"\}$/);
        for (const one of formsOf(KEY)) expect(out).not.toContain(one);
      }
    }
  });

  it("comes out where the escapes are mixed and doubled", () => {
    const odd = 'abc"def\\ghi%jkl/é😀 xyz';
    const nested = JSON.stringify(JSON.stringify(JSON.stringify(odd))).slice(1, -1);
    const all = [
      nested,
      JSON.stringify(odd).replaceAll(
        /[^\x20-\x7e]/g,
        (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
      ),
      encodeURIComponent(encodeURIComponent(odd)),
      encodeURIComponent(odd).replaceAll(/%../g, (hex) => hex.toLowerCase()),
      odd.replace("a", "%61").replace("b", "\\u0062").replace("/", "\\/"),
      Buffer.from(odd.repeat(8)).toString("base64").replaceAll(/.{20}/g, "$&\r\n"),
      JSON.stringify(Buffer.from(odd.repeat(8)).toString("base64").replaceAll(/.{20}/g, "$&\n")),
    ];
    for (const text of all) {
      expect([text, scrub(`<${text}>`, odd)]).toEqual([text, expect.stringContaining(R)]);
    }
  });

  it("comes out when two overlap, one begins another, and one comes right after the other", () => {
    expect(scrub("abcdefghij", "abcdef", "defghij")).toBe(R);
    expect(everyCut("<abcdefghij>", "abcdef", "abcdefghij")).toEqual(new Set([`<${R}>`]));
    expect(everyCut("<abcdefgh>", "abcdef", "abcdefghij")).toEqual(new Set([`<${R}gh>`]));
    expect(everyCut("abcdefabcdef", "abcdef")).toEqual(new Set([R + R]));
  });

  it("is found line by line where it is a key of many lines, whose first line is nobody's secret", () => {
    const body = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2";
    const pem = `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`;
    expect(scrub(`x ${body} y`, pem)).toBe(`x ${R} y`);
    expect(scrub(JSON.stringify({ pem }), pem)).not.toContain(body.slice(0, 20));
    const other = "-----BEGIN PRIVATE KEY-----\nsomebody else's\n";
    expect(scrub(other, pem)).toBe(other);
    const jwk = JSON.stringify({
      kty: "EC",
      x: "A".repeat(43),
      d: "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4",
    });
    expect(scrub("870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4", jwk)).toBe(R);
  });

  it("leaves JSON JSON, also where the secret was a number", () => {
    const out = scrub('{"pin":12345678,"text":"12345678"}', "12345678");
    expect(JSON.parse(out)).toEqual({ pin: 99_999_999, text: "99999999" });
  });

  it("still comes out after the vault was locked, and one that came later does, too", () => {
    const known = knowing("first-secret-1");
    const scrubber = new StreamScrubber(known);
    scrubber.push(bytesOf("x first-sec"));
    known.remove(new Secret("first-secret-1"));
    known.add(new Secret("later-secret-2"));
    expect(through(scrubber, [bytesOf("ret-1 later-"), bytesOf("secret-2 y")])).toBe(`${R} ${R} y`);
    expect(scrubber.removed).toBe(2);
  });

  it("is taken out of header values, and counted", () => {
    const scrubber = new StreamScrubber(knowing("first-secret-1"));
    expect(scrubber.headers({ "mcp-session-id": "a first-secret-1", allow: "GET" })).toEqual({
      "mcp-session-id": `a ${R}`,
      allow: "GET",
    });
    expect(scrubber.removed).toBe(1);
  });

  test(
    "threat 46, property: no form of it survives any cut into pieces, and what stands around it does",
    [
      secret,
      fc.nat(),
      fc.array(fc.nat(), { maxLength: 40 }),
      fc.string({ maxLength: 20 }),
      fc.nat(300),
    ],
    (given, which, cuts, around, padding) => {
      // A blank line as it is ends an event: no answer holds one inside a value.
      const value = given.replaceAll(/\n+/g, "\n");
      const all = formsOf(value);
      const form = all[which % all.length]!;
      const before = `${"é".repeat(padding)}${around}`;
      const bytes = bytesOf(`${before}|${form}|${around}`);
      const known = knowing("another-live-secret", value);
      const whole = through(new StreamScrubber(known), [bytes]);
      const scrubber = new StreamScrubber(known);
      const out = through(scrubber, pieces(bytes, cuts));
      expect(out).toBe(whole);
      expect(scrubber.removed).toBeGreaterThan(0);
      for (const one of all) expect(out.includes(one) ? [form, one, out] : null).toBe(null);
      if (scrubber.removed === 1) {
        expect(out.startsWith(`${before}|`) && out.endsWith(`|${around}`)).toBe(true);
      }
    },
  );

  test(
    "property: bytes that hold no secret pass unchanged",
    [fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat(), { maxLength: 20 })],
    (bytes, cuts) => {
      const scrubber = new StreamScrubber(knowing("another-live-secret", 'q"\\%/key-of-odd-shape'));
      const parts = [...pieces(bytes, cuts).map((piece) => scrubber.push(piece)), scrubber.end()];
      expect(Buffer.concat(parts).equals(Buffer.from(bytes))).toBe(true);
      expect(scrubber.removed).toBe(0);
    },
  );

  test(
    "property: an event goes on with its blank line, whatever it ends with",
    [secret, fc.nat(), fc.nat(200), fc.constantFrom("\n\n", "\r\n\r\n", "\r\r")],
    (value, which, length, end) => {
      const all = formsOf(value);
      const part = (all[which % all.length] ?? "").slice(0, length).replaceAll(/[\r\n]/g, "");
      const scrubber = new StreamScrubber(knowing(value));
      const whole = decoder.decode(scrubber.push(bytesOf(`data: ${part}${end}`)));
      expect(whole.endsWith(end)).toBe(true);
      expect(scrubber.end().length).toBe(0);
    },
  );
});

describe("what it costs", () => {
  const many = knowing(...Array.from({ length: 60 }, (_, i) => `sk-live-${i}-${"a1B2".repeat(9)}`));
  const chunks = (bytes: Uint8Array): Uint8Array[] =>
    Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, i) =>
      bytes.subarray(i * 65_536, (i + 1) * 65_536),
    );
  const scrubAll = (bytes: Uint8Array): void => {
    const scrubber = new StreamScrubber(many);
    for (const chunk of chunks(bytes)) scrubber.push(chunk);
    scrubber.end();
  };
  /** Processor seconds of `run`, the least of five. */
  const least = (run: () => void): number =>
    Math.min(
      ...Array.from({ length: 5 }, () => {
        const spent = cpu();
        run();
        return spent();
      }),
    );

  it.each([
    [1024, 4000],
    [10 * 1024 * 1024, 1],
  ])("in the order of reading the same %i bytes as JSON, with 60 secrets", (size, times) => {
    const line = '{"id":17,"name":"An ordinary line\\nof text","path":"/a/b%20c","n":-0.5}';
    const text = `[${Array.from({ length: Math.floor(size / (line.length + 1)) }, () => line).join(",")}]`;
    const bytes = bytesOf(text);
    const read = least(() => {
      for (let i = 0; i < times; i++) JSON.parse(decoder.decode(bytes));
    });
    const spent = least(() => {
      for (let i = 0; i < times; i++) scrubAll(bytes);
    });
    console.log(`scrubbing ${size} bytes: ${(spent / read).toFixed(2)} of reading them as JSON`);
    expect(spent).toBeLessThan(read * 5);
  });

  it.each(["\\", "%", "%25", "\\u00", "s", "sk-live-1", "sk-live-1\\", "a1B2", "\\n"])(
    "in proportion to the size of an answer of nothing but %j",
    (unit) => {
      const of = (size: number): Uint8Array => bytesOf(unit.repeat(size / unit.length));
      const small = least(() => scrubAll(of(256 * 1024)));
      const large = least(() => scrubAll(of(1024 * 1024)));
      expect(large).toBeLessThan(1);
      expect(large).toBeLessThan(small * 12 + 0.01);
    },
  );
});

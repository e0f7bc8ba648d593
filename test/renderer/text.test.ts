import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitCommandLine } from "../../renderer/lib/command-line.ts";
import { ago, bytes, differentDay, duration, plural } from "../../renderer/lib/format.ts";
import { layOut } from "../../renderer/lib/json-view.ts";
import {
  isPlainLoopback,
  nameFromCommand,
  nameFromUrl,
  SLUG,
  slugify,
} from "../../renderer/lib/names.ts";
import { jsonLines, MAX_LINE } from "../../renderer/lib/ndjson.ts";
import { SLUG as CORE_SLUG } from "../../electron/core/names.ts";

const shown = (json: string): string =>
  layOut(json)
    .map((token) => token.text)
    .join("");

describe("arguments as shown", () => {
  it("are the bytes that were sent, laid out", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(shown(json).replaceAll(/\s/g, "")).toBe(json.replaceAll(/\s/g, ""));
        expect(JSON.stringify(JSON.parse(shown(json)))).toBe(JSON.stringify(JSON.parse(json)));
      }),
    );
  });
  it("keep numbers that a parser would change, and both of two equal keys", () => {
    expect(shown(`{"a":9007199254740993,"a":1e400}`)).toBe(
      `{\n  "a": 9007199254740993,\n  "a": 1e400\n}`,
    );
  });
  it("can be any piece of a JSON text, cut anywhere", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, n) => {
        const cut = json.slice(0, n % (json.length + 1));
        expect(shown(cut).replaceAll(/\s/g, "")).toBe(cut.replaceAll(/\s/g, ""));
      }),
    );
  });
  it("tell keys from values", () => {
    const kinds = layOut(`{"k":"v","n":[1,true]}`).filter(
      ({ kind }) => kind !== "space" && kind !== "punct",
    );
    expect(kinds.map(({ kind }) => kind)).toEqual(["key", "string", "key", "number", "word"]);
  });
  it("do not indent without end", () => {
    expect(shown("[".repeat(2000)).length).toBeLessThan(2000 * 90);
  });
});

describe("a pasted command line", () => {
  it.each([
    ["npx -y server", ["npx", "-y", "server"]],
    [`"/opt/my app/run" --x='a b' c\\ d`, ["/opt/my app/run", "--x=a b", "c d"]],
    [`a "" 'b"c' "d\\"e"`, ["a", "", `b"c`, `d"e`]],
    ["  spaced   out  ", ["spaced", "out"]],
    ["$HOME `id` $(id) *", ["$HOME", "`id`", "$(id)", "*"]],
    ["", []],
  ])("splits %s", (line, words) => {
    expect(splitCommandLine(line)).toEqual(words);
  });
  it("is not split while a quote is open", () => {
    expect(splitCommandLine(`node "half`)).toBeNull();
  });
});

describe("a proposed server name", () => {
  it.each([
    ["https://mcp.linear.app/mcp", "linear"],
    ["https://api.githubcopilot.com/mcp/", "githubcopilot"],
    ["http://127.0.0.1:3001/mcp", "local"],
    ["http://localhost:3001/mcp", "localhost"],
    ["not an address", ""],
  ])("of %s is %s", (url, name) => {
    expect(nameFromUrl(url)).toBe(name);
  });
  it.each([
    ["npx", ["-y", "@modelcontextprotocol/server-everything"], "everything"],
    ["/opt/tools/github-mcp-server", [], "github"],
    ["node", ["./dist/index.js"], "index"],
    ["uvx", ["mcp-server-fetch@1.2.3"], "fetch"],
  ])("of %s %j is %s", (command, args, name) => {
    expect(nameFromCommand(command, args)).toBe(name);
  });
  it("is valid or empty, whatever it is made from", () => {
    expect(SLUG.source).toBe(CORE_SLUG.source);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.domain().map((d) => `https://${d}/mcp`),
        ),
        (text) => {
          for (const name of [slugify(text), nameFromUrl(text), nameFromCommand(text, [])]) {
            expect(name === "" || SLUG.test(name)).toBe(true);
          }
        },
      ),
    );
  });
});

describe("plain HTTP with a key", () => {
  it.each([
    "http://127.0.0.1:3001/mcp",
    "http://localhost/mcp",
    "http://[::1]:80/",
    "http://127.9.9.9/",
  ])("may be allowed for %s", (url) => expect(isPlainLoopback(url)).toBe(true));
  it.each([
    "https://127.0.0.1/",
    "http://127.0.0.1.evil.example/",
    "http://localhost.evil.example/",
    "http://10.0.0.1/",
    "http://user@evil.example/",
    "http://128.0.0.1/",
    "",
  ])("is never offered for %s", (url) => expect(isPlainLoopback(url)).toBe(false));
});

describe("numbers for people", () => {
  it("tell durations, sizes and counts", () => {
    expect([0.42, 9.96, 182, 3210, 125_000, 120_000].map(duration)).toEqual([
      "0.4 ms",
      "10 ms",
      "182 ms",
      "3.2 s",
      "2 min 5 s",
      "2 min",
    ]);
    expect([812, 4301, 1_572_864].map(bytes)).toEqual(["812 B", "4.2 KiB", "1.5 MiB"]);
    expect([0, 1, 1234].map((n) => plural(n, { one: "# call", other: "# calls" }))).toEqual([
      "0 calls",
      "1 call",
      "1,234 calls",
    ]);
  });
  it("tell how long ago", () => {
    const now = Date.UTC(2026, 10, 24, 12);
    expect([2, 180, 7200, 3 * 86_400].map((s) => ago(now - s * 1000, now))).toEqual([
      "just now",
      "3 minutes ago",
      "2 hours ago",
      "3 days ago",
    ]);
    expect(ago(now + 60_000, now)).toBe("just now");
  });
  it("know when a day ends", () => {
    const noon = new Date(2026, 10, 24, 12).getTime();
    expect(differentDay(noon, noon + 3_600_000)).toBe(false);
    expect(differentDay(noon, noon + 13 * 3_600_000)).toBe(true);
    expect(differentDay(noon, noon + 30 * 86_400_000)).toBe(true);
  });
});

describe("a stream of JSON lines", () => {
  const read = async (chunks: Uint8Array[]): Promise<unknown[]> => {
    const out: unknown[] = [];
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk);
        controller.close();
      },
    });
    for await (const value of jsonLines(stream)) out.push(value);
    return out;
  };
  it("is read the same however it is cut, inside a character too", async () => {
    const bytes = new TextEncoder().encode(`\n{"a":"ü😀"}\n\n[1]\n{"b":2}\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, i) => bytes.slice(at[i], end));
        expect(await read(chunks)).toEqual([{ a: "ü😀" }, [1], { b: 2 }]);
      }),
    );
  });
  it("drops a line that is not JSON and goes on", async () => {
    expect(await read([new TextEncoder().encode(`{"a":1}\n{oops\n{"b":2}\n`)])).toEqual([
      { a: 1 },
      { b: 2 },
    ]);
  });
  it("gives up on a line without end", async () => {
    const chunk = new Uint8Array(1024 * 1024).fill(97);
    const chunks = Array.from({ length: MAX_LINE / chunk.length + 1 }, () => chunk);
    await expect(read(chunks)).rejects.toThrow("line too long");
  });
});

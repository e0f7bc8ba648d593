// Threat 12: what is decided is what is forwarded. Real parsers of other languages read the same bytes; of
// what our reader lets through, none may see another method, tool, argument or id.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type ReadMessage, readMessage } from "../../electron/core/jsonrpc.ts";
import { bytesOf, refusalOf } from "./bytes.ts";

const here = (file: string) => new URL(`peers/${file}`, import.meta.url).pathname;
const folder = mkdtempSync(path.join(tmpdir(), "countersign-peers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Peer {
  readonly name: string;
  /** What to run, or null where this machine has no such language. */
  readonly command: () => readonly [string, ...string[]] | null;
}

const works = (command: string, args: string[]) =>
  spawnSync(command, args, { timeout: 90_000 }).status === 0;

const PEERS: readonly Peer[] = [
  {
    name: "Python",
    command: () => (works("python3", ["--version"]) ? ["python3", here("read.py")] : null),
  },
  {
    name: "Go",
    command: () => {
      const binary = path.join(folder, "read");
      return works("go", ["build", "-o", binary, here("read.go")]) ? [binary] : null;
    },
  },
];

/** Odd ways to say the members of a call: each of them has fooled some parser. */
function corpus(): string[] {
  const names = [
    '"name"', '"Name"', '"NAME"', '"na\\u006de"', '"\\u006e\\u0061\\u006d\\u0065"', '"name "', '"name\\u0000"',
    '"n\u0430me"', '"\ufeffname"', '"nam\\u00e9"', '"_name"',
  ]; // prettier-ignore
  const methods = [
    '"method"', '"Method"', '"METHOD"', '"m\\u0065thod"', '"method\\u0000"', '"metho\u0501"', '"\\u006dETHOD"',
  ]; // prettier-ignore
  const values = [
    '"safe"', '"s\\u0061fe"', '"a\\/b"', '"\\ud83d\\ude00"', '"😀"', '"tab\\tbed"', '"\u007f"', '"\\u2028"', '"\u2028"',
    '"é"', '"e\u0301"', "1", "1.0", "1e2", "-0", "0.1", "123456789012345", "9007199254740991", "9007199254740993",
    "1e400", "5e-324", "1E-7", "0.30000000000000004", "3.141592653589793238", "true", "null", "[]", "{}",
    '{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"a":{"b":[1,{"c":2}]}}', "[1,2,]", "NaN", "Infinity", "-Infinity",
    "01", "+1", ".5", "'x'", '"\t"', '"\\x41"', '"\\ud800"', "/**/1", "tru", "[[[[]]]]", '"a" ', ' "a"',
  ]; // prettier-ignore
  const out: string[] = [];
  for (const name of names) {
    for (const value of ['"safe"', '"ſafe"', "1", "null"]) {
      out.push(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{${name}:${value}}}`);
      out.push(
        `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"first",${name}:${value}}}`,
      );
      out.push(
        `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{${name}:${value},"name":"last"}}`,
      );
      out.push(
        `{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{${name}:${value},"x":{"name":"in"}}}`,
      );
    }
  }
  for (const method of methods) {
    for (const value of ['"tools/call"', '"tools\\/call"', '"ping"', "1"]) {
      out.push(`{"jsonrpc":"2.0","id":1,${method}:${value},"params":{"name":"a"}}`);
      out.push(`{"jsonrpc":"2.0","id":1,"method":"ping",${method}:${value},"params":{"name":"a"}}`);
      out.push(`{"jsonrpc":"2.0","id":1,${method}:${value},"method":"ping","params":{"name":"a"}}`);
    }
  }
  for (const value of values) {
    out.push(`{"jsonrpc":"2.0","id":${value},"method":"ping"}`);
    out.push(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"v":${value}}}}`,
    );
    out.push(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":${value},"arguments":{}}}`,
    );
    out.push(
      `{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":${value},"\\u0055RI":"x"}}`,
    );
    out.push(`{"jsonrpc":"2.0","id":1,"method":"x","params":${value}}`);
    out.push(`{"jsonrpc":"2.0","id":1,"method":"x","params":{}}${value}`);
  }
  for (const fold of ["param\u017f", "PARAMS", "Params", "\u017f", "param\\u017f"]) {
    out.push(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"},"${fold}":{"name":"b"}}`,
    );
    out.push(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","${fold}":{"name":"b"},"params":{"name":"a"}}`,
    );
  }
  for (const extra of ['"argument\u017f"', '"Arguments"', '"ARGUMENTS"']) {
    out.push(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{},${extra}:{"v":1}}}`,
    );
  }
  return out;
}

interface Seen {
  readonly error?: string;
  readonly method: string;
  readonly name: string;
  readonly uri: string;
  readonly arguments: string;
  readonly id: string;
}

describe("threat 12: other parsers and ours", () => {
  const texts = corpus();
  const ours = texts.map((text) => {
    const bytes = bytesOf(text);
    const read: ReadMessage[] = [];
    const refusal = refusalOf(() => read.push(readMessage(bytes)));
    return { text, bytes, message: read[0] ?? null, refusal };
  });

  it("the corpus holds hundreds of cases, refused and accepted ones", () => {
    expect(texts.length).toBeGreaterThan(500);
    expect(ours.filter((one) => one.message).length).toBeGreaterThan(80);
    expect(ours.filter((one) => one.refusal).length).toBeGreaterThan(200);
  });

  function compareWith([command, ...args]: readonly [string, ...string[]]): void {
    const accepted = ours.filter((one) => one.message !== null);
    const run = spawnSync(command, args, {
      input: accepted.map(({ bytes }) => `${Buffer.from(bytes).toString("base64")}\n`).join(""),
      encoding: "utf8",
      maxBuffer: 1 << 26,
      timeout: 30_000,
    });
    expect(run.stderr).toBe("");
    const seen = run.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Seen);
    expect(seen).toHaveLength(accepted.length);
    for (const [i, { text, bytes, message }] of accepted.entries()) {
      const other = seen[i]!;
      // A struct cannot hold params of another type: such a server refuses, which misleads nobody.
      if (other.error !== undefined) {
        expect(message?.method === "tools/call" ? text : "").toBe("");
        continue;
      }
      const span = message!.argumentsSpan;
      const own = span ? new TextDecoder().decode(bytes.subarray(span.start, span.end)) : "null";
      expect([text, other.method, other.name, other.uri]).toEqual([
        text,
        message!.method ?? "",
        message!.name ?? "",
        message!.uri ?? "",
      ]);
      // Written again: 0 and -0 are the same number.
      const again = (json: string) => JSON.stringify(JSON.parse(json || "null"));
      expect([text, again(other.arguments)]).toEqual([text, again(own)]);
      expect([text, JSON.parse(other.id || "null")]).toEqual([text, message!.id]);
    }
  }

  for (const peer of PEERS) {
    it(`${peer.name} reads what we let through as we do`, { timeout: 120_000 }, (context) => {
      const command = peer.command();
      if (command === null) context.skip(`there is no ${peer.name} on this machine`);
      else compareWith(command);
    });
  }
});

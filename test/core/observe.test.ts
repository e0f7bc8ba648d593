import { describe, expect, it } from "vitest";
import type { RequestId } from "../../electron/core/message.ts";
import { observeJson, observeSse, type ResponseObserver } from "../../electron/core/observe.ts";
import { bytesOf, cpu } from "./bytes.ts";
import { fc, test } from "./property.ts";

const OK = { answered: true, kind: "ok", rpcCode: null, message: null, resultType: null };
const NONE = { answered: false, kind: null, rpcCode: null, message: null, resultType: null };

/** Feeds the bytes cut at the given places. */
function run(observer: ResponseObserver, bytes: Uint8Array, cuts: readonly number[] = []) {
  let from = 0;
  for (const cut of [...cuts].map((c) => c % (bytes.length + 1)).sort((a, b) => a - b)) {
    observer.feed(bytes.subarray(from, cut));
    from = cut;
  }
  observer.feed(bytes.subarray(from));
  const { bytes: size, ...rest } = observer.end();
  expect(size).toBe(bytes.length);
  return rest;
}
const everyByte = (bytes: Uint8Array) => Array.from(bytes, (_, i) => i);
const json = (text: string, id: RequestId = 7) => run(observeJson(id), bytesOf(text));
const sse = (text: string, id: RequestId = 7) => {
  const bytes = bytesOf(text);
  const whole = run(observeSse(id), bytes);
  expect(run(observeSse(id), bytes, everyByte(bytes))).toEqual(whole);
  return whole;
};
const answer = (more: object, id: unknown = 7) => JSON.stringify({ jsonrpc: "2.0", id, ...more });

describe("observing a JSON answer", () => {
  it("tells results, tool errors, result types and JSON-RPC errors", () => {
    expect(json(answer({ result: { content: [] } }))).toEqual(OK);
    expect(json(answer({ result: {} }, "a\u0000é"), "a\u0000é")).toEqual(OK);
    expect(json(answer({ result: { isError: true } }))).toEqual({ ...OK, kind: "tool-error" });
    expect(json(answer({ result: { isError: false, resultType: "input_required" } }))).toEqual({
      ...OK,
      resultType: "input_required",
    });
    expect(
      json(answer({ error: { code: -32602, message: 'no "x"\n€', data: { code: 1 } } })),
    ).toEqual({
      ...OK,
      kind: "rpc-error",
      rpcCode: -32602,
      message: 'no "x"\n€',
    });
  });

  it("looks only where the protocol puts things", () => {
    const decoys = {
      isError: "true",
      content: [{ isError: true, resultType: "x", id: 9, error: { code: 1 } }],
      structuredContent: { isError: true },
    };
    expect(json(answer({ result: decoys }))).toEqual(OK);
    expect(json(answer({ result: [{ isError: true }] }))).toEqual(OK);
    expect(json(answer({ x: { error: { code: 1 } }, result: {} }))).toEqual(OK);
    expect(json(answer({ error: { data: { message: "inner", code: 5 } } }))).toEqual({
      ...OK,
      kind: "rpc-error",
    });
    expect(json(answer({ error: { code: "E1", message: { text: 1 } } }))).toEqual({
      ...OK,
      kind: "rpc-error",
    });
  });

  it("reads escaped names and any order of members", () => {
    expect(json('{"res\\u0075lt":{"is\\u0045rror":true},"jsonrpc":"2.0","i\\u0064":7}')).toEqual({
      ...OK,
      kind: "tool-error",
    });
    expect(json(' {\n"id" : 7.0 ,"result" : { "a" : [ ] } , "jsonrpc" : "2.0" }\r\n')).toEqual(OK);
  });

  it("takes an error that could not name its request for the answer, and nothing else of that kind", () => {
    const error = { error: { code: -32700, message: "Parse error" } };
    expect(json(answer(error, null))).toEqual({
      ...OK,
      kind: "rpc-error",
      rpcCode: -32700,
      message: "Parse error",
    });
    expect(json(JSON.stringify({ jsonrpc: "2.0", ...error })).answered).toBe(true);
    expect(json(JSON.stringify(error))).toEqual(NONE);
    expect(json('{"error":"unauthorized"}')).toEqual(NONE);
    expect(json(answer({ result: {} }, null))).toEqual(NONE);
  });

  it("is not taken in by what is no answer to this request", () => {
    const bad = [
      "", " ", "null", "[]", `[${answer({ result: {} })}]`, "<html>", answer({ result: {} }, 8), answer({ result: {} }, "7"), answer({}),
      answer({ method: "sampling/createMessage", params: {} }), answer({ method: "x", result: {} }), answer({ result: {}, error: { code: 1 } }),
      answer({ result: {} }).slice(0, -1), `${answer({ result: {} }).slice(0, -1)},}`, `{"id":7,"result":{]}}`, '{"id":7,"result":{},,}',
      '{"id":7 "result":{}}', '{"id":7,"result"}', "{7:7}", '{"id":7,"result":{"a":tru]}', `{"id":7,"result":${"[".repeat(5000)}${"]".repeat(5000)}}`,
    ]; // prettier-ignore
    for (const text of bad) expect([text, json(text)]).toEqual([text, NONE]);
  });

  it("cuts a long message to 1 KiB, between characters", () => {
    for (const unit of ["x", "é", "😀", "\n", '"', "\u0001"]) {
      const { message } = json(answer({ error: { code: 1, message: unit.repeat(100_000) } }));
      const size = Buffer.byteLength(message!);
      expect(size).toBeGreaterThan(1020);
      expect(size).toBeLessThanOrEqual(1024);
      expect(message).toBe(unit.repeat(message!.length / unit.length));
    }
    const escaped = `{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"${"\\ud83d\\ude00".repeat(5000)}"}}`;
    expect(json(escaped).message).toBe("😀".repeat(256));
  });
});

describe("observing an event stream", () => {
  const event = (text: string) => `event: message\nid: 1\ndata: ${text}\n\n`;

  it("finds the answer among notifications, requests and other answers", () => {
    const stream =
      ": hello\n\nretry: 100\n\n" +
      event('{"jsonrpc":"2.0","method":"notifications/progress","params":{"id":7,"result":{}}}') +
      event(answer({ method: "elicitation/create", params: {} })) +
      event(answer({ result: {} }, 8)) +
      event(answer({ result: {} }, "7")) +
      event(answer({ error: { code: 1, message: "" } }, null)) +
      event(answer({ result: { isError: true } })) +
      event(answer({ error: { code: 2, message: "late" } }));
    expect(sse(stream)).toEqual({ ...OK, kind: "tool-error" });
  });

  it("reads every kind of line end, a byte order mark, comments and data in several lines", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const lines = [
        "\ufeff: comment", "", "data", "", "data:", "event: message", "data:{", "data: ", `data: "jsonrpc":"2.0",`, ":c", `data:"id":7,`,
        'data: "result":{"resultType":"complete"}}', "retry: 1", "", "",
      ]; // prettier-ignore
      expect(sse(lines.join(end))).toEqual({ ...OK, resultType: "complete" });
    }
    expect(sse(`data: ${answer({ result: { t: "a\u2028b\u0085c" } })}\n\n`)).toEqual(OK);
  });

  it("ignores other events, other fields, and an event that was cut off", () => {
    const text = answer({ result: {} });
    expect(sse(`event: endpoint\ndata: ${text}\n\n`)).toEqual(NONE);
    expect(sse(`event: messages\ndata: ${text}\n\n`)).toEqual(NONE);
    expect(sse(`Data: ${text}\n\n`)).toEqual(NONE);
    expect(sse(`datax: ${text}\n\n data: ${text}\n\n${"data".repeat(99)}: ${text}\n\n`)).toEqual(
      NONE,
    );
    expect(sse(`data: ${text}\n`)).toEqual(NONE);
    expect(sse(`data: ${text}`)).toEqual(NONE);
    expect(sse(`event: x\nevent:\ndata: ${text}\n\n`)).toEqual(OK);
    expect(sse(`data: {"broken\n\ndata: ${text}\n\n`)).toEqual(OK);
  });
});

describe("properties of the observers", () => {
  const outcome = fc.oneof(
    fc.record({ result: fc.dictionary(fc.string(), fc.jsonValue()) }),
    fc.record({
      result: fc.record({
        isError: fc.boolean(),
        resultType: fc.string(),
        content: fc.jsonValue(),
      }),
    }),
    fc.record({
      error: fc.record({
        code: fc.integer(),
        message: fc.string({ unit: "grapheme" }),
        data: fc.jsonValue(),
      }),
    }),
  );
  const anyId = fc.oneof(fc.integer(), fc.string({ unit: "grapheme" }));
  const cuts = fc.array(fc.nat(), { maxLength: 30 });

  test(
    "what is seen does not depend on where the stream was cut",
    [outcome, anyId, cuts, fc.constantFrom("\n", "\r\n", "\r"), fc.constantFrom(undefined, 1)],
    (more, id, places, end, indent) => {
      const value = { jsonrpc: "2.0", id, ...more };
      const text = JSON.stringify(value, null, indent);
      const error = "error" in more ? more.error : null;
      const result = "result" in more ? (more.result as Record<string, unknown>) : {};
      const type =
        typeof result["resultType"] === "string" && Object.hasOwn(result, "resultType")
          ? result["resultType"]
          : null;
      const expected = {
        answered: true,
        kind: error ? "rpc-error" : result["isError"] === true ? "tool-error" : "ok",
        rpcCode: error ? error.code : null,
        message: error ? error.message : null,
        resultType: type,
      };
      expect(run(observeJson(id), bytesOf(text), places)).toEqual(expected);
      const lines = text
        .split("\n")
        .map((line) => `data: ${line}${end}`)
        .join("");
      const stream = `data: {"jsonrpc":"2.0","method":"x"}${end}${end}${lines}${end}`;
      expect(run(observeSse(id), bytesOf(stream), places)).toEqual(expected);
    },
  );

  test(
    "any bytes are survived",
    [
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.nat()),
      fc.constantFrom("", "data: ", '{"id":7,', "\xef\xbb"),
    ],
    (bytes, places, start) => {
      const all = Uint8Array.from([...Buffer.from(start, "latin1"), ...bytes]);
      for (const make of [observeJson, observeSse])
        expect(run(make(7), all, places).answered).toBe(false);
    },
  );

  test(
    "a broken answer never counts: any proper prefix is unanswered",
    [outcome, fc.nat()],
    (more, at) => {
      const text = bytesOf(JSON.stringify({ jsonrpc: "2.0", id: 7, ...more }));
      expect(run(observeJson(7), text.subarray(0, at % text.length)).answered).toBe(false);
    },
  );
});

describe("large answers", () => {
  const MIB = 1 << 20;
  const kinds: [string, string, number][] = [
    ["one long text", "x".repeat(MIB), 150],
    // Four fifths escapes: no real text is so bad.
    ["text full of escapes", '\\"a\\n'.repeat(MIB / 5), 50],
  ];
  for (const [what, piece, floor] of kinds) {
    it(
      `watches 100 MB of ${what} in constant memory, at ${floor} MB/s or better`,
      { timeout: 60_000 },
      () => {
        const chunk = bytesOf(piece).subarray(0, 64 * 1024 - 4);
        for (const make of [observeJson, observeSse]) {
          const head = `{"jsonrpc":"2.0","result":{"content":[{"text":"`;
          const observer = make(7);
          observer.feed(bytesOf(make === observeSse ? `data: ${head}` : head));
          // The chunk ends in the middle of nothing: its length is a multiple of the pattern's.
          const whole = chunk.subarray(0, chunk.length - (chunk.length % 5));
          const rounds = Math.ceil(1e8 / whole.length);
          const before = process.memoryUsage();
          const spent = cpu();
          for (let i = 0; i < rounds; i++) observer.feed(whole);
          const seconds = spent();
          const after = process.memoryUsage();
          observer.feed(bytesOf(`"}]},"id":7}${make === observeSse ? "\n\n" : ""}`));
          expect(observer.end()).toMatchObject({ answered: true, kind: "ok" });
          expect(100 / seconds).toBeGreaterThan(floor);
          expect(after.rss - before.rss).toBeLessThan(32 * MIB);
        }
      },
    );
  }
});

import { describe, expect, it } from "vitest";
import { readMessage } from "../../electron/core/jsonrpc.ts";
import type { Span } from "../../electron/core/message.ts";
import { bytesOf, refusalOf } from "./bytes.ts";
import { fc, test } from "./property.ts";

const META = "io.modelcontextprotocol/";
const read = (value: unknown) =>
  readMessage(bytesOf(typeof value === "string" ? value : JSON.stringify(value)));
const refused = (value: unknown) => refusalOf(() => read(value));
const call = (params: unknown, more: object = {}) => ({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params,
  ...more,
});

describe("readMessage", () => {
  it("tells a call from its bytes, with the places of its parts", () => {
    const text = `{ "jsonrpc":"2.0", "id" : "a\\u0062", "method":"tools\\/call", "params": {"name":"\\u0065cho",
      "arguments": {"x": [1, 2]}, "_meta":{"progressToken": 7, "${META}protocolVersion":"2026-07-28"}}, "new": 1}`;
    const bytes = bytesOf(text);
    const message = readMessage(bytes);
    const at = (span: Span | null) => (span ? text.slice(span.start, span.end) : null);
    expect(message).toMatchObject({
      kind: "request",
      method: "tools/call",
      id: "ab",
      name: "echo",
      envelopeVersion: "2026-07-28",
      initializeVersion: null,
      error: null,
      cancels: null,
      subscriptionId: null,
    });
    expect(at(message.idSpan)).toBe('"a\\u0062"');
    expect(at(message.argumentsSpan)).toBe('{"x": [1, 2]}');
    expect(at(message.paramsSpan)).toMatch(/^\{"name".*\}\}$/s);
    expect(message.progressToken?.value).toBe(7);
    expect(at(message.progressToken!.span)).toBe("7");
  });

  it("tells notifications, cancellation, progress, initialize, resources and tasks", () => {
    const cancelled = {
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: 12 },
    };
    expect(read(cancelled)).toMatchObject({
      kind: "notification",
      id: null,
      cancels: { value: 12 },
    });
    const progress = {
      jsonrpc: "2.0",
      method: "notifications/progress",
      params: { progressToken: "p", progress: 0.5 },
    };
    expect(read(progress).progressToken?.value).toBe("p");
    const initialize = {
      jsonrpc: "2.0",
      id: 0,
      method: "initialize",
      params: { protocolVersion: "2025-11-25" },
    };
    expect(read(initialize)).toMatchObject({
      id: 0,
      initializeVersion: "2025-11-25",
      envelopeVersion: null,
    });
    const resource = { jsonrpc: "2.0", id: -3, method: "resources/read", params: { uri: "a://b" } };
    expect(read(resource)).toMatchObject({ uri: "a://b", id: -3 });
    const task = { jsonrpc: "2.0", id: 1, method: "tasks/get", params: { taskId: "t1" } };
    expect(read(task).taskId).toBe("t1");
    expect(read({ jsonrpc: "2.0", id: 1, method: "x", params: [1] }).name).toBeNull();
  });

  it("tells answers and errors, and subscriptions on either side", () => {
    const meta = { [`${META}subscriptionId`]: 4 };
    expect(read({ jsonrpc: "2.0", id: 1, result: { _meta: meta } })).toMatchObject({
      kind: "response",
      method: null,
      id: 1,
      error: null,
      subscriptionId: { value: 4 },
    });
    const note = { jsonrpc: "2.0", method: "notifications/x", params: { _meta: meta } };
    expect(read(note).subscriptionId?.value).toBe(4);
    const error = (code: unknown, id: unknown = null) => ({
      jsonrpc: "2.0",
      id,
      error: { code, message: "m" },
    });
    expect(read(error(-32601))).toMatchObject({ id: null, error: { code: -32601 } });
    expect(read(error(1.5, "x"))).toMatchObject({ id: "x", error: { code: null } });
  });

  it("refuses batches", () => {
    expect(refused([])?.code).toBe("batch_refused");
    expect(refused([call({ name: "a" })])?.code).toBe("batch_refused");
  });

  it("refuses what is no JSON-RPC 2.0 message", () => {
    const bad: unknown[] = [
      "null", "1", '"x"', {}, { id: 1, method: "x" }, { jsonrpc: "1.0", id: 1, method: "x" }, { jsonrpc: 2, id: 1, method: "x" },
      { jsonrpc: "2.0" }, { jsonrpc: "2.0", id: 1 }, { jsonrpc: "2.0", id: 1, result: 1, error: { code: 1, message: "" } },
      { jsonrpc: "2.0", id: 1, method: "x", result: {} }, { jsonrpc: "2.0", id: 1, method: "x", error: {} },
      { jsonrpc: "2.0", id: 1, method: 1 }, { jsonrpc: "2.0", id: 1, method: "" }, { jsonrpc: "2.0", id: 1, method: null },
      { jsonrpc: "2.0", id: 1, method: "x".repeat(257) }, { jsonrpc: "2.0", id: 1, method: "a\u0000b" },
      { jsonrpc: "2.0", id: null, method: "x" }, { jsonrpc: "2.0", id: true, method: "x" }, { jsonrpc: "2.0", id: {}, method: "x" },
      { jsonrpc: "2.0", id: [1], method: "x" }, { jsonrpc: "2.0", id: 1.5, method: "x" }, '{"jsonrpc":"2.0","id":1.0,"method":"x"}',
      '{"jsonrpc":"2.0","id":1e2,"method":"x"}', '{"jsonrpc":"2.0","id":-0,"method":"x"}', { jsonrpc: "2.0", id: "x".repeat(1025), method: "x" },
      { jsonrpc: "2.0", id: 1, method: "x", params: null }, { jsonrpc: "2.0", id: 1, method: "x", params: "p" },
      { jsonrpc: "2.0", id: 1, method: "x", params: 1 }, { jsonrpc: "2.0", id: null, result: {} }, { jsonrpc: "2.0", result: {} },
      { jsonrpc: "2.0", error: { code: 1, message: "" } }, { jsonrpc: "2.0", id: 1, error: "e" },
      { jsonrpc: "2.0", id: 1, result: {}, params: {} }, { jsonrpc: "2.0", id: 1, method: "notifications/initialized" },
      { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: null } },
      { jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: 0.5 } },
      { jsonrpc: "2.0", id: 1, method: "x", params: { _meta: [] } }, { jsonrpc: "2.0", id: 1, method: "x", params: { _meta: { progressToken: {} } } },
      { jsonrpc: "2.0", id: 1, method: "x", params: { _meta: { [`${META}protocolVersion`]: 20260728 } } },
    ]; // prettier-ignore
    for (const value of bad) {
      const refusal = refused(value);
      expect([value, refusal?.code]).toEqual([value, "message_invalid"]);
      expect(String(refusal?.facts["reason"])).not.toBe("");
    }
  });

  it("refuses tools/call without an id, which would run ungated", () => {
    expect(refused({ jsonrpc: "2.0", method: "tools/call", params: { name: "a" } })?.code).toBe(
      "message_invalid",
    );
  });

  it("refuses a tool name that is missing, no string, too long, or holds what does not show", () => {
    const bad: unknown[] = [
      undefined,
      null,
      1,
      {},
      "",
      "  ",
      "a".repeat(129),
      "a\nb",
      "a\u0000",
      "a\u0085b",
      "a\u202eb",
      "a\u200bb",
      "a\u2028",
    ];
    for (const name of bad)
      expect([name, refused(call({ name }))?.code]).toEqual([name, "tool_name_invalid"]);
    expect(refused(call(undefined))?.code).toBe("tool_name_invalid");
    expect(refused(call(["a"]))?.code).toBe("tool_name_invalid");
    for (const name of ["a", "a".repeat(128), "😀".repeat(128), "search files", "ns.tool/x-1"]) {
      expect(read(call({ name })).name).toBe(name);
    }
  });

  it("refuses arguments that are not an object", () => {
    for (const args of [null, 1, "x", [], true]) {
      expect(refused(call({ name: "a", arguments: args }))?.code).toBe("message_invalid");
    }
    expect(read(call({ name: "a", arguments: {} })).argumentsSpan).not.toBeNull();
    expect(read(call({ name: "a" })).argumentsSpan).toBeNull();
  });

  it("threat 12: refuses case variants of the names that are decided by", () => {
    const top = [
      "Method",
      "METHOD",
      "ID",
      "Id",
      "Params",
      "param\u017f",
      "JSONRPC",
      "jsonRpc",
      "Re\u017fult",
      "ERROR",
      "re\\u017fult",
    ];
    for (const name of top) {
      expect([name, refused(`{"jsonrpc":"2.0","id":1,"method":"ping","${name}":1}`)?.code]).toEqual(
        [name, "message_invalid"],
      );
    }
    const inner = [
      "Name",
      "NAME",
      "Arguments",
      "argument\u017f",
      "URI",
      "_Meta",
      "_META",
      "requestID",
      "reque\u017ftId",
      "ProgressToken",
      "progre\u017f\u017fTo\u212aen",
      "protocolversion",
    ];
    for (const name of inner) {
      const text = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","${name}":1}}`;
      expect([name, refused(text)?.code]).toEqual([name, "message_invalid"]);
    }
    const envelope = `{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{"${META}ProtocolVersion":"2026-07-28"}}}`;
    expect(refused(envelope)?.code).toBe("message_invalid");
    // What a tool calls its own arguments is the tool's business, and so is a result.
    expect(read(call({ name: "a", arguments: { Name: 1, METHOD: 2 } })).name).toBe("a");
    expect(read({ jsonrpc: "2.0", id: 1, result: { Name: 1, _Meta: 2 } }).kind).toBe("response");
  });

  it("passes the strict reader's refusals on, with the limit that was asked for", () => {
    expect(refused('{"jsonrpc":"2.0","id":1,"method":"x","method":"y"}')?.code).toBe(
      "json_duplicate_key",
    );
    expect(refused(call({ name: "a", arguments: { x: 1e300, y: "\ud800" } }))?.code).toBe(
      "json_not_utf8",
    );
    expect(
      refusalOf(() => readMessage(bytesOf(JSON.stringify(call({ name: "a" }))), { maxDepth: 1 }))
        ?.code,
    ).toBe("json_too_deep");
  });
});

describe("properties of readMessage", () => {
  const id = fc.oneof(fc.maxSafeInteger(), fc.string({ unit: "grapheme", maxLength: 100 }));
  test(
    "the spans of a call slice to its own text, whatever the order of its members",
    [
      id,
      fc.dictionary(
        fc.string(),
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
      ),
      fc.constantFrom(0, 1, 2, 3),
    ],
    (id, args, turn) => {
      const members = [
        ["jsonrpc", "2.0"],
        ["id", id],
        ["method", "tools/call"],
        ["params", { arguments: args, name: "t" }],
      ] as [string, unknown][];
      const turned = [...members.slice(turn), ...members.slice(0, turn)];
      const bytes = bytesOf(JSON.stringify(Object.fromEntries(turned)));
      const message = readMessage(bytes);
      const at = ({ start, end }: Span) =>
        JSON.parse(new TextDecoder().decode(bytes.subarray(start, end))) as unknown;
      expect(message.id).toBe(id);
      expect(at(message.idSpan!)).toBe(id);
      expect(at(message.argumentsSpan!)).toEqual(JSON.parse(JSON.stringify(args)));
    },
  );

  test(
    "any bytes give a message or a refusal, nothing else",
    [fc.uint8Array({ maxLength: 200 })],
    (bytes) => {
      refusalOf(() => readMessage(bytes));
    },
  );
});

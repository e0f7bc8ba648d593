import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Span } from "../../../electron/core/message.ts";
import { skim } from "../../../electron/core/stdio/skim.ts";
import { encode, oneLine, splice } from "../../../electron/core/stdio/pieces.ts";

const text = (bytes: Uint8Array, span: Span | null | undefined): string | null =>
  span == null ? null : new TextDecoder().decode(bytes.subarray(span.start, span.end));

describe("skim", () => {
  it("finds the id, the method and the tokens of any message that JSON.stringify makes", () => {
    const id = fc.oneof(
      fc.integer(),
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(
        id,
        fc.string(),
        id,
        fc.jsonValue(),
        fc.boolean(),
        (id, method, token, extra, indent) => {
          const message = {
            extra,
            params: { z: extra, _meta: { a: extra, progressToken: token }, name: method },
            id,
            jsonrpc: "2.0",
            method,
          };
          const bytes = encode(JSON.stringify(message, null, indent ? 2 : 0));
          const read = skim(bytes);
          expect(read?.kind).toBe("request");
          expect(read?.method).toBe(method);
          expect(read?.name).toBe(method);
          expect(JSON.parse(text(bytes, read?.idSpan) ?? "")).toEqual(
            JSON.parse(JSON.stringify(id)),
          );
          expect(JSON.parse(text(bytes, read?.progressToken?.span) ?? "")).toEqual(
            JSON.parse(JSON.stringify(token)),
          );
        },
      ),
    );
  });

  it("reads every JSON value that it passes over to its end", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.boolean(), (result, indent) => {
        const bytes = encode(
          JSON.stringify({ result, jsonrpc: "2.0", id: 1 }, null, indent ? 1 : 0),
        );
        expect(skim(bytes)).toMatchObject({ kind: "response", id: 1, error: null });
      }),
    );
  });

  it("never throws and never hangs on bytes of any kind", () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      '"',
      "\\",
      ":",
      ",",
      "id",
      '"id"',
      '"method"',
      "1",
      "-",
      "e",
      "null",
      " ",
      "é",
      "\u0000",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        skim(encode(pieces.join("")));
        skim(encode(`{"id":1,"result":${pieces.join("")}}`));
      }),
      { numRuns: 2000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void skim(bytes)));
  });

  it.each([
    ["nothing", ""],
    ["a word", "hello"],
    ["an array", "[1]"],
    ["an object without a method or an answer", '{"jsonrpc":"2.0","id":1}'],
    ["a method and a result", '{"id":1,"method":"x","result":1}'],
    ["a result and an error", '{"id":1,"result":1,"error":{}}'],
    ["a result without an id", '{"result":1}'],
    ["an id that is an object", '{"id":{},"method":"x"}'],
    ["a request whose id is null", '{"id":null,"method":"x"}'],
    ["two ids", '{"id":1,"id":2,"result":1}'],
    ["two ids, one escaped", '{"id":1,"\\u0069d":2,"result":1}'],
    ["two results", '{"id":1,"result":1,"result":2}'],
    ["something after the end", '{"id":1,"result":1}x'],
    ["a bare word inside", '{"id":1,"result":nope}'],
    ["an open string", '{"id":1,"result":"x'],
    ["a comma too many", '{"id":1,"result":[1,]}'],
    ["brackets that cross", '{"id":1,"result":[{]}}'],
    ["100,001 open brackets", `{"id":1,"result":${"[".repeat(100_001)}`],
  ])("takes %s for no message", (_, line) => {
    expect(skim(encode(line))).toBeNull();
  });

  it("lets pass what a strict reader refuses, where it does not concern routing", () => {
    const line = `{"id":9007199254740993,"result":{"a":1,"a":2,"n":1e999,"deep":${"[".repeat(5000)}${"]".repeat(5000)}}}`;
    expect(skim(encode(line))?.kind).toBe("response");
  });

  it("finds the code of an error and an error without an id", () => {
    expect(skim(encode('{"id":null,"error":{"message":"m","code":-32700}}'))).toMatchObject({
      kind: "response",
      id: null,
      error: { code: -32700 },
    });
  });

  it("reads a message of 32 MiB in well under a second", () => {
    const result = {
      blob: "A".repeat(32 * 1024 * 1024),
      list: Array.from({ length: 1000 }, (_, i) => i),
    };
    const bytes = encode(JSON.stringify({ result, jsonrpc: "2.0", id: "last" }));
    const started = performance.now();
    expect(skim(bytes)?.id).toBe("last");
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe("pieces", () => {
  it("replaces spans and keeps every other byte", () => {
    const bytes = encode('{"id":"a","x":1}');
    const out = splice(bytes, [
      { span: { start: 14, end: 15 }, to: encode("22") },
      { span: { start: 6, end: 9 }, to: encode("7") },
    ]);
    expect(new TextDecoder().decode(Buffer.concat(out))).toBe('{"id":7,"x":22}');
  });

  it("puts a message on one line without changing what it says or how long it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const bytes = encode(JSON.stringify({ value }, null, "\r\n  "));
        const line = oneLine(bytes);
        expect(line.length).toBe(bytes.length);
        expect(line.includes(10) || line.includes(13)).toBe(false);
        expect(JSON.parse(new TextDecoder().decode(line))).toEqual(
          JSON.parse(JSON.stringify({ value })),
        );
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { readMessage } from "../../electron/core/jsonrpc.ts";
import {
  checkHeaders,
  decodeHeaderValue,
  encodeHeaderValue,
  generationOf,
  onwardHeaders,
  returnHeaders,
} from "../../electron/core/mcp.ts";
import { bytesOf, refusalOf } from "./bytes.ts";
import { fc, test } from "./property.ts";

const MODERN = "2026-07-28";
const request = (method: string, params: object = {}, version: string | null = MODERN) =>
  readMessage(
    bytesOf(
      JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method,
        params: {
          ...params,
          ...(version && { _meta: { "io.modelcontextprotocol/protocolVersion": version } }),
        },
      }),
    ),
  );
const headers = (method: string, name?: string, version = MODERN) => ({
  "mcp-method": method,
  "mcp-protocol-version": version,
  ...(name !== undefined && { "mcp-name": name }),
});
const b64 = (text: string) => `=?base64?${Buffer.from(text).toString("base64")}?=`;
const mismatch = (
  message: Parameters<typeof checkHeaders>[0],
  given: Parameters<typeof checkHeaders>[1],
) => {
  const refusal = refusalOf(() => checkHeaders(message, given));
  return refusal ? `${refusal.code} ${String(refusal.facts["header"])}` : null;
};

describe("checkHeaders", () => {
  it("lets headers through that say what the body says, or nothing", () => {
    const cases: [string, object, string | undefined][] = [
      ["tools/call", { name: "echo" }, "echo"],
      ["tools/call", { name: "echo" }, " echo\t"],
      ["tools/call", { name: "echo" }, b64("echo")],
      ["tools/call", { name: "nástroj 😀" }, b64("nástroj 😀")],
      ["prompts/get", { name: "p" }, "p"],
      ["resources/read", { uri: "a://b?c=d" }, "a://b?c=d"],
      ["tasks/get", { taskId: "t-1" }, "t-1"],
      ["tools/list", {}, undefined],
      ["tools/list", {}, "anything"],
    ];
    for (const [method, params, name] of cases) {
      expect(mismatch(request(method, params), headers(method, name))).toBeNull();
    }
    expect(mismatch(request("tools/call", { name: "echo" }), {})).toBeNull();
    expect(mismatch(null, headers("x", "y"))).toBeNull();
  });

  it("threat 11: refuses every mismatch between header and body", () => {
    const echo = request("tools/call", { name: "echo" });
    const bad: [Parameters<typeof checkHeaders>[0], Record<string, string | string[]>, string][] = [
      [echo, headers("tools/list", "echo"), "Mcp-Method"],
      [echo, headers("Tools/Call", "echo"), "Mcp-Method"],
      [echo, headers("", "echo"), "Mcp-Method"],
      [echo, headers("tools/call, tools/call", "echo"), "Mcp-Method"],
      [echo, headers("tools/call", "delete"), "Mcp-Name"],
      [echo, headers("tools/call", "Echo"), "Mcp-Name"],
      [echo, headers("tools/call", ""), "Mcp-Name"],
      [echo, headers("tools/call", "echo, echo"), "Mcp-Name"],
      [echo, headers("tools/call", b64("delete")), "Mcp-Name"],
      [echo, headers("tools/call", "=?base64?ZWNobw?="), "Mcp-Name"],
      [echo, headers("tools/call", "=?base64?ZWN obw==?="), "Mcp-Name"],
      [echo, headers("tools/call", "=?base64?/w==?="), "Mcp-Name"],
      [echo, headers("tools/call", "=?BASE64?ZWNobw==?="), "Mcp-Name"],
      [echo, headers("tools/call", "echo", "2025-11-25"), "MCP-Protocol-Version"],
      [echo, headers("tools/call", "echo", "2026-07-29"), "MCP-Protocol-Version"],
      [echo, { "mcp-name": ["echo", "echo"] }, "mcp-name"],
      [echo, { "mcp-method": ["tools/call", "tools/call"] }, "mcp-method"],
      [request("resources/read", { uri: "a://b" }), headers("resources/read", "a://c"), "Mcp-Name"],
      [
        request("resources/read", { name: "a://b" }),
        headers("resources/read", "a://b"),
        "Mcp-Name",
      ],
      [request("prompts/get", { name: "a" }), headers("prompts/get", "b"), "Mcp-Name"],
      [request("tasks/cancel", { taskId: "a" }), headers("tasks/cancel", "b"), "Mcp-Name"],
      [
        request("initialize", { protocolVersion: "2025-11-25" }, null),
        headers("initialize"),
        "MCP-Protocol-Version",
      ],
      [
        readMessage(bytesOf('{"jsonrpc":"2.0","id":1,"result":{}}')),
        headers("tools/call"),
        "Mcp-Method",
      ],
      [
        request("tools/call", { name: "echo" }, null),
        headers("tools/call", "delete", "2025-11-25"),
        "Mcp-Name",
      ],
    ];
    for (const [message, given, header] of bad) {
      expect([given, mismatch(message, given)]).toEqual([given, `header_mismatch ${header}`]);
    }
  });

  test(
    "threat 11: a name passes its own header and no other's",
    [
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
      fc.string({ unit: "grapheme", maxLength: 40 }),
    ],
    (name, other) => {
      const message = request("resources/read", { uri: name });
      expect(mismatch(message, headers("resources/read", encodeHeaderValue(name)))).toBeNull();
      if (other !== name) {
        expect(mismatch(message, headers("resources/read", encodeHeaderValue(other)))).toMatch(
          "Mcp-Name",
        );
      }
    },
  );
});

describe("the header sentinel", () => {
  it("is used for what a field cannot carry, and for what looks like it", () => {
    expect(encodeHeaderValue("echo tool\tx~")).toBe("echo tool\tx~");
    for (const text of ["", " a", "a ", "é", "a\nb", "\u007f", b64("x"), "=?base64??="]) {
      expect(encodeHeaderValue(text)).toBe(b64(text));
      expect(decodeHeaderValue(encodeHeaderValue(text))).toBe(text);
    }
  });

  test("comes back as it was", [fc.string({ unit: "grapheme" })], (text) => {
    const field = encodeHeaderValue(text);
    expect(field).toMatch(/^[\t\x20-\x7e]+$/);
    expect(decodeHeaderValue(` ${field}\t`)).toBe(text);
  });
});

describe("generationOf", () => {
  it("asks the envelope, then initialize, then the header", () => {
    expect(generationOf(request("tools/list"), {})).toBe("modern");
    expect(generationOf(request("tools/list", {}, "2027-01-01"), {})).toBe("modern");
    expect(generationOf(request("tools/list", {}, "2025-11-25"), {})).toBe("legacy");
    expect(generationOf(request("initialize", {}, null), {})).toBe("legacy");
    expect(
      generationOf(request("tools/list", {}, null), { "mcp-protocol-version": "2025-06-18" }),
    ).toBe("legacy");
    expect(generationOf(request("tools/list", {}, null), {})).toBe("legacy");
    expect(generationOf(null, {})).toBe("legacy");
    expect(generationOf(null, { "mcp-protocol-version": MODERN })).toBe("modern");
    expect(generationOf(null, { "mcp-protocol-version": "latest" })).toBeNull();
    expect(generationOf(request("tools/list", {}, "newest"), {})).toBeNull();
  });
});

const NEVER_UP = "authorization cookie host x-client-cert forwarded x-forwarded-for x-forwarded-host x-real-ip proxy-authorization connection keep-alive te trailer transfer-encoding upgrade content-length user-agent origin referer x-api-key dpop baggage mcp-evil accept-encoding expect __proto__ constructor".split(" "); // prettier-ignore
const NEVER_DOWN = "set-cookie set-cookie2 www-authenticate authentication-info proxy-authenticate proxy-authentication-info connection keep-alive trailer transfer-encoding upgrade content-length location server x-powered-by via access-control-allow-origin access-control-allow-credentials alt-svc strict-transport-security refresh link clear-site-data dpop-nonce __proto__".split(" "); // prettier-ignore

describe("what travels", () => {
  it("threat 27: what names a person, a key or the connection never goes up", () => {
    const out = onwardHeaders(Object.fromEntries(NEVER_UP.map((name) => [name, "x"])));
    expect(Object.keys(out)).toEqual([]);
  });

  it("cookies, challenges, redirects and the server's make never come down", () => {
    const out = returnHeaders(Object.fromEntries(NEVER_DOWN.map((name) => [name, "x"])));
    expect(Object.keys(out)).toEqual([]);
  });

  it("passes what MCP needs, in both directions", () => {
    const up = {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "mcp-session-id": "s",
      "mcp-protocol-version": MODERN,
      "last-event-id": "7",
      "mcp-method": "tools/call",
      "mcp-name": "echo",
      "mcp-param-region": "eu",
      traceparent: "00-1-2-01",
      tracestate: "a=b",
    };
    expect(onwardHeaders({ ...up, tracestate: ["a=b", "c=d"] })).toEqual({
      ...up,
      tracestate: "a=b, c=d",
    });
    const down = {
      "content-type": "text/event-stream",
      "mcp-session-id": "s",
      "mcp-something-new": "x",
      "cache-control": "no-store",
      "retry-after": "1",
      "content-encoding": "gzip",
      allow: "POST",
    };
    expect(returnHeaders(down)).toEqual(down);
  });

  it("drops what Connection names for this hop, and values that would write another header", () => {
    const raw = {
      connection: "close, Mcp-Name",
      "mcp-name": "x",
      accept: "a\r\nauthorization: b",
      "mcp-param-a b": "x",
    };
    expect(onwardHeaders(raw)).toEqual({});
    expect(
      returnHeaders({ connection: ["mcp-session-id"], "mcp-session-id": "x", allow: "a\0" }),
    ).toEqual({});
  });

  test(
    "nothing but the named headers gets through, however they are called",
    [fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), fc.string())],
    (raw) => {
      for (const name of Object.keys(onwardHeaders(raw))) {
        expect(name).toMatch(/^(accept|content-type|traceparent|tracestate|last-event-id|mcp-.+)$/);
      }
      for (const name of Object.keys(returnHeaders(raw))) {
        expect(name).toMatch(
          /^(content-type|content-encoding|cache-control|retry-after|allow|mcp-.+)$/,
        );
      }
    },
  );
});

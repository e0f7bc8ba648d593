// What the shim does when the door refuses, is gone, or is somebody else; and with messages that are odd.
import { PassThrough } from "node:stream";
import net from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Refusal } from "../../electron/core/errors.ts";
import { Secret } from "../../electron/core/secret.ts";
import { type Prove, runShim } from "../../electron/stdio.ts";
import { until } from "../host/stdio/door.ts";
import { CREDENTIAL, type Gate, openGate } from "./gate.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function shim(prove: Prove, credential = CREDENTIAL) {
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let text = "";
  let said = "";
  output.on("data", (chunk: Buffer) => (text += chunk.toString()));
  errors.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const over = runShim({
    prove,
    server: "local",
    credential: new Secret(credential),
    input,
    output,
    errors,
  });
  closers.push(async () => {
    input.end();
    await over;
  });
  const lines = () => text.split("\n").filter((line) => line !== "");
  return {
    input,
    over,
    lines,
    text: () => text,
    said: () => said,
    ask: async (line: string): Promise<Record<string, unknown>> => {
      const before = lines().length;
      input.write(`${line}\n`);
      await until(() => lines().length > before);
      return JSON.parse(lines()[before] ?? "") as Record<string, unknown>;
    },
  };
}

async function gateWith(intercept: Gate["intercept"]): Promise<Gate> {
  const gate = await openGate(null);
  gate.intercept = intercept;
  closers.push(() => gate.close());
  return gate;
}

const call = (id: unknown, method = "tools/call") =>
  JSON.stringify({ jsonrpc: "2.0", id, method, params: { name: "x" } });
const codeOf = (message: Record<string, unknown>): unknown =>
  (message["error"] as { data?: { code?: unknown } } | undefined)?.data?.code;

describe("proof before the credential", () => {
  it("sends no byte to a listener that is not proved", async () => {
    let bytes = 0;
    let connections = 0;
    const squatter = net.createServer((socket) => {
      connections++;
      socket.on("data", (chunk) => (bytes += chunk.length));
    });
    await new Promise<void>((resolve) => squatter.listen(0, "127.0.0.1", resolve));
    closers.push(() => new Promise((resolve) => squatter.close(resolve)));
    const { ask } = shim(() => Promise.reject(new Refusal("not_running", { folder: "/data" })));
    const answer = await ask(call(1));
    expect(answer).toMatchObject({ id: 1, error: { data: { code: "not_running" } } });
    expect(JSON.stringify(answer)).toContain("/data");
    expect([connections, bytes]).toEqual([0, 0]);
  });

  it("proves the door again before each new connection", async () => {
    const gate = await gateWith((_body, _request, response) => {
      response.setHeader("connection", "close");
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result: {} }));
      return true;
    });
    let proofs = 0;
    let running = true;
    const { ask } = shim(async () => {
      proofs++;
      if (!running) throw new Refusal("not_running", { folder: "/data" });
      return { door: gate.door };
    });
    expect(await ask(call(1))).toMatchObject({ result: {} });
    const first = proofs;
    expect(await ask(call(1))).toMatchObject({ result: {} });
    expect(proofs).toBeGreaterThan(first);
    // The port still listens, but it is no longer proved to be ours.
    running = false;
    const before = gate.seen.length;
    expect(codeOf(await ask(call(1)))).toBe("not_running");
    expect(gate.seen.length).toBe(before);
  });

  it("refuses a door that is not on loopback", async () => {
    for (const door of ["http://192.0.2.1:7717", "https://127.0.0.1:1", "http://127.0.0.1"]) {
      const { ask } = shim(() => Promise.resolve({ door }));
      expect(codeOf(await ask(call(1)))).toBe("usage");
    }
  });
});

describe("refusals", () => {
  it("turns an HTTP refusal into the request's error, with its code and advice", async () => {
    const gate = await gateWith(null);
    const { ask } = shim(() => Promise.resolve({ door: gate.door }), "csa_wrong");
    expect(await ask(call("a"))).toEqual({
      jsonrpc: "2.0",
      id: "a",
      error: {
        code: -31002,
        message: "not known here",
        data: { code: "agent_credential_unknown" },
      },
    });
  });

  it("answers for a door that is gone, one that drops, and one that speaks HTML", async () => {
    const dead = await openGate(null);
    await dead.close();
    expect(codeOf(await shim(() => Promise.resolve({ door: dead.door })).ask(call(1)))).toBe(
      "upstream_unreachable",
    );
    const gate = await gateWith((body, _request, response) => {
      if (body.includes("html")) response.setHeader("content-type", "text/html").end("<p>no</p>");
      else {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write('data: {"jsonrpc":');
        setTimeout(() => response.destroy(), 20);
      }
      return true;
    });
    const { ask } = shim(() => Promise.resolve({ door: gate.door }));
    expect(codeOf(await ask(call(1, "html")))).toBe("upstream_error");
    expect(codeOf(await ask(call(2)))).toBe("upstream_dropped");
    // Not once more by itself: whether the call took effect is not known.
    expect(gate.seen.filter(({ body }) => body === call(2))).toHaveLength(1);
  });

  it("tells a refused notification on standard error, never on standard output", async () => {
    const gate = await gateWith(null);
    const { input, said, lines } = shim(() => Promise.resolve({ door: gate.door }), "csa_wrong");
    input.write('{"jsonrpc":"2.0","method":"notifications/x"}\n');
    await until(() => said().includes("not known here"));
    expect(lines()).toEqual([]);
  });

  it("answers a line that is no message", async () => {
    const gate = await gateWith(null);
    const { ask } = shim(() => Promise.resolve({ door: gate.door }));
    expect(await ask("hello")).toMatchObject({ id: null, error: { code: -32600 } });
    expect(gate.seen).toHaveLength(0);
  });
});

describe("sessions", () => {
  it("sets the session up again after a restart, repeats a listing, and leaves a tool call to the assistant", async () => {
    let sessions = 0;
    let known = "";
    const calls: string[] = [];
    const gate = await gateWith((body, request, response) => {
      if (request.method === "GET") return !!response.writeHead(405).end();
      if (request.method === "DELETE") return !!response.writeHead(204).end();
      const message = JSON.parse(body) as { id?: number; method: string };
      const answer = (result: object, headers = {}) =>
        void response
          .writeHead(200, { "content-type": "application/json", ...headers })
          .end(JSON.stringify({ jsonrpc: "2.0", id: message.id, result }));
      if (message.method === "initialize") {
        known = `s${++sessions}`;
        answer({ protocolVersion: "2025-11-25" }, { "mcp-session-id": known });
      } else if (request.headers["mcp-session-id"] !== known) {
        response.writeHead(404, { "content-type": "application/json" });
        const error = { code: -31003, message: "unknown", data: { code: "session_unknown" } };
        response.end(JSON.stringify({ jsonrpc: "2.0", id: message.id ?? null, error }));
      } else if (message.id === undefined) response.writeHead(202).end();
      else {
        calls.push(message.method);
        answer({ session: known });
      }
      return true;
    });
    const { ask, input, lines } = shim(() => Promise.resolve({ door: gate.door }));
    await ask(call(0, "initialize"));
    input.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
    expect(await ask(call(1, "tools/list"))).toMatchObject({ result: { session: "s1" } });
    known = "restarted";
    expect(await ask(call(2, "tools/list"))).toMatchObject({ id: 2, result: { session: "s2" } });
    known = "restarted";
    expect(codeOf(await ask(call(3)))).toBe("session_unknown");
    expect(await ask(call(4))).toMatchObject({ id: 4, result: { session: "s3" } });
    expect(calls).toEqual(["tools/list", "tools/list", "tools/call"]);
    // The assistant never sees the answers to our own initialize.
    expect(lines()).toHaveLength(5);
  });

  it("comes back with Last-Event-ID where a server closed a stream early", async () => {
    const gate = await gateWith((_body, request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      if (request.method === "POST") response.end("id: e1\nretry: 10\ndata:\n\n");
      else
        response.end(
          `data: {"jsonrpc":"2.0","id":1,"result":{"from":"${String(request.headers["last-event-id"])}"}}\n\n`,
        );
      return true;
    });
    const { ask } = shim(() => Promise.resolve({ door: gate.door }));
    expect(await ask(call(1))).toMatchObject({ id: 1, result: { from: "e1" } });
  });
});

describe("connections", () => {
  it("reads an answered stream to its end and uses the connection again", async () => {
    const sockets = new Set<unknown>();
    let early = 0;
    const gate = await gateWith((body, request, response) => {
      sockets.add(request.socket);
      response.once("close", () => response.writableFinished || early++);
      const { id } = JSON.parse(body) as { id: number };
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: {"jsonrpc":"2.0","id":${id},"result":{}}\n\n`);
      setTimeout(() => response.end(), 10);
      return true;
    });
    const { ask } = shim(() => Promise.resolve({ door: gate.door }));
    for (let id = 0; id < 5; id++) {
      expect(await ask(call(id))).toMatchObject({ id, result: {} });
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect([sockets.size, early]).toEqual([1, 0]);
  });
});

describe("messages", () => {
  it("keeps bytes as they are, but for raw line ends", async () => {
    const pretty =
      '{ "id" : 12,\r\n "jsonrpc":"2.0",\n"result": {"n":12345678901234567890, "a":1,"a":2} }';
    const gate = await gateWith((_body, _request, response) => {
      const lines = pretty.split("\r\n").join("\n").split("\n");
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`: note\r\n${lines.map((line) => `data: ${line}`).join("\r\n")}\r\n\r\n`);
      return true;
    });
    const { ask, text } = shim(() => Promise.resolve({ door: gate.door }));
    const sent = '{"jsonrpc" : "2.0","id":12,  "method":"tools/call","params":{"x":1.50}}';
    await ask(sent);
    expect(gate.seen[0]?.body).toBe(sent);
    expect(text()).toBe(`${pretty.replace("\r\n", " ").replaceAll("\n", " ")}\n`);
  });

  it("mirrors a modern message in headers, encoded where it is not plain ASCII", async () => {
    const gate = await gateWith((body, _request, response) => {
      const { id } = JSON.parse(body) as { id: number };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ jsonrpc: "2.0", id, result: {} }));
      return true;
    });
    const { ask } = shim(() => Promise.resolve({ door: gate.door }));
    const meta = { "io.modelcontextprotocol/protocolVersion": "2026-07-28" };
    const modern = (id: number, method: string, params: object) =>
      JSON.stringify({ jsonrpc: "2.0", id, method, params: { ...params, _meta: meta } });
    await ask(modern(1, "tools/call", { name: "wetter-münchen" }));
    await ask(modern(2, "resources/read", { uri: "note://one" }));
    await ask(modern(3, "tools/list", {}));
    expect(gate.seen.map(({ headers }) => [headers["mcp-method"], headers["mcp-name"]])).toEqual([
      ["tools/call", `=?base64?${Buffer.from("wetter-münchen").toString("base64")}?=`],
      ["resources/read", "note://one"],
      ["tools/list", undefined],
    ]);
    for (const { headers } of gate.seen) {
      expect(headers["mcp-protocol-version"]).toBe("2026-07-28");
      expect(headers["mcp-session-id"]).toBeUndefined();
    }
  });
});

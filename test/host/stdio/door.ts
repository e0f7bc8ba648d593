// A bare front door for tests: real HTTP in front of an Upstream, without gates. The agent is named by a header.
import http from "node:http";
import type { AddressInfo } from "node:net";
import { asRefusal, httpStatus, Refusal, rpcCode } from "../../../electron/core/errors.ts";
import type { Secret } from "../../../electron/core/secret.ts";
import { skim } from "../../../electron/core/stdio/skim.ts";
import { stdioRules } from "../../../electron/core/stdio/rules.ts";
import type { StdioServer } from "../../../electron/core/servers.ts";
import type { Upstream } from "../../../electron/host/upstream.ts";
import {
  createStdioUpstream,
  type StdioOptions,
  type StdioUpstream,
} from "../../../electron/host/stdio/upstream.ts";

export const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const log = { info() {}, warn() {}, error() {} };

export function stdioServer(part: Partial<StdioServer> & Pick<StdioServer, "args">): StdioServer {
  return {
    kind: "stdio",
    id: "srv_000000000test",
    tenant: "personal",
    name: "local",
    stage: "development",
    state: "active",
    createdAt: "2026-11-01T00:00:00Z",
    command: process.execPath,
    cwd: null,
    env: {},
    secretEnv: {},
    ...part,
  };
}

export function upstreamFor(options: Partial<StdioOptions> = {}): StdioUpstream {
  return createStdioUpstream({
    rules: stdioRules,
    clock,
    log,
    scrub: (text) => text,
    environment: process.env,
    graceMs: 500,
    ...options,
  });
}

export interface TestDoor {
  readonly url: URL;
  close(): Promise<void>;
}

export async function openDoor(
  upstream: Upstream,
  server: StdioServer,
  secrets: Readonly<Record<string, Secret>> = {},
): Promise<TestDoor> {
  const door = http.createServer((request, response) => {
    void serve(request, response, upstream, server, secrets);
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const { port } = door.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/mcp/${server.name}`),
    close: () =>
      new Promise((resolve) => {
        door.close(() => resolve());
        door.closeAllConnections();
      }),
  };
}

async function serve(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  upstream: Upstream,
  server: StdioServer,
  secrets: Readonly<Record<string, Secret>>,
): Promise<void> {
  const leaving = new AbortController();
  response.once("close", () => leaving.abort(new Refusal("agent_hung_up")));
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = chunks.length > 0 ? Buffer.concat(chunks) : null;
  const message = body === null ? null : skim(body);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === "string") headers[name] = value;
  }
  try {
    const answer = await upstream.send({
      agentId: headers["x-agent"] ?? "agt_one",
      server,
      method: request.method as "POST",
      headers,
      message,
      body,
      attachment: { type: "env", values: secrets },
      signal: leaving.signal,
    });
    response.writeHead(answer.status, answer.headers);
    response.flushHeaders();
    answer.body.on("error", (error) => {
      if (message?.kind === "request" && answer.headers["content-type"] === "text/event-stream") {
        response.end(`data: ${rpcError(error, message.id)}\n\n`);
      } else response.destroy();
    });
    answer.body.pipe(response);
    response.once("close", () => answer.body.destroy());
  } catch (error) {
    const refusal = asRefusal(error);
    response.writeHead(httpStatus(refusal.code), { "content-type": "application/json" });
    response.end(rpcError(refusal, message?.id ?? null));
  }
}

function rpcError(error: unknown, id: string | number | null): string {
  const { code, facts } = asRefusal(error);
  return JSON.stringify({
    jsonrpc: "2.0",
    id,
    error: { code: rpcCode(code), message: code, data: { code, facts } },
  });
}

/** Whether a process with this id exists. A zombie that nobody has reaped yet does not count. */
export async function alive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const { readFile } = await import("node:fs/promises");
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return !/^\d+ \(.*\) Z/.test(stat);
}

export async function until(
  what: () => boolean | Promise<boolean>,
  withinMs = 5000,
): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await what())) {
    if (Date.now() > end) throw new Error("it did not come about in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

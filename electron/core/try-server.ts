// "Test this server": the same path that an agent's call takes, step by step, so that a failure names its step.
import { type Caller, type CallerSend, createCaller } from "./caller.ts";
import type { Clock } from "./clock.ts";
import type { Attachment } from "./credentials.ts";
import { asRefusal, Refusal } from "./errors.ts";
import { type Complaint, complaint } from "./sentences.ts";
import type { Server } from "./servers.ts";

export interface TestStep {
  readonly title: string;
  readonly state: "ok" | "failed" | "skipped";
  readonly note: string;
  readonly ms: number;
}
export interface TestReport {
  readonly ok: boolean;
  readonly steps: readonly TestStep[];
  readonly complaint: Complaint | null;
  readonly tools: readonly string[];
}

export interface TryPorts {
  readonly clock: Clock;
  readonly release: (server: Server) => Promise<Attachment>;
  /** Sends as Countersign itself, with a credential that was released before. */
  readonly sender: (server: Server, attachment: Attachment) => CallerSend;
  /** Hears each page of its tools, as the server wrote it. */
  readonly listed: (server: Server, text: string) => Promise<unknown>;
}

/** Pages of `tools/list` that are read before the test says that it saw enough. */
const MAX_PAGES = 20;

/** Runs the steps in order and stops at the first that fails. Never throws. */
export async function tryServer(server: Server, ports: TryPorts): Promise<TestReport> {
  const steps: TestStep[] = [];
  const tools: string[] = [];
  let trouble: Complaint | null = null;
  const step = async <T>(
    title: string,
    run: () => Promise<[T, string]>,
  ): Promise<T | undefined> => {
    if (trouble !== null) {
      steps.push({ title, state: "skipped", note: "", ms: 0 });
      return undefined;
    }
    const from = ports.clock.monotonic();
    const ms = (): number => Math.round(ports.clock.monotonic() - from);
    try {
      const [value, note] = await run();
      steps.push({ title, state: "ok", note, ms: ms() });
      return value;
    } catch (error) {
      trouble = complaint(asRefusal(error));
      steps.push({ title, state: "failed", note: trouble.sentence, ms: ms() });
      return undefined;
    }
  };

  const attachment = await step("Take the credential from the vault", async () => {
    const released = await ports.release(server);
    return [released, describe(server, released)];
  });
  const caller =
    attachment === undefined ? null : createCaller(ports.sender(server, attachment), server.name);
  await step(
    server.kind !== "stdio"
      ? "Reach the server and agree on MCP"
      : "Start the server and agree on MCP",
    async () => {
      const line = await connected(caller);
      const name =
        line.serverInfo === null
          ? ""
          : `, it calls itself ${line.serverInfo.name} ${line.serverInfo.version}`;
      return [null, `MCP ${line.version} (${line.generation})${name}`.trim()];
    },
  );
  await step("List its tools", async () => {
    await eachPage(present(caller), server.name, MAX_PAGES, async ({ raw, tools: page }) => {
      await ports.listed(server, raw);
      for (const tool of page) {
        if (typeof tool?.name === "string") tools.push(tool.name.slice(0, 128));
      }
    });
    return [null, tools.length === 1 ? "1 tool" : `${tools.length} tools`];
  });
  await caller?.close();
  return { ok: trouble === null, steps, complaint: trouble, tools };
}

/**
 * Reads a server's list of tools, page by page.
 * @throws Refusal `upstream_*`, `stdio_*`
 */
export async function eachPage(
  caller: Caller,
  server: string,
  most: number,
  take: (page: { raw: string; tools: readonly ({ name?: unknown } | null)[] }) => Promise<void>,
): Promise<void> {
  let cursor: string | null = null;
  for (let page = 0; page < most; page++) {
    const params: string = cursor === null ? "{}" : JSON.stringify({ cursor });
    const reply = await caller.request("tools/list", params);
    if (!reply.ok) {
      const type = `the error “${reply.message.slice(0, 120)}”`;
      throw new Refusal("upstream_not_mcp", { server, type });
    }
    const result = reply.result as { tools?: unknown; nextCursor?: unknown };
    const tools = Array.isArray(result.tools) ? (result.tools as { name?: unknown }[]) : [];
    await take({ raw: reply.raw, tools });
    cursor = typeof result.nextCursor === "string" ? result.nextCursor : null;
    if (cursor === null) return;
  }
}

function present(caller: Caller | null): Caller {
  // Not reached: the steps that need a caller are skipped where there is none.
  if (caller === null) throw new Refusal("internal");
  return caller;
}
const connected = (caller: Caller | null) => present(caller).connect();

function describe(server: Server, attachment: Attachment): string {
  if (attachment.type === "header") return `it goes in the header ${attachment.name}`;
  if (attachment.type === "query") return `it goes in the query parameter ${attachment.name}`;
  if (attachment.type === "token") {
    const { token, tls } = attachment.brokered;
    const bound = tls === null ? "" : ", bound to the certificate";
    return `a token from ${token.issuer}, good until ${new Date(token.expiresAt).toISOString()}${bound}`;
  }
  const names = attachment.type === "env" ? Object.keys(attachment.values) : [];
  return names.length === 0
    ? "none is needed"
    : `it goes in the environment of ${server.name}: ${names.join(", ")}`;
}

// Asks a server what it wants: the same path that an agent's call takes, without any credential.
import { createCaller } from "./core/caller.ts";
import { Refusal } from "./core/errors.ts";
import type { Asked } from "./core/finding/find-out.ts";
import { readMessage } from "./core/jsonrpc.ts";
import type { HttpServer } from "./core/servers.ts";
import { collect } from "./host/door/invoke.ts";
import type { Scrubber } from "./host/door/relay.ts";
import type { Upstream } from "./host/upstream.ts";

/** Stands where an agent's id would. No agent has it. */
const OURSELVES = "countersign";

/**
 * @param server not kept anywhere: its connections are let go of afterwards
 * @throws Refusal `upstream_*` where it neither answers nor says what it wants
 */
export async function askWithout(
  http: Upstream,
  server: HttpServer,
  scrubber: () => Scrubber,
  signal: AbortSignal,
): Promise<Asked> {
  const order = { server, agentId: OURSELVES, attachment: { type: "none" as const }, signal };
  const caller = createCaller(
    (request) => collect(http, order, request, readMessage, scrubber()),
    server.name,
  );
  try {
    const line = await caller.connect();
    const { serverInfo, version } = line;
    await caller.close();
    return {
      type: "open",
      note: serverInfo === null ? `MCP ${version}` : `MCP ${version}, ${serverInfo.name}`,
    };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const asks = ["upstream_wants_credential", "upstream_forbidden"];
    if (!(error instanceof Refusal) || !asks.includes(error.code)) throw error;
    const { status, challenge } = error.facts;
    return { type: "challenged", status: Number(status), challenge: String(challenge ?? "") };
  } finally {
    http.dropServer(server.id);
  }
}

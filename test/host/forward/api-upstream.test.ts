// What stands between an imported document and its API: without the document that was decided on, nothing is sent.
import { expect, it } from "vitest";
import { asRefusal } from "../../../electron/core/errors.ts";
import { readMessage } from "../../../electron/core/jsonrpc.ts";
import type { Api } from "../../../electron/core/openapi/api.ts";
import { apiProtocol } from "../../../electron/core/openapi/protocol.ts";
import type { ApiServer } from "../../../electron/core/servers.ts";
import { createSessions } from "../../../electron/core/sessions.ts";
import { createApiUpstream } from "../../../electron/host/forward/api-upstream.ts";
import { createHttpSender } from "../../../electron/host/forward/http-sender.ts";
import { movableClock } from "../../support/ports.ts";

const AT = "2026-01-01T00:00:00.000Z";
const server: ApiServer = {
  id: "srv_00000001",
  tenant: "personal",
  name: "shop",
  stage: "development",
  state: "active",
  createdAt: AT,
  kind: "openapi",
  url: "http://127.0.0.1:1/v1",
  pattern: { type: "none" },
  allowPlainHttpOnLoopback: true,
  trustPem: null,
  importedAt: AT,
  destructive: [],
};
const apiAt = (importedAt: string): Api => ({
  server: server.id,
  title: "Shop",
  version: "1",
  importedAt,
  sha256: "0".repeat(64),
  operations: [],
});

function send(api: Api | undefined, body: string, headers: Record<string, string> = {}) {
  const upstream = createApiUpstream({
    sender: createHttpSender(),
    protocol: apiProtocol,
    apiOf: () => api,
    sessions: createSessions(movableClock()),
  });
  const bytes = new TextEncoder().encode(body);
  return upstream.send({
    agentId: "agt_00000001",
    server,
    method: "POST",
    headers,
    message: readMessage(bytes),
    body: bytes,
    attachment: { type: "none" },
    signal: new AbortController().signal,
  });
}
const codeOf = (sent: Promise<unknown>): Promise<string> =>
  sent.then(
    () => "sent",
    (error: unknown) => asRefusal(error).code,
  );
const hello = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}';

it("says so where the document is gone, or was imported again after it was decided", async () => {
  expect(await codeOf(send(undefined, hello))).toBe("openapi_missing");
  expect(await codeOf(send(apiAt("2026-01-02T00:00:00.000Z"), hello))).toBe("call_denied");
  expect(await codeOf(send(apiAt(AT), hello))).toBe("sent");
});

it("holds agents of the second generation to its headers and versions", async () => {
  const modern = (version: string): string =>
    `{"jsonrpc":"2.0","id":7,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"${version}"}}}`;
  const told = async (sent: ReturnType<typeof send>) => {
    const { body, status } = await sent;
    let text = "";
    for await (const chunk of body) text += String(chunk);
    const { error, result } = JSON.parse(text) as {
      error?: { code: number };
      result?: { supportedVersions: string[] };
    };
    return [status, error?.code ?? result?.supportedVersions[0]];
  };
  const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": "server/discover" };
  expect(await told(send(apiAt(AT), modern("2026-07-28"), headers))).toEqual([200, "2026-07-28"]);
  expect(await told(send(apiAt(AT), modern("2026-07-28")))).toEqual([400, -32020]);
  expect(await told(send(apiAt(AT), modern("2027-01-01"), headers))).toEqual([400, -32022]);
  const unknown = modern("2026-07-28").replace("server/discover", "resources/list");
  expect(await told(send(apiAt(AT), unknown, headers))).toEqual([404, -32601]);
});

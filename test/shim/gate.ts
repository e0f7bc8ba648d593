// A front door for shim tests: checks the credential, then hands the request to a real MCP server unchanged.
import http from "node:http";
import type { AddressInfo } from "node:net";

export interface Gate {
  readonly door: string;
  /** What came: method, lower-case headers, body. */
  readonly seen: { method: string; headers: http.IncomingHttpHeaders; body: string }[];
  /** Answers instead of the server while it is set; returns false to let the request through. */
  intercept:
    | ((body: string, request: http.IncomingMessage, response: http.ServerResponse) => boolean)
    | null;
  close(): Promise<void>;
}

export const CREDENTIAL = `csa_${"k".repeat(43)}`;

export async function openGate(upstream: URL | null, port = 0): Promise<Gate> {
  const gate: Gate = { door: "", seen: [], intercept: null, close: async () => {} };
  const server = http.createServer((request, response) => void serve(request, response));

  async function serve(
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    gate.seen.push({ method: request.method ?? "", headers: request.headers, body });
    if (request.headers.authorization !== `Bearer ${CREDENTIAL}`) {
      response.writeHead(401, { "content-type": "application/json" });
      const error = {
        code: -31002,
        message: "not known here",
        data: { code: "agent_credential_unknown" },
      };
      response.end(JSON.stringify({ jsonrpc: "2.0", id: null, error }));
      return;
    }
    if (gate.intercept?.(body, request, response) === true) return;
    if (upstream === null) {
      response.writeHead(404).end();
      return;
    }
    const { authorization: _, host: __, ...headers } = request.headers;
    const onward = http.request(upstream, { method: request.method, headers, agent: false });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    response.once("close", () => onward.destroy());
    onward.end(body);
  }

  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return Object.assign(gate, {
    door: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

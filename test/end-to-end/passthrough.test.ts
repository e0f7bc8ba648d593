// Threat 27: what an agent shows to come in stays at the door. Every byte that goes up is looked at.
import net from "node:net";
import { afterAll, beforeAll, it } from "vitest";
import { fc } from "../core/property.ts";
import { ask, type House, openHouse, toolCall } from "../support/house.ts";

let house: House;
let credential: string;
let sent = "";
let server: net.Server;
const sockets = new Set<net.Socket>();

beforeAll(async () => {
  // Takes bytes as they come and answers every request that is whole.
  server = net.createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    let open = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      sent += chunk.toString("latin1");
      open = Buffer.concat([open, chunk]);
      const text = open.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (end < 0 || open.length < end + 4 + length) return;
      open = Buffer.alloc(0);
      const { id, method } = JSON.parse(text.slice(end + 4) || "{}") as {
        id?: number;
        method?: string;
      };
      const result =
        method === "initialize"
          ? '{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"raw","version":"1"}}'
          : '{"content":[]}';
      const body = id === undefined ? "" : `{"jsonrpc":"2.0","id":${id},"result":${result}}`;
      const status = id === undefined ? "202 Accepted" : "200 OK";
      socket.write(
        `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  house = await openHouse();
  ({ credential } = await house.agent());
  await house.call("servers.add", {
    kind: "http",
    name: "raw",
    url: `http://127.0.0.1:${port}/mcp`,
    auth: { type: "api-key", secret: "the-key-of-the-server-itself" },
    allowPlainHttpOnLoopback: true,
  });
});
afterAll(async () => {
  await house.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** No eight characters in a row of `secret` stand in what was sent. */
function noPartOf(secret: string): boolean {
  for (let at = 0; at + 8 <= secret.length; at++) {
    if (sent.includes(secret.slice(at, at + 8))) return false;
  }
  return true;
}

const token = fc.stringMatching(/^[A-Za-z0-9]{24,48}$/);

it("threat 27, property: no part of what an agent came in with stands in any outbound byte", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("Bearer", "bearer", "ApiKey"),
      fc.constantFrom("/mcp/raw", "/tools/raw/echo/invoke"),
      fc.uniqueArray(
        fc.constantFrom(
          "cookie",
          "proxy-authorization",
          "x-api-key",
          "x-client-cert",
          "x-forwarded-client-cert",
          "x-ssl-client-cert",
          "dpop",
          "forwarded",
          "x-forwarded-for",
          "x-auth-token",
          "x-amz-security-token",
          "user-agent",
          "referer",
          "baggage",
        ),
        { minLength: 1, maxLength: 6 },
      ),
      token,
      fc.boolean(),
      async (scheme, path, names, secret, nominated) => {
        sent = "";
        const headers: Record<string, string> = { authorization: `${scheme} ${credential}` };
        for (const name of names) headers[name] = `${secret}-${name}`;
        // A hop-by-hop nomination must not turn a header that is dropped into one that passes, or the other way round.
        if (nominated) headers["connection"] = `close, x-client-cert, authorization`;
        const body = path.startsWith("/mcp") ? toolCall({ n: 1 }) : '{"n":1}';
        const reply = await ask(house.door, `${path}?access_token=${secret}`, { headers, body });
        if (reply.status !== 200) throw new Error(`${reply.status}: ${reply.body}`);
        if (!sent.includes("the-key-of-the-server-itself")) throw new Error("nothing went up");
        return noPartOf(credential.slice("csa_".length)) && noPartOf(secret);
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

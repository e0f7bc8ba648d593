// A real plain HTTP API on loopback with its OpenAPI document, for tests of what stands in front of it.
import http from "node:http";
import type { AddressInfo } from "node:net";

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface CompanyApi {
  /** `http://127.0.0.1:1234/v1` */
  readonly base: string;
  readonly seen: Seen[];
  /** Requests whose asker hung up before they were answered. */
  readonly hungUp: () => number;
  close(): Promise<void>;
}

/** OpenAPI 3.1; `more` replaces or adds paths. */
export const companyDocument = (base: string, more: object = {}): Record<string, unknown> => ({
  openapi: "3.1.0",
  info: { title: "Company", version: "2.1" },
  servers: [{ url: base }],
  paths: {
    "/items": {
      get: {
        operationId: "listItems",
        summary: "List all items",
        parameters: [
          { name: "tag", in: "query", schema: { type: "array", items: { type: "string" } } },
          { name: "X-Page", in: "header", schema: { type: "integer" } },
        ],
      },
      post: {
        operationId: "addItem",
        requestBody: {
          required: true,
          content: { "application/json": { schema: { $ref: "#/components/schemas/Item" } } },
        },
      },
    },
    "/items/{sku}": {
      parameters: [{ name: "sku", in: "path", required: true, schema: { type: "string" } }],
      get: { operationId: "readItem", summary: "Read one item" },
      delete: { operationId: "scrap", summary: "Harmless, only reads" },
    },
    "/moved": { get: { operationId: "moved" } },
    "/echo": { get: { operationId: "echoKey" } },
    "/large": { get: { operationId: "large" } },
    "/picture": { get: { operationId: "picture" } },
    "/slow": { get: { operationId: "slow" } },
    "/broken": { get: { operationId: "broken" } },
    ...more,
  },
  components: {
    schemas: {
      Item: {
        type: "object",
        required: ["sku"],
        properties: { sku: { type: "string" }, parent: { $ref: "#/components/schemas/Item" } },
      },
    },
    securitySchemes: { key: { type: "apiKey", in: "header", name: "X-API-Key" } },
  },
});

/** @param mayPass says who gets in: 401 for anybody else */
export async function companyApi(
  mayPass: (headers: http.IncomingHttpHeaders) => boolean = () => true,
): Promise<CompanyApi> {
  const seen: Seen[] = [];
  let hungUp = 0;
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { headers, method = "", url = "" } = request;
      const body = Buffer.concat(chunks).toString("utf8");
      seen.push({ method, url, headers, body });
      const json = (status: number, value: unknown): void =>
        void response
          .writeHead(status, { "content-type": "application/json; charset=utf-8" })
          .end(JSON.stringify(value));
      if (!mayPass(headers)) return json(401, { error: "who are you" });
      const path = url.split("?")[0];
      if (path === "/v1/moved")
        return void response.writeHead(302, { location: "http://127.0.0.1:1/elsewhere" }).end();
      if (path === "/v1/echo")
        return json(200, { said: headers["x-api-key"] ?? headers.authorization });
      if (path === "/v1/large") {
        response.writeHead(200, { "content-type": "text/plain" });
        const chunk = "x".repeat(64 * 1024);
        const more = (): void => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on("drain", more).on("close", () => (hungUp += 1));
        return more();
      }
      if (path === "/v1/picture") {
        return void response
          .writeHead(200, { "content-type": "image/png" })
          .end(Buffer.alloc(1234, 255));
      }
      if (path === "/v1/slow") return void response.on("close", () => (hungUp += 1));
      if (path === "/v1/broken") return json(503, { error: "out of order" });
      if (method === "DELETE") return void response.writeHead(204).end();
      if (path === "/v1/items/none") return json(404, { error: "no such item" });
      if (path === "/v1/items" && method === "GET") return json(200, [{ sku: "a" }]);
      return json(method === "POST" ? 201 : 200, { path: url, body, big: 1 });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}/v1`,
    seen,
    hungUp: () => hungUp,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

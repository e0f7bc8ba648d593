// Sockets of the lab: loopback only, a free port each, closed to the last connection when the lab stops.
import http from "node:http";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";

export type Handle = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** A listener that is up before anybody knows what it will serve: identifiers hold its port. */
export interface Listener {
  readonly origin: string;
  readonly port: number;
  serve(handle: Handle): void;
  close(): Promise<void>;
}

/** Binds 127.0.0.1 on a free port; with `tls`, speaks HTTPS. */
export async function listen(tls: https.ServerOptions | null): Promise<Listener> {
  let handle: Handle = (_request, response) => {
    response.writeHead(503).end();
  };
  const sockets = new Set<Socket>();
  let hosts: ReadonlySet<string> = new Set();
  let origins: ReadonlySet<string> = new Set();
  const guarded: Handle = (request, response) => {
    // A page in a browser can make a name of its own point here (DNS rebinding): only our names are answered.
    const origin = request.headers.origin;
    if (!hosts.has(request.headers.host ?? "") || (origin && !origins.has(origin))) {
      response
        .writeHead(403, { "content-type": "text/plain" })
        .end("practice server: wrong host or origin\n");
      return;
    }
    handle(request, response);
  };
  const server = tls ? https.createServer(tls, guarded) : http.createServer(guarded);
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  };
  server.on("connection", track);
  server.on("secureConnection", track);
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  server.on("clientError", (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const names = [`127.0.0.1:${port}`, `localhost:${port}`];
  hosts = new Set(names);
  origins = new Set(names.map((name) => `${tls ? "https" : "http"}://${name}`));
  return {
    origin: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    port,
    serve: (next) => {
      handle = next;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        // closeAllConnections knows no TLS handshake in progress; destroying each socket does.
        for (const socket of sockets) socket.destroy();
      }),
  };
}

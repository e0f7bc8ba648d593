// A publisher of updates: a key of its own, and a real TLS server on this machine that serves what a test puts there.
import { createHash } from "node:crypto";
import type http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { parseName } from "../../electron/core/certificates/names.ts";
import type { UpdateManifest } from "../../electron/core/update/manifest.ts";
import { makeKey, makeSelfSigned } from "../../electron/host/tls/make.ts";
import { type Signer, signer } from "./signer.ts";

export type Route = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** What a request told of who sent it. */
export interface Seen {
  readonly path: string;
  readonly method: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly reusedTls: boolean;
}

export interface Publisher extends Signer {
  /** `https://127.0.0.1:PORT` */
  readonly origin: string;
  /** Of the manifest. */
  readonly url: string;
  readonly trustPem: string;
  readonly seen: Seen[];
  readonly routes: Map<string, Route>;
  /** The file that its manifests name, for every system that tests run on. */
  readonly file: Buffer;
  manifest(change?: Partial<UpdateManifest>): UpdateManifest;
  /** Puts a manifest and its signature where they belong. */
  publish(
    change?: Partial<UpdateManifest>,
    how?: { readonly by?: Signer; readonly raw?: boolean },
  ): void;
  close(): Promise<void>;
}

const send =
  (bytes: Uint8Array): Route =>
  (_, response) =>
    response.end(bytes);

export const FORMS = ["deb", "rpm", "tar.gz", "appimage", "dmg", "zip", "nsis", "portable"];

export async function openPublisher(): Promise<Publisher> {
  const own = signer();
  const key = await makeKey();
  const { chainPem } = await makeSelfSigned(key, {
    subject: parseName("CN=releases") ?? [],
    use: "loopback-server",
    days: 2,
    now: Date.now(),
  });
  const routes = new Map<string, Route>();
  const seen: Seen[] = [];
  const server = https.createServer({ cert: chainPem, key: key.reveal() }, (request, response) => {
    const { url = "", method = "", headers } = request;
    seen.push({
      path: url,
      method,
      headers,
      reusedTls: (request.socket as TLSSocket).isSessionReused(),
    });
    // Whoever takes it, comes back with it.
    response.setHeader("set-cookie", "who=you; Path=/");
    const route = routes.get(url);
    if (route !== undefined) return route(request, response);
    response.statusCode = 404;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // Larger than what a socket holds, so that a download can be seen on its way.
  const file = Buffer.alloc(3_000_000, "countersign ");
  routes.set("/file", send(file));
  const now = Date.now();
  const manifest: Publisher["manifest"] = (change = {}) => ({
    product: "countersign",
    version: "0.2.0",
    sequence: 7,
    publishedAt: new Date(now - 3_600_000).toISOString(),
    expiresAt: new Date(now + 864_000_000).toISOString(),
    files: FORMS.map((form) => ({
      target: `${process.platform}-${process.arch}-${form}`,
      url: `${origin}/file`,
      sha512: createHash("sha512").update(file).digest("hex"),
      bytes: file.length,
    })),
    ...change,
  });
  return {
    ...own,
    origin,
    url: `${origin}/countersign.json`,
    trustPem: chainPem,
    seen,
    routes,
    file,
    manifest,
    publish(change, { by = own, raw = false } = {}) {
      const bytes = Buffer.from(JSON.stringify(manifest(change)));
      const signature = by.sign(bytes);
      routes.set("/countersign.json", send(bytes));
      const text = Buffer.from(`${signature.toString("base64")}\n`);
      routes.set("/countersign.json.sig", send(raw ? signature : text));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

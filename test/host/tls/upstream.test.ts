import https from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Brokered } from "../../../electron/core/broker.ts";
import { asRefusal } from "../../../electron/core/errors.ts";
import { returnHeaders } from "../../../electron/core/mcp.ts";
import type { TlsIdentity } from "../../../electron/core/oauth/types.ts";
import { Secret } from "../../../electron/core/secret.ts";
import type { HttpServer } from "../../../electron/core/servers.ts";
import { createHttpUpstream } from "../../../electron/host/forward/http-upstream.ts";
import { thumbprintOf } from "../../../electron/host/tls/facts.ts";
import type { Attachment, UpstreamAnswer } from "../../../electron/host/upstream.ts";
import { type Authority, authority, selfSigned } from "./people.ts";

let ca: Authority;
let server: TlsIdentity;
let alice: TlsIdentity;
let renewed: TlsIdentity;
let bob: TlsIdentity;
beforeAll(async () => {
  ca = await authority("test root");
  server = await ca.sign("server", "server");
  [alice, renewed, bob] = [
    await selfSigned("crt_alice001"),
    await selfSigned("crt_alice002"),
    await selfSigned("crt_bob00001"),
  ];
});
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const at = (url: string, trustPem: string | null = ca.caPem): HttpServer => ({
  id: "srv_00000001",
  tenant: "personal",
  name: "s",
  stage: "production",
  state: "active",
  createdAt: "2026-01-01T00:00:00.000Z",
  kind: "http",
  url,
  pattern: { type: "none" },
  allowPlainHttpOnLoopback: false,
  trustPem,
});
/** What the broker hands over, as far as the forwarder looks at it. */
const token = (tls: TlsIdentity | null): Attachment => ({
  type: "token",
  brokered: {
    tls,
    possession: null,
    token: { value: new Secret("tok"), scheme: "Bearer" },
  } as Brokered,
});
interface Seen {
  readonly thumbprint: string | null;
  readonly port: number | undefined;
  readonly authorization: string | undefined;
}
async function listen(delayMs = 0): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const listener = https.createServer(
    {
      cert: server.certificateChainPem,
      key: server.privateKey.reveal(),
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      const socket = request.socket as TLSSocket;
      const certificate = socket.getPeerX509Certificate();
      seen.push({
        thumbprint: certificate === undefined ? null : thumbprintOf(certificate),
        port: socket.remotePort,
        authorization: request.headers.authorization,
      });
      request
        .resume()
        .on("end", () =>
          setTimeout(
            () => response.writeHead(200, { "content-type": "application/json" }).end("{}"),
            delayMs,
          ),
        );
    },
  );
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    listener.closeAllConnections();
    return new Promise((resolve) => listener.close(resolve));
  });
  return { url: `https://127.0.0.1:${(listener.address() as AddressInfo).port}/mcp`, seen };
}
function open() {
  const upstream = createHttpUpstream({ returnHeaders });
  closers.push(() => upstream.close());
  const send = async (to: HttpServer, attachment: Attachment): Promise<string> => {
    const answer: UpstreamAnswer = await upstream.send({
      agentId: "agt_1",
      server: to,
      method: "POST",
      headers: { "content-type": "application/json" },
      message: null,
      body: Buffer.from("{}"),
      attachment,
      signal: new AbortController().signal,
    });
    let text = "";
    for await (const chunk of answer.body as AsyncIterable<Buffer>) text += String(chunk);
    return text;
  };
  return { upstream, send };
}

describe("calls to a server with a certificate", () => {
  it("negative 75: present the certificate of their token, on connections that no other identity gets", async () => {
    const { url, seen } = await listen();
    const { send } = open();
    const order = [alice, bob, null, alice, renewed, null, bob, alice];
    for (const who of order) await send(at(url), token(who));
    expect(seen.map((s) => s.thumbprint)).toEqual(order.map((who) => who?.thumbprint ?? null));
    expect(new Set(seen.map((s) => `${s.thumbprint} ${s.port}`)).size).toBe(4);
    expect(new Set(seen.map((s) => s.port)).size).toBe(4);
    expect(new Set(seen.map((s) => s.authorization))).toEqual(new Set(["Bearer tok"]));
  });
  it("an authority counts for the server that a person gave it for, and for no other", async () => {
    const { url, seen } = await listen();
    const { send } = open();
    expect(await send(at(url), token(alice))).toBe("{}");
    const refusal = await send({ ...at(url, null), id: "srv_00000002" }, token(alice)).catch(
      asRefusal,
    );
    expect(refusal).toMatchObject({ code: "upstream_tls_failed" });
    expect(seen).toHaveLength(1);
    // Even under the same id: an authority that was taken back no longer counts.
    expect(await send(at(url, null), token(alice)).catch(asRefusal)).toMatchObject({
      code: "upstream_tls_failed",
    });
  });
  it("a key that TLS cannot use is a refusal, not a crash", async () => {
    const { url } = await listen();
    const broken = { ...alice, privateKey: bob.privateKey };
    expect(await open().send(at(url), token(broken)).catch(asRefusal)).toMatchObject({
      code: "certificate_invalid",
    });
  });
  it("threat 40, R28: a certificate is renewed under load without one failed call", async () => {
    const { url, seen } = await listen(15);
    const { upstream, send } = open();
    let current = alice;
    let failed = 0;
    const worker = async (): Promise<void> => {
      for (let i = 0; i < 25; i++) {
        await send(at(url), token(current)).catch(() => failed++);
      }
    };
    const workers = Array.from({ length: 8 }, worker);
    await expect.poll(() => seen.length, { interval: 5 }).toBeGreaterThan(40);
    current = renewed;
    upstream.retireIdentity(alice.id);
    await Promise.all(workers);
    expect(failed).toBe(0);
    expect(seen).toHaveLength(200);
    expect(seen.at(-1)?.thumbprint).toBe(renewed.thumbprint);
    const before = new Set(
      seen.filter((s) => s.thumbprint === alice.thumbprint).map((s) => s.port),
    );
    expect(
      seen.filter((s) => s.thumbprint === renewed.thumbprint).some((s) => before.has(s.port)),
    ).toBe(false);
  });
  it("a changed server loses its connections, whatever their identity", async () => {
    const { url, seen } = await listen();
    const { upstream, send } = open();
    await send(at(url), token(alice));
    upstream.dropServer("srv_00000001");
    await send(at(url), token(alice));
    expect(seen[0]?.port).not.toBe(seen[1]?.port);
  });
});

import crypto from "node:crypto";
import type http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import tls from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { AdmittedAgent } from "../../../electron/core/agent-register.ts";
import {
  admitPeer,
  type AgentCertificate,
  checkInboundBinding,
  type Peer,
} from "../../../electron/core/certificates.ts";
import { asRefusal, httpStatus, Refusal } from "../../../electron/core/errors.ts";
import type { TlsIdentity } from "../../../electron/core/oauth/types.ts";
import { complaint } from "../../../electron/core/sentences.ts";
import { type DoorPorts, openDoor } from "../../../electron/host/door/door.ts";
import { createPrograms } from "../../../electron/host/door/programs.ts";
import {
  makeDoorCertificate,
  type MtlsDoor,
  openMtlsDoor,
} from "../../../electron/host/tls/inbound.ts";
import { peerOf } from "../../../electron/host/tls/peer.ts";
import { type Authority, authority, identity, selfSigned } from "./people.ts";

let ca: Authority;
let otherCa: Authority;
let doorIdentity: TlsIdentity;
let pinned: TlsIdentity;
let signed: TlsIdentity;
let stranger: TlsIdentity;
let expired: TlsIdentity;
let twin: TlsIdentity;
beforeAll(async () => {
  [ca, otherCa] = [await authority("agents"), await authority("agents")];
  const made = await makeDoorCertificate([[{ type: "2.5.4.3", value: "Countersign" }]], Date.now());
  doorIdentity = identity("crt_door0001", made.chainPem, made.privateKey);
  pinned = await selfSigned("pinned");
  signed = await ca.sign("signed", "client");
  twin = await otherCa.sign("signed", "client");
  stranger = await selfSigned("stranger");
  expired = await selfSigned("expired", "client", { days: 1, now: Date.now() - 3 * 86_400_000 });
});
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The agents' certificates as they were registered. */
function known(entries: readonly (readonly [TlsIdentity, AgentCertificate["trust"]])[]) {
  const list = entries.map(([who, trust]) => ({
    agent: who.id,
    certificate: {
      thumbprint: who.thumbprint,
      subject: who.subject,
      notAfter: new Date(who.notAfter).toISOString(),
      trust,
      addedAt: "2026-01-01T00:00:00.000Z",
    },
  }));
  return (thumbprint: string) => list.find((entry) => entry.certificate.thumbprint === thumbprint);
}

interface Opened {
  readonly door: MtlsDoor;
  readonly port: number;
  /** Names of agents whose requests got in. */
  readonly served: string[];
  /** Every peer that admit() was asked about. */
  readonly peers: (Peer | null)[];
}
async function open(authoritiesPem: string | null = ca.caPem): Promise<Opened> {
  const served: string[] = [];
  const peers: (Peer | null)[] = [];
  const find = known([
    [pinned, "pinned"],
    [signed, "chain"],
    [expired, "pinned"],
    [twin, "chain"],
  ]);
  const door = await openMtlsDoor(
    {
      broken: () => undefined,
      admit(peer) {
        peers.push(peer);
        return {
          agent: { name: admitPeer(peer, find, Date.now()).agent },
        } as unknown as AdmittedAgent;
      },
      async serve(request, response, entrance) {
        try {
          const { name } = entrance.admit(request).agent;
          served.push(name);
          if (request.url === "/slow") await new Promise((resolve) => setTimeout(resolve, 150));
          response.end(name);
        } catch (error) {
          const { code } = asRefusal(error);
          response.writeHead(httpStatus(code)).end(code);
        }
      },
    },
    { port: 0, bodyMs: 1000, identity: doorIdentity, authoritiesPem },
  );
  closers.push(() => door.close());
  return { door, port: Number(new URL(door.origin).port), served, peers };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}
function ask(
  port: number,
  who: TlsIdentity | null,
  more: https.RequestOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = https.get(
      {
        host: "127.0.0.1",
        port,
        ca: doorIdentity.certificateChainPem,
        servername: "localhost",
        agent: false,
        ...(who === null ? {} : { cert: who.certificateChainPem, key: who.privateKey.reveal() }),
        ...more,
      },
      (answer) => {
        let body = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
      },
    );
    request.on("error", reject);
  });
}

/**
 * Two connections of one client: the second offers the session of the first. Returns what the second one was told,
 * and whether the session was resumed.
 */
async function resume(
  port: number,
  first: TlsIdentity | null,
  second: TlsIdentity | null,
  maxVersion: "TLSv1.2" | "TLSv1.3",
) {
  const talk = (who: TlsIdentity | null, session: Buffer | undefined) =>
    new Promise<{ text: string; session: Buffer | undefined; reused: boolean }>(
      (resolve, reject) => {
        let kept: Buffer | undefined;
        let text = "";
        let reused = false;
        const socket = tls.connect({
          host: "127.0.0.1",
          port,
          ca: doorIdentity.certificateChainPem,
          maxVersion,
          ...(session === undefined ? {} : { session }),
          ...(who === null ? {} : { cert: who.certificateChainPem, key: who.privateKey.reveal() }),
        });
        socket.on("session", (given) => (kept = given));
        socket.on("secureConnect", () => {
          reused = socket.isSessionReused();
          kept ??= socket.getSession();
          socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
        });
        socket.on("data", (chunk) => (text += String(chunk)));
        socket.on("error", reject);
        socket.on("close", () => resolve({ text, session: kept, reused }));
      },
    );
  const { session } = await talk(first, undefined);
  const { text, reused } = await talk(second, session);
  return { text, reused, offered: session !== undefined };
}

describe("the door for agents with certificates", () => {
  it("lets in the certificate that was registered: a pinned one without a chain, a signed one with it", async () => {
    const { port, served } = await open();
    expect(await ask(port, pinned)).toEqual({ status: 200, body: "pinned" });
    expect(await ask(port, signed)).toEqual({ status: 200, body: "signed" });
    expect(served).toEqual(["pinned", "signed"]);
  });
  it.each(["EC-P256", "RSA-3072", "Ed25519"] as const)("takes %s keys", async (kind) => {
    const who = await selfSigned("any", "client", { kind });
    const peers: (Peer | null)[] = [];
    const door = await openMtlsDoor(
      {
        broken: () => undefined,
        admit(peer) {
          peers.push(peer);
          throw new Refusal("agent_certificate_unknown");
        },
        serve(request, response, entrance) {
          expect(() => entrance.admit(request)).toThrow();
          response.end();
          return Promise.resolve();
        },
      },
      { port: 0, bodyMs: 1000, identity: doorIdentity, authoritiesPem: null },
    );
    closers.push(() => door.close());
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      await ask(Number(new URL(door.origin).port), who, { maxVersion });
    }
    expect(peers.map((p) => p?.thumbprint)).toEqual([who.thumbprint, who.thumbprint]);
  });
  it("negative 57 and 58: refuses nobody's certificate and somebody else's, and says which", async () => {
    const { port, served } = await open();
    expect(await ask(port, null)).toEqual({ status: 401, body: "agent_certificate_missing" });
    expect(await ask(port, stranger)).toEqual({ status: 401, body: "agent_certificate_unknown" });
    expect(await ask(port, expired)).toEqual({ status: 403, body: "certificate_expired" });
    expect(served).toEqual([]);
  });
  it("negative 60: the same name from an authority that is not trusted is refused, even where its thumbprint is known", async () => {
    const { port } = await open();
    expect(twin.subject).toBe(signed.subject);
    expect(await ask(port, twin)).toEqual({ status: 401, body: "agent_certificate_untrusted" });
    const none = await open(null);
    expect(await ask(none.port, signed)).toEqual({
      status: 401,
      body: "agent_certificate_untrusted",
    });
    expect(await ask(none.port, pinned)).toEqual({ status: 200, body: "pinned" });
  });
  it("negative 73: no header says who somebody is", async () => {
    const { port, peers } = await open();
    const pem = encodeURIComponent(pinned.certificateChainPem);
    const headers = {
      "x-client-cert": pem,
      "x-ssl-client-cert": pem,
      "x-forwarded-client-cert": `Hash=${Buffer.from(pinned.thumbprint, "base64url").toString("hex")};Cert="${pem}"`,
      "client-cert": `:${pinned.certificateChainPem.replaceAll(/-----.*?-----|\s/g, "")}:`,
      "x-ssl-client-verify": "SUCCESS",
      "x-ssl-client-s-dn": "CN=pinned",
    };
    expect(await ask(port, null, { headers })).toEqual({
      status: 401,
      body: "agent_certificate_missing",
    });
    expect(await ask(port, signed, { headers })).toEqual({ status: 200, body: "signed" });
    expect(peers.map((p) => p?.thumbprint ?? null)).toEqual([null, signed.thumbprint]);
  });
  it("negative 63 to 66: holds a bound token to the certificate of the connection that it comes over", async () => {
    const { port, peers } = await open();
    await ask(port, pinned);
    await ask(port, signed);
    await ask(port, null);
    const cnf = { "x5t#S256": pinned.thumbprint };
    expect(peers.map((peer) => checkInboundBinding(cnf, peer))).toMatchObject([
      { ok: true, bound: true },
      { ok: false, reason: "certificate-differs" },
      { ok: false, reason: "certificate-absent" },
    ]);
    const overPem = crypto
      .createHash("sha256")
      .update(pinned.certificateChainPem)
      .digest("base64url");
    expect(checkInboundBinding({ "x5t#S256": overPem }, peers[0] ?? null)).toMatchObject({
      ok: false,
      reason: "certificate-differs",
    });
  });
  it("asks for the certificate on every request of a connection, and a newcomer on it changes nothing", async () => {
    const { port, peers, served } = await open();
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    closers.push(() => agent.destroy());
    for (let i = 0; i < 3; i++) await ask(port, pinned, { agent });
    expect(served).toHaveLength(3);
    expect(peers.map((p) => p?.thumbprint)).toEqual([
      pinned.thumbprint,
      pinned.thumbprint,
      pinned.thumbprint,
    ]);
  });
  it("listens on this machine only, and shows a certificate that names nothing else", async () => {
    const { door } = await open();
    expect(door.origin).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const shown = new crypto.X509Certificate(doorIdentity.certificateChainPem);
    expect(shown.ca).toBe(false);
    expect(shown.subjectAltName).toBe(
      "IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:localhost",
    );
  });
  it("is not opened by plain HTTP, by TLS 1.1 or by silence", async () => {
    const { port, served } = await open();
    const raw = await new Promise<string>((resolve) => {
      const socket = net.connect(port, "127.0.0.1", () =>
        socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
      );
      let text = "";
      socket.on("data", (chunk) => (text += String(chunk))).on("error", () => undefined);
      socket.on("close", () => resolve(text));
    });
    expect(raw).not.toContain("200");
    await expect(
      ask(port, pinned, {
        maxVersion: "TLSv1.1",
        minVersion: "TLSv1",
        ciphers: "DEFAULT@SECLEVEL=0",
      }),
    ).rejects.toThrow();
    expect(served).toEqual([]);
  });
  it("threat 9: names who holds its port instead of roaming", async () => {
    const { port } = await open();
    const ports = {
      admit: () => {
        throw new Refusal("agent_certificate_missing");
      },
      serve: () => Promise.resolve(),
      broken: () => undefined,
    };
    const refusal = await openMtlsDoor(ports, {
      port,
      bodyMs: 1000,
      identity: doorIdentity,
      authoritiesPem: null,
    }).then(() => expect.unreachable(), asRefusal);
    expect(refusal).toMatchObject({ code: "port_taken", facts: { port } });
  });
});

describe.each(["TLSv1.2", "TLSv1.3"] as const)(
  "nodejs/node#35317: a resumed session, %s",
  (version) => {
    it("fools a listener that asks only whether the socket is authorized; it does not fool the question that is asked here", async () => {
      const seen: { reused: boolean; authorized: boolean; peer: Peer | null }[] = [];
      const naive = https.createServer(
        {
          cert: doorIdentity.certificateChainPem,
          key: doorIdentity.privateKey.reveal(),
          requestCert: true,
          rejectUnauthorized: false,
          ca: [ca.caPem],
        },
        (request, response) => {
          const socket = request.socket as tls.TLSSocket;
          seen.push({
            reused: socket.isSessionReused(),
            authorized: socket.authorized,
            peer: peerOf(request),
          });
          response.end("in");
        },
      );
      await new Promise<void>((resolve) => naive.listen(0, "127.0.0.1", resolve));
      closers.push(() => new Promise((resolve) => naive.close(resolve)));
      const { port } = naive.address() as AddressInfo;
      expect(await resume(port, null, null, version)).toMatchObject({
        offered: true,
        reused: true,
      });
      expect(seen).toMatchObject([
        { reused: false, authorized: false, peer: null },
        { reused: true, peer: null },
      ]);
      // The trap itself: nobody's certificate, and authorized.
      expect(seen[1]?.authorized).toBe(version === "TLSv1.3");

      // With a certificate in the first handshake: even that is not taken over into the second one.
      await resume(port, signed, null, version);
      expect(seen[2]).toMatchObject({
        reused: false,
        authorized: true,
        peer: { thumbprint: signed.thumbprint },
      });
      expect(seen[3]).toMatchObject({ reused: true, peer: null });
    });

    it("is not to be had at our door, with or without a certificate before", async () => {
      const { port, served } = await open();
      for (const first of [null, pinned, signed]) {
        const { text, reused } = await resume(port, first, null, version);
        expect(reused).toBe(false);
        expect(text).toMatch(/^HTTP\/1\.1 401 /);
        expect(text).toContain("agent_certificate_missing");
      }
      expect(served).toEqual(["pinned", "signed"]);
      // Another's certificate with the session of the first is that other one.
      expect((await resume(port, pinned, signed, version)).text).toMatch(/\r\n\r\n.*signed/s);
    });
  },
);

describe("a new certificate or new authorities", () => {
  it("count from the next request on, and what is under way ends well", async () => {
    const { door, port, served } = await open();
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    closers.push(() => agent.destroy());
    expect((await ask(port, signed, { agent })).status).toBe(200);
    const slow = ask(port, signed, { path: "/slow" });
    await expect.poll(() => served.length).toBe(2);

    const made = await makeDoorCertificate([[{ type: "2.5.4.3", value: "renewed" }]], Date.now());
    door.renew({
      identity: { certificateChainPem: made.chainPem, privateKey: made.privateKey },
      authoritiesPem: otherCa.caPem,
    });
    expect(await slow).toEqual({ status: 200, body: "signed" });
    // The authority of this agent no longer counts, although its connection was made while it did.
    const again = await ask(port, signed, { agent, ca: made.chainPem }).catch(() => ({
      status: 0,
    }));
    expect(again.status).not.toBe(200);
    expect(await ask(port, signed, { ca: made.chainPem })).toEqual({
      status: 401,
      body: "agent_certificate_untrusted",
    });
    expect((await ask(port, twin, { ca: made.chainPem })).status).toBe(200);
    await expect(ask(port, twin)).rejects.toThrow();
  });
});

describe("behind the door with certificates", () => {
  it("the front door's own rules hold: Host, Origin, path, and no credential counts that is not asked for here", async () => {
    const turned: { code: string; who: unknown }[] = [];
    const reached: string[] = [];
    const refuses = () => {
      throw new Refusal("server_unknown", { server: "x" });
    };
    const front = await openDoor(
      {
        admit: refuses,
        complaint,
        programs: createPrograms(),
        callback: () => Promise.resolve({ ok: true, text: "signed in" }),
        jwks: () => ({ keys: [] }),
        gateway: {
          reach: (who: AdmittedAgent) => {
            reached.push(who.agent.name);
            return refuses();
          },
          turnedAway: (code: string, about: { who?: unknown }) =>
            turned.push({ code, who: about.who }),
          isGated: () => true,
        },
        body: { maxBytes: 1000, withinMs: 1000 },
        stallMs: 1000,
        monotonic: () => performance.now(),
      } as unknown as DoorPorts,
      { port: 0 },
    );
    closers.push(() => front.close());
    const find = known([[pinned, "pinned"]]);
    const admit = (peer: Peer | null) =>
      ({
        agent: { id: "agt_1", name: admitPeer(peer, find, Date.now()).agent },
      }) as unknown as AdmittedAgent;
    const door = await openMtlsDoor(
      { serve: front.serve, broken: front.broken, admit },
      { port: 0, bodyMs: 1000, identity: doorIdentity, authoritiesPem: null },
    );
    closers.push(() => door.close());
    const port = Number(new URL(door.origin).port);
    const post = (who: TlsIdentity | null, path: string, headers: http.OutgoingHttpHeaders = {}) =>
      ask(port, who, {
        path,
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
      });

    expect((await post(pinned, "/mcp/x")).status).toBe(404);
    expect(reached).toEqual(["pinned"]);
    expect((await post(null, "/mcp/x")).status).toBe(401);
    expect(
      (await post(null, "/mcp/x", { authorization: `Bearer csa_${"a".repeat(43)}` })).status,
    ).toBe(401);
    expect((await post(pinned, "/mcp/x", { host: "evil.test" })).status).toBe(421);
    expect((await post(pinned, "/mcp/x", { origin: "https://evil.test" })).status).toBe(403);
    expect((await post(pinned, "/nowhere")).status).toBe(404);
    expect((await post(pinned, "/mcp/x", { "content-type": "text/plain" })).status).toBe(415);
    // A sign-in comes back to the front door and to no other.
    expect((await ask(port, pinned, { path: `/oauth/callback/${"a".repeat(22)}` })).status).toBe(
      404,
    );
    expect(reached).toEqual(["pinned"]);
    expect(turned.map((t) => t.code)).toContain("agent_certificate_missing");

    const said = JSON.parse((await post(null, "/mcp/x")).body) as { error: { message: string } };
    const words = complaint(new Refusal("agent_certificate_missing"));
    expect(said.error.message).toBe(`${words.sentence} ${words.advice}`);
  });
});

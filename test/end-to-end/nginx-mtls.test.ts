// A server that nobody here wrote, behind an nginx that ends mTLS, reached with certificate-bound tokens: what an
// operator's own set-up looks like (RFC 8705 section 6.5).
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Authority, createAuthority, type Identity } from "../../electron/lab/ca.ts";
import { type LabClients, practiceClients } from "../../electron/lab/clients.ts";
import { type Issuer, startIssuer } from "../../electron/lab/issuer.ts";
import { listen, type Listener } from "../../electron/lab/listeners.ts";
import { createResources } from "../../electron/lab/resources.ts";
import { tlsFetch } from "../lab/support/lab.ts";
import { ask, type House, openHouse, toolCall } from "../support/house.ts";
import { type NginxMtls, startNginxMtls } from "../support/nginx-mtls.ts";
import { freePort, hasNginx, startEverything } from "../support/processes.ts";
import { startTokenCheck } from "../support/token-check.ts";
import { askableV1, tour } from "../support/tour.ts";

const SCOPE = "everything";
let ca: Authority;
let listeners: Listener[];
let issuer: Issuer & { readonly clients: LabClients };
let everything: Awaited<ReturnType<typeof startEverything>>;
let check: Awaited<ReturnType<typeof startTokenCheck>>;
let nginx: NginxMtls;
let house: House;
let credential: string;
let certificate: string;
let byCertificate: string;
let bySecret: string;

/** An issuer that knows nginx's address as a resource, with the practice clients. */
async function issuerFor(resource: string): Promise<typeof issuer> {
  const tls = await ca.serverIdentity();
  listeners = [
    await listen(null),
    await listen({
      cert: tls.certificatePem,
      key: tls.privateKeyPem,
      ca: ca.certificatePem,
      requestCert: true,
      rejectUnauthorized: false,
    }),
  ];
  const [plain, alias] = listeners as [Listener, Listener];
  const { clients, metadata } = await practiceClients(ca, ["http://127.0.0.1/callback"]);
  const started = await startIssuer({
    plain,
    tls: alias,
    resources: createResources([
      { name: "everything", uri: resource, scopes: [SCOPE], format: "jwt", exchangeable: false },
    ]),
    clients: metadata,
    partner: { issuer: "https://nobody.example", resources: createResources([]) },
    audiences: {},
    introspectors: [],
    seconds: 300,
    log: { info: () => undefined, warn: () => undefined },
  });
  return { ...started, clients };
}

const bundle = ({ certificatePem, privateKeyPem }: Identity): string =>
  Buffer.from(`${certificatePem}\n${privateKeyPem}`).toString("base64");

const addServer = (name: string, auth: object, url = nginx.url) =>
  house.call("servers.add", {
    kind: "http",
    name,
    url,
    auth: { scopes: [SCOPE], resource: nginx.url, ...auth } as never,
    trustPem: ca.certificatePem,
  });
const invoke = (server: string) =>
  ask(house.door, `/tools/${server}/echo/invoke`, {
    body: '{"message":"through nginx"}',
    headers: { authorization: `Bearer ${credential}` },
  });

beforeAll(async () => {
  if (!hasNginx) return;
  ca = await createAuthority("Operator Root");
  const port = await freePort();
  const resource = `https://127.0.0.1:${port}/mcp`;
  issuer = await issuerFor(resource);
  everything = await startEverything();
  check = await startTokenCheck({
    issuer: issuer.url,
    jwksUri: issuer.jwksUri,
    resource,
    typ: "at+jwt",
    bound: true,
    target: everything.port,
  });
  nginx = await startNginxMtls({
    port,
    target: check.port,
    server: await ca.serverIdentity(),
    clientsCa: ca.certificatePem,
    verify: "on",
  });

  house = await openHouse();
  ({ credential } = await house.agent());
  const { tls, basic } = issuer.clients;
  ({ id: certificate } = await house.call("certificates.import", {
    label: "registered",
    file: bundle(tls.certificate as Identity),
  }));
  const common = {
    issuer: issuer.url,
    allowPlainHttpOnLoopback: true,
    trustPem: ca.certificatePem,
  };
  ({ id: byCertificate } = await house.call("issuers.add", {
    ...common,
    name: "by-certificate",
    clientId: tls.id,
    auth: { method: "tls_client_auth", certificate },
  }));
  ({ id: bySecret } = await house.call("issuers.add", {
    ...common,
    name: "by-secret",
    clientId: basic.id,
    auth: { method: "client_secret_basic", secret: basic.secret ?? "" },
  }));
}, 60_000);
afterAll(async () => {
  if (!hasNginx) return;
  await house.close();
  await nginx.stop();
  await check.stop();
  await everything.stop();
  for (const listener of listeners) await listener.close();
});

describe.skipIf(!hasNginx)(
  "server-everything behind nginx with mTLS (nginx is not installed where this is skipped)",
  () => {
    it("the right certificate passes, pattern mtls: an agent gets what it gets directly, and forges no certificate (73)", async () => {
      await addServer("bound", { type: "mtls", issuer: byCertificate, certificate });
      const direct = askableV1().client;
      await direct.connect(new HttpV1(new URL(everything.url)));
      const ours = askableV1().client;
      await ours.connect(
        new HttpV1(new URL(`${house.door}/mcp/bound`), {
          // A header of the same name from an agent: nginx writes its own, and ours does not even carry it.
          requestInit: {
            headers: { authorization: `Bearer ${credential}`, "x-client-certificate": "forged" },
          },
        }),
      );
      const progress = (onprogress: (p: unknown) => void): unknown[] => [undefined, { onprogress }];
      expect(await tour(ours, progress)).toEqual(await tour(direct, progress));
      await direct.close();
      await ours.close();

      expect(nginx.log().every((line) => /^20\d verify=\[SUCCESS\]/.test(line))).toBe(true);
      expect(new Set(check.judged.map((one) => one.verdict))).toEqual(new Set(["passed"]));
      const [row] = (await house.calls()).filter((r) => r.serverName === "bound");
      expect(row?.evidence).toMatchObject({ binding: "mtls", clientAuth: "tls_client_auth" });
      expect(row?.evidence?.certificate?.thumbprint).toBe(check.judged[0]?.thumbprint);
      expect(JSON.stringify(check.judged)).not.toContain(credential);
    }, 60_000);

    it("client credentials over mTLS: the registration's certificate is shown to nginx, too", async () => {
      await addServer("registered", { type: "client-credentials", issuer: byCertificate });
      const reply = await invoke("registered");
      expect([reply.status, reply.code]).toEqual([200, undefined]);
      expect(reply.body).toContain("through nginx");
      const row = (await house.calls()).find((r) => r.serverName === "registered");
      expect(row?.outcome).toBe("ok");
      expect(row?.evidence).toMatchObject({ binding: "mtls" });
    });

    it("without a certificate nginx lets nothing through to the server (57 at the server's own door)", async () => {
      await addServer("without", { type: "client-credentials", issuer: bySecret });
      const before = check.judged.length;
      const reply = await invoke("without");
      expect(reply.code).toBe("upstream_error");
      expect(nginx.log().at(-1)).toMatch(/^400 verify=\[NONE\]/);
      expect(check.judged.length).toBe(before);
      // A call as an agent sends it is written down as failed, with what nginx answered.
      const direct = await ask(house.door, "/mcp/without", {
        body: toolCall(),
        headers: {
          authorization: `Bearer ${credential}`,
          accept: "application/json, text/event-stream",
        },
      });
      expect(direct.status).toBe(400);
      const calls = (await house.calls()).filter((row) => row.kind === "call");
      expect(calls.find((row) => row.serverName === "without")).toMatchObject({
        outcome: "failed",
        code: "upstream_error",
        httpStatus: 400,
      });
    });

    it("a certificate of an authority that nginx does not know gets no further (60)", async () => {
      const other = await startNginxMtls({
        target: check.port,
        server: await ca.serverIdentity(),
        clientsCa: (await createAuthority("Somebody Else")).certificatePem,
        verify: "on",
      });
      const before = check.judged.length;
      await addServer("stranger", { type: "mtls", issuer: byCertificate, certificate }, other.url);
      expect((await invoke("stranger")).code).toBe("upstream_error");
      expect(other.log().at(-1)).toMatch(/^400 verify=\[FAILED:/);
      expect(check.judged.length).toBe(before);
      await other.stop();
    });

    it("an nginx that answers 403 itself is told apart: it forbids, and names no scope", async () => {
      const own = await startNginxMtls({
        target: check.port,
        server: await ca.serverIdentity(),
        clientsCa: ca.certificatePem,
        verify: "optional",
      });
      await addServer("forbidden", { type: "client-credentials", issuer: bySecret }, own.url);
      expect((await invoke("forbidden")).code).toBe("upstream_forbidden");
      await own.stop();
    });

    it("63, 64 a stolen token is worth nothing with another good certificate, or with none", async () => {
      const stolen = check.judged.at(-1)?.authorization ?? "";
      expect(stolen).toMatch(/^Bearer ey/);
      const send = (identity: Identity | null) =>
        tlsFetch(ca.certificatePem, identity)(nginx.url, {
          method: "POST",
          headers: { authorization: stolen, "content-type": "application/json" },
          body: toolCall({ message: "mine now" }),
        });
      const thief = await ca.issueFor("CN=thief,O=Operator");
      const answer = await send(thief);
      expect(answer.status).toBe(401);
      expect(check.judged.at(-1)?.verdict).toBe("other-certificate");
      expect((await send(null)).status).toBe(400);
    });

    it("a token that nothing is bound to does not pass the check, certificate or not", async () => {
      const { basic, tls } = issuer.clients;
      const answer = await fetch(`${issuer.url}/token`, {
        method: "POST",
        headers: {
          authorization: `Basic ${btoa(`${basic.id}:${basic.secret ?? ""}`)}`,
          "content-type": "application/x-www-form-urlencoded",
        },
        body: new URLSearchParams({
          grant_type: "client_credentials",
          scope: SCOPE,
          resource: nginx.url,
        }),
      });
      const { access_token: token } = (await answer.json()) as { access_token: string };
      const reply = await tlsFetch(ca.certificatePem, tls.certificate as Identity)(nginx.url, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: toolCall(),
      });
      expect([reply.status, check.judged.at(-1)?.verdict]).toEqual([401, "unbound"]);
    });
  },
);

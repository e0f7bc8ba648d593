// Certificates at the practice issuer and at its servers (RFC 8705): lines 57 to 75 of the negative tests.
import { createHash, X509Certificate } from "node:crypto";
import https from "node:https";
import tls from "node:tls";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { createAuthority, type Identity } from "../../electron/lab/ca.ts";
import { certificateJwk, type ClientMetadata } from "../../electron/lab/clients.ts";
import { ACCESS_TOKEN_TYPE, JWT_TYPE, TOKEN_EXCHANGE } from "../../electron/lab/grants.ts";
import type { LabClient } from "../../electron/lab/types.ts";
import { agentKey, signIn } from "./support/flows.ts";
import {
  type Answer,
  basic,
  bearer,
  call,
  freshAgent,
  post,
  tlsFetch,
  useLab,
} from "./support/lab.ts";

const house = useLab();
const clients = () => house.lab.issuer.clients;
const with_ = (identity: Identity | null): typeof fetch =>
  tlsFetch(house.lab.ca.certificatePem, identity);
const cert = (client: LabClient): Identity => client.certificate as Identity;
const ask = (
  id: string,
  identity: Identity | null,
  more: Record<string, string> = {},
): Promise<Answer> =>
  post(
    `${house.lab.issuer.mtlsUrl}/token`,
    {
      grant_type: "client_credentials",
      client_id: id,
      resource: house.lab.server("payroll").resource,
      scope: "payroll:read",
      ...more,
    },
    {},
    with_(identity),
  );
const thumbprint = (pem: string): string =>
  createHash("sha256").update(new X509Certificate(pem).raw).digest("base64url");
const tokenOf = async (client: LabClient): Promise<string> =>
  String((await ask(client.id, cert(client))).json["access_token"]);
const payroll = (
  token: string,
  identity: Identity | null,
  headers: Record<string, string> = {},
): Promise<Answer & { text: string }> =>
  call(
    house.lab.server("payroll"),
    "read_salary",
    { person: "ada" },
    { ...bearer(token), ...headers },
    with_(identity),
  );
const invalidClient = (answer: Answer): void => {
  expect(answer.status).toBe(401);
  expect(answer.json).toMatchObject({ error: "invalid_client" });
};
const machine = (id: string, more: ClientMetadata): ClientMetadata & { client_id: string } => ({
  client_id: id,
  grant_types: ["client_credentials"],
  response_types: [],
  redirect_uris: [],
  tls_client_certificate_bound_access_tokens: true,
  ...more,
});

describe("at the token endpoint", () => {
  it("binds the token to the certificate: SAN URI, subject DN and self-signed", async () => {
    for (const client of [clients().tls, clients().tlsDn, clients().selfSigned]) {
      const claims = decodeJwt(await tokenOf(client));
      expect(claims["cnf"], client.id).toEqual({
        "x5t#S256": thumbprint(cert(client).certificatePem),
      });
    }
  });

  it("finds a DN whatever the order in which it was registered", async () => {
    await house.lab.issuer.addClient(
      machine("other-order", {
        token_endpoint_auth_method: "tls_client_auth",
        tls_client_auth_subject_dn: "O=Larkspur PRACTICE, CN=other-order",
      }),
    );
    const right = await house.lab.ca.issueFor("CN=other-order,O=Larkspur PRACTICE");
    const longer = await house.lab.ca.issueFor("CN=other-order,O=Larkspur PRACTICE,OU=more");
    expect((await ask("other-order", right)).status).toBe(200);
    invalidClient(await ask("other-order", longer));
  });

  it("takes RSA and Ed25519 certificates of the CA", async () => {
    for (const key of ["rsa", "ed25519"] as const) {
      const uri = `urn:larkspur:${key}`;
      await house.lab.issuer.addClient(
        machine(`leaf-${key}`, {
          token_endpoint_auth_method: "tls_client_auth",
          tls_client_auth_san_uri: uri,
        }),
      );
      const identity = await house.lab.ca.issueFor(`CN=leaf-${key}`, { key, uris: [uri] });
      const answer = await ask(`leaf-${key}`, identity);
      const got = await payroll(String(answer.json["access_token"]), identity);
      expect(got.text, key).toContain("ada: 9100");
    }
  });

  it("57 no certificate: invalid_client", async () => {
    invalidClient(await ask(clients().tls.id, null));
    invalidClient(await ask(clients().selfSigned.id, null));
  });

  it("58 the certificate of another client: invalid_client", async () => {
    invalidClient(await ask(clients().tls.id, cert(clients().tlsDn)));
    invalidClient(await ask(clients().tlsDn.id, cert(clients().tls)));
    invalidClient(await ask(clients().selfSigned.id, cert(clients().tls)));
  });

  it("59 no client_id in the request: refused, the certificate alone names nobody", async () => {
    const answer = await post(
      `${house.lab.issuer.mtlsUrl}/token`,
      { grant_type: "client_credentials" },
      {},
      with_(cert(clients().tls)),
    );
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ error: "invalid_request" });
  });

  it("60 the same DN and the same SAN from an untrusted CA: invalid_client", async () => {
    const elsewhere = await createAuthority("Somebody else's root");
    invalidClient(
      await ask(
        clients().tlsDn.id,
        await elsewhere.issueFor("CN=practice-tls-dn,O=Larkspur PRACTICE"),
      ),
    );
    invalidClient(
      await ask(
        clients().tls.id,
        await elsewhere.issueFor("CN=practice-tls", { uris: ["urn:larkspur:practice-tls"] }),
      ),
    );
    invalidClient(
      await ask(
        clients().tlsDn.id,
        await house.lab.ca.selfSigned("CN=practice-tls-dn,O=Larkspur PRACTICE"),
      ),
    );
    const late = await house.lab.ca.issueFor("CN=practice-tls-dn,O=Larkspur PRACTICE", {
      days: -1,
    });
    invalidClient(await ask(clients().tlsDn.id, late));
  });

  it("61 two subject matchers registered: rejected", async () => {
    const answer = await fetch(`${house.lab.issuer.url}/reg`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        grant_types: ["client_credentials"],
        response_types: [],
        redirect_uris: [],
        token_endpoint_auth_method: "tls_client_auth",
        tls_client_auth_subject_dn: "CN=two",
        tls_client_auth_san_uri: "urn:two",
      }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: "invalid_client_metadata" });
  });

  it("62 a self-signed certificate that is not in the client's jwks: invalid_client", async () => {
    const twin = await house.lab.ca.selfSigned("CN=practice-self-signed,O=Larkspur PRACTICE");
    invalidClient(await ask(clients().selfSigned.id, twin));
  });

  it("62 a registered self-signed certificate: its chain is not checked", async () => {
    const elsewhere = await createAuthority("Somebody else's root");
    const foreign = await elsewhere.issueFor("CN=whoever");
    await house.lab.issuer.addClient(
      machine("registered-cert", {
        token_endpoint_auth_method: "self_signed_tls_client_auth",
        jwks: { keys: [certificateJwk(foreign.certificatePem)] },
      }),
    );
    expect((await ask("registered-cert", foreign)).status).toBe(200);
  });

  it("68 a client that ignores mtls_endpoint_aliases: refused on the plain host", async () => {
    const form = { grant_type: "client_credentials", client_id: clients().tls.id };
    invalidClient(await post(`${house.lab.issuer.url}/token`, form));
    // A header that claims a certificate is nobody's certificate.
    const pem = encodeURIComponent(cert(clients().tls).certificatePem);
    invalidClient(
      await post(`${house.lab.issuer.url}/token`, form, {
        "x-client-cert": pem,
        "x-ssl-client-verify": "SUCCESS",
      }),
    );
  });

  it("69, 70 the aliases are of the HTTPS listener and name only endpoints that exist", async () => {
    const metadata = (await (
      await fetch(`${house.lab.issuer.url}/.well-known/oauth-authorization-server`)
    ).json()) as Record<string, unknown>;
    const aliases = metadata["mtls_endpoint_aliases"] as Record<string, string>;
    for (const [name, url] of Object.entries(aliases)) {
      expect(String(metadata[name]).replace(house.lab.issuer.url, house.lab.issuer.mtlsUrl)).toBe(
        url,
      );
    }
    expect(Object.keys(aliases)).toContain("token_endpoint");
  });

  it("71 a refresh token of a public client that was bound: another certificate is refused", async () => {
    const { lab } = house;
    await lab.issuer.addClient({
      ...machine("public-bound", { token_endpoint_auth_method: "none" }),
      application_type: "native",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      redirect_uris: ["http://127.0.0.1/callback"],
    });
    const mine = await lab.ca.issueFor("CN=mine");
    const { tokens } = await signIn(
      lab,
      { id: "public-bound", method: "none", certificate: mine },
      "ada",
    );
    const again = (identity: Identity | null): Promise<Answer> =>
      post(
        `${lab.issuer.mtlsUrl}/token`,
        {
          grant_type: "refresh_token",
          client_id: "public-bound",
          refresh_token: tokens.refresh_token ?? "",
        },
        {},
        with_(identity),
      );
    expect((await again(await lab.ca.issueFor("CN=thief"))).json).toMatchObject({
      error: "invalid_grant",
    });
    expect((await again(null)).json).toMatchObject({ error: "invalid_grant" });
    expect((await again(mine)).status).toBe(200);
  });
});

describe("at a server", () => {
  it("lets a bound token in with its certificate", async () => {
    const got = await payroll(await tokenOf(clients().tls), cert(clients().tls));
    expect(got.status).toBe(200);
    expect(got.text).toContain("CN=practice-tls");
  });

  it("63 a bound token with another certificate: 401 invalid_token", async () => {
    const got = await payroll(await tokenOf(clients().tls), cert(clients().tlsDn));
    expect(got.status).toBe(401);
    expect(got.headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect(got.json).toMatchObject({ code: "wrong-certificate" });
    expect(house.lab.refusals.last("payroll")).toMatchObject({
      code: "wrong-certificate",
      status: 401,
    });
  });

  it("64 a bound token without a certificate: 401 invalid_token", async () => {
    const got = await payroll(await tokenOf(clients().tls), null);
    expect(got.status).toBe(401);
    expect(got.headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect(got.json).toMatchObject({ code: "no-certificate" });
  });

  it("64 a token that is bound to nothing does not pass either", async () => {
    const { lab } = house;
    const unbound = await lab.attacks.mint(lab.server("payroll"));
    expect((await payroll(unbound, cert(clients().tls))).json).toMatchObject({
      code: "unbound-token",
    });
  });

  it("65 x5t#S256 padded, in hex, or by SHA-1: refused", async () => {
    const { lab } = house;
    const { raw } = new X509Certificate(cert(clients().tls).certificatePem);
    const sha256 = createHash("sha256").update(raw).digest();
    const forms = [
      `${sha256.toString("base64url")}=`,
      sha256.toString("base64"),
      sha256.toString("hex"),
      createHash("sha1").update(raw).digest("base64url"),
      "",
      null,
    ];
    for (const form of forms) {
      const token = await lab.attacks.mint(lab.server("payroll"), { cnf: { "x5t#S256": form } });
      expect((await payroll(token, cert(clients().tls))).json, String(form)).toMatchObject({
        code: "wrong-certificate",
      });
    }
    const right = await lab.attacks.mint(lab.server("payroll"), {
      cnf: { "x5t#S256": sha256.toString("base64url") },
    });
    expect((await payroll(right, cert(clients().tls))).status).toBe(200);
  });

  it("66 a thumbprint over the PEM text and not the DER: refused", async () => {
    const { lab } = house;
    const overPem = createHash("sha256")
      .update(cert(clients().tls).certificatePem)
      .digest("base64url");
    const token = await lab.attacks.mint(lab.server("payroll"), { cnf: { "x5t#S256": overPem } });
    expect((await payroll(token, cert(clients().tls))).json).toMatchObject({
      code: "wrong-certificate",
    });
  });

  it("67 introspection repeats the binding, and a server that cannot see the certificate refuses", async () => {
    const { lab } = house;
    const form = {
      grant_type: "client_credentials",
      client_id: clients().tls.id,
      resource: lab.api.resource,
      scope: "inventory:read",
    };
    const got = await post(`${lab.issuer.mtlsUrl}/token`, form, {}, with_(cert(clients().tls)));
    const token = String(got.json["access_token"]);
    const seen = await post(
      `${lab.issuer.url}/token/introspection`,
      { token },
      basic(clients().inventory),
    );
    expect(seen.json).toMatchObject({
      active: true,
      cnf: { "x5t#S256": thumbprint(cert(clients().tls).certificatePem) },
    });
    const answer = await fetch(`${lab.api.url}/items`, { headers: bearer(token) });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: "no-certificate" });
  });

  it("72 the certificate is renewed: the old token is refused, a new one is bound to the new certificate", async () => {
    const { lab } = house;
    const old = await tokenOf(clients().tls);
    const renewed = await lab.ca.issueFor("CN=practice-tls,O=Larkspur PRACTICE", {
      uris: ["urn:larkspur:practice-tls"],
    });
    expect((await payroll(old, renewed)).json).toMatchObject({ code: "wrong-certificate" });
    const fresh = String((await ask(clients().tls.id, renewed)).json["access_token"]);
    expect((await payroll(fresh, renewed)).status).toBe(200);
  });

  it("73 a header that claims a certificate is ignored", async () => {
    const pem = encodeURIComponent(cert(clients().tls).certificatePem);
    const got = await payroll(await tokenOf(clients().tls), null, {
      "x-client-cert": pem,
      "x-forwarded-client-cert": pem,
      "client-cert": `:${pem}:`,
      "x-ssl-client-verify": "SUCCESS",
    });
    expect(got.json).toMatchObject({ code: "no-certificate" });
  });

  it("payroll wants a certificate of the company: self-signed, foreign and expired ones are refused", async () => {
    const { lab } = house;
    const elsewhere = await createAuthority("Somebody else's root");
    const identities = [
      cert(clients().selfSigned),
      await elsewhere.issueFor("CN=practice-tls"),
      await lab.ca.issueFor("CN=practice-tls", { days: -1 }),
    ];
    for (const identity of identities) {
      const token = await lab.attacks.bound(lab.server("payroll"), identity.certificatePem);
      expect((await payroll(token, identity)).json).toMatchObject({
        code: "untrusted-certificate",
      });
    }
  });

  it("treasury takes a self-signed certificate, if the exchanged token is bound to it", async () => {
    const { lab } = house;
    const { selfSigned } = clients();
    const agent = await agentKey("https://agents.example", lab.issuer.url);
    lab.issuer.trustActors("https://agents.example", { keys: [agent.jwk] });
    const { tokens } = await signIn(lab, selfSigned, "ada");
    const got = await post(
      `${lab.issuer.mtlsUrl}/token`,
      {
        grant_type: TOKEN_EXCHANGE,
        client_id: selfSigned.id,
        subject_token: tokens.access_token,
        subject_token_type: ACCESS_TOKEN_TYPE,
        actor_token: await agent.sign({}),
        actor_token_type: JWT_TYPE,
        audience: "treasury",
        scope: "treasury:read",
      },
      {},
      with_(cert(selfSigned)),
    );
    const token = String(got.json["access_token"]);
    expect(decodeJwt(token)).toMatchObject({
      act: { sub: "agent:rover" },
      cnf: { "x5t#S256": thumbprint(cert(selfSigned).certificatePem) },
    });
    const treasury = lab.server("treasury");
    const read = (identity: Identity | null, value = token): Promise<Answer & { text: string }> =>
      call(treasury, "read_balance", {}, bearer(value), with_(identity));
    expect((await read(cert(selfSigned))).text).toContain("on behalf of ada, by agent:rover");
    expect((await read(null)).json).toMatchObject({ code: "no-certificate" });
    expect((await read(cert(clients().tls))).json).toMatchObject({ code: "wrong-certificate" });
    const noActor = await lab.attacks.mint(treasury, {
      act: undefined,
      cnf: { "x5t#S256": thumbprint(cert(selfSigned).certificatePem) },
    });
    expect((await read(cert(selfSigned), noActor)).json).toMatchObject({ code: "no-actor" });
  });
});

describe("75 resumed TLS sessions", () => {
  /** One request over a session taken from an earlier connection. */
  const resumed = async (
    url: string,
    identity: Identity | null,
    token: string,
    version: "TLSv1.2" | "TLSv1.3",
  ): Promise<{ reused: boolean; status: number; body: string }> => {
    const { hostname, port } = new URL(url);
    const options: tls.ConnectionOptions = {
      host: hostname,
      port: Number(port),
      ca: house.lab.ca.certificatePem,
      minVersion: version,
      maxVersion: version,
      ...(identity ? { cert: identity.certificatePem, key: identity.privateKeyPem } : {}),
    };
    const session = await new Promise<Buffer>((resolve, reject) => {
      const socket = tls.connect(options);
      let ticket: Buffer | null = null;
      socket.on("session", (each) => {
        ticket = each;
      });
      socket.on("error", reject);
      socket.on("close", () => (ticket ? resolve(ticket) : reject(new Error("no session came"))));
      socket.on("data", () => socket.end());
      socket.write(`GET /nowhere HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`);
    });
    return new Promise((resolve, reject) => {
      const agent = freshAgent(house.lab.ca.certificatePem, identity, {
        session,
        minVersion: version,
        maxVersion: version,
      });
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
      const request = https.request(
        url,
        {
          method: "POST",
          agent,
          headers: {
            ...bearer(token),
            "content-type": "application/json",
            accept: "application/json, text/event-stream",
          },
        },
        (answer) => {
          const reused = (answer.socket as tls.TLSSocket).isSessionReused();
          let text = "";
          answer.on("data", (chunk) => (text += String(chunk)));
          answer.on("end", () => resolve({ reused, status: answer.statusCode ?? 0, body: text }));
        },
      );
      request.on("error", reject);
      request.end(body);
    });
  };

  it.each(["TLSv1.3", "TLSv1.2"] as const)(
    "a client that never had a certificate gains nothing by resuming (%s)",
    async (version) => {
      const got = await resumed(
        house.lab.server("payroll").url,
        null,
        await tokenOf(clients().tls),
        version,
      );
      expect(got.reused).toBe(true);
      expect(got.status).toBe(401);
      expect(JSON.parse(got.body)).toMatchObject({ code: "no-certificate" });
    },
  );

  it("nor at the issuer", async () => {
    const url = `${house.lab.issuer.mtlsUrl}/token`;
    const got = await resumed(url, null, "x", "TLSv1.3");
    expect(got.reused).toBe(true);
    expect(got.status).toBeGreaterThanOrEqual(400);
  });

  it("whoever had the certificate is still known by it after resuming", async () => {
    const got = await resumed(
      house.lab.server("payroll").url,
      cert(clients().tls),
      await tokenOf(clients().tls),
      "TLSv1.3",
    );
    expect(got.reused).toBe(true);
    // Past the certificate, and stopped by MCP for want of a session.
    expect(got.status).not.toBe(401);
  });
});

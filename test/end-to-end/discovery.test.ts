// "Paste a URL": from an address to a server that works, against the practice company and against companies that lie.
import type { ServerResponse } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Lab, startLab } from "../../electron/lab/index.ts";
import { echoServer, type House, openHouse, upstream } from "../support/house.ts";
import { type PaperCompany, paperCompany, type PaperWords } from "../support/paper-company.ts";

let house: House;
let lab: Lab;
const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  house = await openHouse();
  lab = await startLab({ log: { info: () => undefined, warn: () => undefined } });
});
afterAll(async () => {
  await house?.close();
  await lab?.stop();
});
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

async function company(words: PaperWords = {}): Promise<PaperCompany> {
  const made = await paperCompany(words);
  undo.push(() => made.close());
  return made;
}
async function refused(url: string, more: object = {}) {
  const reply = await house.reply("servers.discover", { url, ...more });
  if (reply.ok) throw new Error(`it proposed ${String(reply.value.pattern)}`);
  return reply.error;
}
/** Agrees to the issuer that was named, as a person would who knows it. */
const agree = async (url: string) => {
  const first = await house.call("servers.discover", { url });
  const issuer = first.issuer?.issuer ?? "";
  return house.call("servers.discover", { url, issuer, confirmed: true });
};

describe("an address is enough", () => {
  it("finds out, registers, signs the person in, adds the server and calls it", async () => {
    const { url, resource } = lab.server("crm");
    const before = await house.call("servers.discover", { url });
    // Threat 30: an issuer on this machine that only a document named waits for the person.
    expect(before).toMatchObject({
      pattern: null,
      resource,
      issuer: { issuer: lab.issuer.url, lies: "this-machine", unconfirmed: true, way: null },
    });

    const found = await house.call("servers.discover", {
      url,
      issuer: lab.issuer.url,
      confirmed: true,
    });
    expect(found).toMatchObject({
      pattern: "account",
      plainHttp: true,
      scopes: ["crm:read"],
      issuer: { way: "dynamic", unconfirmed: false, elsewhere: true, known: null },
    });
    expect(found.choices.map((one) => one.pattern)).toContain("client-credentials");
    expect(found.choices[0]?.thief.can).toContain("in the person's name");

    const issuer = await house.call("issuers.register", {
      issuer: found.issuer?.issuer ?? "",
      hosts: [...(found.issuer?.hosts ?? [])],
      confirmed: true,
      scopes: [...found.signInScopes],
    });
    expect(issuer).toMatchObject({
      auth: { method: "none" },
      registration: { by: "dynamic", confirmed: true, secretExpiresAt: null },
    });
    await house.call("servers.add", {
      kind: "http",
      name: "crm",
      url,
      allowPlainHttpOnLoopback: true,
      auth: {
        type: "account",
        issuer: issuer.id,
        scopes: [...found.scopes],
        resource: found.resource,
      },
    });
    const { url: page } = await house.call("accounts.signIn", {
      issuer: issuer.id,
      scopes: [...found.signInScopes],
      resource: found.resource,
    });
    const back = await lab.signIn(page, "ada");
    expect(back).toContain(`${house.door}/oauth/callback/`);
    expect(await (await fetch(back ?? "")).text()).toContain("Signed in");
    const { id } = (await house.call("servers.list", {})).find((s) => s.name === "crm")!;
    const report = await house.call("servers.test", { id });
    expect(report.complaint).toBeNull();
    expect(report.tools.length).toBeGreaterThan(0);

    // The second server of the same issuer needs no second registration.
    const mail = await house.call("servers.discover", { url: lab.server("mail").url });
    expect(mail.issuer).toMatchObject({ way: "known", known: { id: issuer.id } });

    // RFC 7592: what was registered by itself is taken back with it.
    await house.call("servers.remove", { id });
    expect(await house.call("issuers.remove", { id: issuer.id })).toEqual({
      removed: true,
      takenBack: true,
    });
    const flow = (await house.call("flows.list", {}))[0];
    expect(flow?.steps.map((step) => [step.id, step.response?.line])).toEqual([
      ["unregister", "HTTP 204"],
    ]);
  }, 60_000);

  it("proposes nothing where the server is open, and a key where it names no issuer", async () => {
    const open = await upstream(echoServer);
    undo.push(() => open.close());
    expect(await house.call("servers.discover", { url: open.url })).toMatchObject({
      pattern: "none",
      issuer: null,
    });
    const keyed = await house.call("servers.discover", { url: lab.server("notes").url });
    expect(keyed).toMatchObject({ pattern: "api-key", issuer: null });
    expect(keyed.why[0]).toContain("names no issuer");
  });

  it("proposes what the stage asks for, and says where nothing does", async () => {
    const { url, issuer } = await company();
    const wish = { url, issuer, confirmed: true } as const;
    const staged = await house.call("servers.discover", { ...wish, stage: "staging" });
    expect(staged).toMatchObject({ pattern: "account" });
    expect(staged.why.join(" ")).toContain("staging server wants at least an OAuth token");
    const production = await house.call("servers.discover", { ...wish, stage: "production" });
    expect(production.choices.every((one) => !one.fits)).toBe(true);
    expect(production.why.join(" ")).toContain("choose a lower stage");
  });

  it("proposes a certificate where tokens must be bound to one", async () => {
    const { url } = lab.server("payroll");
    const wish = { url, trustPem: lab.ca.certificatePem };
    const found = await house.call("servers.discover", {
      ...wish,
      issuer: lab.issuer.url,
      confirmed: true,
    });
    expect(found.choices.map((one) => one.pattern)).toEqual(["mtls", "composite"]);
  });

  it("says each step as it ends, and can be cancelled", async () => {
    const heard: string[] = [];
    const stop = house.countersign.desk.watch((event) => {
      if (event.type === "finding") heard.push(`${event.attempt} ${event.step} ${event.ok}`);
    });
    await house.call("servers.discover", { url: lab.server("crm").url, attempt: "attempt-1" });
    expect(heard).toEqual(["attempt-1 ask-server true", "attempt-1 discover-resource true"]);
    stop();

    // It takes the question and never answers.
    const silent = await upstream(() => undefined);
    undo.push(() => silent.close());
    const pending = house.reply("servers.discover", { url: silent.url, attempt: "attempt-2" });
    await expect
      .poll(
        async () =>
          (await house.call("servers.cancelDiscovery", { attempt: "attempt-2" })).cancelled,
      )
      .toBe(true);
    expect(await pending).toMatchObject({ ok: false, error: { code: "finding_cancelled" } });
    expect(await house.call("servers.cancelDiscovery", { attempt: "attempt-2" })).toEqual({
      cancelled: false,
    });
  });

  it("a server that was added without a credential and wants one says so (not: replace its key)", async () => {
    const { id } = await house.call("servers.add", {
      kind: "http",
      name: "forgotten",
      url: lab.server("crm").url,
      auth: { type: "none" },
    });
    const report = await house.call("servers.test", { id });
    expect(report.complaint?.code).toBe("upstream_wants_credential");
    expect(report.complaint?.advice).toContain("server discover forgotten");
    await house.call("servers.remove", { id });
  });
});

describe("documents that lie", () => {
  it("86 an issuer that calls itself otherwise is not used, not even by a slash", async () => {
    for (const change of ["/", "/x", "?"]) {
      const { url, issuer } = await company({
        metadata: (right) => ({ ...right, issuer: `${String(right["issuer"])}${change}` }),
      });
      const error = await refused(url, { issuer, confirmed: true });
      expect(error.code).toBe("issuer_metadata_invalid");
      // The steps show it.
      expect(await house.call("flows.get", { id: String(error.facts["flow"]) })).toMatchObject({
        state: "failed",
      });
    }
  });

  it("87 metadata about another resource is not used", async () => {
    const { url, asked } = await company({
      resource: (right) => ({ ...right, resource: `${String(right["resource"])}/other` }),
    });
    expect((await refused(url)).code).toBe("resource_metadata_invalid");
    expect(asked).toEqual([]);
  });

  it("88 well-known put in the wrong place is not tried", async () => {
    const { url, issuer, asked } = await company({ names: () => [] });
    expect((await refused(url)).code).toBe("resource_metadata_invalid");
    const tenanted = await company({ names: () => [`${issuer}/tenant`] });
    await refused(tenanted.url, { issuer: `${issuer}/tenant`, confirmed: true });
    expect(asked).toEqual([
      "GET /.well-known/oauth-authorization-server/tenant",
      "GET /.well-known/openid-configuration/tenant",
      "GET /tenant/.well-known/openid-configuration",
    ]);
  });

  it.each([
    [
      "a redirect",
      (response: ServerResponse) =>
        void response.writeHead(302, { location: "http://127.0.0.1:9/x" }).end(),
    ],
    [
      "HTML",
      (response: ServerResponse) =>
        void response.writeHead(200, { "content-type": "text/html" }).end("<p>hello</p>"),
    ],
    [
      "no JSON",
      (response: ServerResponse) =>
        void response.writeHead(200, { "content-type": "application/json" }).end("{"),
    ],
  ])("89 metadata that is %s fails, of the server and of the issuer", async (_name, answer) => {
    for (const lies of ["resource", "issuer"] as const) {
      const { url, issuer } = await company({
        answer(which, response, document) {
          if (which === lies) answer(response);
          else {
            response.writeHead(200, { "content-type": "application/json" });
            response.end(JSON.stringify(document));
          }
        },
      });
      const error = await refused(url, { issuer, confirmed: true });
      expect(error.code).toBe(`${lies}_metadata_invalid`);
    }
  });

  it.each(["http://evil.example/token", "javascript:alert(1)"])(
    "90 an endpoint at %s is refused",
    async (endpoint) => {
      const { url, issuer, asked } = await company({
        metadata: (right) => ({ ...right, token_endpoint: endpoint }),
      });
      expect((await refused(url, { issuer, confirmed: true })).code).toBe(
        "issuer_metadata_invalid",
      );
      expect(asked).toEqual(["GET /.well-known/oauth-authorization-server"]);
    },
  );

  it("91 without S256 among its methods nobody is sent to an issuer", async () => {
    const { url } = await company({
      metadata: (right) => ({ ...right, code_challenge_methods_supported: undefined }),
    });
    const found = await agree(url);
    expect(found.pattern).toBeNull();
    expect(found.why.join(" ")).toContain("PKCE");
  });

  it("96 signed metadata is not believed: what it would say changes nothing", async () => {
    const { url, issuer } = await company({
      resource: (right) => ({
        ...right,
        signed_metadata:
          "eyJhbGciOiJub25lIn0.eyJhdXRob3JpemF0aW9uX3NlcnZlcnMiOlsiaHR0cHM6Ly9ldmlsIl19.",
      }),
    });
    expect((await agree(url)).issuer?.issuer).toBe(issuer);
  });

  it("threat 30: a private address that a document named is not dialled before a person agrees", async () => {
    const { url } = await company({ names: () => ["https://10.255.255.1"] });
    expect((await house.call("servers.discover", { url })).issuer).toMatchObject({
      lies: "private-network",
      unconfirmed: true,
    });
    for (const special of ["https://169.254.169.254", "https://[fd00:ec2::254]", "https://[::1]"]) {
      const other = await company({ names: () => [special] });
      expect((await house.call("servers.discover", { url: other.url })).pattern).toBeNull();
    }
  });

  it("threat 31: hosts that the person did not see get nothing", async () => {
    const thief = await upstream((_request, response) => void response.writeHead(201).end("{}"));
    undo.push(() => thief.close());
    const { url, issuer, asked } = await company({
      metadata: (right) => ({ ...right, registration_endpoint: `${new URL(thief.url).origin}/r` }),
    });
    const found = await house.call("servers.discover", { url, issuer, confirmed: true });
    expect(found.issuer?.hosts).toEqual([new URL(thief.url).host]);
    const reply = await house.reply("issuers.register", { issuer, confirmed: true });
    expect(reply).toMatchObject({ ok: false, error: { code: "issuer_unconfirmed" } });
    expect(thief.seen).toEqual([]);
    expect(asked.filter((line) => line.startsWith("POST"))).toEqual([]);
  });

  it("an issuer that was not agreed to is not registered at, whoever asks", async () => {
    const { issuer, asked } = await company();
    expect(await house.reply("issuers.register", { issuer })).toMatchObject({
      ok: false,
      error: { code: "issuer_metadata_invalid" },
    });
    expect(asked).toEqual([]);
  });
});

describe("becoming known", () => {
  it("97 registers as a native program, with a redirect address of this issuer's own", async () => {
    const { issuer, bodies } = await company();
    await house.call("issuers.register", { issuer, confirmed: true, scopes: ["notes:read"] });
    const body = JSON.parse(bodies.at(-1) ?? "") as Record<string, unknown>;
    expect(body).toMatchObject({
      application_type: "native",
      token_endpoint_auth_method: "none",
      scope: "notes:read",
    });
    expect(String((body["redirect_uris"] as string[])[0])).toMatch(
      new RegExp(`^${house.door}/oauth/callback/[\\w-]{22}$`),
    );
  });

  it("keeps what the issuer insists on: a secret with its end, and the way to take it all back", async () => {
    const made = {
      client_id: "insisting",
      client_secret: "canary-secret-77",
      client_secret_expires_at: 4102444800,
    };
    const { issuer, asked, headers } = await company({
      register: (_body, origin) => [
        201,
        {
          ...made,
          token_endpoint_auth_method: "client_secret_basic",
          registration_access_token: "canary-manage-77",
          registration_client_uri: `${origin}/register/insisting`,
        },
      ],
    });
    const record = await house.call("issuers.register", {
      issuer,
      confirmed: true,
      name: "insists",
    });
    expect(record).toMatchObject({
      clientId: "insisting",
      auth: { method: "client_secret_basic" },
      registration: { secretExpiresAt: "2100-01-01T00:00:00.000Z" },
    });
    const flows = await house.call("flows.list", {});
    expect(JSON.stringify([record, flows, house.logged])).not.toMatch(
      /canary-(?:secret|manage)-77/,
    );
    expect((await house.call("issuers.remove", { id: record.id })).takenBack).toBe(true);
    expect(asked.at(-1)).toBe("DELETE /register/insisting");
    expect(headers.at(-1)?.["authorization"]).toBe("Bearer canary-manage-77");
  });

  it("a token for taking back goes nowhere but to where it came from", async () => {
    const thief = await upstream((_request, response) => void response.writeHead(204).end());
    undo.push(() => thief.close());
    const { issuer } = await company({
      register: () => [
        201,
        {
          client_id: "lured",
          registration_access_token: "canary-manage-78",
          registration_client_uri: thief.url,
        },
      ],
    });
    const { id, registration } = await house.call("issuers.register", { issuer, confirmed: true });
    expect(registration?.management).toBeNull();
    expect((await house.call("issuers.remove", { id })).takenBack).toBeNull();
    expect(thief.seen).toEqual([]);
  });

  it("by the person's own document before dynamically, where the issuer takes one", async () => {
    const { issuer, asked } = await company({
      metadata: (right) => ({ ...right, client_id_metadata_document_supported: true }),
    });
    const url = "https://ada.example/countersign.json";
    const { document } = await house.call("issuers.document", { url, issuers: [issuer] });
    expect(document).toMatchObject({ client_id: url, application_type: "native" });
    expect(document["redirect_uris"]).toHaveLength(1);
    const record = await house.call("issuers.register", { issuer, confirmed: true });
    expect(record).toMatchObject({ clientId: url, registration: { by: "document" } });
    expect(asked.filter((line) => line.startsWith("POST"))).toEqual([]);
    const { url: page } = await house.call("accounts.signIn", { issuer: record.id });
    const sent = new URL(page).searchParams;
    expect(sent.get("client_id")).toBe(url);
    expect(document["redirect_uris"]).toEqual([sent.get("redirect_uri")]);
    // An account of Countersign's own is never made by it.
    expect((await house.call("issuers.document", { url: null })).url).toBeNull();
  });

  it("asks for a token that is bound to a key where the server takes no other", async () => {
    const { url } = await company({
      resource: (right) => ({ ...right, dpop_bound_access_tokens_required: true }),
    });
    const found = await agree(url);
    expect(found).toMatchObject({ pattern: "account", dpop: true });
    expect(found.choices[0]?.thief.can).toContain("proof key (DPoP)");
  });

  it("says what a person has to do where an issuer registers nobody by itself", async () => {
    const { issuer } = await company({
      metadata: (right) => ({ ...right, registration_endpoint: undefined }),
    });
    const reply = await house.reply("issuers.register", { issuer, confirmed: true });
    expect(reply).toMatchObject({ ok: false, error: { code: "registration_needed" } });
    if (!reply.ok) expect(reply.error.advice).toContain(`${house.door}/oauth/callback/`);
  });

  it("95 a server that changed its issuer gets none of the old one's credentials: we register anew", async () => {
    const before = await company();
    const after = await company();
    let names = [before.issuer];
    const server = await company({ names: () => names });
    const first = await house.call("issuers.register", {
      issuer: before.issuer,
      confirmed: true,
      name: "first",
    });
    expect((await agree(server.url)).issuer).toMatchObject({
      way: "known",
      known: { id: first.id },
    });

    names = [after.issuer];
    const found = await agree(server.url);
    expect(found.issuer).toMatchObject({ issuer: after.issuer, way: "dynamic", known: null });
    const second = await house.call("issuers.register", { issuer: after.issuer, confirmed: true });
    expect(second.id).not.toBe(first.id);
    expect(after.bodies.join("\n")).not.toContain(first.clientId);
    expect(JSON.stringify(after.headers)).not.toContain("authorization");
  });

  it("registers nothing there under a name that is taken here", async () => {
    const { issuer, asked } = await company();
    await house.call("issuers.register", { issuer, confirmed: true, name: "taken" });
    const other = await company();
    const reply = await house.reply("issuers.register", {
      issuer: other.issuer,
      confirmed: true,
      name: "taken",
    });
    expect(reply).toMatchObject({ ok: false, error: { code: "name_taken" } });
    expect(asked.filter((line) => line.startsWith("POST")).length).toBe(1);
    expect(other.asked.filter((line) => line.startsWith("POST"))).toEqual([]);
  });
});

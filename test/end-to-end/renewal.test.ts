// What is renewed while calls go on: certificates, client secrets, signing keys, and servers that are edited.
// Against the lab's real issuer, authority and servers, over real TLS.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CertificateView } from "../../electron/contract.ts";
import { type Lab, startLab } from "../../electron/lab/index.ts";
import { ask, echoServer, type House, openHouse, upstream } from "../support/house.ts";

let house: House;
let lab: Lab;
let credential: string;
let trust: { issuer: string; allowPlainHttpOnLoopback: boolean; trustPem: string };

beforeAll(async () => {
  house = await openHouse();
  ({ credential } = await house.agent());
  lab = await startLab({ log: { info: () => undefined, warn: () => undefined } });
  trust = {
    issuer: lab.issuer.url,
    allowPlainHttpOnLoopback: true,
    trustPem: lab.ca.certificatePem,
  };
}, 60_000);
afterAll(async () => {
  await house.close();
  await lab.stop();
});

const invoke = (server: string, tool: string, body: string) =>
  ask(house.door, `/tools/${server}/${tool}/invoke`, {
    body,
    headers: { authorization: `Bearer ${credential}` },
  });
const salary = (server: string) => invoke(server, "read_salary", '{"person":"ada"}');
const flowsFor = async (purpose: string) =>
  (await house.call("flows.list", {})).filter((f) => f.purpose === purpose);
const certificate = async (id: string): Promise<CertificateView> => {
  const found = (await house.call("certificates.list", {})).find((c) => c.id === id);
  if (found === undefined) throw new Error(`no certificate ${id}`);
  return found;
};
const thumbprintOf = (one: CertificateView): string =>
  one.state === "csr-pending" ? "none yet" : one.thumbprint;

/** Calls without a pause from several sides until told to end. @returns what was not as it should be */
function underLoad(call: () => Promise<{ status: number; code: string | undefined }>): {
  end(): Promise<{ made: number; failed: string[] }>;
} {
  const until = new AbortController();
  let made = 0;
  const failed: string[] = [];
  const lanes = Array.from({ length: 8 }, async () => {
    while (!until.signal.aborted) {
      const { status, code } = await call();
      made++;
      if (status !== 200 || code !== undefined) failed.push(`${status} ${code}`);
    }
  });
  return {
    async end() {
      until.abort();
      await Promise.all(lanes);
      return { made, failed };
    },
  };
}
const moment = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** A registration of the lab's, with its certificate and a payroll server of this name. */
async function payroll(name: string) {
  const { tls } = lab.issuer.clients;
  const bundle = `${tls.certificate?.certificatePem ?? ""}\n${tls.certificate?.privateKeyPem ?? ""}`;
  const { id } = await house.call("certificates.import", {
    label: name,
    file: Buffer.from(bundle).toString("base64"),
  });
  const { id: issuer } = await house.call("issuers.add", {
    ...trust,
    name,
    clientId: tls.id,
    auth: { method: "tls_client_auth", certificate: id },
  });
  const { url, scopes, resource } = lab.server("payroll");
  const { id: server } = await house.call("servers.add", {
    kind: "http",
    name,
    url,
    stage: "production",
    auth: { type: "mtls", issuer, certificate: id, scopes: [...scopes], resource },
    trustPem: lab.ca.certificatePem,
  });
  return { certificate: id, issuer, server };
}

describe("a certificate is renewed", () => {
  it("under load: no call fails, one new token, and the old certificate is out of use (72, threat 40)", async () => {
    const mine = await payroll("pay");
    const load = underLoad(() => salary("pay"));
    await moment(300);
    const pending = await house.call("certificates.renew", { id: mine.certificate });
    if (pending.state !== "csr-pending") throw new Error("an authority signs this one");
    expect(pending).toMatchObject({ replaces: mine.certificate, keyKind: "EC-P256" });
    const chain = await lab.ca.issue(pending.csr);
    const mintedBefore = (await flowsFor("pay")).length;
    const renewed = await house.call("certificates.accept", { id: pending.id, chain });
    await moment(500);
    const { made, failed } = await load.end();

    expect(failed).toEqual([]);
    expect(made).toBeGreaterThan(20);
    expect([mintedBefore, (await flowsFor("pay")).length]).toEqual([1, 2]);
    const old = await certificate(mine.certificate);
    expect([old.state, renewed.state]).toEqual(["replaced", "active"]);
    expect(thumbprintOf(renewed)).not.toBe(thumbprintOf(old));
    const [issuer] = (await house.call("issuers.list", {})).filter((i) => i.name === "pay");
    expect(issuer?.auth).toMatchObject({ certificate: renewed.id });
    const [server] = (await house.call("servers.list", {})).filter((s) => s.name === "pay");
    expect(server).toMatchObject({ pattern: { certificate: renewed.id } });
    // The journal tells which one was presented: the old, then the new, and never the old again.
    const rows = (await house.calls()).filter((r) => r.serverName === "pay").reverse();
    const shown = rows.map((r) => r.evidence?.certificate?.thumbprint);
    expect(shown[0]).toBe(thumbprintOf(old));
    expect(shown.at(-1)).toBe(thumbprintOf(renewed));

    // Gone for good: its key leaves the vault, and what took its place works on.
    await house.call("certificates.remove", { id: mine.certificate });
    expect((await salary("pay")).status).toBe(200);
  }, 60_000);

  it("by import, and what is still used is not removed but named, with the way (72)", async () => {
    const mine = await payroll("pay-import");
    const refused = await house.reply("certificates.remove", { id: mine.certificate });
    expect(refused).toMatchObject({ ok: false, error: { code: "still_used" } });
    if (!refused.ok) {
      expect(refused.error.sentence).toBe("“pay-import” is used by pay-import, pay-import.");
      expect(refused.error.advice).toContain("certificate renew");
    }
    const next = await lab.ca.issueFor("CN=practice-tls,O=Larkspur PRACTICE", {
      uris: ["urn:larkspur:practice-tls"],
    });
    const file = Buffer.from(`${next.certificatePem}\n${next.privateKeyPem}`).toString("base64");
    expect((await salary("pay-import")).status).toBe(200);
    const taken = await house.call("certificates.import", {
      label: "pay-import",
      file,
      replaces: mine.certificate,
    });
    expect((await certificate(mine.certificate)).state).toBe("replaced");
    expect((await salary("pay-import")).status).toBe(200);
    expect((await house.calls())[0]?.evidence?.certificate?.id).toBe(taken.id);
    // What was replaced is not renewed a second time, and nothing takes its place twice.
    for (const input of [{ id: mine.certificate }]) {
      expect(await house.reply("certificates.renew", input)).toMatchObject({
        ok: false,
        error: { code: "certificate_invalid" },
      });
    }
  }, 60_000);

  it("one that has ended already takes no place: what works goes on", async () => {
    const mine = await payroll("pay-ended");
    const ended = await lab.ca.issueFor("CN=ended", { days: -1 });
    const file = Buffer.from(`${ended.certificatePem}\n${ended.privateKeyPem}`).toString("base64");
    const input = { label: "ended", file, replaces: mine.certificate };
    expect(await house.reply("certificates.import", input)).toMatchObject({
      ok: false,
      error: { code: "certificate_expired" },
    });
    expect((await certificate(mine.certificate)).state).toBe("active");
    expect((await salary("pay-ended")).status).toBe(200);
  }, 60_000);

  it("one that signs itself stands by until its issuer knows it, shown with x5c beside the old one (72)", async () => {
    const made = await house.call("certificates.make", {
      label: "own",
      commonName: "own.example",
      signedBy: "itself",
    });
    const { id: issuer } = await house.call("issuers.add", {
      ...trust,
      name: "own",
      clientId: "own-signed",
      auth: { method: "self_signed_tls_client_auth", certificate: made.id },
    });
    const register = async (): Promise<number> => {
      const { keys } = await house.call("issuers.jwks", { id: issuer });
      await lab.issuer.addClient({
        client_id: "own-signed",
        token_endpoint_auth_method: "self_signed_tls_client_auth",
        application_type: "native",
        grant_types: ["client_credentials"],
        response_types: [],
        redirect_uris: [],
        tls_client_certificate_bound_access_tokens: true,
        jwks: { keys },
      });
      return keys.length;
    };
    expect(await register()).toBe(1);
    const { url, scopes, resource } = lab.server("payroll");
    await house.call("servers.add", {
      kind: "http",
      name: "own",
      url,
      auth: { type: "mtls", issuer, certificate: made.id, scopes: [...scopes], resource },
      trustPem: lab.ca.certificatePem,
    });
    // The practice server trusts its own authority only: what counts here is the token, which its issuer gave.
    const minted = async (): Promise<string | undefined> => {
      const before = (await flowsFor("own")).length;
      await salary("own");
      const flows = await flowsFor("own");
      return flows.length > before ? flows[0]?.state : "no flow";
    };
    expect(await minted()).toBe("ok");

    const next = await house.call("certificates.renew", { id: made.id });
    expect(next).toMatchObject({ state: "active", replaces: made.id, selfSigned: true });
    expect((await certificate(made.id)).state).toBe("active");
    const { keys } = await house.call("issuers.jwks", { id: issuer });
    expect(keys.map((key) => key["x5t#S256"])).toEqual([thumbprintOf(made), thumbprintOf(next)]);
    for (const key of keys) expect(key["d"]).toBeUndefined();
    expect(await register()).toBe(2);
    await house.call("certificates.takeOver", { id: next.id });
    expect((await certificate(made.id)).state).toBe("replaced");
    expect(await register()).toBe(1);
    expect(await minted()).toBe("ok");
    const again = await house.reply("certificates.takeOver", { id: next.id });
    expect(again).toMatchObject({ ok: false, error: { code: "certificate_invalid" } });
  }, 60_000);
});

describe("an issuer's secret is replaced", () => {
  const addCrm = async (name: string, issuer: string) => {
    const { url, scopes, resource } = lab.server("crm");
    await house.call("servers.add", {
      kind: "http",
      name,
      url,
      auth: { type: "client-credentials", issuer, scopes: [...scopes], resource },
      allowPlainHttpOnLoopback: true,
    });
    return () => invoke(name, "search_customers", '{"text":"Sums"}');
  };
  const registered = (id: string, more: object) =>
    lab.issuer.addClient({
      client_id: id,
      application_type: "native",
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
      ...more,
    });

  it("a client secret: at once, under load, with one new token", async () => {
    const secret = (value: string) =>
      registered("secretive", {
        token_endpoint_auth_method: "client_secret_basic",
        client_secret: value,
      });
    await secret("the first secret of them");
    const { id } = await house.call("issuers.add", {
      ...trust,
      name: "secretive",
      clientId: "secretive",
      auth: { method: "client_secret_basic", secret: "the first secret of them" },
    });
    const load = underLoad(await addCrm("secretive", id));
    await moment(300);
    await secret("the second secret of all");
    const after = await house.call("issuers.replaceSecret", {
      id,
      secret: "the second secret of all",
    });
    expect(JSON.stringify(after)).not.toContain("second secret");
    await moment(300);
    expect((await load.end()).failed).toEqual([]);
    expect((await flowsFor("secretive")).map((f) => f.state)).toEqual(["ok", "ok"]);
    expect(await house.reply("issuers.replaceSecret", { id, privateKey: null })).toMatchObject({
      ok: false,
      error: { code: "input_invalid" },
    });
  }, 60_000);

  it("a signing key: the new one is shown beside the old until the person says that the issuer knows it", async () => {
    const { id } = await house.call("issuers.add", {
      ...trust,
      name: "keyed",
      clientId: "keyed",
      auth: { method: "private_key_jwt" },
    });
    const keys = async () => (await house.call("issuers.jwks", { id })).keys;
    const register = async () =>
      registered("keyed", {
        token_endpoint_auth_method: "private_key_jwt",
        jwks: { keys: await keys() },
      });
    await register();
    const load = underLoad(await addCrm("keyed", id));
    await moment(300);
    const two = await house.call("issuers.replaceSecret", { id, privateKey: null });
    const [old, next] = await keys();
    expect(two.auth).toMatchObject({ kid: old?.["kid"], next: { kid: next?.["kid"] } });
    expect(JSON.stringify(await keys())).not.toContain('"d"');
    await register();
    const one = await house.call("issuers.settleKey", { id, keep: "new" });
    expect(one.auth).toMatchObject({ kid: next?.["kid"] });
    expect(await keys()).toEqual([next]);
    await register();
    await moment(300);
    expect((await load.end()).failed).toEqual([]);
    expect((await flowsFor("keyed")).map((f) => f.state)).toEqual(["ok", "ok"]);
    expect(await house.reply("issuers.settleKey", { id, keep: "new" })).toMatchObject({
      ok: false,
      error: { code: "input_invalid" },
    });
  }, 60_000);

  it("a key that its issuer never learned is let go of, and the old one goes on", async () => {
    const { id, auth } = await house.call("issuers.add", {
      ...trust,
      name: "hesitant",
      clientId: "hesitant",
      auth: { method: "private_key_jwt" },
    });
    await house.call("issuers.replaceSecret", { id, privateKey: null });
    expect((await house.call("issuers.settleKey", { id, keep: "old" })).auth).toEqual(auth);
  });

  it("its name and trust change, and what uses it goes on; in use it is not removed", async () => {
    const [before] = (await house.call("issuers.list", {})).filter((i) => i.name === "keyed");
    const id = before?.id ?? "";
    const renamed = await house.call("issuers.update", { id, name: "keyed-anew" });
    expect(renamed).toEqual({ ...before, name: "keyed-anew" });
    expect(await house.call("issuers.update", { id, trustPem: null })).toMatchObject({
      name: "keyed-anew",
      trustPem: null,
    });
    expect(await house.reply("issuers.update", { id, name: "secretive" })).toMatchObject({
      ok: false,
      error: { code: "name_taken" },
    });
    expect(await house.reply("issuers.remove", { id })).toMatchObject({
      ok: false,
      error: { code: "still_used", sentence: "“keyed-anew” is used by keyed." },
    });
  });
});

describe("a server is edited", () => {
  it("a key never follows an address to another origin: it is deleted, and nothing is sent (threat 35)", async () => {
    const honest = await upstream(echoServer);
    const thief = await upstream(echoServer);
    const { id } = await house.call("servers.add", {
      kind: "http",
      name: "moving",
      url: honest.url,
      auth: { type: "api-key", secret: "canary-of-the-moving-server" },
      allowPlainHttpOnLoopback: true,
    });
    expect((await invoke("moving", "echo", "{}")).status).toBe(200);
    await house.call("servers.update", { id, http: { url: thief.url } });
    expect((await invoke("moving", "echo", "{}")).code).toBe("credential_binding_mismatch");
    expect(thief.seen).toEqual([]);
    // Not even back again: the key is gone, and must be entered anew.
    await house.call("servers.update", { id, http: { url: honest.url } });
    expect((await invoke("moving", "echo", "{}")).code).toBe("vault_secret_missing");
    await house.call("servers.update", {
      id,
      http: { url: thief.url, auth: { type: "api-key", secret: "a-key-for-the-new-one" } },
    });
    expect((await invoke("moving", "echo", "{}")).status).toBe(200);
    const keys = thief.seen.map((request) => request.headers["x-api-key"]);
    expect(new Set(keys)).toEqual(new Set(["a-key-for-the-new-one"]));
    await honest.close();
    await thief.close();
  }, 30_000);

  it("renamed, it is called by its new name, and the old one leads nowhere", async () => {
    const server = await upstream(echoServer);
    const { id } = await house.call("servers.add", {
      kind: "http",
      name: "before",
      url: server.url,
      auth: { type: "api-key", secret: "a-key-that-stays" },
      allowPlainHttpOnLoopback: true,
    });
    const view = await house.call("servers.update", {
      id,
      name: "after",
      http: { auth: { type: "api-key", name: "Authorization", prefix: "Bearer " } },
    });
    expect(view.endpoint).toMatch(/\/mcp\/after$/);
    expect((await invoke("after", "echo", "{}")).status).toBe(200);
    expect((await invoke("before", "echo", "{}")).code).toBe("server_unknown");
    expect(server.seen.at(-1)?.headers["authorization"]).toBe("Bearer a-key-that-stays");
    expect(await house.reply("servers.update", { id, stage: "production" })).toMatchObject({
      ok: false,
      error: { code: "pattern_too_weak" },
    });
    expect(await house.reply("servers.update", { id, name: "moving" })).toMatchObject({
      ok: false,
      error: { code: "name_taken" },
    });
    await server.close();
  }, 30_000);

  it("what single agents were narrowed to stays, whatever else changes", async () => {
    const { id: issuer } = await house.call("issuers.add", {
      ...trust,
      name: "narrowing",
      clientId: "x",
      auth: { method: "none" },
    });
    const { id: agent } = await house.agent("narrow");
    const auth = { type: "client-credentials" as const, issuer, scopes: ["a", "b"] };
    const { url } = lab.server("crm");
    const { id } = await house.call("servers.add", {
      kind: "http",
      name: "narrowed",
      url,
      auth,
      allowPlainHttpOnLoopback: true,
    });
    await house.call("servers.setAgentScopes", { id, agent, scopes: ["a"] });
    const wider = { ...auth, scopes: ["a", "b", "c"] };
    const after = await house.call("servers.update", {
      id,
      stage: "staging",
      http: { auth: wider },
    });
    expect(after).toMatchObject({
      stage: "staging",
      pattern: { scopes: ["a", "b", "c"], agentScopes: { [agent]: ["a"] } },
    });
  });

  it("an agent keeps its credential under a new name", async () => {
    const { id, credential: own } = await house.agent("called one thing");
    await house.agent("taken already");
    const renamed = await house.call("agents.rename", { id, name: "called another" });
    expect(renamed.name).toBe("called another");
    expect(await house.reply("agents.rename", { id, name: "taken already" })).toMatchObject({
      ok: false,
      error: { code: "name_taken" },
    });
    const reply = await ask(house.door, "/tools/nothing/at_all/invoke", {
      body: "{}",
      headers: { authorization: `Bearer ${own}` },
    });
    expect(reply.code).toBe("server_unknown");
  });
});

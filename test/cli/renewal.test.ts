// What is renewed and edited from the command line, against a real issuer and a real authority.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CertificateView } from "../../electron/contract.ts";
import type { AgentView } from "../../electron/core/agents.ts";
import type { Issuer } from "../../electron/core/issuers.ts";
import type { ServerView } from "../../electron/core/servers.ts";
import { openPractice, type Practice } from "./practice.ts";

let practice: Practice;
let desk: Practice["desk"];
beforeAll(async () => {
  practice = await openPractice();
  ({ desk } = practice);
}, 60_000);
afterAll(() => practice.close());

const ok = async (argv: readonly string[], input = ""): Promise<string> => {
  const ran = await desk.cli(argv, input);
  expect([ran.err, ran.code]).toEqual(["", 0]);
  return ran.out;
};
const certificates = async () =>
  (await desk.cli(["certificate", "list", "--json"])).json<CertificateView[]>();
const server = async (name: string) =>
  (await desk.cli(["server", "list", "--json"]))
    .json<ServerView[]>()
    .find((one) => one.name === name)!;
const issuer = async (name: string) =>
  (await desk.cli(["issuer", "list", "--json"])).json<Issuer[]>().find((i) => i.name === name)!;

describe("certificate renew", () => {
  it("asks an authority for a successor of the same label, and accept tells what to do with the old one", async () => {
    const { certificatePem, privateKeyPem } = await practice.lab.ca.issueFor("CN=pay", {
      uris: ["urn:larkspur:pay"],
    });
    const pem = await practice.file("pay.pem", `${certificatePem}\n${privateKeyPem}`);
    await ok(["certificate", "import", "pay", pem]);
    const more = ["--client-id", "pay", "--auth", "tls_client_auth", "--certificate", "pay"];
    expect((await practice.addIssuer("pay", more)).code).toBe(0);

    const refused = await desk.cli(["certificate", "remove", "pay"]);
    expect(refused.code).toBe(64);
    expect(refused.err).toContain("“pay” is used by pay.");
    expect(refused.err).toContain("countersign certificate renew");

    const asked = await ok(["certificate", "renew", "pay"]);
    expect(asked).toContain("BEGIN CERTIFICATE REQUEST");
    const csr = await ok(["certificate", "csr", "pay"]);
    const chain = await practice.file("next.pem", await practice.lab.ca.issue(csr));
    const accepted = await ok(["certificate", "accept", "pay", chain]);
    expect(accepted).toContain("Everything that worked with the old one works with it");
    const [old, now] = await certificates();
    expect([old?.state, now?.state, now?.uris]).toEqual([
      "replaced",
      "active",
      ["urn:larkspur:pay"],
    ]);
    expect((await issuer("pay")).auth).toMatchObject({ certificate: now?.id });
    // The label means the one in use: the old one has to be named by its id.
    expect(await ok(["certificate", "export", "pay"])).toContain("BEGIN CERTIFICATE");
    expect(accepted).toContain(`countersign certificate remove ${old?.id}`);
    await ok(["certificate", "remove", old?.id ?? ""]);
  });

  it("a self-signed successor waits; jwks shows both with x5c; take-over puts it to use", async () => {
    await ok(["certificate", "make", "own", "--common-name", "own"]);
    const more = [
      "--client-id",
      "o",
      "--auth",
      "self_signed_tls_client_auth",
      "--certificate",
      "own",
    ];
    const added = await practice.addIssuer("own", more);
    expect(added.out).toContain("countersign issuer jwks own");
    const keys = async () =>
      (JSON.parse(await ok(["issuer", "jwks", "own"])) as { keys: { x5c: string[] }[] }).keys;
    expect((await keys())[0]?.x5c).toHaveLength(1);
    const renewed = await ok(["certificate", "renew", "own", "--days", "30"]);
    expect(renewed).toContain("The old one is in use until the issuer knows this one.");
    expect(renewed).toContain("countersign issuer jwks own");
    expect(await keys()).toHaveLength(2);
    await ok(["certificate", "take-over", "own"]);
    expect(await keys()).toHaveLength(1);
    expect((await desk.cli(["certificate", "take-over", "own"])).code).toBe(65);
  });

  it("import --replaces takes a place at once, and wrong options are refused", async () => {
    const next = await practice.lab.ca.issueFor("CN=pay");
    const pem = await practice.file("pay3.pem", `${next.certificatePem}\n${next.privateKeyPem}`);
    await ok(["certificate", "import", "pay", pem, "--replaces", "pay"]);
    const used = (await issuer("pay")).auth;
    expect(used).toMatchObject({ certificate: (await certificates()).at(-1)?.id });
    const both = ["certificate", "renew", "pay", "--request", "--self-signed"];
    expect((await desk.cli(both)).code).toBe(64);
    expect((await desk.cli(["certificate", "renew", "nobody"])).code).toBe(66);
  });
});

describe("issuer replace-secret, settle-key, edit", () => {
  it("reads the new secret from standard input, and prints none", async () => {
    const more = ["--client-id", "s", "--auth", "client_secret_basic"];
    await practice.addIssuer("secret", more, "canary-one");
    const before = (await issuer("secret")).auth;
    const out = await ok(["issuer", "replace-secret", "secret"], "canary-two\n");
    expect(out).not.toContain("canary");
    const after = (await issuer("secret")).auth;
    expect(after.method).toBe("client_secret_basic");
    expect(after).not.toEqual(before);
    expect((await desk.cli(["issuer", "replace-secret", "secret"], "")).code).toBe(64);
    expect((await desk.cli(["issuer", "replace-secret", "pay"], "x")).err).toContain(
      "countersign certificate renew",
    );
    expect((await desk.cli(["issuer", "settle-key", "secret"])).code).toBe(64);
  });

  it("shows a second signing key beside the first until it is settled", async () => {
    await practice.addIssuer("keyed", ["--client-id", "k", "--auth", "private_key_jwt"]);
    const first = (await issuer("keyed")).auth;
    const out = await ok(["issuer", "replace-secret", "keyed"]);
    expect(out).toContain("countersign issuer settle-key keyed --keep new");
    expect(out.match(/"kid"/g)).toHaveLength(2);
    await ok(["issuer", "settle-key", "keyed", "--keep", "old"]);
    expect((await issuer("keyed")).auth).toEqual(first);
    await ok(["issuer", "replace-secret", "keyed", "--alg", "RS256"]);
    await ok(["issuer", "settle-key", "keyed"]);
    expect((await issuer("keyed")).auth).toMatchObject({ alg: "RS256" });
  });

  it("edit renames, and takes trust away", async () => {
    await ok(["issuer", "edit", "keyed", "--name", "signed", "--no-trust"]);
    expect((await issuer("signed")).trustPem).toBeNull();
    await ok(["issuer", "edit", "signed", "--trust", practice.ca]);
    expect((await issuer("signed")).trustPem).toContain("BEGIN CERTIFICATE");
    expect((await desk.cli(["issuer", "edit", "signed"])).code).toBe(64);
  });
});

describe("server edit", () => {
  it("changes name, stage and where the key goes, and says when a key stays behind (threat 35)", async () => {
    const url = "https://tickets.example/mcp";
    await ok(["server", "add", "tickets", url, "--api-key"], "canary-key\n");
    expect(await ok(["server", "list"])).toMatch(/^tickets .* 0 days /m);
    await ok(["server", "edit", "tickets", "--name", "support", "--header", "X-Other"]);
    const before = await server("support");
    expect(before).toMatchObject({ pattern: { name: "X-Other", in: "header" } });
    expect((await desk.cli(["server", "edit", "support", "--stage", "production"])).code).toBe(64);
    expect((await desk.cli(["server", "edit", "support"])).code).toBe(64);
    expect((await desk.cli(["server", "edit", "support", "--env", "A=b"])).code).toBe(64);

    const moved = await ok(["server", "edit", "support", "--url", "https://other.example/mcp"]);
    expect(moved).toContain(
      "Its key was deleted. Enter it anew: countersign server replace-key support",
    );
    expect(await ok(["server", "list"])).toContain("its key belongs to another address");
    const anew = ["server", "edit", "support", "--api-key", "--header", "X-Other"];
    expect(await ok(anew, "another-key")).not.toContain("was deleted");
    expect(await ok(["server", "list"])).not.toContain("its key belongs to another address");
    await ok(["server", "edit", "support", "--no-key"]);
    expect(await server("support")).toMatchObject({ pattern: { type: "none" } });
    const oauth = ["--auth", "client-credentials", "--issuer", "secret", "--scope", "a"];
    await ok(["server", "edit", "support", ...oauth, "--stage", "staging"]);
    expect(await server("support")).toMatchObject({
      stage: "staging",
      pattern: { type: "client-credentials", boundTo: { origin: "https://other.example" } },
    });
  });

  it("gives a local server another command", async () => {
    await ok(["server", "add", "files", "--stdio", "--env", "A=b", "--", "true"]);
    await ok(["server", "edit", "files", "--", "false", "-x"]);
    expect(await server("files")).toMatchObject({
      command: "false",
      args: ["-x"],
      env: { A: "b" },
    });
    expect((await desk.cli(["server", "edit", "files", "--url", "https://x.example"])).code).toBe(
      64,
    );
    const visible = ["server", "edit", "files", "--", "x", "--token=abc"];
    expect((await desk.cli(visible)).err).toContain("looks like a secret");
  });
});

describe("agent rename", () => {
  it("gives another name, and refuses one that is taken", async () => {
    await ok(["agent", "add", "first"]);
    await ok(["agent", "add", "second"]);
    await ok(["agent", "rename", "first", "The first"]);
    const names = (await desk.cli(["agent", "list", "--json"])).json<AgentView[]>();
    expect(names.map((a) => a.name)).toContain("The first");
    expect((await desk.cli(["agent", "rename", "second", "The first"])).code).toBe(64);
  });
});

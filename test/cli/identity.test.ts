// Issuers, and the servers that use them, against a real issuer.
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../electron/cli/run.ts";
import type { Issuer } from "../../electron/core/issuers.ts";
import type { ServerView } from "../../electron/core/servers.ts";
import { streams } from "./desk.ts";
import { openPractice, type Practice } from "./practice.ts";

interface Jwks {
  readonly keys: readonly Record<string, unknown>[];
}

let practice: Practice;
let desk: Practice["desk"];
let lab: Practice["lab"];
beforeAll(async () => {
  practice = await openPractice();
  ({ desk, lab } = practice);
}, 60_000);
afterAll(() => practice.close());

const issuers = async () => (await desk.cli(["issuer", "list", "--json"])).json<Issuer[]>();

describe("issuer", () => {
  it("add reads a client secret from standard input, and nothing prints it", async () => {
    const { basic } = lab.issuer.clients;
    const more = ["--client-id", basic.id, "--auth", "client_secret_basic"];
    const ran = await practice.addIssuer("home", more, `${basic.secret}\n`);
    expect(ran).toMatchObject({ code: 0, err: "" });
    const { out } = await desk.cli(["issuer", "list", "--json"]);
    expect(ran.out + out).not.toContain(basic.secret);
    expect((await issuers())[0]).toMatchObject({ name: "home", issuer: lab.issuer.url });
    expect((await practice.addIssuer("home", more, "x")).code).toBe(64);
    expect((await practice.addIssuer("empty", more, "")).code).toBe(64);
  });

  it("add --auth private_key_jwt makes a key, or takes one, and jwks shows the public half", async () => {
    const made = await practice.addIssuer("made", [
      "--client-id",
      "a",
      "--auth",
      "private_key_jwt",
    ]);
    expect(made.out).toContain("Register this public key there");
    const key = (await desk.cli(["issuer", "jwks", "made", "--json"])).json<Jwks>().keys[0]!;
    expect(key).toMatchObject({ kty: "EC", crv: "P-256", alg: "ES256" });
    expect(Object.keys(key)).not.toContain("d");

    const pem = execFileSync("openssl", ["genpkey", "-algorithm", "ED25519"]).toString();
    const taken = await practice.addIssuer(
      "taken",
      ["--client-id", "b", "--auth", "private_key_jwt", "--alg", "EdDSA", "--key-stdin"],
      pem,
    );
    expect(taken).toMatchObject({ code: 0, err: "" });
    const shown = await desk.cli(["issuer", "jwks", "taken"]);
    expect(JSON.parse(shown.out)).toMatchObject({ keys: [{ kty: "OKP", crv: "Ed25519" }] });
    expect(taken.out + shown.out).not.toMatch(/PRIVATE|"d"/);
    expect((await desk.cli(["issuer", "jwks", "home"])).code).toBe(64);
  });

  it("add --auth tls_client_auth names its certificate by label", async () => {
    const { tls } = lab.issuer.clients;
    const bundle = `${tls.certificate?.certificatePem}\n${tls.certificate?.privateKeyPem}`;
    await desk.cli(["certificate", "import", "practice", await practice.file("tls.pem", bundle)]);
    const more = ["--client-id", tls.id, "--auth", "tls_client_auth"];
    expect((await practice.addIssuer("bound", [...more, "--certificate", "practice"])).code).toBe(
      0,
    );
    expect((await practice.addIssuer("none", [...more, "--certificate", "nothing"])).code).toBe(66);
    expect((await desk.cli(["certificate", "remove", "practice"])).code).toBe(64);
  });

  it("add --key-stdin does not let a PEM be typed: it would end with its first line", async () => {
    const io = streams();
    const stdin = Object.assign(io.stdin, { isTTY: true });
    const argv = ["issuer", "add", "typed", lab.issuer.url, "--client-id", "c"];
    const more = ["--auth", "private_key_jwt", "--key-stdin", "--data", desk.folder];
    expect(await runCli([...argv, ...more], { ...io, stdin, env: {} })).toBe(64);
    expect(io.err()).toContain("< key.pem");
  });

  it("remove takes it away, and what is not there ends with 66", async () => {
    expect((await desk.cli(["issuer", "remove", "taken"])).code).toBe(0);
    const ran = await desk.cli(["issuer", "remove", "taken"]);
    expect(ran).toMatchObject({ code: 66, out: "" });
  });
});

describe("server add with a pattern", () => {
  const add = (name: string, ...more: string[]) =>
    desk.cli([
      "server",
      "add",
      name,
      lab.server("crm").url,
      "--allow-plain-http-on-loopback",
      ...more,
      "--json",
    ]);
  const { resource } = { resource: "https://crm.example/mcp" };

  it("client-credentials works at once, with scopes one by one or in one list", async () => {
    const { scopes, resource: real } = lab.server("crm");
    const argv = ["--auth", "client-credentials", "--issuer", "home", "--resource", real];
    const [first = "", ...rest] = scopes;
    const ran = await add("crm", ...argv, "--scope", first, "--scope", rest.join(" "));
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.json<ServerView>()).toMatchObject({
      pattern: { type: "client-credentials", scopes: [...scopes], resource: real, audience: null },
    });
    expect(await desk.cli(["server", "test", "crm"])).toMatchObject({ code: 0 });
    const replaced = await desk.cli(["server", "replace-key", "crm"], "x");
    expect(replaced).toMatchObject({ code: 64 });
    expect(replaced.err).toContain("has no key");
  });

  it("server scopes narrows one agent, shows it, and takes it back", async () => {
    await desk.cli(["agent", "add", "reader"]);
    const scopes = (...more: string[]) => desk.cli(["server", "scopes", "crm", ...more]);
    const [read = "", write = ""] = lab.server("crm").scopes;
    expect((await scopes()).out).toMatch(/^reader .*\(all of the server's\)$/m);
    expect(await scopes("--agent", "reader", "--scope", read)).toMatchObject({ code: 0, err: "" });
    const shown = (await scopes("--json")).json<{ name: string; scopes: string[] }[]>();
    expect(shown).toMatchObject([{ name: "reader", scopes: [read], narrowed: true }]);
    expect((await scopes("--agent", "reader", "--scope", "crm:everything")).code).toBe(64);
    expect((await scopes("--agent", "reader", "--scope", write, "--all")).code).toBe(64);
    expect((await scopes("--scope", write)).code).toBe(64);
    expect((await scopes("--agent", "nobody", "--all")).code).toBe(66);
    await scopes("--agent", "reader", "--all");
    expect((await scopes()).out).toMatch(/^reader .*all of the server's/m);
  });

  it("client-credentials with --dpop is bound to a key, and a production server takes it", async () => {
    const { scopes, resource: real, url } = lab.server("archive");
    const argv = ["--auth", "client-credentials", "--dpop", "--issuer", "home", "--resource", real];
    const asked = ["--scope", scopes.join(" "), "--stage", "production", "--json"];
    const plain = "--allow-plain-http-on-loopback";
    const words = ["server", "add", "archive", url, ...argv, ...asked, plain];
    const ran = await desk.cli(words);
    expect(ran.json<ServerView>()).toMatchObject({ pattern: { bound: "dpop" } });
    expect(await desk.cli(["server", "test", "archive"])).toMatchObject({ code: 0 });
    const listed = await desk.cli(["server", "list"]);
    expect(listed.out).toMatch(/^archive .*client-credentials at home, bound by dpop +- /m);
  });

  it("takes every other pattern with its options", async () => {
    const acted = ["--issuer", "home", "--resource", resource, "--actor", "required"];
    const limited = ["--audience", "mail", "--per-user", "30"];
    const exchange = await add("mail", "--auth", "token-exchange", ...acted, ...limited);
    expect(exchange.json<ServerView>()).toMatchObject({
      pattern: {
        type: "token-exchange",
        actor: "required",
        audience: "mail",
        account: null,
        perUserPerMinute: 30,
      },
    });
    const bound = ["--issuer", "bound", "--certificate", "practice"];
    const mtls = await add(
      "pay",
      "--auth",
      "mtls",
      ...bound,
      "--stage",
      "production",
      "--trust",
      practice.ca,
    );
    expect(mtls.json<ServerView>()).toMatchObject({
      stage: "production",
      trustPem: lab.ca.certificatePem.trim() + "\n",
      pattern: { type: "mtls" },
    });
    const composite = ["--auth", "composite", ...bound, "--per-user", "60", "--no-exchange"];
    expect((await add("both", ...composite)).json<ServerView>()).toMatchObject({
      pattern: { type: "composite", exchange: false, perUserPerMinute: 60 },
    });
    const listed = await desk.cli(["server", "list"]);
    expect(listed.out).toMatch(
      /^mail .*token-exchange at home, 30 a minute for each user +- +nobody is signed in /m,
    );
    expect(listed.out).toMatch(
      /^both .*composite at bound with practice, 60 a minute for each user +- /m,
    );
  });

  it("a stage refuses a lesser pattern, and an issuer of another tenant is not found", async () => {
    const asked = ["--auth", "client-credentials", "--issuer", "home"];
    const weak = await add("weak", ...asked, "--stage", "production");
    expect(weak.code).toBe(64);
    expect(JSON.parse(weak.err)).toMatchObject({ error: { code: "pattern_too_weak" } });
    await desk.cli(["tenant", "add", "work", "Work"]);
    expect((await add("far", ...asked, "--tenant", "work")).code).toBe(66);
  });
});

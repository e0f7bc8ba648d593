// No secret in the journal, also when it is told before the program had any use for it: at the first call after a
// start, after an unlock, in a tool's name, in a path.
import fs from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask, echoServer, type House, openHouse, toolCall, upstream } from "../support/house.ts";

const KEY = "canary5f21c0d7a9e84b63first";
const OTHER = "canary-key-90b1d2c3-other";
const PASSPHRASE = "four words are enough";
let house: House;
let server: Awaited<ReturnType<typeof upstream>>;
let credential: string;

const post = (body: string, path = "/mcp/canary") =>
  ask(house.door, path, { body, headers: { authorization: `Bearer ${credential}` } });
const add = (name: string, secret: string | null) =>
  house.call("servers.add", {
    kind: "http",
    name,
    url: server.url,
    auth: secret === null ? { type: "none" } : { type: "api-key", secret },
    allowPlainHttpOnLoopback: true,
  });
/** What is in the journal, as rows and as bytes. */
async function written(): Promise<string> {
  let text = JSON.stringify(await house.calls());
  for (const file of fs.readdirSync(house.folder)) {
    if (file.startsWith("journal.db"))
      text += fs.readFileSync(`${house.folder}/${file}`).toString("latin1");
  }
  return text;
}

/** What arrived at the server. */
const bodies: string[] = [];
beforeEach(async () => {
  bodies.length = 0;
  server = await upstream((request, response, body) => {
    bodies.push(body);
    echoServer(request, response, body);
  });
  house = await openHouse({ vault: undefined });
  await house.call("vault.choose", { kind: "file", passphrase: PASSPHRASE });
  ({ credential } = await house.agent());
});
afterEach(async () => {
  await house.close();
  await server.close();
});

describe("a key that an agent knows is neither sent nor written down (threat 46)", () => {
  it("at the very first call, in the arguments and as the tool's name", async () => {
    await add("canary", KEY);
    expect((await post(toolCall({ note: `it is ${KEY}` }))).code).toBe("secret_in_arguments");
    expect((await house.calls())[0]).toMatchObject({
      input: '{"note":"it is [redacted]"}',
      decision: "deny",
      outcome: "denied",
      rules: ["built-in/secret-in-arguments"],
    });
    const named = await post(toolCall({}, 2, KEY));
    expect(named.code).toBe("secret_in_arguments");
    expect(named.body).not.toContain(KEY);
    expect((await house.calls())[0]?.tool).toBe("[redacted]");
    expect(server.seen, "nothing of it left").toHaveLength(0);
    expect(await written()).not.toContain(KEY);
  });

  it.each([
    ["in Base64", (key: string) => Buffer.from(`user:${key}`).toString("base64")],
    ["in hexadecimal", (key: string) => Buffer.from(key).toString("hex")],
    [
      "with percent signs",
      (key: string) => key.replaceAll(/./g, (c) => `%${c.charCodeAt(0).toString(16)}`),
    ],
    ["inside a document", (key: string) => JSON.stringify({ deep: [`"${key}"`] })],
  ])("%s, through both doors, and no rule lets it through", async (_, form) => {
    await add("canary", KEY);
    const note = form(KEY);
    expect((await post(toolCall({ note }))).code).toBe("secret_in_arguments");
    expect((await post(JSON.stringify({ note }), "/tools/canary/echo/invoke")).code).toBe(
      "secret_in_arguments",
    );
    expect(bodies.join("\n")).not.toContain("tools/call");
    for (const { decision } of await house.calls()) expect(decision).toBe("deny");
    expect(await written()).not.toContain(KEY);
  });

  it("and the person is not asked about it", async () => {
    await add("canary", KEY);
    await house.call("rules.add", { effect: "ask" });
    let asked = 0;
    house.countersign.desk.watch((event) => {
      if (event.type === "changed" && event.what === "questions") asked++;
    });
    expect((await post(toolCall({ note: KEY }))).code).toBe("secret_in_arguments");
    expect(asked).toBe(0);
  });

  it("when it belongs to another server of the tenant, which was never called", async () => {
    await add("canary", null);
    await add("sleeping", OTHER);
    await post(toolCall({ note: OTHER }));
    expect((await house.calls())[0]?.input).toBe('{"note":"[redacted]"}');
    expect(await written()).not.toContain(OTHER);
  });

  it("when it stands in a path, with a credential and without one", async () => {
    await add("canary", KEY);
    await post(toolCall(), `/mcp/${KEY}`);
    await ask(house.door, `/mcp/${KEY}`, { body: toolCall() });
    expect(await house.row("server_unknown")).toMatchObject({ serverName: null });
    expect(await house.row("agent_credential_missing")).toMatchObject({ serverName: null });
    expect(await written()).not.toContain(KEY);
  });

  it("while the vault is locked: what cannot be cleared is withheld, and after the unlock it is cleared", async () => {
    await add("canary", KEY);
    await add("open", null);
    await house.call("vault.lock", {});
    expect((await post(toolCall({ note: KEY }))).code).toBe("vault_locked");
    expect((await house.calls())[0]).toMatchObject({ code: "vault_locked", inputCut: true });
    // A server without a key is still served.
    expect((await post(toolCall({ note: KEY }, 1, KEY), "/mcp/open")).status).toBe(200);
    const [row] = await house.calls();
    expect(row).toMatchObject({ outcome: "ok", tool: "[withheld: the vault could not be read]" });
    await house.call("vault.unlock", { passphrase: PASSPHRASE });
    const after = await post(toolCall({ note: `it is ${KEY}` }), "/mcp/open");
    expect(after.code).toBe("secret_in_arguments");
    expect((await house.calls())[0]?.input).toBe('{"note":"it is [redacted]"}');
    expect(await written()).not.toContain(KEY);
  });
});

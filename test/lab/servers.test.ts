// Every practice server and the API, used as intended, by the official clients of both generations.
import { Client } from "@modelcontextprotocol/client";
import { StreamableHTTPClientTransport as ModernTransport } from "@modelcontextprotocol/client";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import * as oidc from "openid-client";
import { describe, expect, it } from "vitest";
import { configure, signIn } from "./support/flows.ts";
import { basic, bearer, post, useLab } from "./support/lab.ts";

const house = useLab();

describe("notes", () => {
  const connect = async (key: string): Promise<LegacyClient> => {
    const client = new LegacyClient({ name: "test", version: "1" });
    const notes = house.lab.server("notes");
    const transport = new LegacyTransport(new URL(notes.url), {
      requestInit: { headers: { [notes.key?.header ?? ""]: key } },
    });
    await client.connect(transport);
    return client;
  };
  const say = async (
    client: LegacyClient,
    name: string,
    input: Record<string, unknown>,
  ): Promise<string> => JSON.stringify((await client.callTool({ name, arguments: input })).content);

  it("opens to its key, lists what it can, reads, writes and destroys", async () => {
    const client = await connect(house.lab.server("notes").key?.value ?? "");
    const { tools } = await client.listTools();
    expect(tools.map((t) => [t.name, t.annotations?.destructiveHint])).toEqual([
      ["list_notes", false],
      ["read_note", false],
      ["write_note", false],
      ["delete_note", true],
    ]);
    expect(await say(client, "write_note", { name: "moth", text: "in relay 70" })).toContain(
      "Noted",
    );
    expect(await say(client, "read_note", { name: "moth" })).toContain("in relay 70");
    expect(await say(client, "delete_note", { name: "moth" })).toContain("gone");
    expect(await say(client, "read_note", { name: "moth" })).toContain("no note");
    await client.close();
  });

  it("refuses a wrong key, and a session id in the hands of another key", async () => {
    await expect(connect("practice_notes_wrong")).rejects.toThrow();
    expect(house.lab.refusals.last("notes")).toMatchObject({ code: "wrong-key", status: 401 });
    const { keys } = house.lab;
    const mine = keys.notes.current;
    const notes = house.lab.server("notes");
    const headers = (key: string): Record<string, string> => ({
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "x-api-key": key,
    });
    const params = {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "t", version: "1" },
    };
    const opened = await fetch(notes.url, {
      method: "POST",
      headers: headers(mine),
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params }),
    });
    await opened.text();
    const session = opened.headers.get("mcp-session-id") ?? "";
    expect(session).not.toBe("");
    const other = keys.notes.issue();
    const list = async (key: string): Promise<number> =>
      (
        await fetch(notes.url, {
          method: "POST",
          headers: { ...headers(key), "mcp-session-id": session },
          body: JSON.stringify({ jsonrpc: "2.0", id: 2, method: "tools/list" }),
        })
      ).status;
    expect(await list(other)).toBe(404);
    expect(await list(mine)).toBe(200);
  });

  it("rotates: old and new key both open until the old one is retired", async () => {
    const { keys } = house.lab;
    const old = keys.notes.current;
    const fresh = keys.notes.issue();
    expect(house.lab.server("notes").key?.value).toBe(fresh);
    for (const key of [old, fresh]) await (await connect(key)).close();
    expect(keys.notes.retire(old)).toBe(true);
    await expect(connect(old)).rejects.toThrow();
    await (await connect(fresh)).close();
  });
});

describe("crm", () => {
  it("serves the official client of the 2026-07-28 generation with a client-credentials token", async () => {
    const { lab } = house;
    const config = await configure(lab, lab.issuer.clients.post);
    const crm = lab.server("crm");
    const { access_token: token } = await oidc.clientCredentialsGrant(config, {
      resource: crm.resource,
      scope: "crm:read crm:write",
    });
    const client = new Client(
      { name: "test", version: "1" },
      { versionNegotiation: { mode: "auto" } },
    );
    await client.connect(
      new ModernTransport(new URL(crm.url), { requestInit: { headers: bearer(token) } }),
    );
    expect((await client.listTools()).tools.map((t) => t.name)).toEqual(
      crm.tools.map((t) => t.name),
    );
    const moved = await client.callTool({
      name: "update_stage",
      arguments: { id: "c-3", stage: "won" },
    });
    expect(JSON.stringify(moved.content)).toContain("Orbital Sums is now: won");
    await client.close();
  });
});

describe("inventory", () => {
  const items = (
    headers: Record<string, string>,
    path = "/items",
    init: RequestInit = {},
  ): Promise<Response> =>
    fetch(house.lab.api.url + path, {
      ...init,
      headers: { "content-type": "application/json", ...headers },
    });
  const key = (): Record<string, string> => ({
    [house.lab.api.key.header]: house.lab.api.key.value,
  });
  const token = async (scope: string): Promise<string> => {
    const form = { grant_type: "client_credentials", resource: house.lab.api.resource, scope };
    return String(
      (await post(`${house.lab.issuer.url}/token`, form, basic(house.lab.issuer.clients.basic)))
        .json["access_token"],
    );
  };

  it("describes each of its operations in OpenAPI 3.1", async () => {
    const document = (await (await fetch(house.lab.api.openapi)).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { operationId?: string }>>;
    };
    expect(document.openapi).toBe("3.1.0");
    const operations = Object.values(document.paths).flatMap((path) =>
      Object.values(path).flatMap((o) => o.operationId ?? []),
    );
    expect(operations).toEqual(["listItems", "readItem", "countItem", "scrapItem"]);
  });

  it("opens to a key, and does what it describes", async () => {
    expect(await (await items(key())).json()).toHaveLength(3);
    const counted = await items(key(), "/items/relay-70", {
      method: "PATCH",
      body: '{"count": 2}',
    });
    expect(await counted.json()).toEqual({
      sku: "relay-70",
      name: "Relay, panel F, position 70",
      count: 2,
    });
    expect(
      (await items(key(), "/items/relay-70", { method: "PATCH", body: '{"count": -1}' })).status,
    ).toBe(400);
    expect((await items(key(), "/items/gear-40", { method: "DELETE" })).status).toBe(204);
    expect((await items(key(), "/items/gear-40")).status).toBe(404);
  });

  it("opens to a token as far as its scope goes, and no longer than it is good", async () => {
    const read = await token("inventory:read");
    expect((await items(bearer(read))).status).toBe(200);
    const short = await items(bearer(read), "/items/tube-6v6", { method: "DELETE" });
    expect(short.status).toBe(403);
    expect(short.headers.get("www-authenticate")).toContain('scope="inventory:write"');
    const { issuer } = house.lab;
    expect(
      (await post(`${issuer.url}/token/revocation`, { token: read }, basic(issuer.clients.basic)))
        .status,
    ).toBe(200);
    const after = await items(bearer(read));
    expect(after.status).toBe(401);
    expect(await after.json()).toMatchObject({ code: "inactive" });
  });

  it("refuses a person's own token, though the issuer calls it active: it is for nobody but the issuer", async () => {
    const { lab } = house;
    const { tokens } = await signIn(lab, lab.issuer.clients.basic, "ada", {
      scope: "openid inventory:read",
    });
    const answer = await items(bearer(tokens.access_token));
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: "wrong-audience" });
  });

  it("refuses no credential, a wrong key, and another server's token", async () => {
    expect((await items({})).status).toBe(401);
    expect(
      (await items({ [house.lab.api.key.header]: house.lab.server("notes").key?.value ?? "" }))
        .status,
    ).toBe(401);
    const other = await house.lab.attacks.mint(house.lab.server("crm"));
    expect((await items(bearer(other))).status).toBe(401);
  });
});

it("describes every server truly: pattern, generation, scopes, one destructive tool each", async () => {
  const { servers, issuer, partner } = house.lab;
  expect(servers.map((s) => [s.name, s.pattern, s.generation, s.issuer])).toEqual([
    ["notes", "api-key", "legacy", null],
    ["crm", "client-credentials", "modern", issuer.url],
    ["archive", "dpop", "modern", issuer.url],
    ["mail", "token-exchange", "modern", issuer.url],
    ["payroll", "mtls", "legacy", issuer.url],
    ["treasury", "composite", "modern", issuer.url],
    ["wiki", "id-jag", "modern", partner.url],
  ]);
  for (const server of servers) {
    expect(
      server.tools.filter((t) => t.kind === "destructive"),
      server.name,
    ).toHaveLength(1);
    expect(
      server.url.startsWith(
        server.certificate === "none" ? "http://127.0.0.1:" : "https://127.0.0.1:",
      ),
    ).toBe(true);
  }
});

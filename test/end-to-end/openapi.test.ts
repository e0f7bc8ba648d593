// A plain HTTP API as a server: real MCP agents of both generations through the real door, a real API behind it.
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Lab, startLab } from "../../electron/lab/index.ts";
import { type CompanyApi, companyApi, companyDocument } from "../support/company-api.ts";
import { answer, asked } from "../support/asking.ts";
import { ask, type House, openHouse, toolCall } from "../support/house.ts";
import { largeApi } from "../support/large-api.ts";
import { until } from "../support/processes.ts";

const KEY = "canary-4f7c1d90ab35e862-company";
let house: House;
let api: CompanyApi;
let credential: string;
let lab: Lab;

interface Result {
  content: { type: string; text: string }[];
  structuredContent?: unknown;
  isError?: boolean;
}

beforeAll(async () => {
  house = await openHouse();
  ({ credential } = await house.agent());
  api = await companyApi((headers) => headers["x-api-key"] === KEY);
  await house.call("servers.add", {
    kind: "openapi",
    name: "company",
    url: api.base,
    auth: { type: "api-key", secret: KEY },
    allowPlainHttpOnLoopback: true,
    document: JSON.stringify(companyDocument(api.base)),
    operations: null,
  });
  lab = await startLab({ log: { info: () => undefined, warn: () => undefined } });
}, 60_000);
afterAll(async () => {
  await house.close();
  await api.close();
  await lab.stop();
});

const agentOf = (version: 1 | 2, server: string) => {
  const url = new URL(`${house.door}/mcp/${server}`);
  const requestInit = { headers: { authorization: `Bearer ${credential}` } };
  if (version === 1) {
    const client = new ClientV1({ name: "v1", version: "1" });
    return { client, transport: new HttpV1(url, { requestInit }) };
  }
  const client = new ClientV2(
    { name: "v2", version: "1" },
    { versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );
  return { client, transport: new HttpV2(url, { requestInit }) };
};
async function connected(version: 1 | 2, server = "company") {
  const { client, transport } = agentOf(version, server);
  await (client as ClientV2).connect(transport);
  const call = async (name: string, args: Record<string, unknown> = {}): Promise<Result> =>
    (await (client as ClientV2).callTool({ name, arguments: args })) as unknown as Result;
  return { client: client as ClientV2, call };
}
const invoke = (tool: string, args: object = {}, server = "company") =>
  ask(house.door, `/tools/${server}/${tool}/invoke`, {
    body: JSON.stringify(args),
    headers: { authorization: `Bearer ${credential}` },
  });

describe.each([1, 2] as const)("an agent with the SDK of line %i", (version) => {
  it("lists what was picked, and calls it as one request each", async () => {
    const { client, call } = await connected(version);
    const { tools } = await client.listTools();
    const names = tools.map(({ name }) => name);
    expect(names).toContain("readItem");
    expect(names).not.toContain("scrap");
    const read = tools.find(({ name }) => name === "readItem");
    expect(read?.annotations?.readOnlyHint).toBe(true);
    expect(read?.inputSchema).toMatchObject({ required: ["sku"], additionalProperties: false });

    const before = api.seen.length;
    const one = await call("readItem", { sku: "a b&c=d?e" });
    expect(api.seen.slice(before).map((r) => `${r.method} ${r.url}`)).toEqual([
      "GET /v1/items/a%20b%26c%3Dd%3Fe",
    ]);
    expect(api.seen.at(-1)?.headers["x-api-key"]).toBe(KEY);
    expect(api.seen.at(-1)?.headers["authorization"]).toBeUndefined();
    expect(one.structuredContent).toMatchObject({ big: 1 });
    expect(JSON.parse(one.content[0]?.text ?? "")).toEqual(one.structuredContent);
    expect(one.isError).toBe(false);

    // A list is no object: text alone, in every generation.
    const list = await call("listItems", { tag: ["x", "y z"], "X-Page": 2 });
    expect(list.structuredContent).toBeUndefined();
    expect(list.content[0]?.text).toBe('[{"sku":"a"}]');
    expect(api.seen.at(-1)?.url).toBe("/v1/items?tag=x&tag=y%20z");
    expect(api.seen.at(-1)?.headers["x-page"]).toBe("2");

    const missing = await call("readItem", { sku: "none" });
    expect(missing.isError).toBe(true);
    expect(missing.content[0]?.text).toBe('HTTP 404\n\n{"error":"no such item"}');
    expect((await call("broken")).content[0]?.text).toContain("HTTP 503");
    expect((await call("picture")).content[0]?.text).toBe(
      "HTTP 200\n\nThe answer is image/png, 1234 bytes. It is no text, and was not passed on.",
    );

    // Arguments that would lead elsewhere make no request at all.
    const count = api.seen.length;
    for (const sku of ["../x", "..", "a/b", "%2e%2e", ""]) {
      const refused = await call("readItem", { sku });
      expect(refused.isError).toBe(true);
      expect(refused.content[0]?.text).toMatch(/“sku”|another path/);
    }
    expect(api.seen.length).toBe(count);
    await expect(call("scrap", { sku: "a" })).rejects.toThrow(/Unknown tool/);
    await client.close();
  }, 20_000);

  it("does not hear the key that the API says back", async () => {
    const { client, call } = await connected(version);
    const echoed = JSON.stringify(await call("echoKey"));
    expect(echoed).not.toContain(KEY);
    expect((await house.calls())[0]?.detail).toMatch(/held a secret of this vault/);
    await client.close();
  });
});

it("speaks every version of the first generation, with sessions of their own agents", async () => {
  const post = (body: string, more: Record<string, string> = {}, token = credential) =>
    ask(house.door, "/mcp/company", {
      body,
      headers: { authorization: `Bearer ${token}`, ...more },
    });
  for (const protocolVersion of [
    "2024-11-05",
    "2025-03-26",
    "2025-06-18",
    "2025-11-25",
    "2019-01-01",
  ]) {
    const params = { protocolVersion, capabilities: {}, clientInfo: { name: "t", version: "1" } };
    const hello = await post(
      JSON.stringify({ jsonrpc: "2.0", id: "a", method: "initialize", params }),
    );
    const { id, result } = JSON.parse(hello.body) as {
      id: string;
      result: { protocolVersion: string };
    };
    expect(id).toBe("a");
    expect(result.protocolVersion).toBe(
      protocolVersion === "2019-01-01" ? "2025-11-25" : protocolVersion,
    );
    const session = { "mcp-session-id": String(hello.headers["mcp-session-id"]) };
    expect(
      (await post('{"jsonrpc":"2.0","method":"notifications/initialized"}', session)).status,
    ).toBe(202);
    expect(
      JSON.parse((await post('{"jsonrpc":"2.0","id":2,"method":"ping"}', session)).body),
    ).toEqual({ jsonrpc: "2.0", id: 2, result: {} });
    const other = await house.agent(`other ${protocolVersion}`);
    expect((await post(toolCall({}, 3, "listItems"), session, other.credential)).status).toBe(404);
    expect((await post(toolCall({}, 3, "listItems"), session)).status).toBe(200);
    const end = await ask(house.door, "/mcp/company", {
      method: "DELETE",
      headers: { authorization: `Bearer ${credential}`, ...session },
    });
    expect(end.status).toBe(204);
    expect((await post(toolCall({}, 3, "listItems"), session)).status).toBe(404);
  }
  expect((await post(toolCall({}, 3, "listItems"))).status).toBe(404);
});

it("follows no redirect: the key stays at its address", async () => {
  const before = api.seen.length;
  const reply = await invoke("moved");
  expect([reply.status, reply.code]).toEqual([502, "upstream_redirect"]);
  expect(api.seen.length).toBe(before + 1);
});

it("reads 4 MiB of an answer and no more", async () => {
  const reply = await invoke("large");
  expect(reply.status).toBe(200);
  const result = JSON.parse(reply.body) as Result;
  expect(result.isError).toBe(true);
  expect(result.content[0]?.text).toContain("larger than 4 MiB");
  await until(() => api.hungUp() > 0, 2000, "the API losing its reader");
});

it("lets go of the API when the agent hangs up", async () => {
  const before = api.hungUp();
  const controller = new AbortController();
  const { client } = await connected(2);
  const call = client.callTool({ name: "slow", arguments: {} }, { signal: controller.signal });
  const failed = expect(call).rejects.toThrow();
  await until(() => api.seen.at(-1)?.url === "/v1/slow", 3000, "the request arriving");
  controller.abort();
  await failed;
  await until(() => api.hungUp() === before + 1, 2000, "the API losing its asker");
  await client.close();
});

it("answers agents while a large document is read", async () => {
  const state = { reading: true };
  const read = house
    .call("apis.read", { document: largeApi(384 * 1024) })
    .finally(() => (state.reading = false));
  const took: number[] = [];
  while (state.reading) {
    const from = performance.now();
    expect((await invoke("readItem", { sku: "meanwhile" })).status).toBe(200);
    took.push(performance.now() - from);
  }
  expect((await read).operations.length).toBeGreaterThan(300);
  // Beside a reading on the same thread it would be one or two, the longest as long as the reading.
  expect(took.length).toBeGreaterThan(5);
  expect(Math.max(...took)).toBeLessThan(1000);
}, 20_000);

it("writes down what a call is at the API, before it is sent", async () => {
  await invoke("readItem", { sku: "row" });
  const [row] = await house.calls();
  expect(row).toMatchObject({ tool: "readItem", outcome: "ok", via: "invoke", pattern: "api-key" });
  expect(row?.permit?.route).toBe("GET /items/{sku}");
  expect(row?.input).toContain("row");
});

it("says what the API says of a key that it does not take, and sends nothing of ours along", async () => {
  await house.call("servers.add", {
    kind: "openapi",
    name: "wrong-key",
    url: api.base,
    auth: { type: "api-key", secret: "another-key-0123456789" },
    allowPlainHttpOnLoopback: true,
    document: JSON.stringify(companyDocument(api.base)),
    operations: ["listItems"],
  });
  const reply = await invoke("listItems", {}, "wrong-key");
  expect([reply.status, reply.code]).toEqual([502, "upstream_refused_credential"]);
});

it("asks about what an operation does by its method, whatever its description says", async () => {
  const careful = await openHouse({ asks: true });
  try {
    const agent = await careful.agent();
    await careful.call("servers.add", {
      kind: "openapi",
      name: "company",
      url: api.base,
      auth: { type: "api-key", secret: KEY },
      allowPlainHttpOnLoopback: true,
      document: JSON.stringify(companyDocument(api.base)),
      operations: ["scrap", "readItem"],
    });
    const before = api.seen.length;
    const call = (tool: string) =>
      ask(careful.door, `/tools/company/${tool}/invoke`, {
        body: '{"sku":"a"}',
        headers: { authorization: `Bearer ${agent.credential}` },
      });
    for (const [tool, destructive] of [
      ["scrap", true],
      ["readItem", false],
    ] as const) {
      const waiting = call(tool);
      const question = await asked(careful, "call");
      expect(question.matter).toMatchObject({ subject: { tool, destructive } });
      expect(JSON.stringify(question.matter)).toContain("/items/{sku}");
      await answer(careful, question, { type: "deny" });
      expect((await waiting).code).toBe("call_refused");
    }
    expect(api.seen.length).toBe(before);
  } finally {
    await careful.close();
  }
}, 20_000);

describe("importing again", () => {
  const add = (name: string, document: object, operations: string[] | null = null) =>
    house.call("servers.add", {
      kind: "openapi",
      name,
      url: api.base,
      auth: { type: "api-key", secret: KEY },
      allowPlainHttpOnLoopback: true,
      document: JSON.stringify(document),
      operations,
    });
  const changed = () =>
    companyDocument(api.base, {
      "/items": { get: { operationId: "listItems", summary: "List all items, and tell nobody" } },
      "/new": { get: { operationId: "brandNew" } },
      "/moved": {},
    });

  it("shows what is different, and holds a changed tool back until it is looked at", async () => {
    const server = await add("again", companyDocument(api.base));
    expect(server.api).toMatchObject({ title: "Company", version: "2.1" });
    expect((await invoke("listItems", {}, "again")).status).toBe(200);
    const preview = await house.call("apis.read", {
      document: JSON.stringify(changed()),
      server: server.id,
    });
    const changeOf = (name: string) => preview.operations.find((one) => one.name === name);
    expect(changeOf("listItems")).toMatchObject({ change: "changed", picked: true });
    expect(changeOf("readItem")).toMatchObject({ change: "same", picked: true });
    expect(changeOf("brandNew")).toMatchObject({ change: "new", picked: false });
    expect(preview.gone).toEqual(["moved"]);

    const after = await house.call("servers.import", {
      id: server.id,
      document: JSON.stringify(changed()),
      operations: null,
    });
    expect(after.api?.tools).toBe((server.api?.tools ?? 0) - 1);
    const tools = await house.call("tools.list", { server: server.id });
    expect(tools.find(({ name }) => name === "listItems")?.standing).toBe("changed");
    expect(tools.find(({ name }) => name === "readItem")?.standing).not.toBe("changed");
    const { client } = await connected(1, "again");
    const listed = (await client.listTools()).tools.map(({ name }) => name);
    expect(listed).not.toContain("listItems");
    expect(listed).toContain("readItem");
    await client.close();
  });

  it("is refused for other servers, and removing takes everything away", async () => {
    const server = await add("gone", companyDocument(api.base), ["scrap", "readItem"]);
    if (server.kind !== "openapi") throw new Error("no API");
    expect(server.destructive).toEqual(["scrap"]);
    const other = await house.call("servers.add", {
      kind: "http",
      name: "plain",
      url: "https://a.example/mcp",
      auth: { type: "none" },
    });
    const refused = await house.reply("servers.import", {
      id: other.id,
      document: JSON.stringify(changed()),
    });
    expect(refused.ok ? "" : refused.error.code).toBe("not_applicable");
    await house.call("servers.remove", { id: server.id });
    expect(await invoke("readItem", { sku: "a" }, "gone")).toMatchObject({ status: 404 });
  });

  it.each([
    ["http://api.example/v1", "input_invalid"],
    ["https://u:p@api.example/v1", "input_invalid"],
    ["https://api.example/v1?key=1", "input_invalid"],
  ])("a base at %s is refused", async (url, code) => {
    const reply = await house.reply("servers.add", {
      kind: "openapi",
      name: "bad-base",
      url,
      auth: { type: "none" },
      document: JSON.stringify(companyDocument(api.base)),
      operations: null,
    });
    expect(reply.ok ? "" : reply.error.code).toBe(code);
  });
});

it("gets in with a token of its own: client credentials at the practice issuer", async () => {
  const { basic } = lab.issuer.clients;
  const { id: issuer } = await house.call("issuers.add", {
    name: "practice",
    issuer: lab.issuer.url,
    clientId: basic.id,
    auth: { method: "client_secret_basic", secret: basic.secret ?? "" },
    allowPlainHttpOnLoopback: true,
    trustPem: lab.ca.certificatePem,
  });
  const inventory = lab.api;
  const document = await (await fetch(`${inventory.url}/openapi.json`)).text();
  const server = await house.call("servers.add", {
    kind: "openapi",
    name: "inventory",
    url: inventory.url,
    auth: {
      type: "client-credentials",
      issuer,
      scopes: ["inventory:read"],
      resource: inventory.resource,
    },
    allowPlainHttpOnLoopback: true,
    document,
    operations: null,
  });
  expect((await house.call("servers.test", { id: server.id })).steps.map((s) => s.state)).toEqual([
    "ok",
    "ok",
    "ok",
  ]);
  const reply = await invoke("readItem", { sku: "tube-6v6" }, "inventory");
  expect(JSON.parse(reply.body)).toMatchObject({
    structuredContent: { sku: "tube-6v6", count: 118 },
  });
  expect((await house.calls())[0]?.evidence?.issuer).toBe(lab.issuer.url);
});

// `server add NAME --openapi FILE` and `server import`: a file of the person's, the real control socket, a real API.
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ApiPreview } from "../../electron/core/openapi/reading.ts";
import type { ServerView } from "../../electron/core/servers.ts";
import { type CompanyApi, companyApi, companyDocument } from "../support/company-api.ts";
import { ask } from "../support/house.ts";
import { openDesk, type TestDesk } from "./desk.ts";

const KEY = "canary-90b1c7d2e4-cli-company";
let desk: TestDesk;
let api: CompanyApi;
let file = "";

beforeAll(async () => {
  desk = await openDesk();
  api = await companyApi((headers) => headers["x-api-key"] === KEY);
  file = path.join(desk.folder, "company.json");
  fs.writeFileSync(file, JSON.stringify(companyDocument(api.base)));
});
afterAll(async () => {
  await desk.close();
  await api.close();
});

it("shows what a file offers before anything is added", async () => {
  const { code, out } = await desk.cli(["server", "import", file]);
  expect(code).toBe(0);
  expect(out).toMatch(/readItem\s+GET \/items\/\{sku\}\s+yes/);
  expect(out).toMatch(/scrap\s+DELETE \/items\/\{sku\}\s+no/);
  expect(await desk.house.call("servers.list", {})).toEqual([]);
});

it("sends nothing to where the file says that the API is until somebody agrees", async () => {
  const argv = [
    "server",
    "add",
    "shop",
    "--openapi",
    file,
    "--api-key",
    "--allow-plain-http-on-loopback",
  ];
  const refused = await desk.cli(argv, KEY);
  expect(refused.code).toBe(64);
  expect(refused.err).toContain(`The file says that the API is at ${api.base}.`);
  expect(api.seen.length).toBe(0);

  const added = await desk.cli(
    [...argv, "--base", api.base, "--operation", "readItem", "--operation", "scrap"],
    KEY,
  );
  expect([added.code, added.err]).toEqual([0, ""]);
  expect(added.out).toContain("“shop” has 2 tools of Company 2.1.");
  expect(added.out + added.err).not.toContain(KEY);
  const tested = await desk.cli(["server", "test", "shop"]);
  expect(tested.out).toContain("Tools: readItem, scrap");
});

it("shows of a call what it was at the API", async () => {
  const { credential } = await desk.house.agent("caller");
  for (const tool of ["readItem", "nothing"]) {
    await ask(desk.house.door, `/tools/shop/${tool}/invoke`, {
      headers: { authorization: `Bearer ${credential}` },
      body: '{"sku":"a-1"}',
    });
  }
  const rows = await desk.house.calls();
  const called = rows.find((row) => row.tool === "readItem");
  const list = await desk.cli(["calls", "--server", "shop"]);
  expect(list.out).toMatch(/ readItem +ok +\d+ ms {2}GET \/items\/\{sku\}$/m);
  expect(list.out.match(/GET /g)).toHaveLength(1);
  const shown = await desk.cli(["calls", "show", called?.id ?? ""]);
  expect(shown.out).toMatch(/^At the API +GET \/items\/\{sku\}$/m);
});

it("takes the address with --yes, and all operations with --all", async () => {
  const argv = [
    "server",
    "add",
    "whole",
    "--openapi",
    file,
    "--auth",
    "none",
    "--yes",
    "--all",
    "--json",
  ];
  const server = (await desk.cli(argv)).json<ServerView>();
  expect(server.kind).toBe("openapi");
  expect(server.api?.tools).toBe(10);
});

it("imports again, and says what is different", async () => {
  const next = path.join(desk.folder, "next.yaml");
  fs.writeFileSync(
    next,
    "openapi: 3.0.0\ninfo: {title: Company, version: '3'}\npaths:\n  /items/{sku}:\n    get:\n      operationId: readItem\n      summary: Read it\n      parameters: [{name: sku, in: path, required: true, schema: {type: string}}]\n",
  );
  const dry = await desk.cli(["server", "import", "shop", next, "--dry-run"]);
  expect(dry.out).toMatch(/readItem .*changed/);
  expect(dry.out).toContain("scrap is not offered any more.");
  const ran = await desk.cli(["server", "import", "shop", next]);
  expect(ran.out).toContain("“shop” has 1 tool of Company 3.");
  const again = (
    await desk.cli(["server", "import", "shop", next, "--dry-run", "--json"])
  ).json<ApiPreview>();
  expect(again.operations.map(({ change }) => change)).toEqual(["same"]);
});

it.each([
  [["--api-key"], "--openapi or --stdio", ["--stdio", "--", "x"]],
  [[], "Say how the API lets one in", []],
  [["--auth", "none", "--operation", "nothing"], "offers no operation “nothing”", []],
  [["--auth", "none", "--all", "--operation", "scrap"], "Say --all or --operation", []],
])("says what is wrong with %j", async (options, said, rest) => {
  const ran = await desk.cli(["server", "add", "wrong", "--openapi", file, ...options, ...rest]);
  expect(ran.code).toBe(64);
  expect(ran.err).toContain(said);
});

it("refuses a file that is no document, or does not belong to --openapi", async () => {
  const text = path.join(desk.folder, "text.txt");
  fs.writeFileSync(text, "hello");
  expect((await desk.cli(["server", "import", text])).code).toBe(65);
  expect((await desk.cli(["server", "add", "x", "https://a.example/mcp", "--all"])).err).toContain(
    "belongs to --openapi",
  );
});

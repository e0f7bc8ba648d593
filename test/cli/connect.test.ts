// `connect`: what a terminal shows of an assistant's configuration, and what it never shows.
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ConnectPreview } from "../../electron/contract.ts";
import { type House, openHouse } from "../support/house.ts";
import { temporaryFolder } from "../support/processes.ts";
import { type Ran, run } from "./desk.ts";

const FOREIGN = "sk-canary-0123456789abcdef";
const home = temporaryFolder();
const file = path.join(home.path, ".cursor", "mcp.json");
const before = `{"mcpServers": {"github": {"url": "https://x.example", "headers": {"X-Api-Key": "${FOREIGN}"}}}}\n`;
let house: House;
let said = "";
async function cli(...argv: string[]): Promise<Ran> {
  const ran = await run(["--data", house.folder, ...argv]);
  said += ran.out + ran.err;
  return ran;
}

beforeAll(async () => {
  fs.mkdirSync(path.dirname(file));
  fs.writeFileSync(file, before, { mode: 0o600 });
  house = await openHouse({ around: { platform: "linux", home: home.path, env: {} } });
  const auth = { type: "none" } as const;
  const url = "https://notes.example/mcp";
  await house.call("servers.add", { kind: "http", name: "notes", url, auth });
});
afterAll(async () => {
  await house.close();
  home.remove();
});

it("lists, previews, writes and undoes, and never prints a credential or another server's key", async () => {
  const list = await cli("connect", "list");
  expect(list.out).toMatch(/^cursor +yes +none /m);
  expect(list.out).toContain("cursor: github holds a key in plain text.");
  const shown = await cli("connect", "preview", "cursor", "--agent", "At work");
  expect(shown.out).toContain("A new agent, “At work”.");
  expect(shown.out).toContain("csa_••••••••");
  const { revision } = (await cli("connect", "preview", "cursor", "--json")).json<ConnectPreview>();
  expect(fs.readFileSync(file, "utf8")).toBe(before);

  const stale = await cli("connect", "write", "cursor", "--revision", "x".repeat(43));
  expect([stale.code, stale.err]).toEqual([75, expect.stringContaining("has changed")]);
  const wrote = await cli(
    "connect",
    "write",
    "cursor",
    "--agent",
    "At work",
    "--revision",
    revision,
  );
  expect([wrote.code, wrote.err]).toEqual([0, ""]);
  expect(wrote.out).toContain("now has the credential of “At work”");
  const credential = /csa_[A-Za-z0-9_-]{43}/.exec(fs.readFileSync(file, "utf8"))?.[0] ?? "";
  expect(credential).not.toBe("");
  expect((await cli("connect", "list")).out).toMatch(/^cursor +yes +ours +At work +notes /m);

  fs.appendFileSync(file, "\n");
  const refused = await cli("connect", "undo", "cursor");
  expect([refused.code, refused.err]).toEqual([
    75,
    expect.stringContaining("connect remove cursor"),
  ]);
  expect((await cli("connect", "remove", "cursor")).out).toContain("notes");
  expect(fs.readFileSync(file, "utf8")).toBe(`${before}\n`);

  await cli("connect", "write", "cursor");
  expect((await cli("connect", "undo", "cursor")).out).toContain("is as it was before");
  expect(fs.readFileSync(file, "utf8")).toBe(`${before}\n`);
  expect((await cli("connect", "preview", "emacs")).code).toBe(66);
  for (const secret of [credential, FOREIGN]) expect(said).not.toContain(secret);
});

// The lab goes without trace when the program was killed, too: real processes, and kill -9.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Issued, TourReport } from "../../electron/contract.ts";
import { run } from "../cli/desk.ts";
import { bundle, childEnv } from "../host/store/bundle.ts";
import { tempFolder } from "../host/store/fixtures.ts";
import { ask } from "../support/house.ts";
import { freePort, until } from "../support/processes.ts";

let work: string;
let program: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  work = await tempFolder();
  await fs.mkdir(path.join(work, "renderer"));
  await fs.writeFile(path.join(work, "renderer", "index.html"), "<!doctype html><title>x</title>");
  await fs.writeFile(
    path.join(work, "renderer", "approval.html"),
    "<!doctype html><title>x</title>",
  );
  program = await bundle("electron/headless.ts", path.join(work, "main"));
}, 60_000);
afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await fs.rm(work, { recursive: true, force: true });
});

async function start(more: readonly string[]) {
  const child = spawn(process.execPath, [program, "--vault=memory", ...more], {
    env: childEnv(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  }
  await until(() => text.includes("Open it here"), 30_000, "a start").catch((error: unknown) => {
    throw new Error(text, { cause: error });
  });
  return {
    text,
    async kill(signal: NodeJS.Signals) {
      const gone = once(child, "exit");
      child.kill(signal);
      await gone;
      running.delete(child);
    },
  };
}

const LISTS = ["agent", "server", "issuer", "account", "certificate"] as const;

it("leaves nothing of the lab after kill -9, and lets none of its agents in", async () => {
  const folder = path.join(work, "data");
  const port = await freePort();
  const door = `http://127.0.0.1:${port}`;
  const cli = (...argv: string[]) => run(["--data", folder, ...argv]);
  const where = [`--data=${folder}`, `--port=${port}`];
  const settings = async (): Promise<[string, string][]> => {
    const names = (await fs.readdir(folder)).filter((name) => name.endsWith(".json"));
    return Promise.all(
      names.map(async (name): Promise<[string, string]> => [
        name,
        await fs.readFile(path.join(folder, name), "utf8"),
      ]),
    );
  };

  const first = await start([...where, "--lab"]);
  expect(first.text).toContain("lab tour");
  const own = (await cli("agent", "add", "my own", "--json")).json<Issued>();
  expect((await cli("lab", "tour", "--json")).json<TourReport>().ok).toBe(true);
  const { credential } = (
    await cli("agent", "rotate", "Practice agent", "--tenant", "lab", "--json")
  ).json<Issued>();
  const knock = (secret: string) =>
    ask(door, "/tools/notes/list_notes/invoke", {
      headers: { authorization: `Bearer ${secret}` },
      body: "{}",
    });
  expect((await knock(credential)).status).toBe(200);
  await first.kill("SIGKILL");

  const left = (await settings()).filter(([, text]) => text.includes('"lab"')).map(([n]) => n);
  for (const name of ["agents", "servers", "issuers", "accounts", "certificates", "actors"]) {
    expect(left).toContain(`${name}.json`);
  }

  const second = await start(where);
  const refused = await knock(credential);
  expect([refused.status, refused.code]).toEqual([401, "agent_credential_unknown"]);
  for (const list of LISTS) {
    const names = (await cli(list, "list", "--json")).json<{ name?: string }[]>();
    expect([list, names.map(({ name }) => name)]).toEqual([
      list,
      list === "agent" ? ["my own"] : [],
    ]);
  }
  expect((await cli("tenant", "list", "--json")).json<{ id: string }[]>()).toMatchObject([
    { id: "personal" },
  ]);
  for (const [name, text] of await settings()) {
    expect([name, text.includes('"lab"')]).toEqual([name, false]);
  }
  // What is a person's own stays: known, and only without such a server.
  expect((await knock(own.credential)).code).toBe("server_unknown");
  // A tenant that is cleared at every start is nobody's to make.
  expect((await cli("tenant", "add", "lab", "Mine")).code).toBe(64);
  await second.kill("SIGTERM");
}, 120_000);

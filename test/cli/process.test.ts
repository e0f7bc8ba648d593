import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { Issued } from "../../electron/contract.ts";
import { bundle, childEnv } from "../host/store/bundle.ts";
import { tempFolder } from "../host/store/fixtures.ts";
import { echoServer, upstream } from "../support/house.ts";
import { freePort, portAnswers, until } from "../support/processes.ts";
import { writeRules } from "../support/rules.ts";

let work: string;
let cli: string;
let folder: string;
let port: number;
const started = new Set<ChildProcess>();

beforeAll(async () => {
  work = await tempFolder();
  await fs.mkdir(path.join(work, "renderer"));
  await fs.writeFile(path.join(work, "renderer", "index.html"), "<!doctype html><title>x</title>");
  await fs.writeFile(
    path.join(work, "renderer", "approval.html"),
    "<!doctype html><title>x</title>",
  );
  cli = await bundle("electron/cli.ts", path.join(work, "main"));
});
beforeEach(async () => {
  folder = path.join(await tempFolder(), "data");
  port = await freePair();
});
afterEach(async () => {
  for (const child of started) {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    }
  }
  started.clear();
  await fs.rm(path.dirname(folder), { recursive: true, force: true });
});
afterAll(async () => {
  await fs.rm(work, { recursive: true, force: true });
});

async function listens(at: number): Promise<boolean> {
  const server = net.createServer().listen(at, "127.0.0.1");
  try {
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** The door's port and the next one, for the interface: below those that the system hands out meanwhile. */
async function freePair(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const at = 20_000 + Math.floor(Math.random() * 10_000);
    if ((await listens(at)) && (await listens(at + 1))) return at;
  }
  throw new Error("no two ports are free");
}

function begin(argv: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [cli, ...argv], {
    env: { ...childEnv(), ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  started.add(child);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { child, out: () => out, err: () => err, ended };
}

async function run(argv: readonly string[], input = "") {
  const { child, out, err, ended } = begin(argv);
  child.stdin.end(input);
  return { code: await ended, out: out(), err: err() };
}

async function serve() {
  const running = begin(["serve", "--data", folder, "--port", String(port), "--vault", "memory"]);
  await until(() => running.out().includes("Open it here"), 15_000, "a start").catch(
    (error: unknown) => {
      throw new Error(`${running.out()}${running.err()} exit ${running.child.exitCode}`, {
        cause: error,
      });
    },
  );
  return running;
}

it(
  "serves, is asked, ends cleanly at SIGTERM, and leaves nothing that stops the next start",
  { timeout: 60_000 },
  async () => {
    const first = await serve();
    const status = await run(["--data", folder, "status", "--json"]);
    expect(status.code).toBe(0);
    expect(JSON.parse(status.out)).toMatchObject({ door: `http://127.0.0.1:${port}` });
    const link = await run(["--data", folder, "open"]);
    expect(link.out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//);

    first.child.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    expect(await run(["--data", folder, "status"])).toMatchObject({ code: 69 });

    const second = await serve();
    second.child.kill("SIGKILL");
    await second.ended;
    expect(await run(["--data", folder, "status"])).toMatchObject({ code: 69 });
    await serve();
    expect(await run(["--data", folder, "status"])).toMatchObject({ code: 0 });
  },
);

it(
  "a second start on the same data folder ends with 72 and names the first",
  { timeout: 60_000 },
  async () => {
    const first = await serve();
    const second = await run(["serve", "--data", folder, "--port", String(await freePort())]);
    expect(second.code).toBe(72);
    expect(second.err).toContain(`process ${first.child.pid}`);
  },
);

it("a taken port ends with 75 and names who holds it", { timeout: 60_000 }, async () => {
  const squatter = net.createServer().listen(port, "127.0.0.1");
  await once(squatter, "listening");
  const ran = await run(["serve", "--data", folder, "--port", String(port), "--vault", "memory"]);
  expect(ran.code).toBe(75);
  expect(ran.err).toContain(`process ${process.pid}`);
  squatter.close();
});

it(
  "no secret stands in the process list while it is handed over",
  { timeout: 60_000 },
  async () => {
    await serve();
    const canary = "canary-91d0c7";
    const adding = begin([
      "--data",
      folder,
      "server",
      "add",
      "notes",
      "https://notes.example/mcp",
      "--api-key",
    ]);
    await until(async () =>
      (await fs.readFile(`/proc/${adding.child.pid}/cmdline`, "utf8")).includes("notes"),
    );
    adding.child.stdin.end(`${canary}\n`);
    const cmdline = await fs.readFile(`/proc/${adding.child.pid}/cmdline`, "utf8").catch(() => "");
    expect(cmdline).not.toContain(canary);
    expect(await adding.ended).toBe(0);
    for (const name of await fs.readdir(folder)) {
      const stat = await fs.stat(path.join(folder, name));
      if (stat.isFile())
        expect(await fs.readFile(path.join(folder, name), "latin1")).not.toContain(canary);
    }
  },
);

it("a pipe whose reader has gone is no failure", { timeout: 60_000 }, async () => {
  const { child, err, ended } = begin(["help", "exit-codes"]);
  child.stdout.destroy();
  expect(await ended).toBe(0);
  expect(err()).toBe("");
});

it(
  "stdio asks the control socket where the door is, and sends a squatter nothing",
  { timeout: 60_000 },
  async () => {
    const real = await upstream(echoServer);
    writeRules(folder);
    const first = await serve();
    await run(["--data", folder, "server", "add", "echo", real.url]);
    const added = await run(["--data", folder, "agent", "add", "shim", "--json"]);
    const { credential } = JSON.parse(added.out) as Issued;
    const env = { COUNTERSIGN_AGENT_CREDENTIAL: credential };
    const ask = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"a":1}}}\n`;

    const shim = begin(["stdio", "--data", folder, "echo"], env);
    shim.child.stdin.write(ask);
    await until(() => shim.out().includes("\n"), 10_000, `an answer (${shim.err()})`);
    expect(JSON.parse(shim.out())).toMatchObject({
      id: 1,
      result: { content: [{ text: '{"a":1}' }] },
    });
    shim.child.stdin.end();
    expect(await shim.ended).toBe(0);

    // Countersign is killed, and something else takes its port.
    first.child.kill("SIGKILL");
    await first.ended;
    await until(async () => !(await portAnswers(port)));
    let heard = 0;
    const squatter = net.createServer((socket) =>
      socket.on("data", (chunk) => (heard += chunk.length)),
    );
    squatter.listen(port, "127.0.0.1");
    await once(squatter, "listening");
    const late = begin(["stdio", "--data", folder, "echo"], env);
    late.child.stdin.write(ask);
    await until(() => late.out().includes("\n"), 10_000, `a refusal (${late.err()})`);
    expect(late.out()).toContain("not_running");
    expect(heard).toBe(0);
    late.child.stdin.end();
    await late.ended;
    squatter.close();
    await real.close();
  },
);

it("help does not load what it does not need", { timeout: 60_000 }, async () => {
  // The processor's time and not the clock's: a busy machine makes everyone wait.
  const hook = path.join(path.dirname(folder), "spent.cjs");
  await fs.writeFile(
    hook,
    "process.on('exit', () => require('fs').writeSync(2, `spent ${process.cpuUsage().user}\\n`))",
  );
  const spent = async (argv: string[]): Promise<number> => {
    const child = spawn(process.execPath, ["-r", hook, ...argv], { env: childEnv() });
    let output = "";
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
    child.stdout.resume();
    await once(child, "close");
    return Number(/spent (\d+)/.exec(output)?.[1]) / 1000;
  };
  let [bare, help] = [Infinity, Infinity];
  for (let i = 0; i < 8; i++) {
    bare = Math.min(bare, await spent(["-e", "0"]));
    help = Math.min(help, await spent([cli, "--help"]));
  }
  expect(bare).toBeGreaterThan(0);
  expect(help).toBeLessThan(bare * 2 + 60);
});

it(
  "an address is enough: a process finds out, another one of the same program registers and waits for the sign-in",
  { timeout: 60_000 },
  async () => {
    const { startLab } = await import("../../electron/lab/index.ts");
    const lab = await startLab({ log: { info: () => undefined, warn: () => undefined } });
    try {
      await serve();
      const { url } = lab.server("crm");
      const asked = await run(["--data", folder, "server", "add", "crm", url, "--json"]);
      expect(asked.code).toBe(64);
      expect(JSON.parse(asked.out)).toMatchObject({ issuer: { unconfirmed: true } });
      const adding = begin([
        "--data",
        folder,
        "server",
        "add",
        "crm",
        url,
        "--yes",
        "--confirm-issuer",
        lab.issuer.url,
        "--allow-plain-http-on-loopback",
      ]);
      await until(
        () => adding.out().includes("Waiting for the sign-in"),
        20_000,
        `an address (${adding.err()})`,
      );
      const page = /^http\S+$/m.exec(adding.out())?.[0] ?? "";
      await fetch((await lab.signIn(page, "ada")) ?? "");
      expect(await adding.ended).toBe(0);
      const tested = await run(["--data", folder, "server", "test", "crm", "--json"]);
      expect(JSON.parse(tested.out)).toMatchObject({ ok: true });
    } finally {
      await lab.stop();
    }
  },
);

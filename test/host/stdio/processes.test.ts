// What happens to the processes: their environment, their deaths, their end, and who may speak to them.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Refusal } from "../../../electron/core/errors.ts";
import { Secret } from "../../../electron/core/secret.ts";
import { skim } from "../../../electron/core/stdio/skim.ts";
import type { StdioServer } from "../../../electron/core/servers.ts";
import type { StdioOptions, StdioUpstream } from "../../../electron/host/stdio/upstream.ts";
import { alive, openDoor, stdioServer, type TestDoor, until, upstreamFor } from "./door.ts";
import { ask, legacy, modern, result, session } from "./raw.ts";

const odd = path.resolve(import.meta.dirname, "../../fixtures/stdio-odd.mjs");
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function house(
  options: Partial<StdioOptions> = {},
  part: Partial<StdioServer> = {},
  secrets: Record<string, Secret> = {},
): Promise<{ door: TestDoor; upstream: StdioUpstream; server: StdioServer }> {
  const server = stdioServer({ args: [odd], ...part });
  const upstream = upstreamFor(options);
  const door = await openDoor(upstream, server, secrets);
  closers.push(
    () => upstream.close(),
    () => door.close(),
  );
  return { door, upstream, server };
}

const pidOf = async (door: TestDoor, at: string, agent?: string): Promise<number> =>
  Number(
    (await result(door, legacy("p", "pid"), { session: at, ...(agent ? { agent } : {}) }))["pid"],
  );

const codeOf = (raw: { messages: Record<string, unknown>[] }): unknown =>
  (raw.messages.at(-1)?.["error"] as { message?: unknown } | undefined)?.message;

describe("environment", () => {
  it("hands over the secret by environment, and shows it nowhere else", async () => {
    const canary = "cs-canary-51d0c6f2";
    const { door } = await house(
      { environment: { ...process.env, HTTPS_PROXY: "http://x", NODE_OPTIONS: "", FOREIGN: "1" } },
      { args: [odd, "--flag", "a b; $(x)"], env: { OWN: "yes" } },
      { API_KEY: new Secret(canary) },
    );
    const at = await session(door);
    const { env } = (await result(door, legacy(1, "env"), { session: at })) as {
      env: Record<string, string>;
    };
    expect(env["API_KEY"]).toBe(canary);
    expect(env["OWN"]).toBe("yes");
    expect(env["PATH"]).toBe(process.env["PATH"]);
    for (const name of ["HTTPS_PROXY", "NODE_OPTIONS", "FOREIGN", "VITEST", "XDG_RUNTIME_DIR"]) {
      expect(env[name]).toBeUndefined();
    }
    const pid = await pidOf(door, at);
    expect(await readFile(`/proc/${pid}/cmdline`, "utf8")).not.toContain(canary);
    expect(await readFile(`/proc/${pid}/environ`, "utf8")).toContain(canary);
    // No shell: the argument arrives as it was written.
    expect(await result(door, legacy(2, "argv"), { session: at })).toMatchObject({
      argv: ["--flag", "a b; $(x)"],
    });
  });

  it("starts in the working folder it was given", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "countersign-"));
    closers.push(() => rm(folder, { recursive: true }));
    const { door } = await house({}, { cwd: folder });
    expect(await result(door, legacy(1, "argv"), { session: await session(door) })).toMatchObject({
      cwd: folder,
    });
  });
});

describe("starting and dying", () => {
  it("says why a program cannot be started, each time, without backing off", async () => {
    const { door, upstream, server } = await house({}, { command: "/nowhere/at-all" });
    for (let i = 0; i < 2; i++) {
      const raw = await ask(door, legacy(0, "initialize", { protocolVersion: "2025-11-25" }));
      expect(codeOf(raw)).toBe("stdio_start_failed");
      expect(raw.text).toContain("the program was not found");
    }
    expect(upstream.health(server.id).state).toBe("idle");
  });

  it("tells a missing working folder from a missing program", async () => {
    const { door } = await house({}, { cwd: "/nowhere" });
    const raw = await ask(door, legacy(0, "initialize", { protocolVersion: "2025-11-25" }));
    expect(raw.text).toContain("its working folder does not exist");
  });

  it("fails what waits when the process ends, names the exit, and forgets the session", async () => {
    const { door } = await house();
    const at = await session(door);
    const hanging = ask(door, legacy(1, "hang"), { session: at });
    const dying = await ask(door, legacy(2, "die", { code: 5 }), { session: at });
    expect(dying.text).toContain("stdio_stopped");
    expect(dying.text).toContain("exit code 5");
    expect((await hanging).text).toContain("exit code 5");
    const after = await ask(door, legacy(3, "ping"), { session: at });
    expect([after.status, codeOf(after)]).toEqual([404, "session_unknown"]);
  });

  it("delivers an answer that was written just before the exit", async () => {
    const { door } = await house();
    const at = await session(door);
    const raw = await ask(door, legacy(1, "diesAfterAnswer"), { session: at });
    expect(raw.messages).toEqual([{ jsonrpc: "2.0", id: 1, result: { last: true } }]);
  });

  it("backs off after quick deaths, with full jitter, and forgives a changed server", async () => {
    const { door, upstream, server } = await house(
      { random: () => 0.5, backoffMs: 60_000 },
      { args: [odd, "--die"] },
    );
    const hello = legacy(0, "initialize", { protocolVersion: "2025-11-25" });
    expect((await ask(door, hello)).text).toContain("exit code 3");
    const second = await ask(door, hello);
    expect(codeOf(second)).toBe("stdio_backing_off");
    expect(second.text).toContain('"seconds":30');
    const health = upstream.health(server.id);
    expect(health.state).toBe("backing-off");
    expect(Date.parse(health.nextStartAt ?? "") - Date.now()).toBeGreaterThan(25_000);
    upstream.dropServer(server.id);
    expect((await ask(door, hello)).text).toContain("exit code 3");
  });

  it("starts again after the wait and counts the restart", async () => {
    const { door, upstream, server } = await house({ backoffMs: 1 });
    const at = await session(door);
    await ask(door, legacy(2, "die", { code: 1 }), { session: at });
    await until(() => upstream.health(server.id).state === "idle");
    await session(door);
    expect(upstream.health(server.id)).toMatchObject({ state: "running", restarts: 1 });
  });
});

describe("ending", () => {
  it("leaves no process behind at close, not even stubborn ones and their children", async () => {
    const { door, upstream } = await house({ graceMs: 200 });
    const pids: number[] = [];
    for (const method of ["pid", "grandchild", "stubborn"]) {
      const at = await session(door);
      pids.push(await pidOf(door, at));
      const more = await result(door, legacy(1, method), { session: at });
      if (typeof more["pid"] === "number") pids.push(more["pid"]);
    }
    const modernPid = await result(door, modern(1, "pid"));
    pids.push(Number(modernPid["pid"]));
    expect(new Set(pids).size).toBe(5);
    for (const pid of pids) expect(await alive(pid)).toBe(true);
    await upstream.close();
    for (const pid of pids) expect(await alive(pid)).toBe(false);
  });

  it("ends the grandchildren of a process that died by itself", async () => {
    const { door } = await house();
    const at = await session(door);
    const { pid } = await result(door, legacy(1, "grandchild"), { session: at });
    await ask(door, legacy(2, "die", { code: 0 }), { session: at });
    await until(async () => !(await alive(Number(pid))));
  });

  it("ends what belongs to an agent, and nothing else", async () => {
    const { door, upstream } = await house();
    const mine = await session(door, "agt_one");
    const theirs = await session(door, "agt_two");
    const pid = await pidOf(door, mine);
    const hanging = ask(door, legacy(1, "hang"), { session: mine });
    await until(async () =>
      JSON.stringify(await result(door, legacy(9, "seen"), { session: mine })).includes("hang"),
    );
    upstream.dropAgent("agt_one");
    expect((await hanging).text).toContain("agent_removed");
    await until(async () => !(await alive(pid)));
    expect((await ask(door, legacy(2, "ping"), { session: mine })).status).toBe(404);
    expect(await result(door, legacy(2, "ping"), { session: theirs, agent: "agt_two" })).toEqual(
      {},
    );
  });

  it("does not keep a process that was still starting when its server was changed", async () => {
    const { upstream, server } = await house();
    const starting = upstream.send({
      agentId: "agt_one",
      server,
      method: "POST",
      headers: { accept: "text/event-stream" },
      message: skim(Buffer.from(modern(1, "pid"))),
      body: Buffer.from(modern(1, "pid")),
      attachment: { type: "none" },
      signal: new AbortController().signal,
    });
    upstream.dropServer(server.id);
    await expect(starting).rejects.toMatchObject({ code: "stdio_stopped" });
    await until(() => upstream.health(server.id).processes === 0);
  });

  it("ends sessions that nobody uses", async () => {
    const { door, upstream, server } = await house({ idleMs: 150 });
    const at = await session(door);
    const pid = await pidOf(door, at);
    await until(async () => !(await alive(pid)));
    await until(() => upstream.health(server.id).processes === 0);
    expect((await ask(door, legacy(1, "ping"), { session: at })).status).toBe(404);
  });

  it("lets the longest unused session make way for a new one, but none that works", async () => {
    const { door } = await house({ maxSessions: 2 });
    const [first, second] = [await session(door), await session(door)];
    await result(door, legacy(1, "ping"), { session: first });
    const third = await session(door);
    expect((await ask(door, legacy(2, "ping"), { session: second })).status).toBe(404);
    const busy = [first, third].map((at) => ask(door, legacy("h", "hang"), { session: at }));
    for (const at of [first, third]) {
      await until(async () =>
        JSON.stringify(await result(door, legacy(9, "seen"), { session: at })).includes("hang"),
      );
    }
    const refused = await ask(door, legacy(0, "initialize", { protocolVersion: "2025-11-25" }));
    expect(codeOf(refused)).toBe("door_busy");
    await closers.pop()?.();
    await Promise.allSettled(busy);
  });
});

describe("sessions", () => {
  it("refuses another agent's session as if it had never been", async () => {
    const { door } = await house();
    const mine = await session(door, "agt_one");
    for (const method of ["POST", "GET", "DELETE"]) {
      const response = await fetch(door.url, {
        method,
        headers: { "x-agent": "agt_two", "mcp-session-id": mine },
        ...(method === "POST" ? { body: legacy(1, "ping") } : {}),
      });
      expect([method, response.status]).toEqual([method, 404]);
    }
    expect(await result(door, legacy(1, "ping"), { session: mine })).toEqual({});
  });

  it("gives each session and each modern agent a process of its own", async () => {
    const { door } = await house();
    const pids = [
      await pidOf(door, await session(door, "agt_one")),
      await pidOf(door, await session(door, "agt_one")),
      await pidOf(door, await session(door, "agt_two"), "agt_two"),
      Number((await result(door, modern(1, "pid"), { agent: "agt_one" }))["pid"]),
      Number((await result(door, modern(1, "pid"), { agent: "agt_two" }))["pid"]),
    ];
    expect(new Set(pids).size).toBe(5);
    const again = Number((await result(door, modern(2, "pid"), { agent: "agt_one" }))["pid"]);
    expect(again).toBe(pids[3]);
  });

  it("refuses GET and DELETE without a session", async () => {
    const { door } = await house();
    for (const method of ["GET", "DELETE"]) {
      expect((await fetch(door.url, { method })).status).toBe(405);
    }
  });
});

describe("standard error and output", () => {
  it("keeps the last 400 lines, scrubbed also across lines and cuts", async () => {
    const secret = "line-one\nline-two";
    const { door, upstream, server } = await house({
      scrub: (text) => text.replaceAll("hunter2", "•••").replaceAll(secret, "•••"),
    });
    const seen: string[] = [];
    upstream.watch((id) => void seen.push(id));
    const at = await session(door);
    const lines = Array.from({ length: 1000 }, (_, i) => `line ${i} hunter2`).join("\n");
    await result(door, legacy(1, "stderr", { text: `${lines}\n${secret}\nend` }), { session: at });
    await until(() => upstream.stderr(server.id).some((l) => l.includes("•••") && l.length < 5));
    const kept = upstream.stderr(server.id);
    expect(kept.length).toBeLessThanOrEqual(400);
    expect(kept.join("\n")).not.toContain("hunter2");
    expect(kept.at(-2)).toBe("line 999 •••");
    expect(seen).toContain(server.id);
    expect(seen.length).toBeLessThan(200);
  });

  it("skips lines that are no messages, says so, and goes on", async () => {
    const { door, upstream, server } = await house();
    const at = await session(door);
    expect(await result(door, legacy(1, "noise"), { session: at })).toEqual({ ok: true });
    const said = upstream.stderr(server.id).filter((l) => l.includes("stdio_output_invalid"));
    expect(said).toHaveLength(3);
  });

  it("ends a process whose line is over the cap", async () => {
    const { door } = await house({ lineCap: 1024 * 1024 });
    const at = await session(door);
    const raw = await ask(door, legacy(1, "endless"), { session: at });
    expect(raw.text).toContain("longer than 1048576 bytes");
  });

  it("passes bytes through that a strict reader would refuse or change", async () => {
    const { door } = await house();
    const at = await session(door);
    const line = `{"id":ID, "result":{"n":12345678901234567890,"a":1,"a":2,"e":1e400,"\\u00e9":"\\ud800"} ,"jsonrpc":"2.0"}`;
    const raw = await ask(door, legacy(7, "raw", { line }), { session: at });
    expect(raw.text).toContain(`data: ${line.replace("ID", "7")}\n\n`);
  });

  /** Straight to the upstream, to see what waits in an answer. */
  function sender(upstream: StdioUpstream, server: StdioServer) {
    return (body: string, at?: string, signal = new AbortController().signal) =>
      upstream.send({
        agentId: "agt_one",
        server,
        method: "POST",
        headers: {
          accept: "application/json, text/event-stream",
          ...(at === undefined ? {} : { "mcp-session-id": at }),
        },
        message: skim(Buffer.from(body)),
        body: Buffer.from(body),
        attachment: { type: "none" },
        signal,
      });
  }
  const hello = legacy(0, "initialize", { protocolVersion: "2025-11-25" });
  const readAll = async (body: AsyncIterable<unknown>): Promise<string> => {
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  };

  it("stops reading the process while the agent does not read, and then delivers everything", async () => {
    const { upstream, server } = await house({ highWater: 256 * 1024 });
    const send = sender(upstream, server);
    const at = (await send(hello)).headers["mcp-session-id"] ?? "";
    const answer = await send(legacy(1, "flood", { count: 300, bytes: 100_000 }), at);
    await new Promise((resolve) => setTimeout(resolve, 300));
    // 30 MB were written; what waits here is the limit, the message that crossed it, and one read of the pipe.
    expect(answer.body.readableLength).toBeGreaterThan(256 * 1024);
    expect(answer.body.readableLength).toBeLessThan(512 * 1024);
    const text = await readAll(answer.body);
    expect(text.match(/^data: /gm)).toHaveLength(301);
    expect(text.trimEnd()).toMatch(/"id":1,"result":\{"count":300\}\}$/);
  });

  it("drops a stream that is not read for too long, so that others go on", async () => {
    const { upstream, server } = await house({ highWater: 64 * 1024, stallMs: 200 });
    const send = sender(upstream, server);
    const at = (await send(hello)).headers["mcp-session-id"] ?? "";
    const stalled = await send(legacy(1, "flood", { count: 300, bytes: 100_000 }), at);
    const error = await new Promise<unknown>((resolve) => stalled.body.once("error", resolve));
    expect(error).toBeInstanceOf(Refusal);
    expect(await readAll((await send(legacy(2, "pid"), at)).body)).toContain('"pid"');
  });

  it("ends an exchange within 100 ms of its abort, before and after the first byte", async () => {
    const { upstream, server } = await house();
    const send = sender(upstream, server);
    const at = (await send(hello)).headers["mcp-session-id"] ?? "";
    const before = new AbortController();
    const silent = send(legacy(1, "hang"), at, before.signal);
    const after = new AbortController();
    const other = (await send(hello)).headers["mcp-session-id"] ?? "";
    const flowing = await send(legacy(2, "ask", { method: "roots/list" }), other, after.signal);
    const broken = new Promise<unknown>((resolve) => flowing.body.once("error", resolve));
    const started = performance.now();
    before.abort();
    after.abort(new Refusal("agent_removed"));
    await expect(silent).rejects.toMatchObject({ code: "agent_hung_up" });
    expect(await broken).toMatchObject({ code: "agent_removed" });
    expect(performance.now() - started).toBeLessThan(100);
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connectControl } from "../../../electron/host/control/client.ts";
import type { ControlDesk } from "../../../electron/host/control/protocol.ts";
import { type ControlServer, serveControl } from "../../../electron/host/control/server.ts";
import { type InstanceLock, lockInstance } from "../../../electron/host/store/lock.ts";
import { until } from "../../support/processes.ts";

let base: string;
let folder: string;
const closers: (() => unknown)[] = [];
const listeners = new Set<(event: unknown) => void>();
const asked: unknown[][] = [];

const desk: ControlDesk = {
  call(surface, method, input) {
    asked.push([surface, method, input]);
    if (method === "never") return new Promise(() => {});
    if (method === "bug") return Promise.reject(new Error("bug"));
    return Promise.resolve({ ok: true, value: input });
  },
  watch(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
const HELLO = { door: "http://127.0.0.1:7717", pid: process.pid, version: "0.1.0" };

async function serve(
  more: Partial<Parameters<typeof serveControl>[0]> = {},
): Promise<ControlServer & { lock: InstanceLock }> {
  const lock = await lockInstance(folder);
  closers.push(() => lock.release());
  const server = await serveControl({
    lock,
    desk,
    hello: () => HELLO,
    show: () => {},
    report: (error) => {
      throw error;
    },
    ...more,
  });
  closers.push(() => server.close());
  return { ...server, lock };
}

async function connect() {
  const client = await connectControl(folder);
  closers.push(() => client.close());
  return client;
}

/** A caller that keeps to no rules. */
async function raw(
  address: string,
): Promise<{ socket: net.Socket; said: () => string; closed: Promise<void> }> {
  const socket = net.connect(address);
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString()));
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  closers.push(() => socket.destroy());
  await once(socket, "connect");
  return { socket, said: () => text, closed };
}

beforeEach(async () => {
  base = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), "countersign-control-")));
  folder = path.join(base, "data");
  asked.length = 0;
  listeners.clear();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closers.splice(0).reverse()) await close();
  await fs.rm(base, { recursive: true, force: true });
});

describe("the control socket", () => {
  it("carries a call to the desk as the surface cli, and its reply back", async () => {
    await serve();
    const client = await connect();
    const input = { text: "line\nbreak, ünïcode, \u2028" };
    expect(await client.call("servers.list", input)).toEqual({ ok: true, value: input });
    expect(asked).toEqual([["cli", "servers.list", input]]);
  });

  it("keeps the answers of a thousand calls apart", async () => {
    await serve();
    const client = await connect();
    const replies = await Promise.all(
      Array.from({ length: 1000 }, (_, n) => client.call("x", { n })),
    );
    expect(replies).toEqual(Array.from({ length: 1000 }, (_, n) => ({ ok: true, value: { n } })));
  });

  it("is for its owner alone", async () => {
    const { address } = await serve();
    expect((await fs.stat(address)).mode & 0o777).toBe(0o600);
    expect((await fs.stat(folder)).mode & 0o777).toBe(0o700);
  });

  it("says who it is: where the door is, which process, which version", async () => {
    await serve();
    expect(await (await connect()).hello()).toEqual(HELLO);
  });

  it("passes on that a second start wants to see the first", async () => {
    const show = vi.fn();
    await serve({ show });
    await (await connect()).show();
    expect(show).toHaveBeenCalledTimes(1);
  });

  it("streams events to whoever asked, and stops when they leave", async () => {
    await serve();
    const client = await connect();
    const heard: unknown[] = [];
    await client.watch(
      (event) => heard.push(event),
      () => {},
    );
    for (const listener of listeners) listener({ type: "changed", what: "agents" });
    await until(() => heard.length > 0);
    expect(heard).toEqual([{ type: "changed", what: "agents" }]);
    client.close();
    await until(() => listeners.size === 0, 5000, "the watch ending");
  });

  it("lets a caller close its side first and still read the answer", async () => {
    const { address } = await serve();
    const { socket, said, closed } = await raw(address);
    socket.end(`{"id":"a","method":"x","input":1}\n`);
    await closed;
    expect(said()).toBe(`{"id":"a","reply":{"ok":true,"value":1}}\n`);
  });

  it("ends waiting calls when Countersign ends", async () => {
    const server = await serve();
    const client = await connect();
    const waiting = client.call("never", {});
    const failed = expect(waiting).rejects.toMatchObject({
      code: "not_running",
      facts: { folder },
    });
    await until(() => asked.length === 1);
    await server.close();
    await failed;
    await expect(client.call("x", {})).rejects.toThrow("not_running");
  });

  it("reports a desk that throws and ends that connection only", async () => {
    const report = vi.fn();
    await serve({ report });
    const other = await connect();
    await expect((await connect()).call("bug", {})).rejects.toThrow("not_running");
    expect(report).toHaveBeenCalledWith(new Error("bug"));
    expect(await other.call("x", 1)).toEqual({ ok: true, value: 1 });
  });
});

describe("where nothing answers", () => {
  it("says so when the folder is not there, and makes none", async () => {
    await expect(connectControl(folder)).rejects.toMatchObject({
      code: "not_running",
      facts: { folder },
    });
    await expect(fs.stat(folder)).rejects.toThrow("ENOENT");
  });

  it("says so when the socket is gone", async () => {
    await fs.mkdir(folder, { mode: 0o700 });
    await expect(connectControl(folder)).rejects.toThrow("not_running");
  });

  it("says so about the socket of a killed process, and the next start replaces it", async () => {
    await fs.mkdir(folder, { mode: 0o700 });
    const socket = path.join(folder, "control.sock");
    const child = spawn(process.execPath, [
      "-e",
      `require("net").createServer().listen(${JSON.stringify(socket)}, () => console.log("up"))`,
    ]);
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect((await fs.lstat(socket)).isSocket()).toBe(true);
    await expect(connectControl(folder)).rejects.toThrow("not_running");

    await serve();
    expect(await (await connect()).hello()).toEqual(HELLO);
  });

  it("does not take the socket from a running one without the instance lock", async () => {
    const { lock } = await serve();
    await expect(lockInstance(folder)).rejects.toThrow("already_running");
    await lock.release();
    const again = serveControl({
      lock,
      desk,
      hello: () => HELLO,
      show: () => {},
      report: () => {},
    });
    await expect(again).rejects.toThrow("data_folder_unusable");
    expect(await (await connect()).hello()).toEqual(HELLO);
  });
});

describe("a caller does not believe", () => {
  it("a socket in a folder that others may enter", async () => {
    await serve();
    await fs.chmod(folder, 0o755);
    await expect(connectControl(folder)).rejects.toMatchObject({
      code: "data_folder_unusable",
      facts: { reason: "other users may enter it" },
    });
  });

  it("something else of that name", async () => {
    await fs.mkdir(folder, { mode: 0o700 });
    await fs.writeFile(path.join(folder, "control.sock"), "");
    await expect(connectControl(folder)).rejects.toThrow("data_folder_unusable");
  });

  it.skipIf(process.getuid?.() !== 0)("a socket of another user", async () => {
    const { address } = await serve();
    await fs.chown(address, 65_534, 65_534);
    await expect(connectControl(folder)).rejects.toThrow("data_folder_unusable");
  });
});

describe("a data folder whose path is too long for a socket", () => {
  beforeEach(() => {
    folder = path.join(base, "d".repeat(120), "data");
  });

  it("gets its socket in a private short one, and callers find it without the same environment", async () => {
    const runtime = path.join(base, "run");
    await fs.mkdir(runtime, { mode: 0o700 });
    vi.stubEnv("XDG_RUNTIME_DIR", runtime);
    const { address } = await serve();
    expect(address.startsWith(runtime)).toBe(true);
    expect(Buffer.byteLength(address)).toBeLessThanOrEqual(107);
    expect((await fs.stat(path.dirname(address))).mode & 0o777).toBe(0o700);

    vi.stubEnv("XDG_RUNTIME_DIR", "");
    expect(await (await connect()).hello()).toEqual(HELLO);
  });

  it("does not use a short folder that somebody else prepared", async () => {
    const runtime = path.join(base, "run");
    await fs.mkdir(runtime, { mode: 0o700 });
    vi.stubEnv("XDG_RUNTIME_DIR", runtime);
    const first = await serve();
    await first.close();
    await first.lock.release();
    await fs.chmod(path.dirname(first.address), 0o777);
    const { address } = await serve();
    expect(path.dirname(address)).not.toBe(path.dirname(first.address));
    await fs.rm(path.dirname(address), { recursive: true });
  });
});

describe("a caller that keeps to no rules", () => {
  it.each([
    ["no JSON", "hello\n"],
    ["no id", `{"method":"x"}\n`],
    ["an id that is no name", `{"id":{},"method":"x"}\n`],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0xff, 0x7d, 0x0a])],
  ])("is told and cut off for %s, and nothing after it is done", async (_, bytes) => {
    const { address } = await serve();
    const { socket, said, closed } = await raw(address);
    socket.write(bytes);
    socket.write(`{"id":2,"method":"after"}\n`);
    await closed;
    expect(JSON.parse(said())).toEqual({ bye: "a line was not a request" });
    expect(asked).toEqual([]);
  });

  it("is cut off for a request without end, and others are served meanwhile", async () => {
    const { address } = await serve();
    const { socket, said, closed } = await raw(address);
    const block = Buffer.alloc(256 * 1024, 0x20);
    for (let i = 0; i < 49; i++) socket.write(block);
    expect(await (await connect()).call("x", 1)).toEqual({ ok: true, value: 1 });
    await closed;
    expect(said()).toContain("larger than 12582912 bytes");
  });

  it("is cut off when a request that it began does not end", { timeout: 20_000 }, async () => {
    const { address } = await serve();
    const { socket, said, closed } = await raw(address);
    socket.write(`{"id":1,`);
    const drip = setInterval(() => socket.write(" "), 500);
    await closed;
    clearInterval(drip);
    expect(JSON.parse(said())).toEqual({ bye: "a request did not end in time" });
  });

  it("has at most eight calls under way; the others wait", async () => {
    const { address } = await serve();
    const { socket } = await raw(address);
    for (let id = 0; id < 8; id++) socket.write(`{"id":${id},"method":"never"}\n`);
    await until(() => asked.length === 8);
    socket.write(`{"id":9,"method":"x"}\n`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(asked).toHaveLength(8);
  });

  it("is cut off when it watches without reading, and what waits for it stays bounded", async () => {
    const { address } = await serve();
    const { socket, closed } = await raw(address);
    socket.write(`{"id":1,"watch":true}\n`);
    await until(() => listeners.size === 1);
    socket.pause();
    const event = { type: "calls", rows: ["x".repeat(1024 * 1024)] };
    for (let n = 0; n < 20 && listeners.size > 0; n++) {
      for (const listener of listeners) listener(event);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(listeners.size).toBe(0);
    socket.resume();
    await closed;
  });
});

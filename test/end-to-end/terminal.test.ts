// Answers on a terminal, on a real one: `script` (bsdutils, which every Debian has) gives the program a pty of its own. What
// the program writes to its standard output goes to a file, so that what the pty shows is what went to /dev/tty.
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Reply } from "../../electron/contract.ts";
import { Refusal } from "../../electron/core/errors.ts";
import { connectControl } from "../../electron/host/control/client.ts";
import { openTerminal } from "../../electron/host/terminal/terminal.ts";
import { run } from "../cli/desk.ts";
import { buildPages } from "../host/web/web.ts";
import { ask, echoServer, type RawReply, toolCall, upstream } from "../support/house.ts";
import { freePort, portAnswers, root, temporaryFolder, until } from "../support/processes.ts";
import { ONLY_MET, writeRules } from "../support/rules.ts";

const SCRIPT = "/usr/bin/script";
const hasScript = process.platform === "linux" && fs.existsSync(SCRIPT);
if (!hasScript) console.log(`skipped: there is no ${SCRIPT} on this machine`);

/** Inside the checkout, where what is not bundled is found. */
fs.mkdirSync(path.join(root, ".cache"), { recursive: true });
const built = fs.mkdtempSync(path.join(root, ".cache/terminal-"));
const program = path.join(built, "terminal-main.mjs");
const data = temporaryFolder();
const pages = buildPages();
const log = path.join(data.path, "standard-output");
let port = 0;
let pty: ChildProcess;
/** All that the terminal showed. */
let screen = "";
let server: Awaited<ReturnType<typeof upstream>>;
let credential = "";

const environment = (args: readonly string[]): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "",
  HOME: data.path,
  TERM: "xterm",
  COUNTERSIGN_TEST_ARGS: [path.join(pages, "renderer"), ...args].join("\n"),
});
const type = (line: string): void => void pty.stdin?.write(`${line}\n`);
const shows = (what: RegExp, since: number): Promise<void> =>
  until(() => what.test(screen.slice(since)), 10_000, `${what} on the terminal`);
const send = (args: unknown, tool = "echo"): Promise<RawReply> =>
  ask(`http://127.0.0.1:${port}`, "/mcp/crm", {
    headers: { authorization: `Bearer ${credential}` },
    body: toolCall(args, 1, tool),
  });
/** Waits for the next question. @returns its text and its code */
async function question(since: number): Promise<{ text: string; code: string }> {
  await shows(/Silence for 45 seconds denies/, since);
  const text = screen.slice(since);
  const code = /type {2}([a-z2-9]{6}) {2}and/.exec(text)?.[1] ?? "";
  return { text, code };
}
const readIt = (ms = 600): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: "silent",
    root,
    assetsInclude: ["**/*.wasm"],
    build: {
      ssr: path.join(root, "test/fixtures/terminal-main.ts"),
      outDir: built,
      minify: false,
      rollupOptions: { output: { entryFileNames: "terminal-main.mjs" } },
    },
  });
  if (!hasScript) return;
  server = await upstream(echoServer);
  port = await freePort();
  writeRules(data.path, ONLY_MET);
  const args = ["--port", String(port), "--data", data.path, "--vault", "memory"];
  pty = spawn(
    SCRIPT,
    [
      "--quiet",
      "--flush",
      "--return",
      "--command",
      `exec '${process.execPath}' '${program}' >'${log}' 2>&1 </dev/null`,
      "/dev/null",
    ],
    {
      cwd: root,
      env: environment([...args, "--approve-on-terminal"]),
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  pty.stdout?.on("data", (chunk: Buffer) => (screen += chunk.toString("utf8")));
  const said = (): string => (fs.existsSync(log) ? fs.readFileSync(log, "utf8") : "");
  await until(() => said().includes("#code="), 40_000, "the start").catch((error: unknown) => {
    throw new Error(`${said()}\n${screen}`, { cause: error });
  });
  const control = await connectControl(data.path);
  const call = async <T>(method: string, input: unknown): Promise<T> => {
    const reply = (await control.call(method, input)) as Reply<T>;
    if (!reply.ok) throw new Error(reply.error.sentence);
    return reply.value;
  };
  await call("servers.add", {
    kind: "http",
    name: "crm",
    url: server.url,
    auth: { type: "none" },
    allowPlainHttpOnLoopback: true,
  });
  ({ credential } = await call<{ credential: string }>("agents.add", { name: "agent" }));
  control.close();
}, 60_000);
afterAll(async () => {
  if (hasScript && pty.exitCode === null) {
    const ended = new Promise((resolve) => pty.once("exit", resolve));
    // The terminal goes, as when an ssh connection ends.
    pty.kill("SIGTERM");
    await ended;
  }
  await server?.close();
  for (const folder of [pages, built]) fs.rmSync(folder, { recursive: true, force: true });
  data.remove();
});

describe.skipIf(!hasScript)("a question on the terminal", () => {
  it("is shown there alone and whole, and its code allows it; a wrong one, an early one and the last one's do not", async () => {
    let at = screen.length;
    const reply = send({ query: "Jane\u202E Doe", n: 1 });
    const { text, code } = await question(at);
    expect(text).toContain(`"query": "Jane\\u{202e} Doe"`);
    expect(text).toMatch(/SHA-256 +[0-9a-f]{64}/);
    expect(code).toHaveLength(6);
    const file = fs.readFileSync(log, "utf8");
    expect(file).not.toContain(code);
    expect(file).not.toContain("Countersign asks");
    expect(file).toContain("on this terminal, when something is asked");
    await readIt();
    type("aaaaaa");
    await shows(/Tries left: 2/, at);
    expect(server.seen).toHaveLength(0);
    type(code.toUpperCase());
    await shows(/Allowed\./, at);
    expect((await reply).status).toBe(200);
    expect(server.seen).toHaveLength(1);

    at = screen.length;
    const next = send({ n: 2 });
    const second = await question(at);
    expect(second.code).not.toBe(code);
    await readIt();
    type(code);
    await shows(/Tries left: 2/, at);
    type("");
    await shows(/Denied\./, at);
    expect((await next).code).toBe("call_refused");
    expect(server.seen).toHaveLength(1);
  }, 30_000);

  it("is denied by n, and by three lines that are no answer", async () => {
    for (const lines of [["n"], ["yes", "y", "allow"]]) {
      const at = screen.length;
      const reply = send({ lines });
      await question(at);
      await readIt();
      for (const line of lines) type(line);
      await shows(/Denied\./, at);
      expect((await reply).code).toBe("call_refused");
    }
    expect(server.seen).toHaveLength(1);
  }, 30_000);

  it("about what cannot be taken back wants three seconds, the code and the tool's name", async () => {
    let at = screen.length;
    const reply = send({ id: 7 }, "delete_note");
    const first = await question(at);
    expect(first.text).toContain("THIS MAY NOT BE TAKEN BACK");
    type(first.code);
    await shows(/Too early/, at);
    await readIt(3100);
    type(first.code);
    await shows(/name>/, at);
    at = screen.length;
    type("delete_nots");
    // Refused, and shown anew with another code.
    const again = await question(at);
    expect(again.text).toContain("typed by hand");
    expect(again.code).not.toBe(first.code);
    await readIt(3100);
    type(again.code);
    await shows(/name>/, at);
    type("delete_note");
    await shows(/Allowed\./, at);
    expect((await reply).status).toBe(200);
    expect(server.seen).toHaveLength(2);
  }, 40_000);

  it("is over when its agent hangs up", async () => {
    const at = screen.length;
    const gone = new AbortController();
    const reply = fetch(`http://127.0.0.1:${port}/mcp/crm`, {
      method: "POST",
      headers: { authorization: `Bearer ${credential}`, "content-type": "application/json" },
      body: toolCall({ n: 3 }),
      signal: gone.signal,
    }).catch(() => null);
    await question(at);
    gone.abort();
    await reply;
    await shows(/This question is over/, at);
  }, 20_000);

  it("has no other way: no page, no link, no method of the socket, no command (threat 58)", async () => {
    expect(fs.readFileSync(log, "utf8").match(/#code=/g), "the app's link alone").toHaveLength(1);
    expect(await portAnswers(port + 3)).toBe(false);
    const control = await connectControl(data.path);
    expect(await control.call("questions.open", {})).toMatchObject({
      value: { where: "terminal", url: null },
    });
    for (const method of ["questions.list", "questions.show", "questions.answer"]) {
      expect(await control.call(method, {})).toMatchObject({ error: { code: "surface_refused" } });
    }
    control.close();
    const ran = await run(["--data", data.path, "approve"]);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain("Answer on the terminal on which Countersign was started.");
  }, 20_000);
});

describe("a start that cannot ask on its terminal", () => {
  it.each([{ TMUX: "/tmp/tmux-0/default,1,0" }, { STY: "1.pts-0" }, { TERM: "screen-256color" }])(
    "is refused inside a multiplexer: %j",
    (env) => {
      expect(() => openTerminal(env)).toThrow(Refusal);
      expect(() => openTerminal(env)).toThrow("terminal_unusable");
    },
  );

  it.skipIf(process.platform !== "linux")(
    "is refused where there is none, before anything is opened",
    async () => {
      const folder = temporaryFolder();
      const args = ["--data", path.join(folder.path, "data"), "--approve-on-terminal"];
      // A session of its own has no terminal (setsid(2)).
      const child = spawn(process.execPath, [program], {
        cwd: root,
        env: environment(args),
        detached: true,
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
      const code = await new Promise((resolve) => child.once("close", resolve));
      expect(said).toContain("Countersign cannot ask on this terminal: there is none.");
      expect(code).toBe(71);
      expect(fs.readdirSync(folder.path)).toEqual([]);
      folder.remove();
    },
    40_000,
  );
});

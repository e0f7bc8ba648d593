// Assistants' own files in a home of this test, through the running Countersign: shown, written, undone, taken out;
// and real MCP clients that are set up with nothing but what then stands in those files.
import fs from "node:fs";
import path from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { parse as parseToml } from "smol-toml";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { OutputOf } from "../../electron/contract.ts";
import { ASSISTANTS } from "../../electron/core/connect/assistants.ts";
import { makeKey, makeSelfSigned } from "../../electron/host/tls/make.ts";
import { bundle } from "../host/store/bundle.ts";
import { echoServer, type House, openHouse, upstream } from "../support/house.ts";
import { temporaryFolder } from "../support/processes.ts";

const FOREIGN = "sk-canary-0123456789abcdef";
const posix = process.platform !== "win32";
let home: ReturnType<typeof temporaryFolder>;
let work: ReturnType<typeof temporaryFolder>;
let cli: string;
let real: Awaited<ReturnType<typeof upstream>>;
let h: House;

beforeAll(async () => {
  work = temporaryFolder();
  cli = await bundle("electron/cli.ts", path.join(work.path, "main"));
  real = await upstream(echoServer);
});
afterAll(async () => {
  await real.close();
  work.remove();
});
beforeEach(async () => {
  home = temporaryFolder();
  h = await openHouse({
    around: { platform: "linux", home: home.path, env: {} },
    commandLine: [process.execPath, cli],
  });
  await server("echo");
});
afterEach(async () => {
  await h.close();
  home.remove();
});

const server = (name: string) =>
  h.call("servers.add", {
    kind: "http",
    name,
    url: real.url,
    auth: { type: "none" },
    allowPlainHttpOnLoopback: true,
  });
const at = (...parts: string[]): string => path.join(home.path, ...parts);
const CURSOR = (): string => at(".cursor", "mcp.json");
function put(file: string, text: string, mode = 0o600): string {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text, { mode });
  fs.chmodSync(file, mode);
  return text;
}
const read = (file: string): string => fs.readFileSync(file, "utf8");
const modeOf = (file: string): string => (fs.statSync(file).mode & 0o777).toString(8);
async function write(target: string, more: { agent?: string; name?: string } = {}) {
  const { revision } = await h.call("connect.preview", { target, ...more });
  return h.call("connect.write", { target, ...more, revision });
}
async function state(target: string): Promise<OutputOf<"connect.targets">[number]> {
  const found = (await h.call("connect.targets", {})).find(({ id }) => id === target);
  if (found === undefined) throw new Error(target);
  return found;
}
async function refused(method: "preview" | "write" | "undo" | "remove", target: string) {
  const reply =
    method === "preview"
      ? await h.reply("connect.preview", { target })
      : method === "write"
        ? await h.reply("connect.write", { target, revision: "x".repeat(43) })
        : await h.reply(`connect.${method}`, { target });
  if (reply.ok) throw new Error("it was not refused");
  return reply.error;
}
/** Every file under a folder. */
const filesIn = (folder: string): string[] =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => path.join(one.parentPath, one.name));
const CREDENTIAL = /csa_[A-Za-z0-9_-]{43}/;

const WITH_COMMENTS = `{
  // servers of mine
  "mcpServers": {
    "github": { "url": "https://api.example/mcp", "headers": { "Authorization": "Bearer ${FOREIGN}" } }, // work
  },
}
`;

describe("connecting", () => {
  it("shows, writes and undoes, and the file is as it was, byte for byte", async () => {
    const before = put(CURSOR(), `\u{feff}${WITH_COMMENTS.replaceAll("\n", "\r\n")}`, 0o640);
    const inode = fs.statSync(CURSOR()).ino;
    expect(await state("cursor")).toMatchObject({
      found: true,
      state: "none",
      plainKeys: ["github"],
      agent: null,
    });
    const shown = await h.call("connect.preview", { target: "cursor" });
    expect(shown).toMatchObject({
      file: CURSOR(),
      exists: true,
      linkedTo: null,
      looseMode: posix ? "0640" : null,
      agent: { id: null, name: "Cursor" },
      entries: [{ name: "echo", server: "echo", change: "add" }],
      plainKeys: ["github"],
    });
    expect(shown.diff).toContain(`+      "url": "${h.door}/mcp/echo"`);
    expect(read(CURSOR())).toBe(before);
    expect(await h.call("agents.list", {})).toEqual([]);

    const done = await h.call("connect.write", { target: "cursor", revision: shown.revision });
    const after = read(CURSOR());
    expect(after).not.toBe(before);
    expect(after.startsWith("\u{feff}{\r\n  // servers of mine\r\n")).toBe(true);
    expect(after).toContain("}, // work\r\n");
    expect(after.match(CREDENTIAL)).toHaveLength(1);
    if (posix) expect(modeOf(CURSOR())).toBe("600");
    expect(fs.statSync(CURSOR()).ino).not.toBe(inode);
    expect(fs.readdirSync(path.dirname(CURSOR()))).toEqual(["mcp.json"]);
    const [agent] = await h.call("agents.list", {});
    expect(agent).toMatchObject({ name: "Cursor", id: done.agent });
    expect(await state("cursor")).toMatchObject({
      state: "ours",
      agent: agent?.id,
      servers: ["echo"],
    });

    const undone = await h.call("connect.undo", { target: "cursor" });
    expect(undone).toMatchObject({ file: CURSOR(), agentRemoved: true });
    expect(read(CURSOR())).toBe(before);
    if (posix) expect(modeOf(CURSOR())).toBe("640");
    expect(await h.call("agents.list", {})).toEqual([]);
    expect(fs.readdirSync(path.join(h.folder, "backups"))).toEqual([]);
    expect((await refused("undo", "cursor")).code).toBe("connection_unknown");
  });

  it("makes a file where there is none, readable by this user only, and undoing takes it away", async () => {
    for (const { id, place, name } of ASSISTANTS) {
      const target = id;
      const { file } = place({ platform: "linux", home: home.path, env: {} });
      expect(await state(target), id).toMatchObject({ found: false, state: "none", file });
      await write(target);
      expect(read(file).match(CREDENTIAL), id).toHaveLength(1);
      if (posix) expect(modeOf(file)).toBe("600");
      expect(await state(target), id).toMatchObject({ found: true, state: "ours" });
      expect((await h.call("agents.list", {})).map((one) => one.name)).toEqual([name]);
      await h.call("connect.undo", { target });
      expect(fs.existsSync(file), id).toBe(false);
    }
  });

  it("says nothing of the credential or of others' keys anywhere but in the file", async () => {
    put(CURSOR(), WITH_COMMENTS);
    put(
      at(".codex", "config.toml"),
      `model = "x" # ${FOREIGN}\n[mcp_servers.a]\nenv = { K_TOKEN = "${FOREIGN}" }\n`,
    );
    const answers: unknown[] = [];
    for (const target of ["cursor", "codex"] as const) {
      const shown = await h.call("connect.preview", { target });
      answers.push(shown, await h.call("connect.write", { target, revision: shown.revision }));
    }
    answers.push(await h.call("connect.targets", {}), await h.call("agents.list", {}));
    const credentials = [CURSOR(), at(".codex", "config.toml")].map(
      (file) => CREDENTIAL.exec(read(file))?.[0] ?? "none",
    );
    const said = JSON.stringify(answers) + h.logged.join("\n");
    for (const secret of [...credentials, FOREIGN]) expect(said).not.toContain(secret);
    expect(said).toContain("csa_••••••••");
    // On disk: the credential in its own file alone, the others' keys there and in the copy that undo needs.
    for (const file of [...filesIn(home.path), ...filesIn(h.folder)]) {
      const bytes = fs.readFileSync(file, "latin1");
      const own = file === CURSOR() || file === at(".codex", "config.toml");
      expect(
        credentials.some((one) => bytes.includes(one)),
        file,
      ).toBe(own);
      if (!own && bytes.includes(FOREIGN)) {
        expect(path.dirname(file)).toBe(path.join(h.folder, "backups"));
        if (posix) expect(modeOf(file)).toBe("600");
      }
    }
  });

  it("starts and fetches nothing that a file names, however it is looked at", async () => {
    const ran = at("ran");
    const lure = await upstream(echoServer);
    const evil = { command: "/bin/sh", args: ["-c", `touch ${ran}`], env: {} };
    put(CURSOR(), JSON.stringify({ mcpServers: { evil, far: { url: lure.url }, echo: evil } }));
    await h.call("connect.targets", {});
    await write("cursor");
    await h.call("connect.targets", {});
    await h.call("connect.undo", { target: "cursor" });
    await h.call("connect.preview", { target: "cursor" });
    expect(lure.seen).toEqual([]);
    expect(fs.existsSync(ran)).toBe(false);
    // Nor is any of it taken over.
    expect((await h.call("servers.list", {})).map(({ name }) => name)).toEqual(["echo"]);
    await lure.close();
  });

  it("keeps somebody else's entry of the same name, and finds another for ours", async () => {
    put(CURSOR(), `{ "mcpServers": { "echo": { "url": "https://echo.example/mcp" } } }\n`);
    await write("cursor");
    const { mcpServers } = JSON.parse(read(CURSOR())) as { mcpServers: Record<string, object> };
    expect(mcpServers).toMatchObject({
      echo: { url: "https://echo.example/mcp" },
      "countersign-echo": { url: `${h.door}/mcp/echo` },
    });
  });

  it("writes only what was shown: neither file nor servers may have changed", async () => {
    put(CURSOR(), WITH_COMMENTS);
    const { revision } = await h.call("connect.preview", { target: "cursor" });
    const now = put(CURSOR(), WITH_COMMENTS.replace("mine", "ours"));
    const stale = await h.reply("connect.write", { target: "cursor", revision });
    expect(stale).toMatchObject({ ok: false, error: { code: "config_changed" } });
    const again = await h.call("connect.preview", { target: "cursor" });
    await server("second");
    const other = await h.reply("connect.write", { target: "cursor", revision: again.revision });
    expect(other).toMatchObject({ ok: false, error: { code: "config_changed" } });
    expect(read(CURSOR())).toBe(now);
    expect(await h.call("agents.list", {})).toEqual([]);
  });

  it("does not pretend that a file can hold an agent's certificate", async () => {
    const { agent } = await write("cursor");
    const key = await makeKey();
    const subject = [[{ type: "2.5.4.3", value: "nightly" }]];
    const { chainPem } = await makeSelfSigned(key, {
      subject,
      use: "client",
      days: 30,
      now: Date.now(),
    });
    await h.call("agents.setCertificate", { id: agent, certificate: chainPem });
    expect(await state("cursor")).toMatchObject({ state: "outdated", because: "credential" });
    const error = await refused("preview", "cursor");
    expect(error).toMatchObject({ code: "not_applicable" });
    expect(error.sentence).toContain("certificate");
  });

  it("needs a server, a known assistant, and something written to undo", async () => {
    const [only] = await h.call("servers.list", {});
    await h.call("servers.remove", { id: only?.id ?? "" });
    expect(await refused("preview", "cursor")).toMatchObject({ code: "not_applicable" });
    expect(await refused("preview", "emacs")).toMatchObject({ code: "assistant_unknown" });
    expect(await refused("remove", "cursor")).toMatchObject({ code: "connection_unknown" });
  });
});

describe("files that are not what they should be", () => {
  it("are left as they are, and the refusal says which file and why", async () => {
    const cases: [string, number, RegExp][] = [
      ['{ "mcpServers": {\n oops }', 0o600, /not valid JSON \(line 2\)/],
      ["[]", 0o600, /not an object/],
      [`{ "mcpServers": {} }`, 0o400, /read-only/],
      [`{ "a": "\u{fffd}" }`, 0o600, /UTF-8/],
      ["[".repeat(200_000), 0o600, /nested too deeply|not valid JSON/],
      [`{ "mcpServers": {}, "mcpServers": {} }`, 0o600, /twice/],
    ];
    for (const [text, mode, why] of cases) {
      put(CURSOR(), text, mode);
      if (why.source === "UTF-8") fs.writeFileSync(CURSOR(), Buffer.from([0x7b, 0xff, 0x7d]));
      const before = fs.readFileSync(CURSOR());
      const error = await refused("preview", "cursor");
      expect(error).toMatchObject({ code: "config_unusable", facts: { file: CURSOR() } });
      expect(error.sentence).toMatch(why);
      expect((await refused("write", "cursor")).code).toBe("config_unusable");
      expect(fs.readFileSync(CURSOR()).equals(before)).toBe(true);
      fs.rmSync(CURSOR());
    }
    put(CURSOR(), "{ no");
    expect(await state("cursor")).toMatchObject({
      state: "unusable",
      trouble: { code: "config_unusable" },
    });
  });

  it.runIf(posix)(
    "follows a link of this user's to a regular file, and to nothing else",
    async () => {
      const mine = at("dotfiles", "mcp.json");
      put(mine, "{}\n");
      fs.mkdirSync(path.dirname(CURSOR()));
      fs.symlinkSync(mine, CURSOR());
      expect(await h.call("connect.preview", { target: "cursor" })).toMatchObject({
        linkedTo: mine,
      });
      await write("cursor");
      expect(fs.lstatSync(CURSOR()).isSymbolicLink()).toBe(true);
      expect(read(mine)).toMatch(CREDENTIAL);
      await h.call("connect.undo", { target: "cursor" });
      expect(read(mine)).toBe("{}\n");

      const why = async (): Promise<string> => (await refused("preview", "cursor")).sentence;
      fs.rmSync(CURSOR());
      fs.symlinkSync(at("nowhere"), CURSOR());
      expect(await why()).toContain("it is not there");
      fs.rmSync(CURSOR());
      fs.symlinkSync("/dev/zero", CURSOR());
      expect(await why()).toMatch(/no ordinary file|anybody may write|another user/);
      fs.rmSync(CURSOR());
      fs.symlinkSync(at("dotfiles"), CURSOR());
      expect(await why()).toContain("it is no ordinary file");
      fs.rmSync(CURSOR());
      fs.linkSync(mine, CURSOR());
      expect(await why()).toContain("hard links");
      fs.rmSync(CURSOR());
      put(CURSOR(), "{}");
      fs.chmodSync(path.dirname(CURSOR()), 0o777);
      expect(await why()).toContain("anybody may write in its folder");
    },
  );

  it.runIf(posix && process.geteuid?.() === 0)("leaves another user's file alone", async () => {
    put(CURSOR(), "{}");
    fs.chownSync(CURSOR(), 12_345, 12_345);
    expect((await refused("preview", "cursor")).sentence).toContain("belongs to another user");
  });

  it("are not read when they are too large", async () => {
    put(CURSOR(), " ".repeat(9 * 1024 * 1024));
    expect((await refused("preview", "cursor")).sentence).toContain("larger than");
  });
});

describe("afterwards", () => {
  it("undo is refused where the file changed since, says how, and leaves it; our entries alone can go", async () => {
    put(CURSOR(), WITH_COMMENTS);
    await write("cursor");
    const now = put(CURSOR(), read(CURSOR()).replace('"github"', '"gitlab"'));
    const error = await refused("undo", "cursor");
    expect(error).toMatchObject({
      code: "config_undo_refused",
      facts: { before: `${WITH_COMMENTS.length} bytes`, now: `${now.length} bytes` },
    });
    expect(error.advice).toContain("connect remove cursor");
    expect(read(CURSOR())).toBe(now);
    const done = await h.call("connect.remove", { target: "cursor" });
    expect(done.removed).toEqual(["echo"]);
    expect(read(CURSOR())).toBe(WITH_COMMENTS.replace('"github"', '"gitlab"'));
    expect(await h.call("agents.list", {})).toEqual([]);
    expect(await state("cursor")).toMatchObject({ state: "none", writtenAt: null });
  });

  it("rotating writes the new credential, and undo still leads back to the very first file", async () => {
    const before = put(at(".codex", "config.toml"), 'model = "x"\n\n[profiles.a]\ny = 1\n');
    const { agent } = await write("codex");
    const old = CREDENTIAL.exec(read(at(".codex", "config.toml")))?.[0];
    const issued = await h.call("agents.rotate", { id: agent });
    expect(issued.written).toEqual([at(".codex", "config.toml")]);
    const text = read(at(".codex", "config.toml"));
    expect(text).toContain(issued.credential);
    expect(text).not.toContain(old);
    expect(await state("codex")).toMatchObject({ state: "ours" });
    await h.call("connect.undo", { target: "codex" });
    expect(read(at(".codex", "config.toml"))).toBe(before);
  });

  it("writing again renews the same agent, and adds and takes out servers", async () => {
    await write("cursor");
    const first = CREDENTIAL.exec(read(CURSOR()))?.[0];
    await server("second");
    expect(await state("cursor")).toMatchObject({ state: "outdated", because: "servers" });
    const again = await h.call("connect.preview", { target: "cursor" });
    expect(again.agent).toMatchObject({ name: "Cursor" });
    await write("cursor");
    expect(read(CURSOR())).not.toContain(first);
    expect(await state("cursor")).toMatchObject({ state: "ours", servers: ["echo", "second"] });
    expect(await h.call("agents.list", {})).toHaveLength(1);
    const gone = (await h.call("servers.list", {})).find(({ name }) => name === "echo");
    await h.call("servers.remove", { id: gone?.id ?? "" });
    expect(await state("cursor")).toMatchObject({ state: "outdated", because: "servers" });
    await write("cursor");
    expect(Object.keys((JSON.parse(read(CURSOR())) as { mcpServers: object }).mcpServers)).toEqual([
      "second",
    ]);
  });

  it("removing the agent takes its entries out of the file, and nothing else", async () => {
    put(CURSOR(), WITH_COMMENTS);
    const { agent } = await write("cursor", { name: "At work" });
    await h.call("agents.remove", { id: agent });
    expect(read(CURSOR())).toBe(WITH_COMMENTS);
    expect(await state("cursor")).toMatchObject({ state: "none", agent: null });
  });

  it("notices a credential that no longer works, entries that are gone, and those of another Countersign", async () => {
    const { agent } = await write("cursor");
    const text = read(CURSOR());
    put(CURSOR(), text.replace(CREDENTIAL, `csa_${"x".repeat(43)}`));
    expect(await state("cursor")).toMatchObject({
      state: "outdated",
      because: "credential",
      agent,
    });
    put(CURSOR(), "{}");
    expect(await state("cursor")).toMatchObject({ state: "outdated", because: "gone", agent });
    put(CURSOR(), text.replace(/127\.0\.0\.1:\d+/, "127.0.0.1:1"));
    expect(await state("cursor")).toMatchObject({ state: "outdated", because: "address" });
    put(at(".gemini", "settings.json"), text.replace(CREDENTIAL, `csa_${"x".repeat(43)}`));
    expect(await state("gemini")).toMatchObject({ state: "foreign", agent: null });
  });

  it("an existing agent can be chosen, and keeps living when its entries are undone", async () => {
    const mine = await h.agent("Mine");
    await write("cursor", { agent: mine.id });
    expect(read(CURSOR())).not.toContain(mine.credential);
    expect(await h.call("connect.undo", { target: "cursor" })).toMatchObject({
      agentRemoved: false,
    });
    expect((await h.call("agents.list", {})).map(({ name }) => name)).toEqual(["Mine"]);
    expect(fs.existsSync(CURSOR())).toBe(false);
  });
});

describe("a client that is set up from the file", () => {
  async function called(client: Client): Promise<unknown> {
    const result = await client.callTool({ name: "echo", arguments: { a: 1 } });
    await client.close();
    return (result.content as { text: string }[])[0]?.text;
  }
  const fresh = (): Client => new Client({ name: "assistant", version: "1" });

  it("calls over HTTP with the address and the header that stand in it", async () => {
    for (const { id, place, format, transport, key } of ASSISTANTS) {
      if (transport !== "http") continue;
      await write(id);
      const text = read(place({ platform: "linux", home: home.path, env: {} }).file);
      const whole = (format === "toml" ? parseToml(text) : JSON.parse(text)) as Record<
        string,
        unknown
      >;
      const entry = (whole[key] as Record<string, Record<string, unknown>>)["echo"] ?? {};
      const url = (entry["url"] ?? entry["serverUrl"] ?? entry["httpUrl"]) as string;
      const headers = (entry["headers"] ?? entry["http_headers"]) as Record<string, string>;
      const client = fresh();
      const http = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
      await client.connect(http);
      expect(await called(client), id).toBe('{"a":1}');
    }
    const callers = (await h.calls()).map(({ agentName }) => agentName);
    expect(new Set(callers)).toEqual(
      new Set(ASSISTANTS.filter((one) => one.transport === "http").map(({ name }) => name)),
    );
  });

  it("calls through the shim with the command that stands in it", { timeout: 30_000 }, async () => {
    await write("claude-desktop");
    const text = read(at(".config", "Claude", "claude_desktop_config.json"));
    const { mcpServers } = JSON.parse(text) as {
      mcpServers: Record<string, { command: string; args: string[]; env: Record<string, string> }>;
    };
    const entry = mcpServers["echo"];
    if (entry === undefined) throw new Error(text);
    expect(entry.args.join(" ")).not.toMatch(CREDENTIAL);
    const client = fresh();
    await client.connect(new StdioClientTransport({ ...entry, stderr: "ignore" }));
    expect(await called(client)).toBe('{"a":1}');
    expect((await h.calls())[0]).toMatchObject({ agentName: "Claude Desktop", serverName: "echo" });
  });
});

// A stand-in for what is behind the interface, for the renderer's tests only: generated data behind the
// real gate of the contract and the real listener of the browser form, with its real policy.
import { randomBytes } from "node:crypto";
import type { AgentView } from "../../electron/core/agents.ts";
import type { AppEvent, AppStatus, Issued } from "../../electron/contract.ts";
import { Refusal, type RefusalCode } from "../../electron/core/errors.ts";
import type { CallQuery, CallRow } from "../../electron/core/journal.ts";
import type { BrokenDocument } from "../../electron/core/registry.ts";
import { complaint } from "../../electron/core/sentences.ts";
import type { ServerView } from "../../electron/core/servers.ts";
import type { VaultStatus } from "../../electron/core/vault.ts";
import { loadAssets } from "../../electron/host/web/assets.ts";
import { openWebForm, type WebForm } from "../../electron/host/web/listener.ts";
import { answer, type Handlers } from "../../electron/surface.ts";

export interface World {
  rows: CallRow[];
  servers: ServerView[];
  agents: AgentView[];
  vault: VaultStatus;
  broken: BrokenDocument[];
  troubles: RefusalCode[];
  testRuntime: boolean;
  doctor: "fine" | "troubled";
  /** What `servers.test` finds. */
  serverWorks: boolean;
  /** Every input that reached a handler, by method. */
  seen: { method: string; input: unknown }[];
}

export const READY: VaultStatus = {
  kind: "keychain",
  state: "ready",
  reason: null,
  keychain: "ready",
  sealedFile: false,
};

export const emptyWorld = (): World => ({
  rows: [],
  servers: [],
  agents: [],
  vault: READY,
  broken: [],
  troubles: [],
  testRuntime: false,
  doctor: "fine",
  serverWorks: true,
  seen: [],
});

const id = (kind: string): string => `${kind}_${randomBytes(12).toString("base64url")}`;
const iso = (): string => new Date().toISOString();

function handlersFor(world: World, door: string, emit: (event: AppEvent) => void): Handlers {
  const changed = (what: "servers" | "agents" | "vault"): void => emit({ type: "changed", what });
  const server = (wanted: string): ServerView => {
    const found = world.servers.find((one) => one.id === wanted);
    if (found === undefined) throw new Refusal("server_unknown", { server: wanted });
    return found;
  };
  const agent = (wanted: string): AgentView => {
    const found = world.agents.find((one) => one.id === wanted);
    if (found === undefined) throw new Refusal("agent_unknown", { agent: wanted });
    return found;
  };
  const status = (): AppStatus => ({
    version: "0.1.0",
    runtime: {
      kind: "electron",
      version: world.testRuntime ? "25.1.1" : "45.4.1",
      testRuntime: world.testRuntime,
    },
    door,
    dataFolder: "/home/ada/.config/countersign",
    vault: world.vault,
    broken: world.broken,
    troubles: world.troubles.map((code) =>
      complaint(
        new Refusal(code, {
          reason: "no space left on device",
          holder: "nginx (4117)",
          port: 7717,
        }),
      ),
    ),
    counts: {
      servers: world.servers.length,
      agents: world.agents.length,
      calls: world.rows.length,
    },
    startedAt: "2026-11-24T08:12:45.000Z",
  });
  const issue = (view: AgentView, credential: string): Issued => ({
    agent: view,
    credential,
    snippets: snippetsFor(door, world.servers[0]?.name ?? "github", credential),
  });
  const credential = (): string => `csa_${randomBytes(32).toString("base64url")}`;
  return {
    "app.status": status,
    "app.link": () => ({ url: "" }),
    "doctor.run": () => doctorFindings(world),
    "vault.choose": (input) => {
      if (input.kind === "file" && input.passphrase.length < 12) {
        throw new Refusal("vault_passphrase_weak", { minimum: 12 });
      }
      world.vault = { ...world.vault, kind: input.kind, state: "ready" };
      changed("vault");
      return world.vault;
    },
    "vault.unlock": ({ passphrase }) => {
      if (passphrase !== "correct horse battery") throw new Refusal("vault_passphrase_wrong");
      world.vault = { ...world.vault, state: "ready" };
      changed("vault");
      return world.vault;
    },
    "vault.lock": () => {
      world.vault = { ...world.vault, state: "locked" };
      return world.vault;
    },
    "tenants.list": () => [],
    "tenants.add": (input) => ({ ...input, createdAt: iso() }),
    "servers.list": () => world.servers,
    "servers.add": (input) => {
      if (world.servers.some((one) => one.name === input.name)) {
        throw new Refusal("name_taken", { name: input.name });
      }
      const common = {
        id: id("srv"),
        tenant: "personal",
        name: input.name,
        stage: input.stage,
        state: "active" as const,
        createdAt: iso(),
        endpoint: `${door}/mcp/${input.name}`,
      };
      const view: ServerView =
        input.kind === "http"
          ? {
              ...common,
              kind: "http",
              url: input.url,
              allowPlainHttpOnLoopback: input.allowPlainHttpOnLoopback,
              stdio: null,
              pattern:
                input.auth.type === "none"
                  ? { type: "none" }
                  : {
                      type: "api-key",
                      in: input.auth.in,
                      name: input.auth.name,
                      prefix: input.auth.prefix,
                      secret: id("sec"),
                      secretAddedAt: iso(),
                      boundTo: {
                        origin: new URL(input.url).origin,
                        path: new URL(input.url).pathname,
                      },
                    },
            }
          : {
              ...common,
              kind: "stdio",
              command: input.command,
              args: input.args,
              cwd: input.cwd,
              env: input.env,
              secretEnv: Object.fromEntries(
                Object.keys(input.secretEnv).map((name) => [
                  name,
                  { secret: id("sec"), secretAddedAt: iso() },
                ]),
              ),
              stdio: { state: "idle", processes: 0, restarts: 0, nextStartAt: null },
            };
      world.servers = [...world.servers, view];
      changed("servers");
      return view;
    },
    "servers.setState": (input) => {
      const next: ServerView = { ...server(input.id), state: input.state };
      world.servers = world.servers.map((one) => (one.id === input.id ? next : one));
      return next;
    },
    "servers.replaceSecret": (input) => server(input.id),
    "servers.remove": (input) => {
      server(input.id);
      world.servers = world.servers.filter((one) => one.id !== input.id);
      return { removed: true };
    },
    "servers.test": (input) => testReport(server(input.id), world.serverWorks),
    "servers.stderr": () => ({
      lines: [
        "Starting default (STDIO) server...",
        "listening for messages on standard input",
        "warning: EVERYTHING_KEY is older than 30 days",
        "cache: 1204 entries loaded from /srv/shared/indexes/knowledge base 2026/primary/very/long/path/to/cache.bin",
        "\u001b[31merror\u001b[0m: upstream said \u202Eon",
      ],
    }),
    "agents.list": () => world.agents,
    "agents.add": (input) => {
      const secret = credential();
      const view: AgentView = {
        id: id("agt"),
        tenant: "personal",
        name: input.name,
        credentialHint: secret.slice(-4),
        state: "active",
        createdAt: iso(),
        rotatedAt: null,
        lastSeenAt: null,
      };
      world.agents = [...world.agents, view];
      changed("agents");
      return issue(view, secret);
    },
    "agents.rotate": (input) => {
      const secret = credential();
      const next = { ...agent(input.id), credentialHint: secret.slice(-4), rotatedAt: iso() };
      world.agents = world.agents.map((one) => (one.id === input.id ? next : one));
      return issue(next, secret);
    },
    "agents.setState": (input) => {
      const next = { ...agent(input.id), state: input.state };
      world.agents = world.agents.map((one) => (one.id === input.id ? next : one));
      return next;
    },
    "agents.remove": (input) => {
      agent(input.id);
      world.agents = world.agents.filter((one) => one.id !== input.id);
      return { removed: true };
    },
    "calls.search": (query) => search(world.rows, query),
    "calls.get": (input) => {
      const row = world.rows.find((one) => one.id === input.id);
      if (row === undefined) throw new Refusal("call_unknown");
      if (row.code === null) return { ...row, complaint: null };
      const facts = { server: row.serverName ?? "", agent: row.agentName ?? "", seconds: 60 };
      return { ...row, complaint: complaint(new Refusal(row.code, facts)) };
    },
  };
}

function search(
  rows: readonly CallRow[],
  query: CallQuery,
): { rows: CallRow[]; matched: number; matchedIsFloor: boolean } {
  const asked = (query.text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const found: CallRow[] = [];
  let matched = 0;
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i];
    if (row === undefined) continue;
    if (query.agentId !== undefined && row.agentId !== query.agentId) continue;
    if (query.serverId !== undefined && row.serverId !== query.serverId) continue;
    if (query.outcome !== undefined && !query.outcome.includes(row.outcome)) continue;
    const hay = [row.agentName, row.serverName, row.tool, row.method, row.input, row.code]
      .join("\n")
      .toLowerCase();
    if (!asked.every((word) => hay.includes(word))) continue;
    matched++;
    if (query.before !== undefined && row.seq >= query.before) continue;
    if (found.length < query.limit) found.push(row);
  }
  return { rows: found, matched: Math.min(matched, 10_000), matchedIsFloor: matched > 10_000 };
}

function testReport(view: ServerView, works: boolean): ReturnType<Handlers["servers.test"]> {
  const where = view.kind === "http" ? new URL(view.url).host : view.command;
  const reach = {
    title: view.kind === "http" ? "Reach the server" : "Start the program",
    state: "ok",
    note: where,
    ms: 84,
  } as const;
  if (!works) {
    return {
      ok: false,
      steps: [
        reach,
        { title: "Present the key", state: "failed", note: "HTTP 401", ms: 131 },
        { title: "List the tools", state: "skipped", note: "", ms: 0 },
      ],
      complaint: complaint(
        new Refusal("upstream_refused_credential", { server: view.name, status: 401 }),
      ),
      tools: [],
    };
  }
  return {
    ok: true,
    steps: [
      reach,
      { title: "Present the key", state: "ok", note: "accepted", ms: 131 },
      { title: "Agree on a protocol", state: "ok", note: "2025-11-25, legacy generation", ms: 42 },
      { title: "List the tools", state: "ok", note: "", ms: 57 },
    ],
    complaint: null,
    tools: [
      "echo",
      "get-sum",
      "search_issues",
      "create_pull_request",
      "list_projects",
      "trigger-long-running-operation",
    ],
  };
}

function doctorFindings(world: World): ReturnType<Handlers["doctor.run"]> {
  const fine = [
    { id: "electron", title: "Electron", state: "ok", note: "45.4.1, supported.", remedy: null },
    {
      id: "data-folder",
      title: "Data folder",
      state: "ok",
      note: "/home/ada/.config/countersign is yours and private (mode 0700).",
      remedy: null,
    },
    {
      id: "port",
      title: "Port 7717",
      state: "ok",
      note: "Countersign listens on it.",
      remedy: null,
    },
    { id: "clock", title: "Clock", state: "ok", note: "Set by the network.", remedy: null },
    {
      id: "journal",
      title: "Journal",
      state: "ok",
      note: "Writes work. 41 GiB are free on its disk.",
      remedy: null,
    },
  ] as const;
  if (world.doctor === "fine") return { ok: true, findings: fine };
  return {
    ok: false,
    findings: [
      {
        id: "keychain",
        title: "Keychain",
        state: "problem",
        note: "No program answers for org.freedesktop.secrets.",
        remedy: "sudo apt install gnome-keyring libsecret-1-0",
      },
      {
        id: "environment",
        title: "Environment",
        state: "warning",
        note: "NODE_TLS_REJECT_UNAUTHORIZED is set. Countersign ignores it; other programs may not.",
        remedy: "unset NODE_TLS_REJECT_UNAUTHORIZED",
      },
      ...fine,
    ],
  };
}

function snippetsFor(door: string, name: string, credential: string): Issued["snippets"] {
  const url = `${door}/mcp/${name}`;
  const json = JSON.stringify(
    { mcpServers: { [name]: { url, headers: { Authorization: `Bearer ${credential}` } } } },
    null,
    2,
  );
  return [
    {
      id: "claude-code",
      title: "Claude Code",
      language: "sh",
      where: "a terminal",
      text: `claude mcp add --transport http ${name} ${url} --header "Authorization: Bearer ${credential}"`,
    },
    { id: "cursor", title: "Cursor", language: "json", where: "~/.cursor/mcp.json", text: json },
    { id: "vscode", title: "VS Code", language: "json", where: ".vscode/mcp.json", text: json },
    {
      id: "curl",
      title: "curl",
      language: "sh",
      where: "a terminal",
      text: `curl ${door}/tools/${name}/echo/invoke -H "Authorization: Bearer ${credential}" -H "Content-Type: application/json" -d '{"message":"hello"}'`,
    },
  ];
}

export interface Double {
  readonly world: World;
  readonly origin: string;
  /** A fresh link with a one-time code. */
  link(): string;
  /** Adds or changes rows and tells the page. */
  push(rows: readonly CallRow[]): void;
  emit(event: AppEvent): void;
  /** Closes the door on the page; `start` opens it again, and knows none of the sessions before. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startDouble(folder: string, world: World): Promise<Double> {
  const listeners = new Set<(event: unknown) => void>();
  const emit = (event: AppEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const handlers = handlersFor(world, "http://127.0.0.1:7717", emit);
  const assets = loadAssets(folder);
  let port = 0;
  let form: WebForm;

  async function start(): Promise<void> {
    form = await openWebForm({
      port,
      assets,
      desk: {
        call(method, input) {
          world.seen.push({ method: String(method), input });
          return answer(handlers, "app", method, input, (name, error) =>
            console.error(name, error),
          );
        },
        watch(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
      explain: complaint,
      whoHolds: () => Promise.resolve("another program"),
      report: (error) => console.error(error),
    });
    port = Number(new URL(form.origin).port);
  }
  await start();
  return {
    world,
    origin: `http://127.0.0.1:${port}`,
    link: () => form.makeLink(),
    push(rows) {
      for (const row of rows) {
        const index = world.rows.findLastIndex((one) => one.id === row.id);
        if (index < 0) world.rows.push(row);
        else world.rows[index] = row;
      }
      emit({ type: "calls", rows });
    },
    emit,
    start,
    stop: () => form.close(),
    close: () => form.close(),
  };
}

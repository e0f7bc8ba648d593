// A stand-in for what is behind the interface, for the renderer's tests only: generated data behind the
// real gate of the contract and the real listener of the browser form, with its real policy.
import { randomBytes } from "node:crypto";
import type { AgentView } from "../../electron/core/agents.ts";
import type {
  AccountView,
  AppEvent,
  AppStatus,
  CertificateView,
  ConnectTarget,
  LearningView,
  Issued,
  SignInState,
} from "../../electron/contract.ts";
import { narrowed } from "../../electron/core/agent-scopes.ts";
import type { ConsentView } from "../../electron/core/consent/consent-register.ts";
import { Refusal, type RefusalCode } from "../../electron/core/errors.ts";
import { failedStepOf, type Flow } from "../../electron/core/flows.ts";
import type { Issuer } from "../../electron/core/issuers.ts";
import type { CallRow } from "../../electron/core/journal.ts";
import { advise, standingOf } from "../../electron/core/oauth/keeping/advice.ts";
import { shapeOfServer } from "../../electron/core/pattern-shape.ts";
import type { Grant } from "../../electron/core/permission/grants.ts";
import type { Answered, Matter } from "../../electron/core/permission/questions.ts";
import type { ToolLabels } from "../../electron/core/labels/labels.ts";
import type { OfferedTool } from "../../electron/core/permission/tool-choice.ts";
import type { RegoCheck } from "../../electron/core/policy/rego-faults.ts";
import type { OwnPolicyView } from "../../electron/core/policy/own.ts";
import type { Rule } from "../../electron/core/policy/rules.ts";
import type { BrokenDocument } from "../../electron/core/registry.ts";
import { complaint } from "../../electron/core/sentences.ts";
import type { ServerView } from "../../electron/core/servers.ts";
import type { Reminder } from "../../electron/core/reminders.ts";
import type { UpdatesView } from "../../electron/core/update/views.ts";
import type { ShellSettings } from "../../electron/core/shell.ts";
import type { VaultStatus } from "../../electron/core/vault.ts";
import { loadAssets } from "../../electron/host/web/assets.ts";
import { openWebForm, type WebForm } from "../../electron/host/web/listener.ts";
import { answer, concernsQuestions, type Handlers } from "../../electron/surface.ts";
import { doctorFindings, snippetsFor, testReport } from "./double-answers.ts";
import { apiAnswers, apiOf } from "./double-apis.ts";
import { connectHandlers, someTargets } from "./double-connect.ts";
import { discovered } from "./double-discovery.ts";
import { renewalHandlers } from "./double-renewal.ts";
import { identityHandlers } from "./double-identities.ts";
import { overviewHandlers } from "./double-overview.ts";
import { search } from "./double-search.ts";
import { shellAnswers } from "./double-shell.ts";
import { NO_UPDATE_SOURCE, updateAnswers } from "./double-updates.ts";
import type { ToolView } from "../../electron/core/pins/pins.ts";
import { permissionHandlers } from "./double-permission.ts";
import { learningHandlers, NOTHING_LEARNED } from "./double-learning.ts";
import { policyHandlers } from "./double-policy.ts";

export interface World {
  rows: CallRow[];
  servers: ServerView[];
  agents: AgentView[];
  issuers: Issuer[];
  accounts: AccountView[];
  certificates: CertificateView[];
  flows: Flow[];
  /** What every sign-in comes to; null while it is waited for. */
  signIn: SignInState | null;
  lab: "off" | "starting" | "on";
  /** How long each step of the lab takes. */
  labMs: number;
  labFails: boolean;
  tourWrong: boolean;
  vault: VaultStatus;
  broken: BrokenDocument[];
  troubles: RefusalCode[];
  reminders: Reminder[];
  testRuntime: boolean;
  doctor: "fine" | "troubled";
  rules: Rule[];
  /** Of every server. */
  tools: readonly ToolView[];
  policies: OwnPolicyView[];
  learning: LearningView;
  rego: RegoCheck;
  /** What ends the permissions of a person who goes away. */
  away: ShellSettings["away"];
  updates: UpdatesView;
  /** What is asked of the person from the start, by the real room. */
  asked: Matter[];
  /** A yes is dead for no longer than the page needs to draw it. */
  hurried: boolean;
  /** Asks more, while a page is open. */
  ask: (matter: Matter, signal?: AbortSignal) => Promise<Answered>;
  /** Ids of agents that are not asked about. */
  cooling: string[];
  grants: Grant[];
  labels: ToolLabels[];
  consents: ConsentView[];
  /** What a server that is asked about lists as its tools; null where it cannot be reached. */
  offered: OfferedTool[] | null;
  /** What `servers.test` finds. */
  serverWorks: boolean;
  /** Assistants and what stands in their files. */
  targets: ConnectTarget[];
  /** The file is a link and others may read it. */
  connectWarns: boolean;
  /** Only the credential would change. */
  connectSame: boolean;
  /** So often the file changes between look and write. */
  connectMoves: number;
  undoRefused: boolean;
  /** Every input that reached a handler, by method. */
  seen: { method: string; input: unknown }[];
}

export const READY: VaultStatus = {
  kind: "keychain",
  state: "ready",
  reason: null,
  keychain: "ready",
  keychainReason: null,
  sealedFile: false,
};

export const emptyWorld = (): World => ({
  rows: [],
  servers: [],
  agents: [],
  issuers: [],
  accounts: [],
  certificates: [],
  flows: [],
  signIn: null,
  lab: "off",
  labMs: 30,
  labFails: false,
  tourWrong: false,
  vault: READY,
  broken: [],
  troubles: [],
  reminders: [],
  testRuntime: false,
  doctor: "fine",
  serverWorks: true,
  rules: [],
  policies: [],
  learning: NOTHING_LEARNED,
  rego: { compiler: "ready", faults: [] },
  away: "lock-and-sleep",
  updates: NO_UPDATE_SOURCE,
  labels: [],
  tools: [],
  asked: [],
  hurried: false,
  ask: () => Promise.reject(new Error("there is no page yet")),
  cooling: [],
  grants: [],
  targets: someTargets(),
  connectWarns: false,
  connectSame: false,
  connectMoves: 0,
  undoRefused: false,
  consents: [],
  offered: [],
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
    reminders: world.reminders,
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
    "doctor.run": () => doctorFindings(world.doctor),
    "reminders.told": ({ about }) => {
      world.reminders = world.reminders.map((one) =>
        one.about === about ? { ...one, due: false } : one,
      );
      return { told: true };
    },
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
      if (input.stage === "production" && ["none", "api-key"].includes(patternOf(input))) {
        throw new Refusal("pattern_too_weak", {
          stage: input.stage,
          least: "a token bound to a key",
          pattern: patternOf(input),
        });
      }
      const common = {
        id: id("srv"),
        tenant: "personal",
        name: input.name,
        stage: input.stage,
        state: "active" as const,
        createdAt: iso(),
        endpoint: `${door}/mcp/${input.name}`,
        lastCall: null,
      };
      const view: ServerView =
        input.kind !== "stdio"
          ? {
              ...common,
              ...(input.kind === "http"
                ? { kind: "http" as const, api: null }
                : apiOf(input.document, input.operations)),
              url: input.url,
              allowPlainHttpOnLoopback: input.allowPlainHttpOnLoopback,
              trustPem: input.trustPem,
              stdio: null,
              pattern: patternFrom(input.auth, input.url),
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
              api: null,
            };
      world.servers = [...world.servers, view];
      changed("servers");
      return view;
    },
    ...apiAnswers(world, () => changed("servers")),
    "patterns.advise": (answers) => advise(answers),
    "servers.standing": (input) => {
      const one = server(input.id);
      return standingOf(one.stage, shapeOfServer(one));
    },
    "servers.discover": (input) => discovered(world, input, emit),
    "servers.cancelDiscovery": () => ({ cancelled: true }),
    "servers.setState": (input) => {
      const next: ServerView = { ...server(input.id), state: input.state };
      world.servers = world.servers.map((one) => (one.id === input.id ? next : one));
      return next;
    },
    "servers.replaceSecret": (input) => server(input.id),
    "servers.setAgentScopes": (input) => {
      const before = server(input.id);
      if (before.kind !== "http") return before;
      const pattern = narrowed(before.pattern, input.agent, input.scopes);
      const next = { ...before, pattern };
      world.servers = world.servers.map((one) => (one.id === input.id ? next : one));
      return next;
    },
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
        programs: [],
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
    "agents.forgetProgram": ({ id, path }) => {
      const now = agent(id);
      const next = { ...now, programs: now.programs.filter((one) => one.path !== path) };
      world.agents = world.agents.map((one) => (one.id === id ? next : one));
      return next;
    },
    "agents.remove": (input) => {
      agent(input.id);
      world.agents = world.agents.filter((one) => one.id !== input.id);
      return { removed: true };
    },
    "agents.setCertificate": (input) => {
      const { certificate: _, ...rest } = agent(input.id);
      const next: AgentView =
        input.certificate === null ? rest : { ...rest, certificate: AGENT_CERTIFICATE };
      world.agents = world.agents.map((one) => (one.id === input.id ? next : one));
      return next;
    },
    "mtls.snippets": () => [],
    "mtls.status": () => ({
      door: world.agents.some((one) => one.certificate !== undefined)
        ? { origin: "https://127.0.0.1:7718", certificate: DOOR_PEM }
        : null,
      trouble: null,
    }),
    ...connectHandlers(world, door, emit),
    ...identityHandlers(world, emit),
    ...renewalHandlers(world),
    ...permissionHandlers(world, emit),
    ...policyHandlers(world, emit),
    ...learningHandlers(world, emit),
    ...overviewHandlers(world),
    ...shellAnswers(world),
    ...updateAnswers(world, emit),
    "calls.search": (query) => search(world.rows, query),
    "calls.get": (input) => {
      const row = world.rows.find((one) => one.id === input.id);
      if (row === undefined) throw new Refusal("call_unknown");
      if (row.code === null) return { ...row, complaint: null, failed: null };
      const issuer = row.evidence?.issuer ?? "";
      const named = { server: row.serverName ?? "", agent: row.agentName ?? "", issuer };
      const facts = { ...named, seconds: 60 };
      const flow = world.flows.find(({ id }) => id === row.evidence?.flow);
      const failed = flow === undefined ? null : failedStepOf(flow);
      return { ...row, complaint: complaint(new Refusal(row.code, facts)), failed };
    },
  };
}

const AGENT_CERTIFICATE: NonNullable<AgentView["certificate"]> = {
  thumbprint: "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2",
  subject: "CN=nightly-report",
  notAfter: "2027-11-24T08:12:45.000Z",
  trust: "pinned",
  addedAt: "2026-11-24T08:12:45.000Z",
};
const DOOR_PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

type AddInput = Parameters<Handlers["servers.add"]>[0];

const patternOf = (input: AddInput): string => (input.kind === "http" ? input.auth.type : "env");

function patternFrom(
  auth: Extract<AddInput, { kind: "http" }>["auth"],
  url: string,
): Extract<ServerView, { kind: "http" }>["pattern"] {
  if (auth.type === "none") return auth;
  const boundTo = { origin: new URL(url).origin, path: new URL(url).pathname };
  if (auth.type !== "api-key") return { ...auth, boundTo };
  const { secret: _, ...shown } = auth;
  return { ...shown, secret: id("sec"), secretAddedAt: iso(), boundTo };
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

/** @param surface `approval`: the page that asks, as it is served beside the app's own */
export async function startDouble(
  folder: string,
  world: World,
  surface: "app" | "approval" = "app",
): Promise<Double> {
  const listeners = new Set<(event: unknown) => void>();
  const emit = (event: AppEvent): void => {
    if (surface === "approval" && !concernsQuestions(event)) return;
    for (const listener of listeners) listener(event);
  };
  const handlers = handlersFor(world, "http://127.0.0.1:7717", emit);
  const assets = loadAssets(folder, surface === "app" ? "/index.html" : "/approval.html");
  let port = 0;
  let form: WebForm;

  async function start(): Promise<void> {
    form = await openWebForm({
      port,
      assets,
      desk: {
        call(method, input) {
          world.seen.push({ method: String(method), input });
          return answer(handlers, surface, method, input, (name, error) =>
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

// One table: method → input, output, and the surfaces that may call it. The same table serves Electron IPC,
// the browser form and the control socket. A surface that is not listed is refused.
import { z } from "zod";
import type { AgentView } from "./core/agents.ts";
import { agentSchema } from "./core/agents.ts";
import type { CallPage, CallRow } from "./core/journal.ts";
import { idOf, label, slug } from "./core/names.ts";
import type { BrokenDocument } from "./core/registry.ts";
import { envName, fieldName, type ServerView, stage } from "./core/servers.ts";
import type { Complaint } from "./core/sentences.ts";
import type { Tenant } from "./core/tenants.ts";
import type { TestReport } from "./core/try-server.ts";
import type { VaultStatus } from "./core/vault.ts";

/** `app`: the app window or its browser form. `approval`: the window that asks. `cli`: the control socket. */
export type Surface = "app" | "approval" | "cli";

const tenantScope = { tenant: slug.optional() };
const outcome = z.enum([
  "pending",
  "ok",
  "tool-error",
  "rpc-error",
  "denied",
  "failed",
  "aborted",
  "interrupted",
]);

/** A secret on its way in: from a form or from standard input. It never comes back out. */
const secretText = z.string().min(1, "the secret is empty").max(65_536);

const addHttpServer = z.strictObject({
  kind: z.literal("http"),
  ...tenantScope,
  name: slug,
  url: z.url({ protocol: /^https?$/ }).max(4096),
  stage: stage.default("development"),
  auth: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("none") }),
    z.strictObject({
      type: z.literal("api-key"),
      in: z.enum(["header", "query"]).default("header"),
      name: fieldName.default("X-API-Key"),
      prefix: z.string().max(24).default(""),
      secret: secretText,
    }),
  ]),
  allowPlainHttpOnLoopback: z.boolean().default(false),
});

const addStdioServer = z.strictObject({
  kind: z.literal("stdio"),
  ...tenantScope,
  name: slug,
  stage: stage.default("development"),
  command: z.string().min(1).max(4096),
  args: z.array(z.string().max(8192)).max(256).default([]),
  cwd: z.string().min(1).max(4096).nullable().default(null),
  env: z.record(envName, z.string().max(32_768)).default({}),
  secretEnv: z.record(envName, secretText).default({}),
});

export const callQueryInput = z.strictObject({
  ...tenantScope,
  text: z.string().max(400).optional(),
  agentId: idOf("agt").optional(),
  serverId: idOf("srv").optional(),
  tool: z.string().max(256).optional(),
  outcome: z.array(outcome).max(8).optional(),
  code: z.string().max(64).optional(),
  decision: z.enum(["allow", "deny"]).optional(),
  authMethod: z.enum(["bearer", "api-key"]).optional(),
  account: z.string().max(256).optional(),
  from: z.number().int().nonnegative().optional(),
  until: z.number().int().nonnegative().optional(),
  before: z.number().int().nonnegative().optional(),
  after: z.number().int().nonnegative().optional(),
  limit: z.number().int().min(1).max(500).default(100),
});

export interface AppStatus {
  readonly version: string;
  readonly runtime: {
    readonly kind: "electron" | "node";
    readonly version: string;
    /** True on the old, unpatched Electron that only tests should use. */
    readonly testRuntime: boolean;
  };
  /** `http://127.0.0.1:7717` */
  readonly door: string;
  readonly dataFolder: string;
  readonly vault: VaultStatus;
  readonly broken: readonly BrokenDocument[];
  /** What the app cannot do now and why, worst first. */
  readonly troubles: readonly Complaint[];
  readonly counts: { readonly servers: number; readonly agents: number; readonly calls: number };
  /** UTC instant. */
  readonly startedAt: string;
}

/** An agent's credential at the one moment that it is shown, with what to paste where. */
export interface Issued {
  readonly agent: AgentView;
  readonly credential: string;
  readonly snippets: readonly Snippet[];
}
export interface Snippet {
  /** `claude-code`, `cursor`, `vscode`, `stdio`, `curl`, … */
  readonly id: string;
  readonly title: string;
  readonly language: "json" | "toml" | "sh";
  /** Where it goes. */
  readonly where: string;
  readonly text: string;
}

export type { TestReport, TestStep } from "./core/try-server.ts";
export type { Complaint } from "./core/sentences.ts";

export interface DoctorFinding {
  /** `node`, `electron`, `data-folder`, `settings`, `port`, `keychain`, `vault`, `journal`, `clock`, `certificates`, `environment` */
  readonly id: string;
  readonly title: string;
  readonly state: "ok" | "warning" | "problem";
  readonly note: string;
  readonly remedy: string | null;
}
export interface DoctorReport {
  readonly ok: boolean;
  readonly findings: readonly DoctorFinding[];
}

/** A call with, where Countersign refused it or could not finish it, the words for why. */
export type CallDetail = CallRow & { readonly complaint: Complaint | null };

/** One page of a local server's standard error, newest last. */
export interface StderrTail {
  readonly lines: readonly string[];
}

const returns = <T>(): { readonly _type?: T } => ({});

export const contract = {
  "app.status": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<AppStatus>(),
  },
  "app.link": { surfaces: ["cli"], input: z.strictObject({}), output: returns<{ url: string }>() },
  "doctor.run": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<DoctorReport>(),
  },
  "vault.choose": {
    surfaces: ["app", "cli"],
    input: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("keychain") }),
      z.strictObject({ kind: z.literal("memory") }),
      z.strictObject({ kind: z.literal("file"), passphrase: z.string().min(1).max(1024) }),
    ]),
    output: returns<VaultStatus>(),
  },
  "vault.unlock": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ passphrase: z.string().min(1).max(1024) }),
    output: returns<VaultStatus>(),
  },
  "vault.lock": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<VaultStatus>(),
  },
  "tenants.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<readonly Tenant[]>(),
  },
  "tenants.add": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: slug, name: label }),
    output: returns<Tenant>(),
  },
  "servers.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly ServerView[]>(),
  },
  "servers.add": {
    surfaces: ["app", "cli"],
    input: z.discriminatedUnion("kind", [addHttpServer, addStdioServer]),
    output: returns<ServerView>(),
  },
  "servers.setState": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("srv"), state: z.enum(["active", "paused"]) }),
    output: returns<ServerView>(),
  },
  "servers.replaceSecret": {
    surfaces: ["app", "cli"],
    /** `env`: which variable of a local server; left out for the key of an http server. */
    input: z.strictObject({ id: idOf("srv"), env: envName.optional(), secret: secretText }),
    output: returns<ServerView>(),
  },
  "servers.remove": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("srv") }),
    output: returns<{ removed: true }>(),
  },
  "servers.test": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("srv") }),
    output: returns<TestReport>(),
  },
  "servers.stderr": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("srv") }),
    output: returns<StderrTail>(),
  },
  "agents.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly AgentView[]>(),
  },
  "agents.add": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ ...tenantScope, name: label }),
    output: returns<Issued>(),
  },
  "agents.rotate": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("agt") }),
    output: returns<Issued>(),
  },
  "agents.setState": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("agt"), state: agentSchema.shape.state }),
    output: returns<AgentView>(),
  },
  "agents.remove": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("agt") }),
    output: returns<{ removed: true }>(),
  },
  "calls.search": { surfaces: ["app", "cli"], input: callQueryInput, output: returns<CallPage>() },
  "calls.get": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("call") }),
    output: returns<CallDetail>(),
  },
} as const satisfies Record<string, MethodShape>;

interface MethodShape {
  readonly surfaces: readonly Surface[];
  readonly input: z.ZodType;
  readonly output: { readonly _type?: unknown };
}

export type Contract = typeof contract;
export type Method = keyof Contract;
/** What a caller writes (defaults may be left out). */
export type InputOf<M extends Method> = z.input<Contract[M]["input"]>;
/** What a handler gets (checked, defaults filled in). */
export type CheckedOf<M extends Method> = z.output<Contract[M]["input"]>;
export type OutputOf<M extends Method> = NonNullable<Contract[M]["output"]["_type"]>;

/** Pushed to every listening surface. Small, and a hint to ask again rather than the data, save for calls. */
export type AppEvent =
  | { readonly type: "calls"; readonly rows: readonly CallRow[] }
  | {
      readonly type: "changed";
      readonly what: "servers" | "agents" | "tenants" | "vault" | "settings" | "troubles";
    };

/** The answer to any contract call, on every surface. */
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Complaint };

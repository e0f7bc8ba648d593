// One table: method → input, output, and the surfaces that may call it. The same table serves Electron IPC,
// the browser form and the control socket. A surface that is not listed is refused.
import { z } from "zod";
import { connectMethods } from "./contract/connect.ts";
import { consentMethods } from "./contract/consent.ts";
import { identityMethods } from "./contract/identities.ts";
import { callQueryInput, tenantScope } from "./contract/inputs.ts";
import { overviewMethods } from "./contract/overview.ts";
import { learningMethods } from "./contract/learning.ts";
import { labMethods } from "./contract/lab.ts";
import { labelMethods } from "./contract/labels.ts";
import { permissionMethods } from "./contract/permission.ts";
import { policyMethods } from "./contract/policy.ts";
import { toolMethods } from "./contract/tools.ts";
import { serverMethods } from "./contract/servers.ts";
import { type MethodShape, returns } from "./contract/shape.ts";
import { shellMethods } from "./contract/shell.ts";
import { updateMethods } from "./contract/updates.ts";
import type { AgentView } from "./core/agents.ts";
import { agentSchema } from "./core/agents.ts";
import type { CallPage } from "./core/journal.ts";
import type { Flow } from "./core/flows.ts";
import type {
  AppStatus,
  CallDetail,
  DoctorReport,
  Issued,
  LabStatus,
  Snippet,
  TourReport,
} from "./contract-views.ts";
import { idOf, label, slug } from "./core/names.ts";
import type { Complaint } from "./core/sentences.ts";
import type { Tenant } from "./core/tenants.ts";
import type { VaultStatus } from "./core/vault.ts";

export type * from "./contract-views.ts";
export type { Besides, LabDecoded, LabReplay, ToldClaim } from "./contract/lab.ts";
export type { Surface } from "./contract/shape.ts";
export { callQueryInput } from "./contract/inputs.ts";

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
  /** A person has read a reminder: it comes back at its next step, not before. */
  "reminders.told": {
    surfaces: ["app"],
    input: z.strictObject({ about: z.string().regex(/^[A-Za-z0-9_-]{8,60}$/) }),
    output: returns<{ told: true }>(),
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
  ...serverMethods,
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
  "agents.rename": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("agt"), name: label }),
    output: returns<AgentView>(),
  },
  "agents.setState": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("agt"), state: agentSchema.shape.state }),
    output: returns<AgentView>(),
  },
  "agents.setCertificate": {
    surfaces: ["app", "cli"],
    /** PEM of the agent's own certificate, which is pinned; null takes it away. Its key never comes here. */
    input: z.strictObject({ id: idOf("agt"), certificate: z.string().max(131_072).nullable() }),
    output: returns<AgentView>(),
  },
  /** The door for agents with certificates; null while no agent has one, or the vault is not open. */
  "mtls.status": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<{
      door: { origin: string; certificate: string } | null;
      trouble: Complaint | null;
    }>(),
  },
  /** How an agent with a certificate connects; none for one without. Nothing in them is secret. */
  "mtls.snippets": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ agent: idOf("agt") }),
    output: returns<readonly Snippet[]>(),
  },
  /** The program is asked about again when the agent's credential comes from it. The only one stays. */
  "agents.forgetProgram": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("agt"), path: z.string().max(4096).nullable() }),
    output: returns<AgentView>(),
  },
  "agents.remove": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("agt") }),
    output: returns<{ removed: true }>(),
  },
  ...connectMethods,
  ...identityMethods,
  "flows.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly Flow[]>(),
  },
  "flows.get": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("flow") }),
    output: returns<Flow>(),
  },
  "lab.status": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<LabStatus>(),
  },
  "lab.start": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<LabStatus>(),
  },
  "lab.stop": { surfaces: ["app", "cli"], input: z.strictObject({}), output: returns<LabStatus>() },
  "lab.tour": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<TourReport>(),
  },
  /** Makes a call of the practice company once more. Calls of other servers are never repeated. */
  "lab.again": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("call") }),
    output: returns<{ readonly outcome: string }>(),
  },
  ...labMethods,
  ...permissionMethods,
  ...toolMethods,
  ...labelMethods,
  ...policyMethods,
  ...learningMethods,
  ...overviewMethods,
  ...consentMethods,
  ...shellMethods,
  ...updateMethods,
  "calls.search": { surfaces: ["app", "cli"], input: callQueryInput, output: returns<CallPage>() },
  "calls.get": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("call") }),
    output: returns<CallDetail>(),
  },
} as const satisfies Record<string, MethodShape>;

export type Contract = typeof contract;
export type Method = keyof Contract;
/** What a caller writes (defaults may be left out). */
export type InputOf<M extends Method> = z.input<Contract[M]["input"]>;
/** What a handler gets (checked, defaults filled in). */
export type CheckedOf<M extends Method> = z.output<Contract[M]["input"]>;
export type OutputOf<M extends Method> = NonNullable<Contract[M]["output"]["_type"]>;

/** The answer to any contract call, on every surface. */
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Complaint };

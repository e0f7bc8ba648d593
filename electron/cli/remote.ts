// The running Countersign, as the command line calls it: the contract's types over the control socket.
import type { AppEvent, CertificateView, InputOf, Method, OutputOf, Reply } from "../contract.ts";
import { Refusal } from "../core/errors.ts";
import type { Issuer } from "../core/issuers.ts";
import type { Complaint } from "../core/sentences.ts";
import type { AgentView } from "../core/agents.ts";
import type { ServerView } from "../core/servers.ts";
import { connectControl } from "../host/control/client.ts";
import { usage } from "./parse.ts";

/** A refusal that came in a reply, in the words of the program that gave it. */
export class Complained extends Error {
  readonly complaint: Complaint;
  constructor(complaint: Complaint) {
    super(complaint.code);
    this.complaint = complaint;
  }
}

export interface Remote {
  /** @throws Complained; Refusal `not_running` */
  call<M extends Method>(method: M, input: InputOf<M>): Promise<OutputOf<M>>;
  watch(listener: (event: AppEvent) => void, closed: () => void): Promise<void>;
  close(): void;
}

/** @throws Refusal `not_running`, `data_folder_unusable` */
export async function connectRemote(folder: string): Promise<Remote> {
  const control = await connectControl(folder);
  return {
    async call(method, input) {
      const reply = (await control.call(method, input)) as Reply<OutputOf<typeof method>>;
      if (!reply.ok) throw new Complained(reply.error);
      return reply.value;
    },
    watch: (listener, closed) => control.watch((event) => listener(event as AppEvent), closed),
    close: () => control.close(),
  };
}

interface Named {
  readonly id: string;
  readonly tenant: string;
}

/** By id, else by name. A name may stand in several tenants, a label twice in one: then it has to be said which. */
function pick<T extends Named>(
  all: readonly T[],
  wanted: string,
  nameOf: (one: T) => string,
  missing: () => Refusal,
): T {
  const byId = all.find((one) => one.id === wanted);
  if (byId !== undefined) return byId;
  const named = all.filter((one) => nameOf(one) === wanted);
  const [first, second] = named;
  if (first === undefined) throw missing();
  if (second !== undefined) {
    throw usage(
      named.every((one) => one.tenant === first.tenant)
        ? `The name “${wanted}” is borne by more than one: say which by its id.`
        : `The name “${wanted}” stands in more than one tenant: say which with --tenant.`,
    );
  }
  return first;
}

const scope = (tenant: string | undefined) => (tenant === undefined ? {} : { tenant });

/** @throws Refusal `server_unknown`, `usage` where the name is in several tenants */
export async function findServer(
  remote: Remote,
  tenant: string | undefined,
  wanted: string,
): Promise<ServerView> {
  const all = await remote.call("servers.list", scope(tenant));
  const missing = (): Refusal => new Refusal("server_unknown", { server: wanted });
  return pick(all, wanted, (s) => s.name, missing);
}

/** @throws Refusal `agent_unknown`, `usage` where the name is in several tenants */
export async function findAgent(
  remote: Remote,
  tenant: string | undefined,
  wanted: string,
): Promise<AgentView> {
  const all = await remote.call("agents.list", scope(tenant));
  const missing = (): Refusal => new Refusal("agent_unknown", { agent: wanted });
  return pick(all, wanted, (a) => a.name, missing);
}

/** @throws Refusal `issuer_unknown`, `usage` where the name is in several tenants */
export async function findIssuer(
  remote: Remote,
  tenant: string | undefined,
  wanted: string,
): Promise<Issuer> {
  const all = await remote.call("issuers.list", scope(tenant));
  const missing = (): Refusal => new Refusal("issuer_unknown", { issuer: wanted });
  return pick(all, wanted, (i) => i.name, missing);
}

/** What a label means where several bear it: a successor has the label of the one whose place it takes. */
export type CertificateRole = "in-use" | "successor" | "waiting";

const roleOf = (one: CertificateView, all: readonly CertificateView[]): CertificateRole | null => {
  if (one.state === "csr-pending") return "waiting";
  if (one.state === "replaced") return null;
  const old = all.find((other) => other.id === one.replaces);
  return old?.state === "active" ? "successor" : "in-use";
};

/** @throws Refusal `certificate_unknown`, `usage` where several bear the label */
export async function findCertificate(
  remote: Remote,
  tenant: string | undefined,
  wanted: string,
  role: CertificateRole = "in-use",
): Promise<CertificateView> {
  const all = await remote.call("certificates.list", scope(tenant));
  const missing = (): Refusal => new Refusal("certificate_unknown", { certificate: wanted });
  const called = (as: CertificateRole): CertificateView[] =>
    all.filter((c) => c.label === wanted && roleOf(c, all) === as);
  const fitting = [called(role), called("in-use"), all].find((some) => some.length > 0) ?? [];
  return pick(fitting, wanted, (c) => c.label, missing);
}

// The running Countersign, as the command line calls it: the contract's types over the control socket.
import type { AppEvent, InputOf, Method, OutputOf, Reply } from "../contract.ts";
import { Refusal } from "../core/errors.ts";
import type { Complaint } from "../core/sentences.ts";
import type { AgentView } from "../core/agents.ts";
import type { ServerView } from "../core/servers.ts";
import { connectControl } from "../host/control/client.ts";

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
  readonly name: string;
  readonly tenant: string;
}

/** By id, else by name. A name may stand in several tenants: then it has to be said which. */
function pick<T extends Named>(all: readonly T[], wanted: string, missing: () => Refusal): T {
  const byId = all.find((one) => one.id === wanted);
  if (byId !== undefined) return byId;
  const [first, second] = all.filter((one) => one.name === wanted);
  if (first === undefined) throw missing();
  if (second !== undefined) {
    throw new Refusal("usage", {
      reason: `The name “${wanted}” stands in more than one tenant: say which with --tenant.`,
    });
  }
  return first;
}

/** @throws Refusal `server_unknown`, `usage` where the name is in several tenants */
export async function findServer(
  remote: Remote,
  tenant: string | undefined,
  wanted: string,
): Promise<ServerView> {
  const all = await remote.call("servers.list", tenant === undefined ? {} : { tenant });
  return pick(all, wanted, () => new Refusal("server_unknown", { server: wanted }));
}

/** @throws Refusal `agent_unknown`, `usage` where the name is in several tenants */
export async function findAgent(
  remote: Remote,
  tenant: string | undefined,
  wanted: string,
): Promise<AgentView> {
  const all = await remote.call("agents.list", tenant === undefined ? {} : { tenant });
  return pick(all, wanted, () => new Refusal("agent_unknown", { agent: wanted }));
}

// What would be written into an assistant's file, worked out without writing anything.
import type { AgentRegister } from "../agent-register.ts";
import type { Agent } from "../agents.ts";
import { base64url, type Digest } from "../digest.ts";
import { Refusal } from "../errors.ts";
import { DEFAULT_TENANT } from "../names.ts";
import { type Assistant, ASSISTANTS, textsIn } from "./assistants.ts";
import { changed } from "./config-text.ts";
import type { Connection } from "./connections.ts";
import { MASKED_CREDENTIAL } from "./diff.ts";
import type { ConfigFiles, FoundFile } from "./files.ts";
import { plainKeysIn } from "./plain-keys.ts";
import { onText, readHeld, type Wanted } from "./survey.ts";
import type { ConnectPreview, ConnectWish } from "./views.ts";

export interface PlanPorts {
  readonly files: ConfigFiles;
  readonly agents: AgentRegister;
  readonly digest: Digest;
  readonly wanted: Wanted;
  readonly fileOf: (assistant: Assistant) => string;
  readonly recordOf: (assistant: Assistant) => Connection | null;
}

export interface Plan {
  readonly assistant: Assistant;
  readonly found: FoundFile;
  readonly before: string;
  readonly after: (credential: string) => string;
  readonly agent: Agent | string;
  readonly tenant: string;
  readonly entries: ConnectPreview["entries"];
  readonly plainKeys: readonly string[];
  readonly revision: string;
}

/** @throws Refusal `assistant_unknown` */
export function findAssistant(id: string): Assistant {
  const found = ASSISTANTS.find((one) => one.id === id);
  if (found === undefined) throw new Refusal("assistant_unknown", { assistant: id });
  return found;
}

export const hashOf = (digest: Digest, data: Uint8Array | string): string =>
  base64url(digest.sha256(data));

/** The agent that a wish means; a name where it has to be made. */
function agentFor(
  { agents, recordOf }: PlanPorts,
  assistant: Assistant,
  wish: ConnectWish,
): Agent | string {
  const tenant = wish.tenant ?? DEFAULT_TENANT;
  const record = recordOf(assistant);
  const id = wish.agent ?? (wish.name === undefined ? record?.agent : undefined);
  const there = agents.list().find((one) => one.id === id);
  if (wish.agent !== undefined && there === undefined) {
    throw new Refusal("agent_unknown", { agent: wish.agent });
  }
  if (there !== undefined && (wish.agent !== undefined || there.tenant === tenant)) {
    if (there.certificate === undefined) return there;
    throw new Refusal("not_applicable", {
      reason: `“${there.name}” is let in by its certificate, and a file cannot hold that`,
      instead: "Connect a new agent instead.",
    });
  }
  if (wish.name !== undefined) return wish.name;
  const taken = new Set(agents.list(tenant).map(({ name }) => name));
  let name = assistant.name;
  for (let n = 2; taken.has(name); n++) name = `${assistant.name} ${n}`;
  return name;
}

/** Somebody else's entry of the server's name stays theirs. */
function freeName(server: string, taken: (name: string) => boolean): string {
  let name = server;
  for (let n = 1; taken(name); n++) {
    name = n === 1 ? `countersign-${server}` : `countersign-${server}-${n}`;
  }
  return name;
}

/** @throws Refusal `assistant_unknown`, `agent_unknown`, `not_applicable`, `config_unusable` */
export async function planFor(ports: PlanPorts, wish: ConnectWish): Promise<Plan> {
  const { files, agents, digest, wanted, fileOf, recordOf } = ports;
  const assistant = findAssistant(wish.target);
  const agent = agentFor(ports, assistant, wish);
  const tenant = typeof agent === "string" ? (wish.tenant ?? DEFAULT_TENANT) : agent.tenant;
  const servers = wanted.servers(tenant);
  if (servers.length === 0) {
    throw new Refusal("not_applicable", {
      reason: "there is no server yet that it could use",
      instead: "Add a server first.",
    });
  }
  const found = await files.read(fileOf(assistant));
  if (found.mode !== null && (found.mode & 0o200) === 0) {
    throw new Refusal("config_unusable", { file: found.path, reason: "it is read-only" });
  }
  const { text, entries, held } = readHeld(found, assistant, agents.list(), digest);
  const record = recordOf(assistant);
  const recorded = new Set(record?.entries);
  const used = new Set<string>();
  const names = new Map<string, string>();
  for (const server of servers) {
    const there = held.find((one) => one.server === server && !used.has(one.name))?.name;
    const name = there ?? freeName(server, (taken) => entries.has(taken) || used.has(taken));
    used.add(name);
    names.set(server, name);
  }
  const spare = held.filter(
    ({ name, agent: whose }) =>
      !used.has(name) && (recorded.has(name) || (whose !== null && whose.tenant === tenant)),
  );
  const after = (credential: string): string =>
    onText(found.path, () =>
      changed(
        text,
        assistant,
        new Map([
          ...[...names].map(
            ([server, name]) => [name, assistant.entry(wanted.facts(server, credential))] as const,
          ),
          ...spare.map(({ name }) => [name, null] as const),
        ]),
      ),
    );
  const masked = after(MASKED_CREDENTIAL);
  return {
    assistant,
    found,
    before: text,
    after,
    agent,
    tenant,
    entries: [
      ...[...names].map(([server, name]) => ({
        name,
        server,
        change: entries.has(name) ? ("change" as const) : ("add" as const),
      })),
      ...spare.map(({ name, server }) => ({ name, server, change: "remove" as const })),
    ],
    plainKeys: plainKeysIn(entries),
    revision: hashOf(
      digest,
      `${found.real}\0${hashOf(digest, found.bytes ?? "absent")}\0${masked}`,
    ),
  };
}

/** Strings that a plan writes, the credential masked: what a diff may show. */
export const stringsOf = (plan: Plan, wanted: Wanted): Set<string> =>
  new Set(
    plan.entries.flatMap(({ server }) =>
      textsIn(plan.assistant.entry(wanted.facts(server, MASKED_CREDENTIAL))),
    ),
  );

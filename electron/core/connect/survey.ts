// What stands in an assistant's file now, and what would have to stand in it.
import { base64url, type Digest } from "../digest.ts";
import { Refusal } from "../errors.ts";
import type { Agent } from "../agents.ts";
import {
  type Assistant,
  type ConfigEntry,
  credentialsIn,
  type EntryFacts,
  serverOf,
} from "./assistants.ts";
import { ConfigFault, entriesIn, holds } from "./config-text.ts";
import type { Connection, TargetState } from "./connections.ts";
import type { FoundFile } from "./files.ts";

/** An entry that leads to Countersign. */
export interface Held {
  readonly name: string;
  readonly server: string;
  readonly entry: ConfigEntry;
  readonly credential: string | null;
  /** Whose credential it is; null where it is none of ours. */
  readonly agent: Agent | null;
}

/** The file as text, its byte order mark included. @throws Refusal `config_unusable` */
export function textOf({ path, bytes }: FoundFile): string {
  if (bytes === null) return "";
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal("config_unusable", { file: path, reason: "it is not UTF-8" });
  }
}

/** Runs an edit or a reading; its fault becomes a refusal that names file and line. */
export function onText<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    // Parsers that call themselves for each level run out of stack.
    if (error instanceof RangeError) {
      throw new Refusal("config_unusable", { file, reason: "it is nested too deeply" }, error);
    }
    if (!(error instanceof ConfigFault)) throw error;
    const where = error.line === null ? "" : ` (line ${error.line})`;
    throw new Refusal("config_unusable", { file, reason: `${error.message}${where}` }, error);
  }
}

export interface Read {
  readonly text: string;
  readonly entries: ReadonlyMap<string, ConfigEntry>;
  readonly held: readonly Held[];
}

/** @throws Refusal `config_unusable` */
export function readHeld(
  found: FoundFile,
  assistant: Assistant,
  agents: readonly Agent[],
  digest: Digest,
): Read {
  const text = textOf(found);
  const entries = onText(found.path, () => entriesIn(text, assistant));
  const held = [...entries].flatMap(([name, entry]): Held[] => {
    const server = serverOf(entry);
    if (server === null) return [];
    const [credential = null] = credentialsIn(entry);
    const hash = credential === null ? null : base64url(digest.sha256(credential));
    const agent = agents.find(({ credentialHash }) => credentialHash === hash) ?? null;
    return [{ name, server, entry, credential, agent }];
  });
  return { text, entries, held };
}

/** `address`: another port. `credential`: rotated. `servers`: some are missing or too many. `gone`: taken out. */
export type OutdatedBy = "address" | "credential" | "servers" | "gone";

export interface Standing {
  readonly state: Exclude<TargetState, "unusable">;
  readonly because: OutdatedBy | null;
  /** Id of the agent whose credential is in it, or was. */
  readonly agent: string | null;
}

export interface Wanted {
  /** Names of the servers of a tenant. */
  readonly servers: (tenant: string) => readonly string[];
  readonly facts: (server: string, credential: string) => EntryFacts;
}

/** @param agents every agent there is */
export function standingIn(
  { held }: Read,
  assistant: Assistant,
  record: Connection | null,
  agents: readonly Agent[],
  wanted: Wanted,
): Standing {
  const known = held.find(({ agent }) => agent !== null);
  if (known === undefined || known.agent === null || known.credential === null) {
    if (record === null)
      return { state: held.length === 0 ? "none" : "foreign", because: null, agent: null };
    const because = held.length === 0 ? "gone" : "credential";
    const agent = agents.some(({ id }) => id === record.agent) ? record.agent : null;
    return { state: "outdated", because, agent };
  }
  const { agent, credential } = known;
  const servers = wanted.servers(agent.tenant);
  const outdated = (because: OutdatedBy): Standing => ({
    state: "outdated",
    because,
    agent: agent.id,
  });
  const own = held.filter((one) => one.agent?.id === agent.id);
  // To an agent with a certificate the plain door is closed, whatever stands in the file.
  if (agent.certificate !== undefined) return outdated("credential");
  const recorded = new Set(record?.entries);
  if (held.some(({ name, agent: whose }) => recorded.has(name) && whose === null)) {
    return outdated("credential");
  }
  if (
    servers.some((name) => !own.some(({ server }) => server === name)) ||
    own.some(({ server }) => !servers.includes(server))
  ) {
    return outdated("servers");
  }
  const fits = own.every(({ server, entry }) =>
    holds(entry, assistant.entry(wanted.facts(server, credential))),
  );
  return fits ? { state: "ours", because: null, agent: agent.id } : outdated("address");
}

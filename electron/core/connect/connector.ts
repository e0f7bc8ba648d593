// Connects assistants: shows what would change in an assistant's file, writes it with a credential of the agent's
// own, and takes it back. The credential goes into the file and nowhere else.
import type { AgentRegister } from "../agent-register.ts";
import type { Agent } from "../agents.ts";
import type { Clock } from "../clock.ts";
import { base64url, type Digest } from "../digest.ts";
import { asRefusal, Refusal } from "../errors.ts";
import type { Store } from "../registry.ts";
import type { Secret } from "../secret.ts";
import { complaint } from "../sentences.ts";
import { type Assistant, ASSISTANTS, type Around } from "./assistants.ts";
import { changed } from "./config-text.ts";
import type { Connection } from "./connections.ts";
import { MASKED_CREDENTIAL, shownDiff } from "./diff.ts";
import type { ConfigFiles } from "./files.ts";
import { plainKeysIn } from "./plain-keys.ts";
import { findAssistant, hashOf, type Plan, planFor, type PlanPorts, stringsOf } from "./plan.ts";
import { onText, readHeld, standingIn, type Wanted } from "./survey.ts";
import type { ConnectPreview, ConnectTarget, ConnectWish, Written } from "./views.ts";

export interface ConnectorPorts {
  readonly store: Store;
  readonly files: ConfigFiles;
  readonly agents: AgentRegister;
  /** Removes an agent with everything that hangs on it. */
  readonly removeAgent: (id: string) => Promise<void>;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly around: Around;
  /** `http://127.0.0.1:7717` */
  readonly door: () => string;
  readonly shim: readonly string[];
}

export type Connector = ReturnType<typeof createConnector>;

const UNREADABLE_BY_OTHERS = 0o600;

export function createConnector(ports: ConnectorPorts) {
  const { store, files, agents, digest, around } = ports;
  // Two writings of one file at a time would each undo the other.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const mine = turn.then(run, run);
    turn = mine.catch(() => {});
    return mine;
  };

  const hash = (data: Uint8Array | string): string => hashOf(digest, data);
  const recordOf = (assistant: Assistant): Connection | null =>
    store.read("connections").find((one) => one.assistant === assistant.id) ?? null;
  /** @throws Refusal `connection_unknown` */
  const knownRecord = (assistant: Assistant): Connection => {
    const record = recordOf(assistant);
    if (record === null) throw new Refusal("connection_unknown", { assistant: assistant.name });
    return record;
  };
  const save = (assistant: string, record: Connection | null): Promise<void> =>
    store.write("connections", (all) => [
      ...all.filter((one) => one.assistant !== assistant),
      ...(record === null ? [] : [record]),
    ]);
  const wanted: Wanted = {
    servers: (tenant) =>
      store
        .read("servers")
        .filter((one) => one.tenant === tenant)
        .map(({ name }) => name),
    facts: (server, credential) => ({
      url: `${ports.door()}/mcp/${server}`,
      server,
      credential,
      shim: ports.shim,
    }),
  };
  const fileOf = (assistant: Assistant): string => assistant.place(around).file;
  const planning: PlanPorts = { files, agents, digest, wanted, fileOf, recordOf };

  async function look(assistant: Assistant): Promise<ConnectTarget> {
    const { file, signs } = assistant.place(around);
    const record = recordOf(assistant);
    let found = false;
    for (const sign of signs) found ||= await files.exists(sign);
    const common = {
      id: assistant.id,
      name: assistant.name,
      transport: assistant.transport,
      found,
      file,
      writtenAt: record?.at ?? null,
    };
    try {
      const read = readHeld(await files.read(file), assistant, agents.list(), digest);
      return {
        ...common,
        ...standingIn(read, assistant, record, agents.list(), wanted),
        servers: read.held.filter(({ agent }) => agent !== null).map(({ server }) => server),
        plainKeys: plainKeysIn(read.entries),
        trouble: null,
      };
    } catch (error) {
      const agent = agents.list().some(({ id }) => id === record?.agent) ? record?.agent : null;
      return {
        ...common,
        state: "unusable",
        because: null,
        agent: agent ?? null,
        servers: [],
        plainKeys: [],
        trouble: complaint(asRefusal(error)),
      };
    }
  }

  const isLoose = (mode: number | null): mode is number => mode !== null && (mode & 0o077) !== 0;
  const copyName = (assistant: Assistant): string => {
    const at = new Date(ports.clock.now()).toISOString().replaceAll(/[^0-9]/g, "");
    return `${assistant.id}-${at}-${base64url(digest.random(3)).toLowerCase().replaceAll("_", "-")}.bak`;
  };

  /** Writes a plan with a credential; what was there before us stays undoable. */
  async function put(
    plan: Plan,
    agent: Agent,
    made: boolean,
    credential: Secret,
  ): Promise<Written> {
    const { assistant, found } = plan;
    const record = recordOf(assistant);
    const untouched =
      record !== null &&
      record.file === found.real &&
      found.bytes !== null &&
      hash(found.bytes) === record.wrote;
    let before = untouched ? record.before : null;
    if (!untouched && found.bytes !== null) {
      before = { copy: copyName(assistant), bytes: found.bytes.length, mode: found.mode };
      await files.keep(before.copy, found.bytes);
    }
    const bytes = new TextEncoder().encode(plan.after(credential.reveal()));
    const entries = plan.entries
      .filter(({ change }) => change !== "remove")
      .map(({ name }) => name);
    try {
      await files.replace(
        found,
        bytes,
        (found.mode ?? UNREADABLE_BY_OTHERS) & UNREADABLE_BY_OTHERS,
      );
    } catch (error) {
      if (!untouched && before !== null) await files.drop(before.copy);
      throw error;
    }
    await save(assistant.id, {
      assistant: assistant.id,
      file: found.real,
      tenant: plan.tenant,
      agent: agent.id,
      made: made || (record?.agent === agent.id && record.made),
      entries,
      wrote: hash(bytes),
      wroteBytes: bytes.length,
      before,
      at: new Date(ports.clock.now()).toISOString(),
    });
    if (!untouched && record?.before != null) await files.drop(record.before.copy);
    return {
      target: assistant.id,
      file: found.path,
      agent: agent.id,
      agentName: agent.name,
      entries,
      backup: before === null ? null : files.pathOf(before.copy),
    };
  }

  /** Takes out what leads to us and is this record's; everything else in the file stays. */
  async function takeOut(assistant: Assistant, record: Connection): Promise<string[]> {
    const found = await files.read(fileOf(assistant));
    const { text, held } = readHeld(found, assistant, agents.list(), digest);
    const names = held
      .filter(({ name, agent }) => record.entries.includes(name) || agent?.id === record.agent)
      .map(({ name }) => name);
    if (names.length > 0) {
      const next = onText(found.path, () =>
        changed(text, assistant, new Map(names.map((name) => [name, null]))),
      );
      await files.replace(
        found,
        new TextEncoder().encode(next),
        found.mode ?? UNREADABLE_BY_OTHERS,
      );
    }
    return names;
  }

  async function forget(assistant: Assistant, record: Connection): Promise<void> {
    await save(assistant.id, null);
    if (record.before !== null) await files.drop(record.before.copy);
  }

  return {
    targets: (): Promise<ConnectTarget[]> => Promise.all(ASSISTANTS.map(look)),

    /** Reads and computes only: nothing is written, fetched or started. @throws as planFor */
    async preview(wish: ConnectWish): Promise<ConnectPreview> {
      const plan = await planFor(planning, wish);
      const { found, agent } = plan;
      return {
        target: plan.assistant.id,
        file: found.path,
        linkedTo: found.link ? found.real : null,
        exists: found.bytes !== null,
        diff: shownDiff(
          plan.before,
          plan.after(MASKED_CREDENTIAL),
          plan.assistant,
          stringsOf(plan, wanted),
        ),
        revision: plan.revision,
        backup: found.bytes === null ? null : files.pathOf(""),
        looseMode: isLoose(found.mode) ? found.mode.toString(8).padStart(4, "0") : null,
        agent:
          typeof agent === "string"
            ? { id: null, name: agent }
            : { id: agent.id, name: agent.name },
        entries: plan.entries,
        plainKeys: plan.plainKeys,
      };
    },

    /**
     * Makes or rotates the agent and writes its entries, if the file and what would be written are as shown.
     * @throws Refusal `config_changed`, `name_taken`, `settings_*`, and as preview
     */
    write: (wish: ConnectWish & { readonly revision: string }): Promise<Written> =>
      inTurn(async () => {
        const plan = await planFor(planning, wish);
        if (plan.revision !== wish.revision) {
          throw new Refusal("config_changed", { file: plan.found.path });
        }
        const made = typeof plan.agent === "string";
        const { agent, credential } =
          typeof plan.agent === "string"
            ? await agents.add({ tenant: plan.tenant, name: plan.agent })
            : await agents.rotate(plan.agent.id);
        try {
          return await put(plan, agent, made, credential);
        } catch (error) {
          // Its credential is nowhere: nobody could ever use it.
          if (made) await ports.removeAgent(agent.id).catch(() => {});
          throw error;
        }
      }),

    /**
     * Puts the file back as it was before us, byte for byte, and removes the agent that was made for it.
     * @throws Refusal `connection_unknown`, `config_undo_refused` where the file is not as we left it
     */
    undo: (target: string): Promise<{ target: string; file: string; agentRemoved: boolean }> =>
      inTurn(async () => {
        const assistant = findAssistant(target);
        const record = knownRecord(assistant);
        const found = await files.read(fileOf(assistant));
        const now = found.bytes;
        if (now === null || found.real !== record.file || hash(now) !== record.wrote) {
          throw new Refusal("config_undo_refused", {
            file: found.path,
            assistant: assistant.id,
            before: record.before === null ? "no file" : `${record.before.bytes} bytes`,
            wrote: `${record.wroteBytes} bytes`,
            now: now === null ? "no file" : `${now.length} bytes`,
          });
        }
        const old = record.before === null ? null : await files.kept(record.before.copy);
        await files.replace(found, old, record.before?.mode ?? UNREADABLE_BY_OTHERS);
        await forget(assistant, record);
        const agentRemoved = record.made && agents.list().some(({ id }) => id === record.agent);
        if (agentRemoved) await ports.removeAgent(record.agent);
        return { target, file: found.path, agentRemoved };
      }),

    /** Takes our entries out and leaves the rest as it is now. @throws Refusal `connection_unknown`, `config_*` */
    remove: (
      target: string,
    ): Promise<{ target: string; file: string; removed: readonly string[] }> =>
      inTurn(async () => {
        const assistant = findAssistant(target);
        const record = knownRecord(assistant);
        const removed = await takeOut(assistant, record);
        await forget(assistant, record);
        if (record.made && agents.list().some(({ id }) => id === record.agent)) {
          await ports.removeAgent(record.agent);
        }
        return { target, file: fileOf(assistant), removed };
      }),

    /** Before an agent goes: its entries go with it, where the file lets them. Never throws. */
    agentGoes: (id: string): Promise<void> =>
      inTurn(async () => {
        for (const record of store.read("connections").filter(({ agent }) => agent === id)) {
          const assistant = findAssistant(record.assistant);
          await takeOut(assistant, record).catch(() => {});
          await forget(assistant, record).catch(() => {});
        }
      }),

    /**
     * After an agent was given a new credential: it is written wherever the old one was. Never throws; what could not
     * be written shows as outdated.
     * @returns the files that hold it now
     */
    agentRotated: (agent: Agent, credential: Secret): Promise<string[]> =>
      inTurn(async () => {
        const written: string[] = [];
        for (const record of store.read("connections").filter((one) => one.agent === agent.id)) {
          try {
            const plan = await planFor(planning, { target: record.assistant, agent: agent.id });
            written.push((await put(plan, agent, false, credential)).file);
          } catch {
            // Told by its state.
          }
        }
        return written;
      }),
  };
}

// The composition root of the running program, the same for the desktop and the headless form: opens what lies
// in the data folder, hands each room its ports, and closes everything in the order that loses nothing.
import crypto from "node:crypto";
import path from "node:path";
import { performance } from "node:perf_hooks";
import pkg from "../package.json" with { type: "json" };
import type { ComposeOptions, Countersign } from "./compose-types.ts";
import type { AppEvent, AppStatus } from "./contract.ts";
import { createAgentRegister } from "./core/agent-register.ts";
import { createCaller } from "./core/caller.ts";
import type { Clock } from "./core/clock.ts";
import { createCredentials } from "./core/credentials.ts";
import type { Digest } from "./core/digest.ts";
import { Refusal } from "./core/errors.ts";
import { createGateway } from "./core/gateway.ts";
import { locate, parseStrict } from "./core/json/document.ts";
import { returnHeaders } from "./core/mcp.ts";
import { DEFAULT_TENANT } from "./core/names.ts";
import { KnownSecrets, redactInput, redactText } from "./core/redact.ts";
import { complaint } from "./core/sentences.ts";
import { createServerRegister, secretsOf } from "./core/server-register.ts";
import type { Server } from "./core/servers.ts";
import { createSessions } from "./core/sessions.ts";
import { stdioRules } from "./core/stdio/rules.ts";
import { wire } from "./core/wire.ts";
import { documentSchemas } from "./cli/schemas.ts";
import { type HandlerPorts, makeHandlers } from "./handlers.ts";
import { serveControl } from "./host/control/server.ts";
import { runDoctor } from "./host/doctor/doctor.ts";
import { openDoor } from "./host/door/door.ts";
import { whoHolds } from "./host/door/holder.ts";
import { createHttpUpstream } from "./host/forward/http-upstream.ts";
import { openJournal } from "./host/journal/open.ts";
import { createStdioUpstream } from "./host/stdio/upstream.ts";
import { lockInstance } from "./host/store/lock.ts";
import { openStore } from "./host/store/store.ts";
import { createVaultKeeper } from "./host/vault/keeper.ts";
import { answer, type Desk } from "./surface.ts";
import { createTrials } from "./trials.ts";

const VERSION: string = pkg.version;

const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
const digest: Digest = {
  sha256: (data) => crypto.createHash("sha256").update(data).digest(),
  equal: (a, b) => a.length === b.length && crypto.timingSafeEqual(a, b),
  random: (n) => crypto.randomBytes(n),
};

/** Bytes and milliseconds for one request body. */
const BODY = { maxBytes: 4 * 1024 * 1024, withinMs: 10_000 };
/** Milliseconds between two hints that local servers changed. */
const SERVER_HINT_MS = 250;
/** Milliseconds that an agent may go without reading. */
const STALL_MS = 30_000;

/**
 * Opens everything and starts listening. Nothing is left open where it throws.
 * @throws Refusal `data_folder_unusable`, `already_running`, `port_taken`, `settings_unwritable`
 */
export async function createCountersign(options: ComposeOptions): Promise<Countersign> {
  const closers: (() => unknown)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        options.log.error("close.failed", error);
      }
    }
  };
  try {
    return await compose(options, closers, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function compose(
  options: ComposeOptions,
  closers: (() => unknown)[],
  closeAll: () => Promise<void>,
): Promise<Countersign> {
  const { log } = options;
  const atStart = { wall: clock.now(), monotonic: clock.monotonic() };
  const startedAt = new Date(atStart.wall).toISOString();
  const listeners = new Set<(event: AppEvent) => void>();
  const emit = (event: AppEvent): void => {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        // A surface that fails must not hurt the traffic.
        listeners.delete(listener);
        log.error("listener.failed", error);
      }
    }
  };
  const changed = (what: (AppEvent & { type: "changed" })["what"]): void =>
    emit({ type: "changed", what });

  const lock = await lockInstance(options.dataFolder);
  closers.push(() => lock.release());
  const { folder } = lock;
  const store = await openStore({
    folder,
    schemas: documentSchemas,
    json: { parse: parseStrict, locate },
    clock,
    random: (n) => digest.random(n),
    firstTenant: { id: DEFAULT_TENANT, name: "Personal" },
    report: (error) => log.error("store.listener", error),
  });
  store.watch((name) => changed(name));

  const known = new KnownSecrets();
  const journal = openJournal({ file: path.join(folder, "journal.db"), clock, log });
  closers.push(() => journal.close());
  journal.watch((rows) => emit({ type: "calls", rows }));

  const vault = createVaultKeeper({
    installation: store.read("settings").installation,
    stored: store.read("settings").vault,
    override: options.vault,
    sealedFile: path.join(folder, "secrets.sealed"),
    record: (kind) => store.write("settings", (now) => ({ ...now, vault: kind })),
    knownRefs: () => store.read("servers").flatMap(secretsOf),
    log,
  });
  let stuck = false;
  closers.push(async () => {
    ({ stuck } = await vault.close());
  });
  const credentials = createCredentials(vault, known);
  vault.watch((status) => {
    if (status.state !== "ready") credentials.forgetAll();
    changed("vault");
  });

  const http = createHttpUpstream({ returnHeaders });
  closers.push(() => http.close());
  const stdio = createStdioUpstream({
    rules: stdioRules,
    clock,
    log,
    scrub: (text) => known.scrub(text),
    environment: process.env,
  });
  closers.push(() => stdio.close());
  // A chatty server writes many lines a second: one hint for all of them is enough.
  let hint: NodeJS.Timeout | null = null;
  stdio.watch(() => {
    hint ??= setTimeout(() => {
      hint = null;
      changed("servers");
    }, SERVER_HINT_MS);
  });
  closers.push(() => clearTimeout(hint ?? undefined));
  const upstreamFor = (kind: Server["kind"]) => (kind === "http" ? http : stdio);

  const trials = createTrials({ clock, credentials, upstreamFor });
  const sessions = createSessions(clock);
  let door: Awaited<ReturnType<typeof openDoor>> | null = null;
  const agents = createAgentRegister({
    store,
    clock,
    digest,
    dropAgent(agentId) {
      door?.dropAgent(agentId);
      sessions.dropAgent(agentId);
      stdio.dropAgent(agentId);
    },
  });
  const servers = createServerRegister({
    store,
    vault,
    clock,
    digest,
    dropServer(server) {
      trials.dropServer(server.id);
      credentials.forget(server);
      sessions.dropServer(server.id);
      upstreamFor(server.kind).dropServer(server.id);
    },
  });
  const gateway = createGateway({
    servers: () => store.read("servers"),
    journal,
    credentials,
    clock,
    digest,
    redact: {
      input: (bytes) => redactInput(bytes, known),
      text: (text) => redactText(text, known, 1024),
    },
  });

  await vault.start();
  door = await openDoor(
    {
      admit: (credential, method) => agents.admit(credential, method),
      complaint,
      gateway,
      sessions,
      wire,
      upstreamFor,
      createCaller,
      body: BODY,
      stallMs: STALL_MS,
      monotonic: () => clock.monotonic(),
    },
    { port: options.port },
  );
  const { origin } = door;
  closers.push(() => door?.close());

  let makeLink = (): string => {
    throw new Refusal("input_invalid", {
      method: "app.link",
      reason: "the desktop app is open; it needs no link",
    });
  };
  let showYourself = (): void => undefined;

  const status = (): AppStatus => {
    const broken = store.broken();
    const trouble = journal.trouble();
    const troubles = [
      ...(trouble === null ? [] : [complaint(trouble)]),
      ...broken.map(({ code, file, line, reason }) =>
        complaint(new Refusal(code, { file, line: line ?? "?", reason })),
      ),
    ];
    return {
      version: VERSION,
      runtime: options.runtime,
      door: origin,
      dataFolder: folder,
      vault: vault.status(),
      broken,
      troubles,
      counts: {
        servers: store.read("servers").length,
        agents: store.read("agents").length,
        calls: journal.count() ?? 0,
      },
      startedAt,
    };
  };

  const ports: HandlerPorts = {
    agents,
    servers,
    store,
    journal,
    clock,
    vault,
    lastSeen: (agentId) => journal.lastSeen(agentId),
    stdio,
    tryServer: (server) => trials.run(server),
    doctor: () =>
      runDoctor({
        runtime: options.runtime,
        nodeVersion: process.versions.node,
        dataFolder: folder,
        broken: () => store.broken(),
        door: { port: Number(new URL(origin).port), ours: true, whoHolds },
        vault: () => vault.probe(),
        journal: { file: path.join(folder, "journal.db"), trouble: journal.trouble() },
        clock,
        atStart,
        // A journal that cannot be read is a finding of its own.
        newestCall:
          journal.trouble() === null ? (journal.search({ limit: 1 }).rows[0]?.at ?? null) : null,
        removedEnvironment: options.removedEnvironment ?? [],
      }),
    status,
    makeLink: () => makeLink(),
    door: () => origin,
    // The folder stands in it: the assistant that starts the shim knows nothing of ours.
    shim: [...(options.commandLine ?? ["countersign"]), "stdio", `--data=${folder}`],
    emit,
  };
  const handlers = makeHandlers(ports);
  const desk: Desk = {
    call: (surface, method, input) =>
      answer(handlers, surface, method, input, (name, error) =>
        log.error("contract.failed", error, { method: name }),
      ),
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  const control = await serveControl({
    lock,
    desk: {
      call: (surface, method, input) => desk.call(surface, method, input),
      watch: (listener) => desk.watch(listener),
    },
    hello: () => ({ door: origin, pid: process.pid, version: VERSION }),
    show: () => showYourself(),
    report: (error) => log.error("control.failed", error),
  });
  closers.push(() => control.close());

  return {
    desk,
    door: origin,
    dataFolder: folder,
    setLinkMaker(make) {
      makeLink = make;
    },
    onSecondStart(show) {
      showYourself = show;
    },
    async close() {
      await closeAll();
      return { stuck };
    },
  };
}

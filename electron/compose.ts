// The composition root of the running program, the same for the desktop and the headless form: opens what lies
// in the data folder, hands each room its ports, and closes everything in the order that loses nothing.
import path from "node:path";
import pkg from "../package.json" with { type: "json" };
import type { ComposeOptions, Countersign } from "./compose-types.ts";
import type { AskingPlace } from "./contract.ts";
import { createConnectRoom } from "./connect-room.ts";
import { createAgentRegister } from "./core/agent-register.ts";
import { createCallLimits, createPace } from "./core/call-limits.ts";
import { createCaller } from "./core/caller.ts";
import { createCredentials } from "./core/credentials.ts";
import { isLoopback } from "./core/destination.ts";
import { clearedOf, Refusal } from "./core/errors.ts";
import { createGateway } from "./core/gateway.ts";
import { locate, parseStrict } from "./core/json/document.ts";
import { DEFAULT_TENANT } from "./core/names.ts";
import { redirectPath } from "./core/oauth/authorization-code.ts";
import { grantRefs } from "./core/oauth/keeping/account-register.ts";
import { KnownSecrets, redactInput, redactText } from "./core/redact.ts";
import { StreamScrubber } from "./core/redact/stream.ts";
import { lastingSecrets, secretsOfTenant } from "./core/secret-list.ts";
import { RUN_GAP, RUN_MOST } from "./core/runs/runs.ts";
import { complaint } from "./core/sentences.ts";
import { createServerRegister } from "./core/server-register.ts";
import { createSessions } from "./core/sessions.ts";
import { wire } from "./core/wire.ts";
import { createDiscovery } from "./discovery.ts";
import { createDoctorRoom } from "./doctor-room.ts";
import { documentSchemas } from "./document-schemas.ts";
import { createEvents } from "./events.ts";
import { type HandlerPorts, makeHandlers } from "./handlers.ts";
import { serveControl } from "./host/control/server.ts";
import { openDoor } from "./host/door/door.ts";
import { createPrograms } from "./host/door/programs.ts";
import { openJournal } from "./host/journal/open.ts";
import { lockInstance } from "./host/store/lock.ts";
import { openStore } from "./host/store/store.ts";
import { createFlowNet } from "./host/tls/flow-net.ts";
import { createVaultKeeper } from "./host/vault/keeper.ts";
import { createInboundMtls, DOOR_KEY } from "./inbound-mtls.ts";
import { createLabKeeper, practiceVault } from "./lab-keeper.ts";
import { LAB_TENANT } from "./lab-sweep.ts";
import { createOAuthRooms } from "./oauth-rooms.ts";
import { createPermissionRooms } from "./permission-rooms.ts";
import { clock, digest, timers } from "./platform.ts";
import { statusOf } from "./status.ts";
import { answer, type Desk } from "./surface.ts";
import { createTrials } from "./trials.ts";
import { createUpdateRooms } from "./update-rooms.ts";
import { createUpstreamRooms } from "./upstream-rooms.ts";

const VERSION: string = pkg.version;

/** Bytes and milliseconds for one request body. */
const BODY = { maxBytes: 4 * 1024 * 1024, withinMs: 10_000 };
/** Milliseconds between two looks at what ends soon. */
const REMIND_MS = 3_600_000;
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
  const { emit, changed, watch } = createEvents(log);

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

  const places = createVaultKeeper({
    installation: store.read("settings").installation,
    stored: store.read("settings").vault,
    override: options.vault,
    sealedFile: path.join(folder, "secrets.sealed"),
    record: (kind) => store.write("settings", (now) => ({ ...now, vault: kind })),
    knownRefs: () => [
      ...lastingSecrets(store),
      ...store.read("accounts").flatMap(grantRefs),
      DOOR_KEY,
    ],
    log,
  });
  let stuck = false;
  closers.push(async () => {
    ({ stuck } = await places.close());
  });
  const vault = practiceVault(places);
  const credentials = createCredentials(vault, known, () => oauth.broker, secretsOfTenant(store));
  const net = createFlowNet({
    trust: {
      caPem: (issuerOrigin) => oauth.parties.serving(issuerOrigin)?.trustPem ?? null,
      // Where a person registered an issuer on this machine or in their own network, and its endpoints; an origin that
      // only a document named may lead to the internet and nowhere else (threat 30).
      reach: (origin) => {
        const known = oauth.parties.serving(origin);
        if (known === undefined || known.registration?.confirmed === false) return "public";
        return isLoopback(new URL(known.issuer)) ? "loopback" : "private";
      },
    },
  });
  closers.push(() => net.close());
  const oauth = createOAuthRooms({
    store,
    vault,
    clock,
    digest,
    live: known,
    log,
    net,
    secret: (...of) => credentials.secret(...of),
    door: () => origin,
    signInChanged: () => changed("sign-ins"),
    confirmOther: (...of) => permission.accountAsks.confirm(...of),
    retireIdentity(id) {
      net.retireIdentity(id);
      http.retireIdentity(id);
    },
    dropServersOf(uses) {
      for (const server of store.read("servers")) {
        if (server.kind !== "stdio" && uses(server)) http.dropServer(server.id);
      }
    },
  });
  closers.push(() => oauth.signIns.closeAll("Countersign ended"));
  // A certificate grows old while nothing else happens: the surfaces look again now and then.
  const lookAgain = setInterval(() => changed("troubles"), REMIND_MS);
  closers.push(() => clearInterval(lookAgain));
  places.watch((status) => {
    if (status.state !== "ready") {
      credentials.forgetAll();
      oauth.forgetAll();
      permission.lock();
    }
    changed("vault");
  });

  const { http, stdio, apis, openapi, upstreamFor } = createUpstreamRooms({
    store,
    clock,
    digest,
    log,
    worker: options.apiWorker,
    scrub: (text) => known.scrub(text),
    toolsChanged: (id) => permission.pins.stale(id),
    changed: () => changed("servers"),
    atEnd: (close) => closers.push(close),
  });

  const scrubber = () => new StreamScrubber(known);
  const discovery = createDiscovery({
    store,
    oauth,
    clock,
    digest,
    http,
    scrubber,
    door: () => origin,
    secret: (tenant, id, what) => credentials.secret(tenant, id, what),
    emit,
  });
  closers.push(() => discovery.close());
  const trials = createTrials({
    clock,
    credentials,
    upstreamFor,
    scrubber,
    listed: (server, text) => permission.pins.observe(server, text),
  });
  const sessions = createSessions(clock);
  let door: Awaited<ReturnType<typeof openDoor>> | null = null;
  let origin = "";
  const agents = createAgentRegister({
    store,
    clock,
    digest,
    dropAgent(agentId) {
      door?.dropAgent(agentId);
      sessions.dropAgent(agentId);
      stdio.dropAgent(agentId);
      openapi.dropAgent(agentId);
    },
    certificateDoor: () => inbound.address(),
  });
  const inbound = createInboundMtls({
    agents,
    vault,
    clock,
    log,
    folder,
    serve: async (...exchange) => door?.serve(...exchange),
    broken: (...what) => door?.broken(...what),
    // The browser form has the port between.
    port: options.port === 0 ? 0 : options.port + 2,
    bodyMs: BODY.withinMs,
  });
  const servers = createServerRegister({
    store,
    vault,
    clock,
    digest,
    apis,
    dropServer(server) {
      trials.dropServer(server.id);
      credentials.forget(server);
      sessions.dropServer(server.id);
      upstreamFor(server.kind).dropServer(server.id);
    },
  });
  const lab = createLabKeeper({
    store,
    agents,
    servers,
    issuers: oauth.issuers,
    certificates: oauth.certificates,
    dropAccount: (id) => oauth.dropAccount(id),
    agentRemoved: (id) => oauth.agentRemoved(id),
    signIns: oauth.signIns,
    redirectPath: (issuer) => redirectPath(issuer, digest),
    async actorKeys(agent) {
      await oauth.readyToAct(agent);
      return oauth.jwks(agent.tenant);
    },
    door: () => origin,
    setCertificate: (id, pem) => inbound.setCertificate(id, pem),
    release: (server, agent) => credentials.release(server, agent),
    scrub: (text) => known.scrub(text),
    mtls: () => inbound.status(),
    clock,
    log,
    emit,
  });
  closers.push(() => lab.close());
  const permission = await createPermissionRooms({
    fetchList: (server, agent) => trials.list(server, agent),
    store,
    journal,
    emit,
    vault,
    policyFolder: path.join(folder, "policies"),
    clock,
    digest,
    timers,
    isPractice: (tenant) => tenant === LAB_TENANT && lab.status().state === "on",
    formerRuns: journal.formerRuns({
      newestSince: clock.now() - RUN_GAP,
      firstSince: clock.now() - RUN_MOST,
    }),
    clear: (text) => known.scrub(text),
    pause: async (agentId) => {
      await agents.setState(agentId, "paused");
    },
    cut(agentId, server) {
      door?.dropAgent(agentId, server.name);
      sessions.dropAgent(agentId, server.id);
      upstreamFor(server.kind).dropAgent(agentId, server.id);
    },
    log,
    changed,
  });
  const gateway = createGateway({
    permission,
    servers: () => store.read("servers"),
    journal,
    credentials,
    clock,
    digest,
    routeOf: (server, tool) => apis.routeOf(server, tool),
    limit: createCallLimits(clock),
    pace: createPace(clock, options.paces),
    sent: (agentId, run, server, tool) => permission.runs.sent(agentId, run, { server, tool }),
    redact: {
      input: (bytes) => redactInput(bytes, known),
      text: (text) => redactText(text, known, 1024),
      name: (name) => known.scrub(name),
      holds: (text) => known.spansIn(text).length > 0,
    },
  });

  const removeAgent = async (id: string): Promise<void> => {
    await agents.remove(id);
    await servers.forgetAgent(id);
    await oauth.agentRemoved(id);
  };
  // The folder stands in it: the assistant that starts the shim knows nothing of ours.
  const shim = [...(options.commandLine ?? ["countersign"]), "stdio", `--data=${folder}`];
  const connector = createConnectRoom({
    store,
    agents,
    clock,
    digest,
    shim,
    door: () => origin,
    dataFolder: folder,
    around: options.around,
    removeAgent,
  });

  await places.start();
  // Before anybody can knock. Where it fails, the settings cannot be written, and status and doctor say so.
  await lab.sweep().catch((error: unknown) => log.error("lab.sweep", error));
  door = await openDoor(
    {
      admit: (credential, method) => agents.admit(credential, method),
      // What a server made us say (an address, a type) is cleared like its answers.
      complaint: (refusal) => complaint(clearedOf(refusal, (text) => known.scrub(text))),
      programs: createPrograms(),
      gateway,
      sessions,
      wire,
      upstreamFor,
      scrubber,
      createCaller,
      observeTools: (server, text) => permission.pins.observe(server, text),
      toolsChanged: (id) => permission.pins.stale(id),
      elicited: (word, { reached, call }, signal) =>
        permission.elicitations.judge(word, { ...reached, tool: call?.tool ?? null, signal }),
      body: BODY,
      stallMs: STALL_MS,
      monotonic: () => clock.monotonic(),
      callback: (path, params) => oauth.signIns.answer(path, params),
      jwks: (tenant) => ({ keys: oauth.jwks(tenant).keys }),
    },
    { port: options.port },
  );
  origin = door.origin;
  closers.push(() => door?.close());
  closers.push(() => inbound.close());
  // Before the doors: who waits for an answer is told that there will be none, and not that it went away itself.
  closers.push(() => permission.close());
  await inbound.settle();
  places.watch(() => void inbound.settle());
  // The last agent with a certificate may go in other ways than by having it taken away.
  store.watch((name) => {
    if (name === "agents") void inbound.settle();
  });

  let makeLink = (): string => {
    throw new Refusal("not_applicable", {
      reason: "the desktop app is open, and needs no link",
      instead: "Use its window.",
    });
  };
  let showYourself = (): void => undefined;
  let openQuestions = (): AskingPlace => ({ where: "window", url: null });

  const updates = createUpdateRooms({
    store,
    clock,
    digest,
    timers,
    questions: permission.questions,
    version: VERSION,
    folder,
    shell: options.shell,
    changed: () => changed("updates"),
    log,
  });
  closers.push(() => updates.close());

  const ports: HandlerPorts = {
    agents,
    servers,
    apis,
    store,
    journal,
    clock,
    vault: places,
    lastSeen: (agentId) => journal.lastSeen(agentId),
    lastSent: (serverId) => journal.lastSent(serverId),
    stdio,
    tryServer: (server) => trials.run(server),
    doctor: createDoctorRoom({
      options,
      folder,
      store,
      journal,
      probe: () => places.probe(),
      door: () => origin,
      policyTrouble: () => permission.policies.trouble(),
      atStart,
    }),
    status: () =>
      statusOf({
        options,
        version: VERSION,
        door: origin,
        dataFolder: folder,
        startedAt,
        store,
        journal,
        vault: places.status(),
        policyTrouble: permission.policies.trouble(),
        clock,
      }),
    oauth,
    discovery,
    lab,
    inbound,
    permission,
    signIn: (id, wish) => oauth.signIns.begin(oauth.issuers.find(id), wish),
    openQuestions: () => openQuestions(),
    shell: options.shell,
    updates,
    makeLink: () => makeLink(),
    door: () => origin,
    shim,
    connector,
    forgetProgram: permission.forgetProgram,
    removeAgent,
    emit,
  };
  const handlers = makeHandlers(ports);
  const desk: Desk = {
    call: (surface, method, input) =>
      answer(handlers, surface, method, input, (name, error) =>
        log.error("contract.failed", error, { method: name }),
      ),
    watch,
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
    lockPerson: () => permission.lock(),
    withdrawQuestions: () => permission.questions.withdrawAll(),
    onQuestions(open) {
      openQuestions = open;
    },
    linkCame: () => changed("link"),
    onSecondStart(show) {
      showYourself = show;
    },
    async close() {
      await closeAll();
      return { stuck };
    },
  };
}

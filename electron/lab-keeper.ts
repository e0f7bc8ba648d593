// Holds the practice company while it runs, and sets up a tenant of its own for it: issuer, certificates, servers
// and an agent. Its secrets stay in memory, and stopping removes everything but the journal's rows.
import type {
  AppEvent,
  Besides,
  LabDecoded,
  LabReplay,
  LabStatus,
  TourReport,
} from "./contract.ts";
import type { Agent } from "./core/agents.ts";
import type { Clock } from "./core/clock.ts";
import { Refusal } from "./core/errors.ts";
import type { CallRow } from "./core/journal.ts";
import type { Log } from "./core/log.ts";
import type { Secret } from "./core/secret.ts";
import type { Server } from "./core/servers.ts";
import type { SecretRef, Vault } from "./core/vault.ts";
import type { InboundStatus } from "./inbound-mtls.ts";
import type { Lab } from "./lab/index.ts";
import { repeatable } from "./lab-again.ts";
import type { BenchPorts } from "./lab-bench.ts";
import { LAB_TENANT, sweepLab, type SweepPorts } from "./lab-sweep.ts";
import type { SignIns } from "./sign-ins.ts";

export interface LabPorts extends SweepPorts, Omit<BenchPorts, "store"> {
  readonly signIns: SignIns;
  /** Path of an issuer's own redirect address. */
  readonly redirectPath: (issuer: string) => string;
  /** Makes the agent's signing key, and shows its public half as issuers are to believe it. */
  readonly actorKeys: (
    agent: Agent,
  ) => Promise<{ readonly issuer: string; readonly keys: readonly object[] }>;
  readonly door: () => string;
  /** Pins a certificate to an agent, which opens the door for such agents. */
  readonly setCertificate: (agentId: string, pem: string) => Promise<unknown>;
  readonly mtls: () => InboundStatus;
  readonly clock: Clock;
  readonly log: Log;
  readonly emit: (event: AppEvent) => void;
}

export interface LabKeeper {
  status(): LabStatus;
  /** @throws Refusal `lab_failed` */
  start(): Promise<LabStatus>;
  stop(): Promise<LabStatus>;
  /** Starts the lab where it is off, and stops it again afterwards. @throws Refusal `lab_failed` */
  tour(): Promise<TourReport>;
  /** Makes a call of the practice company again, and tells how it went: `allowed`. @throws Refusal `lab_not_repeatable`, and what the call was refused with */
  again(row: CallRow): Promise<string>;
  /** What the credential says that Countersign uses at a practice server. @throws Refusal `lab_off`, `lab_server_unknown` */
  decode(server: string): Promise<LabDecoded>;
  /** Steals one and uses it; one at a time. @throws Refusal `lab_off`, `lab_server_unknown`, `lab_busy`, `lab_replay_unfit` */
  replay(wish: { stolen: string; at: string; besides: Besides }): Promise<LabReplay>;
  /** Takes away what a crash left, before anybody may come in by it. @throws Refusal `settings_*`, `vault_*` */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** What the tour works with. */
export interface Practice {
  readonly lab: Lab;
  readonly agent: { readonly id: string; readonly name: string; readonly credential: Secret };
  /** An agent with a certificate of the practice authority, pinned. */
  readonly bound: { readonly credential: Secret; readonly cert: string; readonly key: string };
  readonly servers: readonly Server[];
  /** Ada signs in through the front door's own redirect, as a browser would. @throws Refusal `lab_failed` */
  signInAda(): Promise<void>;
}

/** Secrets of the practice company never reach the keychain: they go where they go with it. */
export function practiceVault(real: Vault): Vault {
  const kept = new Map<string, Secret>();
  const own = (ref: SecretRef): boolean => ref.tenant === LAB_TENANT;
  return {
    get kind() {
      return real.kind;
    },
    get: (ref) => (own(ref) ? Promise.resolve(kept.get(ref.id)) : real.get(ref)),
    async set(ref, value) {
      if (!own(ref)) return real.set(ref, value);
      kept.set(ref.id, value);
    },
    delete: (ref) => (own(ref) ? Promise.resolve(kept.delete(ref.id)) : real.delete(ref)),
  };
}

export function createLabKeeper(ports: LabPorts): LabKeeper {
  const { store, agents, servers, issuers, certificates, log } = ports;
  let practice: Practice | null = null;
  let state: LabStatus["state"] = "off";
  /** Starts and stops take turns. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work, work);
    turn = next.catch(() => undefined);
    return next;
  };
  const set = (next: LabStatus["state"]): void => {
    state = next;
    ports.emit({ type: "changed", what: "lab" });
  };

  const status = (): LabStatus => ({
    state,
    issuer: practice?.lab.issuer.url ?? null,
    servers: [
      ...(practice?.lab.servers ?? []),
      ...(practice === null ? [] : [{ ...practice.lab.api, pattern: "api-key" }]),
    ].map(({ name, pattern, url }) => ({ name, pattern, url })),
  });

  const clear = (): Promise<void> => sweepLab(ports);
  const opened = (): Practice => {
    if (practice === null) throw new Refusal("lab_off");
    return practice;
  };
  let stealing = false;

  async function setUp(lab: Lab): Promise<Practice> {
    await clear();
    const tenant = LAB_TENANT;
    const createdAt = new Date(ports.clock.now()).toISOString();
    await store.write("tenants", (all) => [
      ...all,
      { id: tenant, name: "Practice company", createdAt },
    ]);
    const { agent, credential } = await agents.add({ tenant, name: "Practice agent" });
    const bound = await agents.add({ tenant, name: "Practice agent with certificate" });
    const own = await lab.ca.issueFor("CN=practice-agent,O=Larkspur PRACTICE");
    await ports.setCertificate(bound.agent.id, own.certificatePem);
    const { issuer: ours, keys } = await ports.actorKeys(agent);
    lab.issuer.trustActors(ours, { keys: [...keys] }, "agent");
    const practiceIssuer = {
      tenant,
      issuer: lab.issuer.url,
      allowPlainHttpOnLoopback: true,
      trustPem: lab.ca.certificatePem,
    };
    const { basic, tls } = lab.issuer.clients;

    const byKey = await issuers.add({
      ...practiceIssuer,
      name: "practice-service",
      clientId: basic.id,
      auth: { method: "client_secret_basic", secret: basic.secret ?? "" },
    });
    const bundle = `${tls.certificate?.certificatePem ?? ""}\n${tls.certificate?.privateKeyPem ?? ""}`;
    const certificate = await certificates.import({
      tenant,
      label: "Practice certificate",
      data: Buffer.from(bundle),
      passphrase: null,
    });
    const byCertificate = await issuers.add({
      ...practiceIssuer,
      name: "practice-certificate",
      clientId: tls.id,
      auth: { method: "tls_client_auth", certificate: certificate.id },
    });

    const made: Server[] = [];
    const add = async (
      name: string,
      auth: Parameters<typeof servers.add>[0] extends infer I
        ? I extends { auth: infer A }
          ? A
          : never
        : never,
      stage: Server["stage"] = "development",
    ): Promise<void> => {
      const server = await servers.add({
        kind: "http",
        tenant,
        name,
        url: lab.server(name).url,
        stage,
        auth,
        allowPlainHttpOnLoopback: lab.server(name).url.startsWith("http:"),
        trustPem: lab.ca.certificatePem,
      });
      made.push(server);
    };
    const asks = (name: string) => {
      const { scopes, resource } = lab.server(name);
      return { scopes: [...scopes], resource, audience: null };
    };
    const notes = lab.server("notes").key;
    await add("notes", {
      type: "api-key",
      in: "header",
      name: notes?.header ?? "X-API-Key",
      prefix: "",
      secret: notes?.value ?? "",
    });
    const service = { type: "client-credentials", issuer: byKey.id } as const;
    await add("crm", { ...service, bound: "none", ...asks("crm") });
    // Bound to a key, so that even a production server takes it.
    await add("archive", { ...service, bound: "dpop", ...asks("archive") }, "production");
    await add("payroll", {
      type: "mtls",
      issuer: byCertificate.id,
      certificate: certificate.id,
      ...asks("payroll"),
    });
    await add("mail", {
      type: "token-exchange",
      issuer: byKey.id,
      account: null,
      actor: "required",
      perUserPerMinute: null,
      bound: "none",
      home: null,
      ...asks("mail"),
    });
    const abroad = await issuers.add({
      ...practiceIssuer,
      name: "practice-partner",
      issuer: lab.partner.url,
      clientId: lab.partner.client.id,
      auth: { method: "client_secret_basic", secret: lab.partner.client.secret ?? "" },
    });
    await add("wiki", {
      type: "token-exchange",
      issuer: abroad.id,
      home: byKey.id,
      account: null,
      actor: "none",
      perUserPerMinute: null,
      bound: "none",
      ...asks("wiki"),
    });
    const { api } = lab;
    made.push(
      await servers.add({
        kind: "openapi",
        tenant,
        name: api.name,
        url: api.url,
        stage: "development",
        auth: {
          type: "api-key",
          in: "header",
          name: api.key.header,
          prefix: "",
          secret: api.key.value,
        },
        allowPlainHttpOnLoopback: true,
        trustPem: null,
        document: await (await fetch(api.openapi, { redirect: "error" })).text(),
        // All of them: nothing on these shelves is real.
        operations: ["listItems", "readItem", "countItem", "scrapItem"],
      }),
    );
    await add("treasury", {
      type: "composite",
      issuer: byCertificate.id,
      account: null,
      exchange: true,
      actor: "required",
      certificate: certificate.id,
      perUserPerMinute: 60,
      ...asks("treasury"),
    });
    return {
      lab,
      agent: { id: agent.id, name: agent.name, credential },
      bound: {
        credential: bound.credential,
        cert: own.certificatePem,
        key: own.privateKeyPem,
      },
      servers: made,
      async signInAda() {
        // An account belongs to the registration that it signed in through: one for each that acts for her.
        for (const issuer of [byKey, byCertificate]) {
          const reach = lab.servers.flatMap((s) => (s.wantsActor ? [...s.scopes] : []));
          const scopes = ["openid", "offline_access", "profile", "email", ...reach];
          // A token of Ada's own, good at the issuer for an exchange and nowhere else.
          const resource = `${lab.issuer.url}/account`;
          const { url } = await ports.signIns.begin(issuer, {
            scopes,
            resource,
            account: null,
          });
          const back = await lab.signIn(url, "ada");
          if (back === null)
            throw new Refusal("lab_failed", { reason: "the practice sign-in led nowhere" });
          const landed = new URL(back);
          const answer = await ports.signIns.answer(landed.pathname, landed.searchParams);
          if (!answer.ok)
            throw new Refusal("lab_failed", { reason: answer.text.split("\n", 1)[0] ?? "" });
        }
      },
    };
  }

  async function start(): Promise<LabStatus> {
    if (practice !== null) return status();
    set("starting");
    let lab: Lab | null = null;
    try {
      const { startLab } = await import("./lab/index.ts");
      lab = await startLab({
        log: {
          info: (event, facts) => log.info(`lab.${event}`, facts),
          warn: (event, facts) => log.warn(`lab.${event}`, facts),
        },
        redirects: (issuer) => [`${ports.door()}${ports.redirectPath(issuer)}`],
      });
      practice = await setUp(lab);
      set("on");
      return status();
    } catch (error) {
      await lab?.stop().catch(() => undefined);
      await clear().catch(() => undefined);
      set("off");
      if (error instanceof Refusal) throw error;
      throw new Refusal(
        "lab_failed",
        { reason: error instanceof Error ? error.name : "unknown" },
        error,
      );
    }
  }

  async function stop(): Promise<LabStatus> {
    if (practice === null) return status();
    const { lab } = practice;
    practice = null;
    set("off");
    await clear();
    await lab.stop();
    return status();
  }

  return {
    status,
    start: () => inTurn(start),
    stop: () => inTurn(stop),
    tour: () =>
      inTurn(async () => {
        const before = practice !== null;
        await start();
        try {
          const { runTour } = await import("./tour.ts");
          const current = practice;
          if (current === null) throw new Refusal("lab_failed", { reason: "it was stopped" });
          return await runTour(current, {
            door: ports.door(),
            servers,
            mtls: ports.mtls,
            told: (step, done, of) => ports.emit({ type: "tour", step, done, of }),
          });
        } finally {
          if (!before) await stop();
        }
      }),
    again: (row) =>
      inTurn(async () => {
        const { server, tool, args } = repeatable(row);
        if (practice === null)
          throw new Refusal("lab_not_repeatable", { reason: "the lab is off" });
        const credential = practice.agent.credential.reveal();
        const { throughTheDoor } = await import("./tour.ts");
        try {
          return await throughTheDoor(ports.door(), credential, server, tool, args);
        } catch (error) {
          // What Countersign or the server said to the agent stands in the new row; this is the sentence of it.
          const reason = error instanceof Error ? error.message.slice(0, 300) : "unknown";
          throw new Refusal("lab_call_failed", { reason }, error);
        }
      }),
    // In turn with starts and stops: the company stays there until they are done.
    decode: (server) =>
      inTurn(async () => {
        const { decodeAt } = await import("./lab-bench.ts");
        return decodeAt(opened(), ports, server);
      }),
    async replay(wish) {
      if (stealing) throw new Refusal("lab_busy");
      stealing = true;
      try {
        return await inTurn(async () => {
          const { replay } = await import("./lab-bench.ts");
          return replay(opened(), ports, wish);
        });
      } finally {
        stealing = false;
      }
    },
    sweep: () => inTurn(clear),
    close: async () => {
      await inTurn(stop);
    },
  };
}

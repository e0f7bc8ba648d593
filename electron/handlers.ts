// The contract's methods, each a line or two over core's registers: what a surface may ask, in one place.
import type { AppEvent, AppStatus, DoctorReport, Issued, Snippet, StderrTail } from "./contract.ts";
import type { Agent, AgentView } from "./core/agents.ts";
import type { Connector } from "./core/connect/connector.ts";
import type { Clock } from "./core/clock.ts";
import type { Shell } from "./core/shell.ts";
import { Refusal } from "./core/errors.ts";
import { failedStepOf } from "./core/flows.ts";
import type { CallRow, Journal } from "./core/journal.ts";
import type { ApiRegister } from "./core/openapi/api-register.ts";
import { advise, standingOf } from "./core/oauth/keeping/advice.ts";
import { shapeOfServer } from "./core/pattern-shape.ts";
import type { Store } from "./core/registry.ts";
import { toldNow } from "./core/reminders.ts";
import { type Secret, Secret as SecretValue } from "./core/secret.ts";
import { type Complaint, complaint } from "./core/sentences.ts";
import type { ServerRegister } from "./core/server-register.ts";
import type { LastCall, Server, ServerView, StdioHealth } from "./core/servers.ts";
import { mtlsSnippetsFor, snippetsFor } from "./core/snippets.ts";
import type { TestReport } from "./core/try-server.ts";
import type { UpdateRegister } from "./core/update/updates.ts";
import type { VaultKind, VaultStatus } from "./core/vault.ts";
import type { Discovery } from "./discovery.ts";
import { overviewHandlers } from "./handlers-overview.ts";
import { agreeToTools, apiHandlers } from "./handlers-apis.ts";
import { connectHandlers } from "./handlers-connect.ts";
import type { InboundMtls } from "./inbound-mtls.ts";
import type { LabKeeper } from "./lab-keeper.ts";
import { toolHandlers } from "./handlers-tools.ts";
import { learningHandlers } from "./handlers-learning.ts";
import { labelHandlers } from "./handlers-labels.ts";
import { consentHandlers } from "./handlers-consent.ts";
import { shellHandlers } from "./handlers-shell.ts";
import { permissionHandlers, type PermissionHandlerPorts } from "./handlers-permission.ts";
import { policyHandlers } from "./handlers-policy.ts";
import { updateHandlers } from "./handlers-updates.ts";
import { LAB_TENANT } from "./lab-sweep.ts";
import type { OAuthRooms } from "./oauth-rooms.ts";
import type { Handlers } from "./surface.ts";

export interface HandlerPorts extends PermissionHandlerPorts {
  readonly servers: ServerRegister;
  readonly apis: ApiRegister;
  readonly store: Store;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly vault: {
    status(): VaultStatus;
    choose(kind: VaultKind, passphrase?: string): Promise<VaultStatus>;
    unlock(passphrase: string): Promise<VaultStatus>;
    lock(): Promise<VaultStatus>;
  };
  readonly lastSeen: (agentId: string) => number | null;
  readonly lastSent: (serverId: string) => CallRow | null;
  readonly stdio: {
    health(serverId: string): StdioHealth;
    stderr(serverId: string): readonly string[];
  };
  readonly tryServer: (server: Server) => Promise<TestReport>;
  readonly doctor: () => Promise<DoctorReport>;
  readonly oauth: OAuthRooms;
  readonly discovery: Discovery;
  readonly lab: LabKeeper;
  readonly connector: Connector;
  readonly inbound: InboundMtls;
  readonly status: () => AppStatus;
  readonly shell: Shell | undefined;
  readonly updates: UpdateRegister;
  readonly makeLink: () => string;
  readonly door: () => string;
  /** How the stdio shim is started: command and arguments before the server's name. */
  readonly shim: readonly string[];
  /** @throws Refusal `program_unknown`, `program_only` */
  readonly forgetProgram: (agent: Agent, path: string | null) => Promise<void>;
  /** With all that was kept for it. @throws Refusal `agent_unknown` */
  readonly removeAgent: (id: string) => Promise<void>;
  readonly emit: (event: AppEvent) => void;
}

/** The sentence was kept with the row, facts filled in; the advice goes with the code. */
function whyOf(row: CallRow): Complaint | null {
  if (row.code === null) return null;
  const facts: Record<string, string | number> = {};
  if (row.serverName !== null) facts["server"] = row.serverName;
  if (row.agentName !== null) facts["agent"] = row.agentName;
  if (row.httpStatus !== null) facts["status"] = row.httpStatus;
  const words = complaint(new Refusal(row.code, facts));
  return row.detail === null ? words : { ...words, sentence: row.detail };
}

function lastCallOf(row: CallRow | null): LastCall | null {
  if (row === null) return null;
  const answered = row.outcome !== "failed";
  const why = answered ? null : (whyOf(row)?.sentence ?? null);
  return { at: new Date(row.at).toISOString(), answered, why };
}

export function makeHandlers(ports: HandlerPorts): Handlers {
  const { agents, servers, store, journal, vault, oauth } = ports;

  const agentView = (agent: Agent): AgentView => {
    const { credentialHash: _hash, ...shown } = agent;
    const seen = ports.lastSeen(agent.id);
    const programs = store.read("programs").filter((one) => one.agent === agent.id);
    return {
      ...shown,
      lastSeenAt: seen === null ? null : new Date(seen).toISOString(),
      programs: programs.map(({ path, since }) => ({ path, since })),
    };
  };
  const serverView = (server: Server): ServerView => ({
    ...server,
    endpoint: `${ports.door()}/mcp/${server.name}`,
    stdio: server.kind === "stdio" ? ports.stdio.health(server.id) : null,
    api: ports.apis.faceOf(server),
    lastCall: lastCallOf(ports.lastSent(server.id)),
  });
  /** The practice agent has a door of its own for a while, and no file to trust it by. */
  const mtlsSnippets = (agent: Agent): readonly Snippet[] => {
    const door = ports.inbound.address();
    if (agent.certificate === undefined || agent.tenant === LAB_TENANT || door === null) return [];
    const names = servers.list(agent.tenant).map((s) => s.name);
    return mtlsSnippetsFor({ door, trust: ports.inbound.certificateFile, servers: names });
  };
  const issued = (agent: Agent, credential: Secret): Issued => {
    const text = credential.reveal();
    const names = servers.list(agent.tenant).map((s) => s.name);
    const { shim } = ports;
    // To an agent with a certificate the plain door is closed.
    const snippets =
      agent.certificate === undefined
        ? snippetsFor({ door: ports.door(), credential: text, servers: names, shim })
        : mtlsSnippets(agent);
    return { agent: agentView(agent), credential: text, snippets };
  };
  const callOf = (id: string): CallRow => {
    const row = journal.get(id);
    if (row === undefined) throw new Refusal("call_unknown");
    return row;
  };
  const known = (tenant: string | undefined): void => {
    if (tenant !== undefined && !store.read("tenants").some((t) => t.id === tenant)) {
      throw new Refusal("tenant_unknown", { tenant });
    }
  };

  return {
    "app.status": () => ports.status(),
    "app.link": () => ({ url: ports.makeLink() }),
    "doctor.run": () => ports.doctor(),

    "reminders.told": async ({ about }) => {
      const { reminders } = ports.status();
      await store.write("settings", (now) => ({
        ...now,
        told: toldNow(reminders, now.told ?? {}, about),
      }));
      return { told: true };
    },

    "vault.choose": (input) =>
      vault.choose(input.kind, input.kind === "file" ? input.passphrase : undefined),
    "vault.unlock": ({ passphrase }) => vault.unlock(passphrase),
    "vault.lock": () => vault.lock(),

    "tenants.list": () => store.read("tenants"),
    "tenants.add": async ({ id, name }) => {
      const tenant = { id, name, createdAt: new Date(ports.clock.now()).toISOString() };
      await store.write("tenants", (all) => {
        // The practice company's tenant is cleared at every start, and what is in it is not asked about.
        if (id === LAB_TENANT || all.some((t) => t.id === id))
          throw new Refusal("name_taken", { name: id });
        return [...all, tenant];
      });
      return tenant;
    },

    "servers.list": ({ tenant }) => {
      known(tenant);
      return servers.list(tenant).map(serverView);
    },
    "servers.add": async (input) => {
      const server = await servers.add(input);
      await agreeToTools(ports, server);
      return serverView(server);
    },
    ...apiHandlers(ports, serverView),
    "patterns.advise": (answers) => advise(answers),
    "servers.standing": ({ id }) => {
      const server = servers.find(id);
      return standingOf(server.stage, shapeOfServer(server));
    },
    "servers.discover": (input) => {
      known(input.tenant);
      return ports.discovery.discover(input);
    },
    "servers.cancelDiscovery": ({ attempt }) => ({ cancelled: ports.discovery.cancel(attempt) }),
    "servers.setState": async ({ id, state }) => serverView(await servers.setState(id, state)),
    "servers.update": async (change) => serverView(await servers.update(change)),
    "servers.replaceSecret": async ({ id, env, secret }) =>
      serverView(await servers.replaceSecret(id, secret, env)),
    "servers.setAgentScopes": async ({ id, agent, scopes }) =>
      serverView(await servers.setAgentScopes(id, agent, scopes)),
    "servers.remove": async ({ id }) => {
      await servers.remove(id);
      return { removed: true };
    },
    "servers.test": ({ id }) => ports.tryServer(servers.find(id)),
    "servers.stderr": ({ id }): StderrTail => ({ lines: ports.stdio.stderr(servers.find(id).id) }),

    "agents.list": ({ tenant }) => {
      known(tenant);
      return agents.list(tenant).map(agentView);
    },
    "agents.add": async (input) => {
      const { agent, credential } = await agents.add(input);
      return issued(agent, credential);
    },
    "agents.rotate": async ({ id }) => {
      const { agent, credential } = await agents.rotate(id);
      const written = await ports.connector.agentRotated(agent, credential);
      return { ...issued(agent, credential), written };
    },
    "agents.rename": async ({ id, name }) => agentView(await agents.rename(id, name)),
    "agents.setState": async ({ id, state }) => agentView(await agents.setState(id, state)),
    "agents.setCertificate": async ({ id, certificate }) =>
      agentView(await ports.inbound.setCertificate(id, certificate)),
    "mtls.snippets": ({ agent }) => mtlsSnippets(agents.find(agent)),
    "mtls.status": () => ports.inbound.status(),
    "agents.forgetProgram": async ({ id, path }) => {
      const agent = agents.find(id);
      await ports.forgetProgram(agent, path);
      return agentView(agent);
    },
    "agents.remove": async ({ id }) => {
      await ports.connector.agentGoes(agents.find(id).id);
      await ports.removeAgent(id);
      return { removed: true };
    },

    ...connectHandlers(ports.connector),

    "issuers.list": ({ tenant }) => {
      known(tenant);
      return oauth.issuers.list(tenant);
    },
    "issuers.add": (input) => oauth.issuers.add(input),
    "issuers.update": (input) => oauth.issuers.update(input),
    "issuers.replaceSecret": (input) => oauth.issuers.replaceSecret(input),
    "issuers.settleKey": ({ id, keep }) => oauth.issuers.settleKey(id, keep),
    "issuers.jwks": ({ id }) => oauth.issuers.jwks(id),
    "issuers.document": (input) => ports.discovery.document(input),
    "issuers.register": (input) => ports.discovery.register(input),
    "issuers.remove": ({ id }) => ports.discovery.remove(id),
    "accounts.list": ({ tenant }) => {
      known(tenant);
      return oauth.accounts(tenant);
    },
    "accounts.signIn": ({ issuer, ...wish }) =>
      oauth.signIns.begin(oauth.issuers.find(issuer), wish),
    "accounts.signInDevice": ({ issuer, ...wish }) =>
      oauth.signIns.beginDevice(oauth.issuers.find(issuer), wish),
    "accounts.signInState": ({ flow }) => oauth.signIns.state(flow),
    "accounts.signInPage": ({ flow }) => ({ url: oauth.signIns.page(flow) }),
    "accounts.cancelSignIn": ({ flow }) => oauth.signIns.cancel(flow),
    "accounts.signOut": ({ id }) => oauth.signOut(id),
    "certificates.list": ({ tenant }) => {
      known(tenant);
      return oauth.certificates.list(tenant).map((one) => oauth.certificateView(one));
    },
    "certificates.make": async (input) =>
      oauth.certificateView(await oauth.certificates.make(input)),
    "certificates.renew": async (input) =>
      oauth.certificateView(await oauth.certificates.renew(input)),
    "certificates.takeOver": async ({ id }) =>
      oauth.certificateView(await oauth.certificates.takeOver(id)),
    "certificates.accept": async ({ id, chain }) =>
      oauth.certificateView(await oauth.certificates.accept(id, chain)),
    "certificates.import": async ({ tenant, label, file, passphrase, replaces }) =>
      oauth.certificateView(
        await oauth.certificates.import({
          tenant,
          label,
          data: Buffer.from(file, "base64"),
          passphrase: passphrase === null ? null : new SecretValue(passphrase),
          replaces,
        }),
      ),
    "certificates.remove": async ({ id }) => {
      await oauth.certificates.remove(id);
      return { removed: true };
    },
    "actors.jwks": ({ tenant }) => {
      known(tenant);
      const tenants = tenant === undefined ? store.read("tenants").map(({ id }) => id) : [tenant];
      return tenants.map((id) => oauth.jwks(id));
    },
    "flows.list": ({ tenant }) => {
      known(tenant);
      return oauth.flows.list(tenant);
    },
    "flows.get": ({ id }) => {
      const flow = oauth.flows.get(id);
      if (flow === undefined) throw new Refusal("flow_unknown");
      return flow;
    },
    "lab.status": () => ports.lab.status(),
    "lab.start": () => ports.lab.start(),
    "lab.stop": () => ports.lab.stop(),
    "lab.tour": () => ports.lab.tour(),
    "lab.again": async ({ id }) => ({ outcome: await ports.lab.again(callOf(id)) }),
    "lab.decode": ({ server }) => ports.lab.decode(server),
    "lab.replay": (input) => ports.lab.replay(input),

    ...permissionHandlers(ports, known),
    ...labelHandlers(ports, known),
    ...toolHandlers(ports),
    ...consentHandlers(ports.permission, known),
    ...policyHandlers(ports, known),
    ...learningHandlers(ports.permission.learner, known),

    ...overviewHandlers({ ...ports, known }),
    ...shellHandlers(ports.shell),
    ...updateHandlers(ports.updates, ports.shell),
    "calls.search": (query) => {
      known(query.tenant);
      return journal.search(query);
    },
    "calls.get": ({ id }) => {
      const row = callOf(id);
      // A token that came about is no reason, whatever its server made of it.
      const flow = row.code === null ? null : (row.evidence?.flow ?? null);
      const recorded = flow === null ? undefined : oauth.flows.get(flow);
      const failed = recorded === undefined ? null : failedStepOf(recorded);
      return { ...row, complaint: whyOf(row), failed };
    },
  };
}

// How each scenario of the suite is done with Countersign: by the person's methods and an agent's calls, no others.
import type { House } from "../support/house.ts";
import {
  type AgentAtWork,
  addServer,
  agentAt,
  becomeKnown,
  findOut,
  type Found,
  type Registered,
  signIn,
} from "./person.ts";

export interface Task {
  readonly scenario: string;
  readonly serverUrl: string;
  readonly version: string;
  readonly context: Readonly<Record<string, string>>;
}

const TOOL = { name: "test-tool", arguments: {} };

/** The account's own token, as MCP authorization describes it. */
async function withAccount(house: House, found: Found, record: Registered): Promise<void> {
  const { resource, scopes, signInScopes } = found;
  await addServer(house, found, {
    type: "account",
    issuer: record.id,
    scopes: [...scopes],
    resource,
  });
  await signIn(house, record.id, signInScopes, resource);
}

/** An agent's day: see what there is, and use it. */
async function work(agent: AgentAtWork): Promise<void> {
  await agent.listTools();
  await agent.callTool(TOOL);
}

async function use(house: House, task: Task, day: (agent: AgentAtWork) => Promise<void> = work) {
  const { credential } = await house.agent(`agent ${(await house.call("agents.list", {})).length}`);
  const agent = await agentAt(house, credential, task.version);
  try {
    await day(agent);
  } finally {
    await agent.close();
  }
}

const codeOf = (error: unknown): string | undefined =>
  (error as { data?: { code?: string } }).data?.code;

/** The scopes that a refused call named, as the person reads them in the live log. */
async function scopesWanted(house: House): Promise<string[]> {
  const row = await house.row("scope_insufficient");
  return /: (.+)\.$/.exec(row.detail ?? "")?.[1]?.split(" ") ?? [];
}

async function plain(house: House, task: Task): Promise<void> {
  const found = await findOut(house, task.serverUrl);
  await withAccount(house, found, await becomeKnown(house, found));
  await use(house, task);
}

/** The server wants more for a call than for a listing: the person signs in again, with all of it. */
async function stepUp(house: House, task: Task): Promise<void> {
  const found = await findOut(house, task.serverUrl);
  const record = await becomeKnown(house, found);
  await withAccount(house, found, record);
  await use(house, task, async (agent) => {
    await agent.listTools();
    await agent.callTool(TOOL).catch(async (error: unknown) => {
      if (codeOf(error) !== "scope_insufficient") throw error;
      const more = [...new Set([...found.signInScopes, ...(await scopesWanted(house))])];
      await signIn(house, record.id, more, found.resource);
      await agent.callTool(TOOL);
    });
  });
}

/** The server trusts another issuer from its second answer on: found out again, registered anew, signed in there. */
async function migration(house: House, task: Task): Promise<void> {
  await plain(house, task).catch(async (error: unknown) => {
    if (codeOf(error) !== "sign_in_needed") throw error;
    await plain(house, task);
  });
}

/** The person has an id and a secret of this issuer. */
async function preRegistered(house: House, task: Task): Promise<void> {
  const { issuer = "", client_id: clientId = "", client_secret: secret = "" } = task.context;
  const record = await house.call("issuers.add", {
    name: "by-hand",
    issuer,
    clientId,
    auth: { method: "client_secret_basic", secret },
    allowPlainHttpOnLoopback: true,
  });
  const found = await findOut(house, task.serverUrl);
  if (found.issuer?.known?.id !== record.id) throw new Error("the registration was not found");
  await withAccount(house, found, record);
  await use(house, task);
}

/** Nobody signs in: Countersign asks in its own name. */
async function service(house: House, task: Task): Promise<void> {
  const found = await findOut(house, task.serverUrl);
  const { client_id: clientId = "", client_secret: secret, private_key_pem: key } = task.context;
  const { id } = await house.call("issuers.add", {
    name: "by-hand",
    issuer: found.issuer?.issuer ?? "",
    clientId,
    auth:
      secret === undefined
        ? { method: "private_key_jwt", privateKey: key ?? null, alg: "ES256" }
        : { method: "client_secret_basic", secret },
    allowPlainHttpOnLoopback: true,
  });
  const { resource, scopes } = found;
  await addServer(house, found, {
    type: "client-credentials",
    issuer: id,
    scopes: [...scopes],
    resource,
  });
  await use(house, task);
}

const OWN: Readonly<Record<string, (house: House, task: Task) => Promise<void>>> = {
  "auth/scope-step-up": stepUp,
  "auth/authorization-server-migration": migration,
  "auth/pre-registration": preRegistered,
  "auth/client-credentials-basic": service,
  "auth/client-credentials-jwt": service,
};

/** Does one scenario; throws where Countersign refuses, as it has to in half of them. */
export const perform = (house: House, task: Task): Promise<void> =>
  (OWN[task.scenario] ?? plain)(house, task);

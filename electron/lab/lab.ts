// The practice company as a whole: one issuer, one CA, a server for each pattern, an API, and somebody else's issuer.
import { createRemoteJWKSet } from "jose";
import { inventoryHandle } from "./api.ts";
import { type Attacks, createAttacks } from "./attacks.ts";
import { type Authority, createAuthority, selfSigned } from "./ca.ts";
import { type LabClients, practiceClients } from "./clients.ts";
import { openFolder } from "./folder.ts";
import { introspectionCheck } from "./introspection.ts";
import { type Issuer, startIssuer } from "./issuer.ts";
import { listen, type Listener } from "./listeners.ts";
import { type PartnerIssuer, startPartner } from "./partner.ts";
import { people } from "./people.ts";
import { Refusals } from "./refusals.ts";
import { createResources, type Resource } from "./resources.ts";
import { clickThrough } from "./robot.ts";
import { type OpenServer, openServer } from "./servers/open.ts";
import { type ApiKeys, createApiKeys, KEY_HEADER } from "./servers/notes.ts";
import { SERVERS, type ServerPlan } from "./servers/plan.ts";
import type { LabLog, LabPerson, LabServer } from "./types.ts";

export interface LabOptions {
  /** An empty folder, or none: then one under the system's temporary folder. */
  readonly folder?: string;
  readonly log: LabLog;
  /** Loopback redirect URIs of the clients; the port is free (RFC 8252 section 7.3). */
  readonly redirects?: readonly string[] | ((issuer: string) => readonly string[]);
  /** Seconds that access tokens for servers live; 300 unless told. */
  readonly tokenSeconds?: number;
}

export interface Lab {
  readonly folder: string;
  readonly issuer: Issuer & { readonly clients: LabClients };
  readonly partner: PartnerIssuer;
  readonly ca: Authority & { readonly file: string; readonly selfSigned: typeof selfSigned };
  readonly servers: readonly LabServer[];
  /** @throws Error where there is no such server. */
  server(name: string): LabServer;
  readonly api: {
    readonly name: "inventory";
    readonly url: string;
    readonly openapi: string;
    readonly resource: string;
    readonly scopes: readonly string[];
    readonly key: { readonly header: string; readonly value: string };
  };
  /** Keys of the servers that are opened by keys, for practising rotation. */
  readonly keys: { readonly notes: ApiKeys; readonly inventory: ApiKeys };
  readonly accounts: readonly LabPerson[];
  readonly refusals: Refusals;
  readonly attacks: Attacks;
  /** Clicks through a sign-in as that person. */
  readonly signIn: typeof clickThrough;
  /** Closes every socket and removes the folder; the second time it does nothing. */
  stop(): Promise<void>;
}

const REDIRECTS = [
  "http://127.0.0.1/callback",
  "http://127.0.0.1/oauth/callback",
  "http://localhost/callback",
];

/** Starts the lab on 127.0.0.1. Takes about a second. @throws LabError `folder-in-use` */
export async function startLab(options: LabOptions): Promise<Lab> {
  const folder = await openFolder(options.folder);
  const undo: (() => Promise<void>)[] = [() => folder.remove()];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await compose(options, folder, undo, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function compose(
  options: LabOptions,
  folder: Awaited<ReturnType<typeof openFolder>>,
  undo: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Lab> {
  const { log } = options;
  const seconds = options.tokenSeconds ?? 300;
  const ca = await createAuthority();
  const file = await folder.write("practice-ca.pem", ca.certificatePem);
  await folder.write(
    "PRACTICE.txt",
    "Files of the practice company. They go away when it stops.\n",
  );

  const identity = await ca.serverIdentity();
  const tls = {
    cert: identity.certificatePem,
    key: identity.privateKeyPem,
    ca: ca.certificatePem,
    requestCert: true,
    // Self-signed certificates must get as far as the check that knows them (RFC 8705 section 2.2).
    rejectUnauthorized: false,
    minVersion: "TLSv1.2" as const,
  };
  const open = async (secure: boolean): Promise<Listener> => {
    const listener = await listen(secure ? tls : null);
    undo.push(() => listener.close());
    return listener;
  };
  const plain = await open(false);
  const alias = await open(true);
  const abroad = await open(false);
  const api = await open(false);
  const planned: { plan: ServerPlan; listener: Listener }[] = [];
  for (const plan of SERVERS)
    planned.push({ plan, listener: await open(plan.certificate !== "none") });

  const resourceOf = (plan: ServerPlan, listener: Listener): Resource => ({
    name: plan.name,
    uri: `${listener.origin}/mcp`,
    scopes: plan.scopes,
    format: "jwt",
    exchangeable: true,
  });
  const at = (issuer: ServerPlan["issuer"]): Resource[] =>
    planned
      .filter(({ plan }) => plan.issuer === issuer)
      .map(({ plan, listener }) => resourceOf(plan, listener));
  const ours = at("home");
  const inventory: Resource = {
    name: "inventory",
    uri: api.origin,
    scopes: ["inventory:read", "inventory:write"],
    format: "opaque",
    exchangeable: true,
  };
  // A person's token that is a JWT: good at the issuer for an exchange, and nowhere else.
  const account: Resource = {
    name: "account",
    uri: `${plain.origin}/account`,
    scopes: [...ours, inventory].flatMap((resource) => [...resource.scopes]),
    format: "jwt",
    exchangeable: false,
  };
  const abroadResources = createResources(at("partner"));

  const { redirects = REDIRECTS } = options;
  const { clients, metadata } = await practiceClients(
    ca,
    typeof redirects === "function" ? redirects(plain.origin) : redirects,
  );
  const issuer = await startIssuer({
    plain,
    tls: alias,
    resources: createResources([...ours, inventory, account]),
    clients: metadata,
    partner: { issuer: abroad.origin, resources: abroadResources },
    audiences: {
      [clients.mailBackend.id]: ours.filter((r) => r.name === "mail").map((r) => r.uri),
    },
    introspectors: [clients.inventory.id],
    seconds,
    log,
  });
  const home = { issuer: issuer.url, jwksUri: issuer.jwksUri };
  const partner = await startPartner({
    plain: abroad,
    resources: abroadResources,
    home,
    seconds,
    log,
  });

  const refusals = new Refusals();
  const notesKeys = createApiKeys("practice_notes");
  const inventoryKeys = createApiKeys("practice_inventory");
  const remote = { cooldownDuration: 500, timeoutDuration: 5000 };
  const keysOf = {
    home: createRemoteJWKSet(new URL(issuer.jwksUri), remote),
    partner: createRemoteJWKSet(new URL(partner.jwksUri), remote),
  };
  const servers: OpenServer[] = planned.map(({ plan, listener }) =>
    openServer(plan, listener, {
      issuer: plan.issuer === null ? null : { home: issuer.url, partner: partner.url }[plan.issuer],
      jwks: plan.issuer === null ? null : keysOf[plan.issuer],
      keys: plan.pattern === "api-key" ? notesKeys : null,
      refusals,
      log,
    }),
  );
  undo.push(async () => {
    for (const server of servers) await server.close();
  });
  api.serve(
    inventoryHandle({
      origin: api.origin,
      issuer: issuer.url,
      keys: inventoryKeys,
      refusals,
      log,
      check: introspectionCheck({
        resource: inventory.uri,
        issuer: issuer.url,
        endpoint: `${issuer.url}/token/introspection`,
        client: { id: clients.inventory.id, secret: clients.inventory.secret ?? "" },
      }),
    }),
  );
  log.info("lab.started", { issuer: issuer.url, servers: servers.length });
  const described = servers.map((server) => server.described);
  return {
    folder: folder.path,
    issuer: { ...issuer, clients },
    partner,
    ca: { ...ca, file, selfSigned },
    servers: described,
    server(name) {
      const found = described.find((server) => server.name === name);
      if (!found) throw new Error(`no practice server is called ${name}`);
      return found;
    },
    api: {
      name: "inventory",
      url: api.origin,
      openapi: `${api.origin}/openapi.json`,
      resource: inventory.uri,
      scopes: inventory.scopes,
      key: { header: KEY_HEADER, value: inventoryKeys.current },
    },
    keys: { notes: notesKeys, inventory: inventoryKeys },
    accounts: people,
    refusals,
    attacks: createAttacks((of) => (of === partner.url ? partner.keys : issuer.keys)),
    signIn: clickThrough,
    stop,
  };
}

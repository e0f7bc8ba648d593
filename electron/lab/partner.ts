// The issuer of another practice company, Osprey: it knows no password of ours and believes our issuer's assertions.
import { randomBytes } from "node:crypto";
import { Provider } from "oidc-provider";
import { ID_JAG_PROFILE, JWT_BEARER } from "./grants.ts";
import { jwtBearerGrant } from "./id-jag.ts";
import { issuerConfig } from "./issuer-config.ts";
import { createKeys, type SigningKeys } from "./keys.ts";
import type { Listener } from "./listeners.ts";
import { personOf } from "./people.ts";
import type { Resources } from "./resources.ts";
import { createStore } from "./store.ts";
import type { LabClient, LabLog } from "./types.ts";

export interface PartnerIssuer {
  readonly url: string;
  readonly jwksUri: string;
  readonly keys: SigningKeys;
  /** Our client there: the same name as at home, another secret. */
  readonly client: LabClient;
  addClient(
    metadata: Readonly<Record<string, unknown>> & { readonly client_id: string },
  ): Promise<void>;
}

export async function startPartner(parts: {
  readonly plain: Listener;
  readonly resources: Resources;
  readonly home: { readonly issuer: string; readonly jwksUri: string };
  readonly seconds: number;
  readonly log: LabLog;
}): Promise<PartnerIssuer> {
  const keys = await createKeys();
  const store = createStore();
  const url = parts.plain.origin;
  const client: LabClient = {
    id: "practice-basic",
    method: "client_secret_basic",
    secret: randomBytes(24).toString("base64url"),
  };
  const base = issuerConfig({
    keys,
    store,
    resources: parts.resources,
    // The client is added below: its grant type is known only once it is registered.
    clients: [],
    seconds: parts.seconds,
    extraClaims: (token) => {
      const person = token.accountId === undefined ? null : personOf(token.accountId);
      return person ? { tid: person.tenant } : undefined;
    },
    mayIntrospect: () => false,
    discovery: { authorization_grant_profiles_supported: [ID_JAG_PROFILE] },
  });
  const provider = new Provider(url, {
    ...base,
    features: {
      ...(base["features"] as object),
      registration: { enabled: false },
      registrationManagement: { enabled: false },
    },
  });
  provider.on("error", (error: Error) =>
    parts.log.warn("lab.partner.failed", { error: error.message }),
  );
  provider.on("server_error", (_ctx: unknown, error: Error) =>
    parts.log.warn("lab.partner.failed", { error: error.message }),
  );
  provider.registerGrantType(
    JWT_BEARER,
    jwtBearerGrant({
      provider,
      resources: parts.resources,
      home: parts.home,
      seconds: parts.seconds,
      log: parts.log,
    }),
    ["assertion", "scope", "resource"],
  );
  const addClient: PartnerIssuer["addClient"] = async (metadata) => {
    await store("Client").upsert(metadata.client_id, { ...metadata });
  };
  await addClient({
    client_id: client.id,
    client_secret: client.secret,
    token_endpoint_auth_method: client.method,
    grant_types: [JWT_BEARER],
    response_types: [],
    redirect_uris: [],
  });
  parts.plain.serve(provider.callback());
  return { url, jwksUri: provider.urlFor("jwks"), keys, client, addClient };
}

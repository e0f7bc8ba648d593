// Composes the OAuth rooms: issuers, accounts, certificates, tokens, and the sign-in that a browser carries.
import { webcrypto } from "node:crypto";
import type { AccountView, ActorKeySet, CertificateView, SignedOut } from "./contract.ts";
import type { Agent } from "./core/agents.ts";
import { type Broker, createBroker } from "./core/broker.ts";
import { createCertificateRegister } from "./core/certificate-register.ts";
import type { Certificate } from "./core/certificates.ts";
import type { Clock } from "./core/clock.ts";
import type { Credentials, LiveSecrets } from "./core/credentials.ts";
import type { Digest } from "./core/digest.ts";
import { Refusal } from "./core/errors.ts";
import { createFlows, type Flows } from "./core/flows.ts";
import { newId } from "./core/ids.ts";
import { createIssuerRegister } from "./core/issuer-register.ts";
import type { Log } from "./core/log.ts";
import { readmit } from "./core/oauth/check-token.ts";
import {
  type AccountChange,
  createAccountRegister,
} from "./core/oauth/keeping/account-register.ts";
import type { Account } from "./core/oauth/keeping/accounts.ts";
import { createActorKeys } from "./core/oauth/keeping/actor-keys.ts";
import { sortFailure } from "./core/oauth/keeping/failures.ts";
import { createGrants } from "./core/oauth/keeping/grants.ts";
import { createTokenKeeper } from "./core/oauth/keeping/token-keeper.ts";
import { revokeTokens } from "./core/oauth/revoke.ts";
import type { FlowNet } from "./core/oauth/types.ts";
import { createParties, type Parties } from "./core/parties.ts";
import type { Store } from "./core/registry.ts";
import type { Vault } from "./core/vault.ts";
import { importBundle, importSigned } from "./host/tls/import.ts";
import { makeKey, makeRequest, makeSelfSigned } from "./host/tls/make.ts";
import { timers } from "./platform.ts";
import type { LandingPorts } from "./sign-in-landing.ts";
import { createSignIns, type SignIns } from "./sign-ins.ts";

export interface OAuthPorts {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly live: LiveSecrets;
  readonly log: Log;
  readonly net: FlowNet;
  readonly secret: Credentials["secret"];
  /** `http://127.0.0.1:7717`: where the browser comes back to, and who signs for agents. */
  readonly door: () => string;
  /** A certificate was replaced or removed: its connections end as they fall idle. */
  readonly retireIdentity: (id: string) => void;
  /** A certificate or issuer changed: what is open on the strength of it ends. */
  readonly dropServersOf: (uses: (server: { readonly pattern: object }) => boolean) => void;
  /** Some sign-in is doing otherwise than before. */
  readonly signInChanged: () => void;
  /** AccountAsks.confirm() */
  readonly confirmOther: LandingPorts["confirmOther"];
}

export interface OAuthRooms {
  readonly broker: Broker;
  readonly parties: Parties;
  readonly flows: Flows;
  readonly issuers: ReturnType<typeof createIssuerRegister>;
  readonly certificates: ReturnType<typeof createCertificateRegister>;
  readonly signIns: SignIns;
  accounts(tenant?: string): readonly AccountView[];
  signOut(id: string): Promise<SignedOut>;
  /** Takes an account away with its grant and tokens, and tells its issuer nothing. @throws Refusal */
  dropAccount(id: string): Promise<void>;
  /** Public keys of a tenant's agents, the issuer that signs with them, and where the set is served (RFC 7517). */
  jwks(tenant: string): ActorKeySet;
  certificateView(certificate: Certificate): CertificateView;
  /** Makes the agent's signing key where it has none yet. @throws Refusal `vault_*`, `settings_*` */
  readyToAct(agent: Agent): Promise<void>;
  agentRemoved(agentId: string): Promise<void>;
  /** The vault was locked: no token and no key stays in memory. */
  forgetAll(): void;
}

export function createOAuthRooms(ports: OAuthPorts): OAuthRooms {
  const { store, vault, clock, digest, log } = ports;
  // One for each tenant: who trusts the agents of one must not thereby trust those of another.
  const ownIssuer = (tenant: string): string => `${ports.door()}/tenants/${tenant}`;
  const random = (n: number): Uint8Array => digest.random(n);
  const flows = createFlows(
    () => newId("flow", clock.now(), random),
    () => clock.now(),
  );
  const keeper = createTokenKeeper({
    clock,
    random: Math.random,
    timers,
    classify: sortFailure,
    live: ports.live,
    askSignIn: (key, refusal) =>
      log.info("account.sign-in-needed", { issuer: key.issuer, code: refusal.code }),
    log,
  });
  const grants = createGrants({
    vault,
    clock,
    installation: store.read("settings").installation,
    classify: sortFailure,
    readmit: (facts) => readmit(facts, clock.now()),
    account: (id) => store.read("accounts").find((a) => a.id === id),
    needsSignIn: (id, secret) => accounts.needsSignIn(id, secret),
    log,
  });
  const accounts = createAccountRegister({
    store: {
      read: () => store.read("accounts"),
      write: (next) => store.write("accounts", next),
    },
    grants,
    clock,
    digest,
    dropTokens: (id) => keeper.forgetWhere((key) => key.account === id),
    signedIn: (id) => keeper.retry((key) => key.account === id),
  });
  const actorKeys = createActorKeys({
    store: { read: () => store.read("actors"), write: (next) => store.write("actors", next) },
    vault,
    clock,
    digest,
    subtle: webcrypto.subtle,
    issuer: ownIssuer,
  });
  const certificates = createCertificateRegister({
    store,
    vault,
    clock,
    digest,
    tools: { makeKey, makeRequest, makeSelfSigned, importBundle, importSigned },
    certificateReady: ({ tenant }) => keeper.retry((key) => key.tenant === tenant),
    retireCertificate({ id }) {
      keeper.retireWhere((key) => key.identity === id || key.credentialVersion.endsWith(` ${id}`));
      ports.retireIdentity(id);
    },
    dropCertificate({ id }) {
      keeper.forgetWhere((key) => key.identity === id);
      ports.retireIdentity(id);
      ports.dropServersOf(({ pattern }) => "certificate" in pattern && pattern.certificate === id);
    },
  });
  const issuers = createIssuerRegister({
    store,
    vault,
    clock,
    digest,
    dropIssuer: ({ issuer, tenant }) =>
      void keeper.forgetWhere((key) => key.issuer === issuer && key.tenant === tenant),
    retireIssuer: ({ id }) =>
      keeper.retireWhere((key) => key.credentialVersion.startsWith(`${id} `)),
  });
  const parties = createParties({
    clock,
    digest,
    net: ports.net,
    flows,
    issuers: () => store.read("issuers"),
    certificates: () => store.read("certificates"),
    secret: ports.secret,
    proofSecret: (id) => issuers.proofKey(id),
  });
  const broker = createBroker({
    clock,
    parties,
    keeper,
    grants,
    actorKeys,
    ownIssuer,
    issuers: () => store.read("issuers"),
    accounts: () => store.read("accounts"),
  });
  const signIns = createSignIns({
    parties,
    accounts,
    clock,
    digest,
    log,
    timers,
    door: ports.door,
    revoke,
    changed: ports.signInChanged,
    confirmOther: ports.confirmOther,
  });

  /** Tells the issuer what to forget; says what could not be taken back (RFC 7009). */
  async function revoke(
    account: Pick<Account, "tenant" | "issuer" | "clientId">,
    change: Pick<AccountChange, "revoke" | "unread">,
  ): Promise<SignedOut> {
    const notRevoked: { what: string; why: string }[] = [];
    if (change.unread !== null) notRevoked.push({ what: "refresh token", why: change.unread.code });
    const record = store
      .read("issuers")
      .find(
        (i) =>
          i.tenant === account.tenant &&
          i.issuer === account.issuer &&
          i.clientId === account.clientId,
      );
    if (change.revoke.length === 0) return { revoked: [], notRevoked };
    if (record === undefined) {
      return {
        revoked: [],
        notRevoked: [
          ...notRevoked,
          { what: "its tokens", why: "its issuer is no longer registered here" },
        ],
      };
    }
    const run = parties.context(account.tenant, `sign out at ${record.name}`);
    try {
      const result = await revokeTokens(
        run.ctx,
        await parties.party(record, run.ctx),
        change.revoke,
      );
      const failed = result.notRevoked.some((one) => !one.foreseen);
      run.end(failed ? false : result.notRevoked.length > 0 ? "remark" : true);
      const words = (hint: string): string => hint.replace("_", " ");
      return {
        revoked: result.revoked.map(words),
        notRevoked: [
          ...notRevoked,
          ...result.notRevoked.map((r) => ({ what: words(r.hint), why: r.reason || r.code })),
        ],
      };
    } catch (error) {
      run.end(false);
      const why = error instanceof Refusal ? error.code : "internal";
      return { revoked: [], notRevoked: [...notRevoked, { what: "its tokens", why }] };
    }
  }

  const view = ({ secret: _secret, ...account }: Account): AccountView => account;
  return {
    broker,
    parties,
    flows,
    issuers,
    certificates,
    signIns,
    accounts: (tenant) => accounts.list(tenant).map(view),
    async signOut(id) {
      const change = await accounts.signOut(id);
      return revoke(change.account, change);
    },
    async dropAccount(id) {
      await accounts.remove(id);
    },
    jwks: (tenant) => ({
      tenant,
      issuer: ownIssuer(tenant),
      url: `${ownIssuer(tenant)}/jwks.json`,
      keys: actorKeys.jwks(tenant).keys.map((key) => ({ ...key })),
    }),
    certificateView(certificate) {
      const { key: _key, ...shown } = certificate;
      return { ...shown, expiry: certificates.expiry(certificate) };
    },
    async readyToAct(agent) {
      await actorKeys.sign(agent, ports.door());
    },
    agentRemoved: (agentId) => actorKeys.remove(agentId),
    forgetAll() {
      signIns.closeAll("the place where secrets are kept was locked");
      keeper.forgetAll();
      parties.forgetAll();
      actorKeys.forgetAll();
    },
  };
}

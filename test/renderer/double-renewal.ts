// The part of the stand-in behind what is changed without being removed: renewed, replaced, renamed.
import { randomBytes } from "node:crypto";
import { expiryOf } from "../../electron/core/certificates.ts";
import { Refusal } from "../../electron/core/errors.ts";
import type { CertificateView } from "../../electron/contract.ts";
import type { Issuer } from "../../electron/core/issuers.ts";
import type { ServerView } from "../../electron/core/servers.ts";
import type { Handlers } from "../../electron/surface.ts";
import type { World } from "./double.ts";
import { THUMBPRINT } from "./sample-identities.ts";

const id = (kind: string): string => `${kind}_${randomBytes(12).toString("base64url")}`;
const DAY = 86_400_000;
const iso = (at = Date.now()): string => new Date(at).toISOString();
const NEW_KEY = {
  kty: "EC",
  crv: "P-256",
  x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
  y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
  kid: "2026-11-b",
  alg: "ES256",
  use: "sig",
};

type Names =
  | "certificates.renew"
  | "certificates.takeOver"
  | "issuers.update"
  | "issuers.replaceSecret"
  | "issuers.settleKey"
  | "issuers.jwks"
  | "servers.update"
  | "agents.rename";

export function renewalHandlers(world: World): Pick<Handlers, Names> {
  const certificate = (wanted: string): CertificateView => {
    const found = world.certificates.find((one) => one.id === wanted);
    if (found === undefined) throw new Refusal("certificate_unknown", { certificate: wanted });
    return found;
  };
  const issuer = (wanted: string, next: (one: Issuer) => Issuer): Issuer => {
    world.issuers = world.issuers.map((one) => (one.id === wanted ? next(one) : one));
    const found = world.issuers.find((one) => one.id === wanted);
    if (found === undefined) throw new Refusal("issuer_unknown", { issuer: wanted });
    return found;
  };
  const replaced = (old: string, successor: CertificateView): CertificateView => {
    world.certificates = world.certificates.map((one) =>
      one.id === old && one.state === "active" ? { ...one, state: "replaced" } : one,
    );
    world.servers = world.servers.map((one) =>
      one.kind === "http" && "certificate" in one.pattern && one.pattern.certificate === old
        ? { ...one, pattern: { ...one.pattern, certificate: successor.id } }
        : one,
    );
    world.issuers = world.issuers.map((one) =>
      "certificate" in one.auth && one.auth.certificate === old
        ? { ...one, auth: { ...one.auth, certificate: successor.id } }
        : one,
    );
    return successor;
  };
  return {
    "certificates.renew": ({ id: old, days }) => {
      const before = certificate(old);
      const common = { ...before, id: id("crt"), keyAddedAt: iso(), createdAt: iso() };
      const waiting = world.certificates.find((one) => one.state === "csr-pending");
      const life = { notBefore: iso(), notAfter: iso(Date.now() + days * DAY) };
      if (common.state === "csr-pending") throw new Refusal("certificate_invalid");
      const { label, tenant, keyKind, keyAddedAt, createdAt, subject, uris } = common;
      const shown = { id: common.id, label, tenant, keyKind, keyAddedAt, createdAt, subject, uris };
      const next: CertificateView = common.selfSigned
        ? {
            ...common,
            ...life,
            thumbprint: `${THUMBPRINT.slice(1)}${THUMBPRINT[0]}`,
            replaces: old,
            expiry: expiryOf(life, Date.now()),
          }
        : {
            ...shown,
            state: "csr-pending",
            csr: waiting?.state === "csr-pending" ? waiting.csr : "",
            replaces: old,
            expiry: null,
          };
      world.certificates = [...world.certificates, next];
      return next;
    },
    "certificates.takeOver": (input) => {
      const successor = certificate(input.id);
      const old = "replaces" in successor ? (successor.replaces ?? "") : "";
      return replaced(old, successor);
    },
    "issuers.update": ({ id: wanted, name, trustPem }) =>
      issuer(wanted, (one) => ({
        ...one,
        name: name ?? one.name,
        trustPem: trustPem === undefined ? one.trustPem : trustPem,
      })),
    "issuers.replaceSecret": (input) =>
      issuer(input.id, (one) => {
        const fresh = { secret: id("sec"), secretAddedAt: iso() };
        const { auth } = one;
        if (auth.method === "private_key_jwt") {
          const next = { ...fresh, alg: auth.alg, kid: NEW_KEY.kid, publicJwk: NEW_KEY };
          return { ...one, auth: { ...auth, next } };
        }
        return "secret" in auth ? { ...one, auth: { ...auth, ...fresh } } : one;
      }),
    "issuers.settleKey": ({ id: wanted, keep }) =>
      issuer(wanted, (one) => {
        if (one.auth.method !== "private_key_jwt" || one.auth.next === undefined) return one;
        const { next, ...old } = one.auth;
        return { ...one, auth: keep === "new" ? { method: "private_key_jwt", ...next } : old };
      }),
    "issuers.jwks": (input) => {
      const { auth } = issuer(input.id, (one) => one);
      if (auth.method === "private_key_jwt") {
        return { keys: [auth.publicJwk, ...(auth.next ? [auth.next.publicJwk] : [])] };
      }
      const used = world.certificates.filter(
        (one) =>
          one.state === "active" &&
          "certificate" in auth &&
          (one.id === auth.certificate || one.replaces === auth.certificate),
      );
      return {
        keys: used.map((one) => ({
          ...NEW_KEY,
          kid: one.id,
          x5c: ["MIIBkTCCATegAwIBAgIUQ2x0Y2VydGlmaWNhdGVwcmFjdGljZTEwCgYIKoZIzj0E"],
        })),
      };
    },
    "servers.update": ({ id: wanted, name, stage, http }) => {
      const before = world.servers.find((one) => one.id === wanted);
      if (before === undefined) throw new Refusal("server_unknown", { server: wanted });
      const clash = world.servers.some((one) => one.id !== wanted && one.name === name);
      if (clash) throw new Refusal("name_taken", { name: name ?? "" });
      const key = before.kind === "http" && before.pattern.type === "api-key";
      if (stage === "production" && key) {
        const least = "a token bound to a key";
        throw new Refusal("pattern_too_weak", { stage, least, pattern: "api-key" });
      }
      const common = { name: name ?? before.name, stage: stage ?? before.stage };
      const next: ServerView =
        before.kind === "http"
          ? { ...before, ...common, url: http?.url ?? before.url }
          : { ...before, ...common };
      world.servers = world.servers.map((one) => (one.id === wanted ? next : one));
      return next;
    },
    "agents.rename": ({ id: wanted, name }) => {
      const found = world.agents.find((one) => one.id === wanted);
      if (found === undefined) throw new Refusal("agent_unknown", { agent: wanted });
      const next = { ...found, name };
      world.agents = world.agents.map((one) => (one.id === wanted ? next : one));
      return next;
    },
  };
}

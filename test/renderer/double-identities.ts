// The part of the stand-in behind issuers, accounts, certificates, flows and the lab.
import { labBench } from "./double-lab.ts";
import { randomBytes } from "node:crypto";
import type {
  AccountView,
  AppEvent,
  CertificateView,
  DeviceCode,
} from "../../electron/contract.ts";
import { expiryOf } from "../../electron/core/certificates.ts";
import { Refusal } from "../../electron/core/errors.ts";
import { complaint } from "../../electron/core/sentences.ts";
import type { Issuer } from "../../electron/core/issuers.ts";
import type { Handlers } from "../../electron/surface.ts";
import type { World } from "./double.ts";
import type { renewalHandlers } from "./double-renewal.ts";
import { LAB_SERVERS, sampleCertificates, THUMBPRINT, tourSteps } from "./sample-identities.ts";

const id = (kind: string): string => `${kind}_${randomBytes(12).toString("base64url")}`;
const DAY = 86_400_000;
const iso = (at = Date.now()): string => new Date(at).toISOString();

type Names = Exclude<
  Extract<
    keyof Handlers,
    | `issuers.${string}`
    | `accounts.${string}`
    | `certificates.${string}`
    | `actors.${string}`
    | `flows.${string}`
    | `lab.${string}`
  >,
  keyof ReturnType<typeof renewalHandlers>
>;

export function identityHandlers(
  world: World,
  emit: (event: AppEvent) => void,
): Pick<Handlers, Names> {
  const changed = (what: "issuers" | "accounts" | "certificates" | "lab"): void =>
    emit({ type: "changed", what });
  const lab = (): ReturnType<Handlers["lab.status"]> => ({
    state: world.lab,
    issuer: world.lab === "on" ? "http://127.0.0.1:40100" : null,
    servers: world.lab === "on" ? LAB_SERVERS : [],
  });
  const certificate = (wanted: string): CertificateView => {
    const found = world.certificates.find((one) => one.id === wanted);
    if (found === undefined) throw new Refusal("certificate_unknown", { certificate: wanted });
    return found;
  };
  const life = (days: number) => ({ notBefore: iso(), notAfter: iso(Date.now() + days * DAY) });
  const pem = sampleCertificates(Date.now());
  const issuedBy = (subject: string, days: number) => ({
    state: "active" as const,
    issuer: subject,
    serial: "01",
    ...life(days),
    thumbprint: THUMBPRINT,
    selfSigned: true,
    chain: pem[0]?.state === "active" ? pem[0].chain : "",
    expiry: expiryOf(life(days), Date.now()),
  });
  const keep = (view: CertificateView): CertificateView => {
    world.certificates = [...world.certificates.filter((one) => one.id !== view.id), view];
    changed("certificates");
    return view;
  };
  return {
    "issuers.list": () => world.issuers,
    "issuers.add": (input) => {
      const { auth, tenant = "personal", ...rest } = input;
      const secret = { secret: id("sec"), secretAddedAt: iso() };
      const kept: Issuer["auth"] =
        auth.method === "none" || "certificate" in auth
          ? auth
          : auth.method === "private_key_jwt"
            ? {
                method: auth.method,
                alg: auth.alg,
                kid: "new",
                publicJwk: { kty: "EC", crv: "P-256", x: "x", y: "y" },
                ...secret,
              }
            : { method: auth.method, ...secret };
      const view: Issuer = { ...rest, tenant, id: id("iss"), auth: kept, createdAt: iso() };
      world.issuers = [...world.issuers, view];
      changed("issuers");
      return view;
    },
    "issuers.document": () => ({ url: null, document: {} }),
    "issuers.register": (input) => {
      const { confirmed, issuer, name = "login-acme-example", tenant = "personal" } = input;
      const view: Issuer = {
        id: id("iss"),
        tenant,
        name,
        issuer,
        clientId: "c5f2ffbb-9f0d",
        auth: { method: "none" },
        allowPlainHttpOnLoopback: issuer.startsWith("http:"),
        trustPem: null,
        createdAt: iso(),
        registration: { by: "dynamic", secretExpiresAt: null, management: null, confirmed },
      };
      world.issuers = [...world.issuers, view];
      changed("issuers");
      return view;
    },
    "issuers.remove": (input) => {
      world.issuers = world.issuers.filter((one) => one.id !== input.id);
      changed("issuers");
      return { removed: true, takenBack: null };
    },
    "accounts.list": () => world.accounts,
    "accounts.signIn": (input) => {
      const issuer = world.issuers.find((one) => one.id === input.issuer);
      if (issuer === undefined) throw new Refusal("issuer_unknown", { issuer: input.issuer });
      const url = `${issuer.issuer}/authorize?client_id=${issuer.clientId}&state=x`;
      return { url, flow: "flow_signin00" };
    },
    "accounts.signInDevice": (input) => {
      const issuer = world.issuers.find((one) => one.id === input.issuer);
      if (issuer === undefined) throw new Refusal("issuer_unknown", { issuer: input.issuer });
      return deviceCode(issuer.issuer);
    },
    "accounts.signInState": () => world.signIn ?? { state: "waiting", device: null },
    "accounts.signInPage": () => ({
      url: deviceCode("https://login.acme.example").verificationUri,
    }),
    "accounts.cancelSignIn": () => {
      const facts = { issuer: "https://login.acme.example", reason: "it was cancelled here" };
      world.signIn = {
        state: "failed",
        complaint: complaint(new Refusal("sign_in_failed", facts)),
      };
      return world.signIn;
    },
    "accounts.signOut": (input) => {
      world.accounts = world.accounts.map((one) =>
        one.id === input.id ? { ...one, state: "signed-out" as const } : one,
      );
      changed("accounts");
      return {
        revoked: ["the refresh token"],
        notRevoked: [
          { what: "the access token", why: "the issuer takes back refresh tokens only" },
        ],
      };
    },
    "certificates.list": () => world.certificates,
    "certificates.make": (input) => {
      const subject = `CN=${input.commonName}`;
      const common = {
        id: id("crt"),
        tenant: "personal",
        label: input.label,
        keyKind: input.key,
        key: "",
        keyAddedAt: iso(),
        createdAt: iso(),
        subject,
        uris: [],
      };
      const { key: _, ...shown } = common;
      const waiting = pem.find((one) => one.state === "csr-pending");
      return keep(
        input.signedBy === "itself"
          ? { ...shown, ...issuedBy(subject, input.days) }
          : {
              ...shown,
              state: "csr-pending",
              csr: waiting?.state === "csr-pending" ? waiting.csr : "",
              replaces: null,
              expiry: null,
            },
      );
    },
    "certificates.accept": (input) => {
      const { label, tenant, keyKind, keyAddedAt, createdAt, subject, uris } = certificate(
        input.id,
      );
      if (!input.chain.includes("END CERTIFICATE")) {
        throw new Refusal("certificate_invalid", { reason: "its end is missing" });
      }
      const kept = { id: input.id, label, tenant, keyKind, keyAddedAt, createdAt, subject, uris };
      return keep({ ...kept, ...issuedBy("CN=Acme Issuing CA 3,O=Acme", 365), selfSigned: false });
    },
    "certificates.import": (input) => {
      if (input.passphrase !== "correct horse") {
        throw new Refusal("certificate_invalid", { reason: "the passphrase does not open it" });
      }
      return keep({
        id: id("crt"),
        tenant: "personal",
        label: input.label,
        keyKind: "RSA-2048",
        keyAddedAt: iso(),
        createdAt: iso(),
        subject: "CN=imported",
        uris: [],
        ...issuedBy("CN=imported", 90),
      });
    },
    "certificates.remove": (input) => {
      certificate(input.id);
      world.certificates = world.certificates.filter((one) => one.id !== input.id);
      changed("certificates");
      return { removed: true };
    },
    "actors.jwks": () => [
      {
        tenant: "personal",
        issuer: "http://127.0.0.1:7717/tenants/personal",
        url: "http://127.0.0.1:7717/tenants/personal/jwks.json",
        keys: world.agents.slice(0, 2).map((agent) => ({
          kty: "EC",
          crv: "P-256",
          kid: agent.id,
          use: "sig",
          alg: "ES256",
          x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
          y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        })),
      },
    ],
    "flows.list": () => world.flows,
    "flows.get": (input) => {
      const found = world.flows.find((one) => one.id === input.id);
      if (found === undefined) throw new Refusal("flow_unknown");
      return found;
    },
    "lab.status": lab,
    "lab.start": async () => {
      world.lab = "starting";
      changed("lab");
      await new Promise((done) => setTimeout(done, world.labMs));
      if (world.labFails) {
        world.lab = "off";
        throw new Refusal("lab_failed", { reason: "no port was free" });
      }
      world.lab = "on";
      changed("lab");
      return lab();
    },
    "lab.stop": () => {
      world.lab = "off";
      changed("lab");
      return lab();
    },
    "lab.again": () => ({ outcome: "allowed" }),
    ...labBench(() => world.lab === "on"),
    "lab.tour": async () => {
      const steps = tourSteps(world.tourWrong);
      for (const [index, step] of steps.entries()) {
        await new Promise((done) => setTimeout(done, world.labMs));
        emit({ type: "tour", step, done: index + 1, of: steps.length });
      }
      return { ok: steps.every(({ ok }) => ok), steps, ms: 1093 };
    },
  };
}

/** What an issuer gives for a device without a browser. */
export const deviceCode = (issuer: string): DeviceCode => ({
  flow: "flow_signin00",
  userCode: "WDJB-MJHT",
  verificationUri: `${issuer}/device`,
  verificationUriComplete: `${issuer}/device?user_code=WDJB-MJHT`,
  // Not on the second: a photograph must not depend on it.
  expiresAt: Date.now() + 9 * 60_000 + 500,
});

/** What a person does in the other tab: comes back signed in. */
export function signInFrom(world: World, issuer: Issuer): AccountView {
  const account: AccountView = {
    id: id("acc"),
    tenant: issuer.tenant,
    issuer: issuer.issuer,
    clientId: issuer.clientId,
    sub: "user-77",
    subFrom: "id-token",
    idpTenant: null,
    name: "Grace Hopper",
    email: "grace@acme.example",
    scopes: ["openid"],
    signedInAt: iso(),
    state: "signed-in",
  };
  world.accounts = [...world.accounts, account];
  world.signIn = { state: "done", account: account.id };
  return account;
}

// What the form of a registration holds, what is wrong with it, and what it becomes. Pure.
import { isHttpUrl, isPlainLoopback, nameFromUrl, SLUG } from "../lib/names.ts";
import type { InputOf } from "../types.ts";
import { words } from "../words.ts";

export const METHODS = [
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
  "none",
  "tls_client_auth",
  "self_signed_tls_client_auth",
] as const;
export type IssuerMethod = (typeof METHODS)[number];
export const ALGS = ["ES256", "RS256", "PS256", "EdDSA"] as const;

export interface IssuerDraft {
  readonly name: string;
  readonly nameTouched: boolean;
  readonly issuer: string;
  readonly clientId: string;
  readonly method: IssuerMethod;
  readonly secret: string;
  readonly ownKey: boolean;
  readonly keyPem: string;
  readonly alg: (typeof ALGS)[number];
  readonly certificate: string;
  readonly allowPlain: boolean;
  readonly trustPem: string;
}

export const EMPTY_ISSUER: IssuerDraft = {
  name: "",
  nameTouched: false,
  issuer: "",
  clientId: "",
  method: "client_secret_basic",
  secret: "",
  ownKey: false,
  keyPem: "",
  alg: "ES256",
  certificate: "",
  allowPlain: false,
  trustPem: "",
};

export type IssuerFaults = Readonly<
  Partial<
    Record<
      | "issuerName"
      | "issuer"
      | "clientId"
      | "secret"
      | "keyPem"
      | "issuerCertificate"
      | "issuerPlain"
      | "issuerTrust",
      string
    >
  >
>;

export const issuerNameOf = (draft: IssuerDraft): string =>
  draft.nameTouched ? draft.name : nameFromUrl(draft.issuer);

export const isTlsMethod = (method: string): boolean => method.endsWith("tls_client_auth");

/** PEM of authorities, or nothing. Whether it can be read is the app's to judge. */
export const isTrustPem = (text: string): boolean =>
  text.trim() === "" || text.trim().startsWith("-----BEGIN CERTIFICATE-----");
export const trustOf = (text: string): string | null => (text.trim() === "" ? null : text.trim());

export function issuerFaults(draft: IssuerDraft): IssuerFaults {
  const w = words.identities.issuers.form;
  const faults: Record<string, string> = {};
  const url = draft.issuer.trim();
  if (!isHttpUrl(url)) faults["issuer"] = w.issuerInvalid;
  else if (isPlainLoopback(url)) {
    if (!draft.allowPlain) faults["issuerPlain"] = w.plainNeeded;
  } else if (/^http:/i.test(url)) faults["issuer"] = w.plainRefused;
  if (!SLUG.test(issuerNameOf(draft))) faults["issuerName"] = w.nameInvalid;
  if (!/^[\x20-\x7e]{1,1024}$/.test(draft.clientId.trim())) faults["clientId"] = w.clientIdInvalid;
  if (draft.method.startsWith("client_secret") && draft.secret === "") {
    faults["secret"] = w.secretNeeded;
  }
  if (draft.method === "private_key_jwt" && draft.ownKey && !isKeyPem(draft.keyPem)) {
    faults["keyPem"] = w.keyNeeded;
  }
  if (isTlsMethod(draft.method) && draft.certificate === "") {
    faults["issuerCertificate"] = w.certificateNeeded;
  }
  if (!isTrustPem(draft.trustPem)) faults["issuerTrust"] = words.servers.form.trustInvalid;
  return faults;
}

const isKeyPem = (text: string): boolean => text.trim().startsWith("-----BEGIN PRIVATE KEY-----");

/** The contract's input. Only for a draft without faults. Nothing goes along that its method did not ask for. */
export function toIssuerInput(draft: IssuerDraft): InputOf<"issuers.add"> {
  return {
    name: issuerNameOf(draft),
    // Never touched beyond the blanks around it: the issuer is compared as a string.
    issuer: draft.issuer.trim(),
    clientId: draft.clientId.trim(),
    auth: authOf(draft),
    allowPlainHttpOnLoopback: isPlainLoopback(draft.issuer.trim()) && draft.allowPlain,
    trustPem: trustOf(draft.trustPem),
  };
}

function authOf(draft: IssuerDraft): InputOf<"issuers.add">["auth"] {
  const { method } = draft;
  switch (method) {
    case "none":
      return { method };
    case "client_secret_basic":
    case "client_secret_post":
      return { method, secret: draft.secret };
    case "private_key_jwt":
      return { method, alg: draft.alg, privateKey: draft.ownKey ? draft.keyPem.trim() : null };
    case "tls_client_auth":
    case "self_signed_tls_client_auth":
      return { method, certificate: draft.certificate };
  }
  return method satisfies never;
}

// Words of the keys screen: every secret by name, never by value.
import { plural } from "../lib/format.ts";
import type { SecretEntry, SecretKind } from "../types.ts";

const kind: Record<SecretKind, string> = {
  "api-key": "API key",
  environment: "Variable",
  "client-secret": "OAuth secret",
  "signing-key": "Signing key",
  "next-signing-key": "Signing key to come",
  "proof-key": "Proof key (DPoP)",
  "management-token": "Registration token",
  "certificate-key": "Certificate's key",
  "sign-in": "Sign-in",
  "agent-key": "Agent's signing key",
  "policy-token": "Policy's token",
};
const meaning: Record<SecretKind, string> = {
  "api-key": "Sent to its server with each call.",
  environment: "Handed to the program when it is started.",
  "client-secret": "Proves Countersign at the issuer.",
  "signing-key": "Proves Countersign at the issuer, without being sent.",
  "next-signing-key": "Takes over once the issuer knows it.",
  "proof-key": "Tokens are bound to it, so that a stolen one is worth nothing.",
  "management-token": "Takes the registration back when it is removed.",
  "certificate-key": "Stays here; only what it proves is sent.",
  "sign-in": "Gets new tokens for this person, until they sign out.",
  "agent-key": "Signs which agent acts for a person.",
  "policy-token": "Sent to the OPA server that is asked about calls.",
};
const owner: Record<SecretEntry["owner"]["type"], string> = {
  server: "Server",
  issuer: "Issuer",
  certificate: "Certificate",
  account: "Account",
  agent: "Agent",
  policy: "Policy",
};

export const keyWords = {
  title: "Keys",
  subtitle: "Every secret that Countersign keeps, by name. Its value is never shown.",
  emptyTitle: "No keys yet",
  emptyText: "Keys come with servers that want one, with issuers, certificates and sign-ins.",
  list: "Keys, those to be replaced first at the top",
  where: (place: string) => `Kept in: ${place}`,
  count: (n: number) => plural(n, { one: "# key", other: "# keys" }),
  certificates: "Show certificates",
  kind,
  meaning,
  owner,
  of: (what: string, name: string) => `${what} of ${name}`,
  variable: (name: string) => `Variable ${name}`,
  age: "Age",
  days: (n: number) =>
    n < 1 ? "Added today" : plural(n, { one: "# day old", other: "# days old" }),
  ageUnknown: "Age not known",
  usedBy: "Used by",
  unused: "Not in use",
  more: (n: number) => plural(n, { one: "and # more", other: "and # more" }),
  due: {
    over: (n: number) =>
      n < 1 ? "Replace it now" : plural(n, { one: "Overdue by # day", other: "Overdue by # days" }),
    ended: (n: number) =>
      n < 1 ? "Ended" : plural(n, { one: "Ended # day ago", other: "Ended # days ago" }),
    ends: (n: number) =>
      n < 1 ? "Ends today" : plural(n, { one: "Ends in # day", other: "Ends in # days" }),
    replace: (n: number) =>
      n < 1
        ? "Replace it today"
        : plural(n, { one: "Replace it in # day", other: "Replace it in # days" }),
    itself: "Renewed by Countersign",
    never: "No end known",
  },
  show: (name: string) => `Show ${name}`,
} as const;

// What is wrong with an input, for people: which field, and what it must be. The input itself is never repeated: it
// may hold a secret.
import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** Fields whose own name says little to whoever fills in a form or types a command. */
const FIELDS: Readonly<Record<string, string>> = {
  url: "the address",
  issuer: "the issuer",
  name: "the name",
  label: "the label",
  id: "the id",
  tenant: "the tenant",
  clientId: "the client id",
  command: "the command",
  args: "the arguments",
  cwd: "the working folder",
  env: "the list of variables",
  secretEnv: "the list of secret variables",
  stage: "the stage",
  secret: "the secret",
  passphrase: "the passphrase",
  privateKey: "the private key",
  scopes: "the scopes",
  resource: "the resource",
  audience: "the audience",
  trustPem: "the authority's certificate",
  certificate: "the certificate",
  chain: "the signed certificate",
  file: "the file",
  commonName: "the common name",
  days: "the number of days",
  limit: "the number of calls",
  perUserPerMinute: "the limit per user",
  "auth.name": "the name of the header or parameter",
  "auth.prefix": "the prefix",
  "auth.secret": "the key",
};

/** Names of variables and fields are short and plain; anything else in a path was chosen by the sender. */
const plain = (part: PropertyKey): boolean => /^[A-Za-z0-9_-]{1,40}$/.test(String(part));

function fieldOf(path: readonly PropertyKey[]): string {
  const whole = path.filter((part) => typeof part === "string").join(".");
  const known = FIELDS[whole] ?? FIELDS[String(path.at(-1))] ?? FIELDS[String(path[0])];
  if (known !== undefined) return known;
  return path.length === 0
    ? "it"
    : path.every(plain)
      ? path.map(String).join(".")
      : "a field of it";
}

const one = (count: number | bigint, word: string): string =>
  `${String(count)} ${word}${Number(count) === 1 ? "" : "s"}`;
const unit = (origin: string): string =>
  origin === "string" ? "character" : origin === "array" ? "entry" : "";

function size(issue: Extract<Issue, { code: "too_small" | "too_big" }>): string {
  const small = issue.code === "too_small";
  const bound = small ? issue.minimum : issue.maximum;
  const word = unit(issue.origin);
  if (word === "") return `must be ${small ? "at least" : "at most"} ${String(bound)}`;
  if (small && Number(bound) === 1) return "must not be empty";
  return small
    ? `needs at least ${one(bound, word)}`
    : `may have at most ${one(bound, word)}`.replace("entrys", "entries");
}

/** zod's own words begin so; what a schema says about itself is better and is kept. */
const ITS_OWN = /^(?:Invalid|Too|Unrecognized)/;

function demand(issue: Issue): string {
  if (!ITS_OWN.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "too_small":
    case "too_big":
      return size(issue);
    case "invalid_type":
      return issue.message.endsWith(" received undefined")
        ? "is missing"
        : `must be ${issue.expected === "string" ? "text" : `of the kind ${issue.expected}`}`;
    case "invalid_value":
      return `must be one of: ${issue.values.map(String).join(", ")}`;
    case "invalid_union":
      return "is not one of the kinds that are known";
    case "invalid_key":
      return "holds a name that cannot be used";
    case "unrecognized_keys":
      return "holds something that is not known here";
    case "invalid_format":
      return issue.format === "url"
        ? "must be a full address (URL)"
        : "has a form that cannot be used";
    case "invalid_element":
    case "not_multiple_of":
    case "custom":
      break;
  }
  return "cannot be used";
}

/** One sentence per fault, at most three. */
export function inputFault(error: z.ZodError): string {
  const faults = new Set(
    error.issues.map((issue) => {
      const words = demand(issue);
      return `${fieldOf(issue.path)} ${/^(?:must|may|needs|is|has|holds|cannot)\b/.test(words) ? words : `is not usable: ${words}`}`;
    }),
  );
  return `${[...faults].slice(0, 3).join("; ")}.`;
}

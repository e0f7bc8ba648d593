// The commands about issuers and accounts: how they are called and what their help says.
import type { Command } from "./types.ts";

export const ISSUER_COMMANDS: readonly Command[] = [
  {
    words: ["issuer", "list"],
    summary: "list the issuers, and how Countersign proves itself there",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign issuer list"],
    load: async () => (await import("./issuer.ts")).list,
  },
  {
    words: ["issuer", "add"],
    summary: "add an OAuth issuer at which Countersign is registered",
    synopsis: "<name> <issuer url>",
    arity: [2, 2],
    options: {
      "client-id": { type: "string", value: "ID", help: "the identifier that the issuer gave" },
      auth: {
        type: "string",
        value: "METHOD",
        help: "none (default), client_secret_basic, client_secret_post, private_key_jwt, tls_client_auth, self_signed_tls_client_auth",
      },
      alg: {
        type: "string",
        value: "ALG",
        help: "for private_key_jwt: ES256 (default), RS256, PS256 or EdDSA",
      },
      "key-stdin": {
        type: "boolean",
        help: "for private_key_jwt: take the key from standard input (PKCS#8 PEM) instead of making one",
      },
      certificate: { type: "string", value: "NAME", help: "for the two tls methods: label or id" },
      "allow-plain-http-on-loopback": {
        type: "boolean",
        help: "let an issuer on this machine be asked over plain http",
      },
      trust: {
        type: "string",
        value: "FILE",
        help: "PEM of authorities that may vouch for this issuer besides the usual ones",
      },
    },
    notes:
      "The issuer is compared as a string: give it exactly as its metadata says. Secrets are asked for, or read from standard input.",
    examples: [
      "countersign issuer add okta https://larkspur.okta.example --client-id 0oa7 --auth client_secret_basic < secret.txt",
      "countersign issuer add entra https://login.example/tid/v2.0 --client-id 5b1c --auth private_key_jwt",
      "countersign issuer add bank https://as.bank.example --client-id me --auth tls_client_auth --certificate laptop",
    ],
    load: async () => (await import("./issuer.ts")).add,
  },
  {
    words: ["issuer", "jwks"],
    summary: "the public keys, or self-signed certificates, to register at an issuer",
    synopsis: "<issuer>",
    arity: [1, 1],
    options: {},
    notes:
      "For private_key_jwt the signing keys; for self_signed_tls_client_auth the certificates as x5c (RFC 8705). A successor that waits is among them.",
    examples: ["countersign issuer jwks entra", "countersign issuer jwks bank --json > jwks.json"],
    load: async () => (await import("./issuer-change.ts")).jwks,
  },
  {
    words: ["issuer", "edit"],
    summary: "change an issuer's name or whom it is trusted by",
    synopsis: "<issuer>",
    arity: [1, 1],
    options: {
      name: { type: "string", value: "NAME", help: "a new name, for people and this command line" },
      trust: {
        type: "string",
        value: "FILE",
        help: "PEM of authorities that may vouch for this issuer besides the usual ones",
      },
      "no-trust": { type: "boolean", help: "only the usual authorities may vouch for it" },
    },
    examples: ["countersign issuer edit okta --name okta-staging --trust ca.pem"],
    load: async () => (await import("./issuer-change.ts")).edit,
  },
  {
    words: ["issuer", "replace-secret"],
    summary: "put a new client secret, or a second signing key, in",
    synopsis: "<issuer>",
    arity: [1, 1],
    options: {
      alg: { type: "string", value: "ALG", help: "for private_key_jwt: another algorithm" },
      "key-stdin": {
        type: "boolean",
        help: "for private_key_jwt: take the key from standard input (PKCS#8 PEM) instead of making one",
      },
    },
    notes:
      "A client secret is used at once. A signing key waits beside the old one: register both, then settle-key.",
    examples: [
      "countersign issuer replace-secret okta < new-secret.txt",
      "countersign issuer replace-secret entra",
    ],
    load: async () => (await import("./issuer-change.ts")).replaceSecret,
  },
  {
    words: ["issuer", "settle-key"],
    summary: "use the second signing key from now on, or let go of it",
    synopsis: "<issuer>",
    arity: [1, 1],
    options: {
      keep: { type: "string", value: "WHICH", help: "new (default), or old" },
    },
    examples: [
      "countersign issuer settle-key entra",
      "countersign issuer settle-key entra --keep old",
    ],
    load: async () => (await import("./issuer-change.ts")).settleKey,
  },
  {
    words: ["issuer", "document"],
    summary: "what Countersign is, as a document of your own to publish (CIMD)",
    synopsis: "",
    arity: [0, 0],
    options: {
      issuer: {
        type: "string",
        multiple: true,
        value: "URL",
        help: "an issuer that will read it; may be repeated",
      },
      url: {
        type: "string",
        value: "URL",
        help: "where you published it: the client id from now on",
      },
      none: { type: "boolean", help: "there is none any more" },
    },
    notes:
      "Issuers that take such documents need no other registration. It has to list our redirect address at each of them.",
    examples: [
      "countersign issuer document --issuer https://login.example",
      "countersign issuer document --url https://ada.example/countersign.json",
    ],
    load: async () => (await import("./issuer.ts")).document,
  },
  {
    words: ["issuer", "remove"],
    summary: "remove an issuer and the secret for it",
    synopsis: "<issuer>",
    arity: [1, 1],
    options: {},
    examples: ["countersign issuer remove okta"],
    load: async () => (await import("./issuer.ts")).remove,
  },
  {
    words: ["account", "list"],
    summary: "list who is signed in where",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign account list"],
    load: async () => (await import("./account.ts")).list,
  },
  {
    words: ["account", "sign-in"],
    summary: "sign in at an issuer, in your browser",
    synopsis: "<issuer>",
    arity: [1, 1],
    options: {
      scope: {
        type: "string",
        multiple: true,
        value: "SCOPE",
        help: "ask for this scope; may be repeated",
      },
      resource: {
        type: "string",
        value: "URL",
        help: "the server that the token is for (RFC 8707)",
      },
      account: {
        type: "string",
        value: "ID",
        help: "sign this account in again: coming back as somebody else is refused",
      },
      device: {
        type: "boolean",
        help: "where this machine has no browser: print a code to type on another one (RFC 8628)",
      },
      "no-wait": { type: "boolean", help: "print the address or the code and end" },
    },
    notes:
      "Prints the address to open, and waits until the account is there. Ctrl-C gives the sign-in up.",
    examples: [
      "countersign account sign-in okta --scope openid --scope offline_access",
      "countersign account sign-in okta --device",
      "countersign account sign-in okta --no-wait --json | jq -r .url",
    ],
    load: async () => (await import("./account-sign-in.ts")).signIn,
  },
  {
    words: ["account", "cancel-sign-in"],
    summary: "give a sign-in up: what comes back later is not taken",
    synopsis: "<flow id>",
    arity: [1, 1],
    options: {},
    examples: ["countersign account cancel-sign-in flow_…"],
    load: async () => (await import("./account-sign-in.ts")).cancelSignIn,
  },
  {
    words: ["account", "sign-out"],
    summary: "sign an account out, revoke its tokens, and say what could not be revoked",
    synopsis: "<account id>",
    arity: [1, 1],
    options: {},
    examples: ["countersign account sign-out acc_…"],
    load: async () => (await import("./account.ts")).signOut,
  },
];

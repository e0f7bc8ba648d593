// Words of the patterns: their names, what a thief could still do, and the help with choosing one.
import type { PatternType } from "../types.ts";

type Named = PatternType | "env";

const name: Record<Named, string> = {
  none: "No key",
  "api-key": "API key",
  "client-credentials": "Client credentials",
  account: "Account",
  "token-exchange": "Token exchange",
  mtls: "Certificate",
  composite: "Composite",
  env: "Environment",
};

/** Said of the whole pattern. One honest line each, without comfort. */
const thief: Record<PatternType, string> = {
  none: "There is nothing to steal, and nothing that keeps anyone out.",
  "api-key": "A thief of the key can call from anywhere, until you replace it.",
  "client-credentials":
    "A thief of the token can call this server until it expires. The secret behind it stays here.",
  account: "A thief of the token can act as you at this server until it expires.",
  "token-exchange":
    "A thief of the token can act for one person at one server until it expires, and leaves both names behind.",
  mtls: "A thief of the token can do nothing without the certificate's private key, where the server checks.",
  composite:
    "A thief of the token can do nothing without the private key, and person and agent are named in it.",
};

export const patternWords = {
  name,
  thief,
  /** Of any pattern whose token is bound by DPoP. */
  thiefOfBound:
    "A thief of the token can do nothing without its key, which never leaves this machine.",
  label: "Pattern",
  help: "Which pattern?",
  helpClose: "Close the help",
  ladder: {
    development: "Takes any pattern.",
    staging: "Wants at least a token that expires by itself.",
    production:
      "Wants a token that is bound to a key: by a certificate, a composite with one, or DPoP.",
  },
  advisor: {
    title: "Which pattern?",
    stakes: "What stands behind it?",
    stakesNames: {
      low: "Little: only what is mine, to try things out",
      standard: "Shared data, with ordinary care",
      critical: "Critical systems, trusting no network",
      regulated: "Regulated data, with the most care there is",
    },
    tenants: "Whose agents use it?",
    tenantsNames: { one: "Those of one tenant", several: "Those of several tenants" },
    behalf: "On whose behalf?",
    behalves: {
      agent: "The agent's own",
      person: "A person's, and the server shall know whose",
    },
    advice: "Suggested",
    thiefCan: "A thief could still do",
    thiefUntil: "How long",
    thiefStop: "What ends it",
    use: "Use this pattern",
    inUse: "This pattern is chosen",
    caveat: "The server and its issuer must offer it.",
  },
} as const;

// Words about which agent may use which server, and on whose behalf.
import { plural } from "../lib/format.ts";
import type { Subject, Terms, ToolChoice } from "../types.ts";

export const consentWords = {
  /** On the page that asks: whose account and which credential. */
  whose: {
    account: "On behalf of",
    at: (issuer: string) => `at ${issuer}`,
    claimed: "name as the issuer gives it",
    subject: (sub: string) => `subject ${sub}`,
    credential: "Credential",
    noAccount: {
      none: "no account, no credential",
      "api-key": "no account: the key of this server",
      env: "no account: a program on this machine",
      "client-credentials": "no account: Countersign itself",
      mtls: "no account: Countersign's certificate",
      account: "nobody is signed in",
      "token-exchange": "nobody is signed in",
      composite: "no account: Countersign's certificate",
    } satisfies Record<Subject["server"]["pattern"], string>,
    acts: {
      required: "the token names this agent as acting for you",
      "if-supported": "the token names this agent as acting for you, where the issuer can",
    } satisfies Record<NonNullable<Subject["acts"]>, string>,
    audience: "Token is for",
    scopes: "It may",
    noScopes: "whatever the issuer gives without being asked for more",
  },
  question: {
    heading: "May this agent use this server?",
    again: "May this agent still use this server?",
    text: "Nothing of this agent has been sent there yet. If you agree, its calls are still asked about one by one, as far as no rule of yours decides them.",
    changed: "Changed since you agreed",
    changedSince: "Something about it was changed since you agreed.",
    was: (text: string) => `before: ${text}`,
    nothing: "nothing",
    terms: {
      target: "Address or command",
      pattern: "Credential",
      issuer: "Issuer",
      clientId: "Registration at the issuer",
      account: "Account",
      audience: "What the token is for",
      scopes: "Scopes",
      setup: "Folder, variables or certificates",
    } satisfies Record<keyof Terms, string>,
    allow: "Let it use the server",
    local: "A program is started on this machine:",
  },
  signIn: {
    heading: "Sign in for this agent?",
    text: (host: string) =>
      `It wants to use the server on your behalf, and nobody is signed in. If you agree, your browser goes to ${host}; the agent was told to try again later.`,
    at: "Sign in at",
    as: "As",
    anyone: "whoever signs in",
    allow: "Sign in",
    link: "Go to the issuer and sign in",
  },
  tools: {
    title: "Its tools",
    text: "What the server says it offers. Whatever you leave on “Ask” is asked about each time.",
    none: "The server offers no tools.",
    unknown:
      "What the server offers is not known yet. Countersign can ask it, with the same credential, before you decide.",
    lookUp: "Look at its tools",
    lookingUp: "Asking the server",
    find: "Find a tool",
    askAll: "Ask about all",
    allowReaders: (count: number) => `Allow the ${count} that say they only read`,
    readersHint: "They say so themselves; nobody has checked it.",
    saysReadOnly: "says it only reads",
    destructive: "may not be taken back: never allowed beforehand",
    suspect: "its definition looks wrong: not allowed beforehand",
    notPlain: "no rule can name it exactly: asked about each time",
    effectOf: (tool: string) => `What to do when ${tool} is called`,
    effects: { ask: "Ask", allow: "Allow", deny: "Block" } satisfies Record<
      ToolChoice["effect"],
      string
    >,
    hints: {
      ask: "You are asked each time",
      allow: "Makes a rule, which you can remove under Policy",
      deny: "Makes a rule, which you can remove under Policy",
    } satisfies Record<ToolChoice["effect"], string>,
    unseen: (count: number) =>
      plural(count, {
        one: "1 tool that you have not scrolled to stays on “Ask”.",
        other: "# tools that you have not scrolled to stay on “Ask”.",
      }),
  },
  list: {
    title: "May use",
    none: "Nothing yet: you are asked when it first meets a server.",
    revoke: "Take back",
    revokeNamed: (server: string) => `Take back the use of ${server}`,
    as: (who: string) => `as ${who}`,
    changed: "changed since; you are asked anew",
    scopes: (count: number) => plural(count, { one: "1 scope", other: "# scopes" }),
  },
} as const;

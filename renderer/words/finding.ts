// Words of finding out how a server authenticates.
import type { IssuerProposal } from "../types.ts";

const ways: Record<NonNullable<IssuerProposal["way"]>, string> = {
  known: "Countersign is registered there already.",
  "metadata-document": "Countersign becomes known there by your own document.",
  dynamic: "Countersign registers itself there when you add the server.",
  ask: "It registers no program by itself. Have Countersign registered there with this redirect address, then enter what you are given below:",
};

export const findingWords = {
  ask: "Find out",
  asking: "Asking the server how it authenticates",
  registering: "Registering at the issuer",
  steps: "Steps so far",
  cancel: "Stop asking",
  xray: "X-ray",
  failedHint: "You can still enter everything by hand below.",
  proposal: "What was found",
  proposed: "Proposed",
  nothing: "Nothing can be proposed",
  callsItself: "It calls itself",
  why: "Why",
  thief: "A thief of it",
  until: "For how long",
  stop: "What ends it",
  issuer: "Issuer",
  elsewhere: "Its host is another than the server's.",
  lies: {
    "this-machine": "It lies on this machine.",
    "private-network": "It lies in a private network.",
  },
  hosts: (hosts: readonly string[]) => `Its endpoints lie elsewhere: ${hosts.join(", ")}`,
  registration: "Registration",
  ways,
  copyRedirect: "Copy the redirect address",
  scopes: "Scopes",
  noScopes: "none are asked for",
  change: "Change",
  keep: "Hide the details",
  confirmTitle: {
    "this-machine": "The server names an issuer on this machine",
    "private-network": "The server names an issuer in a private network",
  },
  confirmText:
    "Only the server's own document says so. Nothing was asked of it yet. Agree if you know it.",
  confirm: "I know it, ask it",
  foundIssuer: "Register by itself",
  signInTitle: (name: string) => `${name} is added`,
  signInText: (host: string) =>
    `One step is left: sign in at ${host}, on its own page, in your browser.`,
  signIn: "Sign in",
  later: "Later",
} as const;

// What is drawn for each step of the tour: the lanes and the messages between them, in their order. The words are in
// the catalogue; here stands who sends which of them to whom. A test holds it against the tour that is really run.
import type { labDiagramWords } from "../words/lab-diagrams.ts";

export type Party = keyof typeof labDiagramWords.parties;
export type MessageWord = keyof typeof labDiagramWords.messages;

/** From one lane to another. Where both are one, it is what that party does by itself. */
export type Message = readonly [from: Party, to: Party, word: MessageWord];

export interface Diagram {
  readonly messages: readonly Message[];
  /** What the last message is: what was wanted, or a no. */
  readonly ends: "allowed" | "refused";
}

/** From left to right; a diagram has those that take part. */
const ORDER: readonly Party[] = [
  "person",
  "ada",
  "browser",
  "agent",
  "thief",
  "countersign",
  "issuer",
  "partner",
  "server",
];

/** A thief at a server goes past Countersign, and its lane is there to show it. */
export const goesPast = ({ messages }: Diagram): boolean =>
  messages.some(([from, to]) => from === "thief" && to === "server");

export const lanesOf = (diagram: Diagram): readonly Party[] => {
  const there = new Set(diagram.messages.flatMap(([from, to]) => [from, to]));
  if (goesPast(diagram)) there.add("countersign");
  return ORDER.filter((party) => there.has(party));
};

const allowed = (...messages: readonly Message[]): Diagram => ({ messages, ends: "allowed" });
const refused = (...messages: readonly Message[]): Diagram => ({ messages, ends: "refused" });

const BEGIN: readonly Message[] = [
  ["agent", "countersign", "call"],
  ["countersign", "countersign", "decides"],
];
const END: readonly Message[] = [
  ["server", "countersign", "answer"],
  ["countersign", "agent", "result"],
];
/** A thief with something, a request, what the server makes of it, and its no. */
const theft = (has: MessageWord, sends: MessageWord, found: MessageWord): Diagram =>
  refused(
    ["thief", "thief", has],
    ["thief", "server", sends],
    ["server", "server", found],
    ["server", "thief", "refused"],
  );

/** By the id of the step. */
export const DIAGRAMS: Readonly<Record<string, Diagram>> = {
  "api-key": allowed(...BEGIN, ["countersign", "server", "keyAdded"], ...END),
  openapi: allowed(
    ...BEGIN,
    ["countersign", "countersign", "shapes"],
    ["countersign", "server", "request"],
    ...END,
  ),
  "openapi-path": refused(
    ["agent", "countersign", "callOut"],
    ["countersign", "countersign", "outOfPlace"],
    ["countersign", "agent", "toolFailed"],
  ),
  "client-credentials": allowed(
    ...BEGIN,
    ["countersign", "issuer", "asks"],
    ["issuer", "countersign", "token"],
    ["countersign", "server", "bearer"],
    ["server", "server", "checks"],
    ...END,
  ),
  dpop: allowed(
    ...BEGIN,
    ["countersign", "issuer", "asksProof"],
    ["issuer", "countersign", "tokenJkt"],
    ["countersign", "countersign", "compares"],
    ["countersign", "server", "proves"],
    ["server", "countersign", "nonce"],
    ["countersign", "server", "provesNonce"],
    ["server", "server", "checksProof"],
    ...END,
  ),
  "sign-in": allowed(
    ["countersign", "browser", "opens"],
    ["browser", "issuer", "follows"],
    ["ada", "issuer", "signsIn"],
    ["issuer", "browser", "code"],
    ["browser", "countersign", "codeBack"],
    ["countersign", "issuer", "codeVerifier"],
    ["issuer", "countersign", "adaTokens"],
  ),
  "token-exchange": allowed(
    ...BEGIN,
    ["countersign", "issuer", "exchange"],
    ["issuer", "countersign", "tokenAct"],
    ["countersign", "countersign", "compares"],
    ["countersign", "server", "bearer"],
    ["server", "server", "checksAct"],
    ...END,
  ),
  "id-jag": allowed(
    ...BEGIN,
    ["countersign", "issuer", "idToken"],
    ["issuer", "countersign", "idJag"],
    ["countersign", "partner", "assertion"],
    ["partner", "countersign", "tokenAbroad"],
    ["countersign", "server", "bearer"],
    ["server", "server", "checks"],
    ...END,
  ),
  mtls: allowed(
    ...BEGIN,
    ["countersign", "issuer", "asksCertificate"],
    ["issuer", "countersign", "tokenX5t"],
    ["countersign", "countersign", "compares"],
    ["countersign", "server", "shown"],
    ["server", "server", "checksCertificate"],
    ...END,
  ),
  composite: allowed(
    ...BEGIN,
    ["countersign", "issuer", "exchangeAll"],
    ["issuer", "countersign", "tokenAll"],
    ["countersign", "countersign", "compares"],
    ["countersign", "server", "shown"],
    ["server", "server", "checksCertificate"],
    ...END,
  ),
  "stolen-api-key": allowed(
    ["thief", "thief", "hasKey"],
    ["thief", "server", "key"],
    ["server", "thief", "accepts"],
  ),
  "stolen-bearer": allowed(
    ["thief", "thief", "hasToken"],
    ["thief", "server", "stolen"],
    ["server", "server", "checks"],
    ["server", "thief", "accepts"],
  ),
  "stolen-bound": theft("hasToken", "stolenBare", "noCertificate"),
  "wrong-certificate": theft("hasToken", "stolenOther", "otherCertificate"),
  "stolen-dpop": theft("hasToken", "stolenProof", "otherKey"),
  "wrong-audience": theft("hasOther", "stolen", "otherAudience"),
  expired: theft("hasOld", "stolen", "tooOld"),
  "forged-act": theft("makes", "forged", "badSignature"),
  ladder: refused(
    ["person", "countersign", "adds"],
    ["countersign", "countersign", "weighs"],
    ["countersign", "person", "tooWeak"],
  ),
  "own-credential": theft("hasOwn", "own", "unknownToken"),
  "agent-certificate": allowed(
    ["agent", "countersign", "certificateCall"],
    ["countersign", "countersign", "pinned"],
    ["countersign", "server", "keyAdded"],
    ...END,
  ),
  "agent-wrong-certificate": refused(
    ["thief", "thief", "hasOwn"],
    ["thief", "countersign", "credentialOther"],
    ["countersign", "countersign", "notPinned"],
    ["countersign", "thief", "refused"],
  ),
  "agent-stolen-credential": refused(
    ["thief", "thief", "hasOwn"],
    ["thief", "countersign", "plainDoor"],
    ["countersign", "countersign", "bound"],
    ["countersign", "thief", "refused"],
  ),
};

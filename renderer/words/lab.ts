// Words of the practice company.
import { duration, plural } from "../lib/format.ts";
import { labBenchWords } from "./lab-bench.ts";
import { labDiagramWords } from "./lab-diagrams.ts";

export const labWords = {
  title: "Lab",
  subtitle:
    "A practice company on this machine, to see each pattern work, and what a thief gets out of it.",
  practice: "Practice",
  offTitle: "Larkspur, a practice company",
  offText:
    "One click starts an issuer, a certificate authority and a server for each pattern, all on this machine only, with nothing real in them. Stop it, and it is gone without a trace, save for its calls in the journal.",
  start: "Start the lab",
  starting: "Starting the practice company",
  startingText: "Issuer, certificates and servers are being made. This takes a few seconds.",
  stop: "Stop the lab",
  onTitle: "The practice company is running",
  onText: "Everything below listens on this machine only. Nothing here opens anything real.",
  restTitle: "The practice company is off",
  restText: "The tour starts it and stops it again. Start it yourself to look around in it.",
  /** Where a practice server's pattern has a name of its own. */
  patterns: {
    dpop: "Bound to a key (DPoP)",
    "id-jag": "Another company (ID-JAG)",
  } as Readonly<Record<string, string>>,
  issuer: "Issuer",
  copyAddress: (name: string) => `Copy the address of ${name}`,
  copyIssuer: "Copy the issuer",
  diagrams: labDiagramWords,
  bench: labBenchWords,
  tour: {
    title: "The tour",
    text: "An agent calls through each pattern. Then a thief tries with what was stolen, past Countersign.",
    run: "Run the tour",
    again: "Run it again",
    running: (done: number, of: number | null) =>
      of === null ? "The tour begins" : `Step ${done} of ${of} is done`,
    next: "The next step is running",
    expected: "Expected",
    found: "Found",
    asExpected: "As expected",
    notAsExpected: "Not as expected",
    good: (count: number, ms: number) =>
      `${plural(count, { one: "The step", other: "All # steps" })} went as expected, in ${duration(ms)}`,
    bad: (wrong: number, of: number, ms: number) =>
      `${wrong} of ${plural(of, { one: "# step", other: "# steps" })} did not go as expected, in ${duration(ms)}`,
    goodText: "Where a thief got in, that was expected, too: it is what the pattern allows.",
    badText: "The lines marked below say what was expected and what was found instead.",
    log: "See its calls in the live log",
    sends: "sends",
    /** Who sends what to whom, by the id of the step. */
    routes: {
      "api-key": ["Practice agent", "Countersign", "the key in X-API-Key", "notes"],
      openapi: ["Practice agent", "Countersign", "GET /items/relay-70, with the key", "inventory"],
      "openapi-path": ["Practice agent", "", "an argument that leads elsewhere", "Countersign"],
      "client-credentials": ["Practice agent", "Countersign", "a token for crm alone", "crm"],
      dpop: ["Practice agent", "Countersign", "a bound token, and a proof of its key", "archive"],
      "sign-in": ["Ada", "her browser", "a code, with PKCE", "the issuer"],
      "token-exchange": [
        "Practice agent",
        "Countersign",
        "a token of Ada, naming the agent",
        "mail",
      ],
      "id-jag": ["Practice agent", "Countersign", "a token of the other company for Ada", "wiki"],
      mtls: ["Practice agent", "Countersign", "a bound token, and its certificate", "payroll"],
      composite: [
        "Practice agent",
        "Countersign",
        "a bound token of Ada, and its certificate",
        "treasury",
      ],
      "stolen-api-key": ["Thief", "", "the stolen key", "notes"],
      "stolen-bearer": ["Thief", "", "the stolen token", "crm"],
      "stolen-bound": ["Thief", "", "the stolen token, without a certificate", "payroll"],
      "wrong-certificate": ["Thief", "", "the stolen token, and another certificate", "payroll"],
      "stolen-dpop": ["Thief", "", "the stolen token, and a proof of another key", "archive"],
      "wrong-audience": ["Thief", "", "a token made for mail", "crm"],
      expired: ["Thief", "", "an expired token", "crm"],
      "forged-act": ["Thief", "", "a token that claims another actor", "mail"],
      ladder: ["A person", "", "an API key for a production server", "Countersign"],
      "own-credential": ["Thief", "", "the agent's own credential", "crm"],
      "agent-certificate": ["Practice agent", "", "a call over its certificate", "Countersign"],
      "agent-wrong-certificate": [
        "Thief",
        "",
        "the agent's credential, over another certificate",
        "Countersign",
      ],
      "agent-stolen-credential": ["Thief", "", "the agent's credential alone", "Countersign"],
    } as Readonly<Record<string, readonly [string, string, string, string]>>,
  },
} as const;

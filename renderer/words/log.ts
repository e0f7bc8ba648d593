// Words of the live log.
import type { CallOutcome } from "../types.ts";
import { bytes, plural } from "../lib/format.ts";
import { patternWords } from "./patterns.ts";

const outcome: Record<CallOutcome, string> = {
  pending: "Pending",
  ok: "OK",
  "tool-error": "Tool error",
  "rpc-error": "Server error",
  denied: "Denied",
  failed: "Failed",
  aborted: "Hung up",
  interrupted: "Interrupted",
};

const meaning: Record<CallOutcome, string> = {
  pending: "Sent to the server. No answer yet.",
  ok: "The tool answered.",
  "tool-error": "The tool ran and reported an error.",
  "rpc-error": "The server answered with a protocol error.",
  denied: "Countersign refused it. Nothing reached the server.",
  failed: "There was no usable answer.",
  aborted: "The agent closed the connection before the answer.",
  interrupted: "Countersign stopped while the call was pending.",
};

export const logWords = {
  title: "Live log",
  outcome,
  meaning,
  pattern: patternWords.name,
  columns: {
    time: "Time",
    outcome: "Outcome",
    agent: "Agent",
    server: "Server",
    tool: "Tool",
    auth: "Auth",
    decision: "Decision",
    duration: "Took",
  },
  decision: { allow: "Allowed", deny: "Denied" },
  grid: "Calls, oldest first",
  shown: (count: number) => plural(count, { one: "# call", other: "# calls" }),
  floor: (count: number) => `${plural(count, { one: "# call", other: "# calls" })} or more`,
  newCalls: (count: number) => plural(count, { one: "# new call", other: "# new calls" }),
  search: "Search agent, server, tool, arguments",
  searchLabel: "Search the log",
  clearSearch: "Clear the search",
  filterLabel: "Show outcomes",
  groups: {
    ok: "OK",
    errors: "Errors",
    denied: "Denied",
    pending: "Pending",
    stopped: "Stopped",
  },
  allAgents: "All agents",
  allServers: "All servers",
  agentFilter: "Agent",
  serverFilter: "Server",
  pause: "Pause",
  resume: "Resume",
  pausedHeld: (count: number) =>
    count === 0
      ? "Paused"
      : `Paused · ${plural(count, { one: "# call waits", other: "# calls wait" })}`,
  clearFilters: "Clear filters",
  loadingOlder: "Loading older calls",
  beginning: "The journal begins here",
  capped: "The newest calls are shown up to here. Search to see older ones.",
  repeated: (count: number) => `×${count}`,
  repeatedLong: (count: string) => `${count} identical refusals`,
  unknownAgent: "Unknown agent",
  none: "—",
  empty: {
    nothingTitle: "No calls yet",
    nothingText:
      "Everything is ready. The first call of an agent appears here the moment it is made.",
    nothingCurl: "Or make one yourself:",
    filterTitle: "No call matches",
    filterText: (total: number) =>
      total === 0
        ? "The journal holds no call like this."
        : `The filters hide ${plural(total, { one: "# call", other: "all # calls" })}.`,
    pausedTitle: "The log is paused",
    pausedText: (held: number) =>
      held === 0
        ? "Calls still run and are written to the journal. They are not shown until you resume."
        : `${plural(held, { one: "# call has", other: "# calls have" })} been made meanwhile. They still run and are written to the journal.`,
  },
  first: {
    title: "Your agents call. Countersign holds the keys.",
    text: "Agents reach their servers through this app. It adds the key at the last moment and shows every call here.",
    steps: {
      server: [
        "Add a server",
        "Something your agents may call: an MCP server on the web, or one that runs on this machine.",
      ],
      agent: [
        "Connect an agent",
        "Claude Code, Cursor or a script. It gets its own credential, never the server's key.",
      ],
      call: [
        "Watch the first call",
        "Each call appears here with who asked, for what, and how it went.",
      ],
    },
    addServer: "Add a server",
    tryLab: "Try the lab",
    addAgent: "Connect an agent",
    stepDone: "Done",
  },
  detail: {
    label: "Call",
    close: "Close the call (Esc)",
    previous: "Previous call",
    next: "Next call",
    loading: "Loading the call",
    gone: "This call could not be loaded",
    sent: "called",
    refusedAtDoor: "Turned away at the door",
    on: "on",
    facts: "Facts",
    agent: "Agent",
    provedBy: "Proved itself by",
    agentAuth: {
      certificate: "Certificate, at the TLS door",
      bearer: "Authorization: Bearer",
      "api-key": "Authorization: ApiKey",
    },
    server: "Server",
    account: "Account",
    pattern: "Pattern",
    via: "Came in by",
    viaName: { mcp: "MCP", invoke: "Invoke path (curl)" },
    generation: "MCP generation",
    generationName: { legacy: "Legacy, to 2025-11-25", modern: "Modern, 2026-07-28" },
    method: "Method",
    tenant: "Tenant",
    decision: "Decision",
    rules: "Rules",
    noRules: "no rule spoke",
    http: "HTTP status",
    rpc: "Server's error code",
    code: "Code",
    received: "Request",
    sentBack: "Answer",
    time: "Time",
    timeline: "Timeline",
    phases: {
      door: "At the door",
      wait: "Waiting for the server",
      stream: "Receiving the answer",
    },
    total: "In all",
    running: "Still running",
    arguments: "Arguments",
    noArguments: "The call carried none.",
    untrusted: "From the agent",
    untrustedHint: "Written by the agent. Countersign does not vouch for what it says.",
    redacted: "Secrets are masked before anything is written.",
    cut: (total: number) => `Cut for the journal. The whole request was ${bytes(total)}.`,
    hidden: (count: number) =>
      plural(count, {
        one: "# hidden character made visible",
        other: "# hidden characters made visible",
      }),
    fromServer: "From the server",
    evidence: "Evidence",
    hash: "SHA-256 of the request",
    id: "Call id",
    seq: "Journal position",
    count: "Stands for",
    copyArguments: "Copy the arguments",
  },
  announce: {
    one: (agent: string, tool: string) => `Refused: ${tool}, asked by ${agent}`,
    many: (count: number) => plural(count, { one: "# call refused", other: "# calls refused" }),
  },
  failedOlder: "Older calls could not be loaded.",
} as const;

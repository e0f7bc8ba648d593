// Made-up calls, servers and agents that look like real ones, hostile ones among them. The same seed
// gives the same data.
import type { AgentView } from "../../electron/core/agents.ts";
import type { CallOutcome, CallRow } from "../../electron/core/journal.ts";
import type { ServerView } from "../../electron/core/servers.ts";

/** Mulberry32: small, and the same everywhere. */
export function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const DAY = 86_400_000;
const iso = (at: number): string => new Date(at).toISOString();
const binding = (url: string): { origin: string; path: string } => ({
  origin: new URL(url).origin,
  path: new URL(url).pathname,
});

export function sampleServers(now: number, door = "http://127.0.0.1:7717"): ServerView[] {
  const http = (n: number, name: string, url: string, more: Partial<ServerView> = {}): ServerView =>
    ({
      id: `srv_sample${n}00`,
      tenant: "personal",
      name,
      stage: "development",
      state: "active",
      createdAt: iso(now - 20 * DAY),
      kind: "http",
      url,
      pattern: {
        type: "api-key",
        in: "header",
        name: "Authorization",
        prefix: "Bearer ",
        secret: `sec_sample${n}00`,
        secretAddedAt: iso(now - 12 * DAY),
        boundTo: binding(url),
      },
      allowPlainHttpOnLoopback: false,
      endpoint: `${door}/mcp/${name}`,
      stdio: null,
      api: null,
      lastCall: { at: iso(now - n * 240_000), answered: true, why: null },
      ...more,
    }) as ServerView;
  return [
    http(1, "github", "https://api.githubcopilot.com/mcp/", { stage: "staging" }),
    http(2, "linear", "https://mcp.linear.app/mcp"),
    {
      id: "srv_sample300",
      tenant: "personal",
      name: "everything",
      stage: "development",
      state: "active",
      createdAt: iso(now - 3 * DAY),
      kind: "stdio",
      command: "npx",
      args: ["-y", "@modelcontextprotocol/server-everything"],
      cwd: null,
      env: { LOG_LEVEL: "info" },
      secretEnv: { EVERYTHING_KEY: { secret: "sec_sample300", secretAddedAt: iso(now - 3 * DAY) } },
      endpoint: `${door}/mcp/everything`,
      stdio: { state: "running", processes: 2, restarts: 1, nextStartAt: null },
      api: null,
      lastCall: { at: iso(now - 60_000), answered: true, why: null },
    },
    http(4, "billing-production", "https://mcp.billing.example.com/v1/mcp", {
      stage: "production",
      state: "paused",
      lastCall: null,
    }),
    {
      id: "srv_sample500",
      tenant: "personal",
      name: "a-very-long-server-name-that-uses-all-its-room-x",
      stage: "development",
      state: "active",
      createdAt: iso(now - DAY),
      kind: "stdio",
      command: "/opt/company/tools/mcp/bin/knowledge-base-search-server",
      args: [
        "--index",
        "/srv/shared/indexes/knowledge base 2026/primary",
        "--read-only",
        "--max-results=250",
      ],
      cwd: "/srv/shared",
      env: {},
      secretEnv: {},
      endpoint: `${door}/mcp/a-very-long-server-name-that-uses-all-its-room-x`,
      stdio: { state: "backing-off", processes: 0, restarts: 7, nextStartAt: iso(now + 30_000) },
      api: null,
      lastCall: {
        at: iso(now - 95_000),
        answered: false,
        why: "The server “a-very-long-server-name-that-uses-all-its-room-x” ended before it answered.",
      },
    },
  ];
}

export function sampleAgents(now: number): AgentView[] {
  const agent = (
    n: number,
    name: string,
    hint: string,
    seen: number | null,
    more: Partial<AgentView> = {},
  ): AgentView => ({
    id: `agt_sample${n}00`,
    tenant: "personal",
    name,
    credentialHint: hint,
    state: "active",
    createdAt: iso(now - 16 * DAY),
    rotatedAt: null,
    lastSeenAt: seen === null ? null : iso(now - seen),
    programs: seen === null ? [] : [{ path: "/usr/bin/node", since: iso(now - 16 * DAY) }],
    ...more,
  });
  return [
    agent(1, "Claude Code", "k3Qd", 4000),
    agent(2, "Cursor", "9xAb", 3 * 60_000, {
      rotatedAt: iso(now - 2 * DAY),
      programs: [
        { path: "/opt/cursor/cursor", since: iso(now - 16 * DAY) },
        {
          path: "/home/ada/.local/share/applications/assistants/a folder with a long name/helper-\u202Egpj.exe",
          since: iso(now - DAY),
        },
        { path: null, since: iso(now - DAY / 2) },
      ],
    }),
    agent(3, "Nightly report script", "Zw0-", 9 * 3_600_000, { state: "paused" }),
    agent(4, "مساعد البحث الداخلي", "p_4T", null),
    agent(
      5,
      "The assistant of the data platform team in the second building, floor 3, desk 12",
      "77cc",
      2 * DAY,
    ),
  ];
}

const TOOLS = [
  "search_issues",
  "create_pull_request",
  "list_projects",
  "get_issue",
  "echo",
  "get-sum",
  "query",
  "read_file",
  "send_message",
  "delete_branch",
];
const BIDI = "transfer\u202Etxt.exe\u200B";

export function hostileInput(): string {
  return JSON.stringify({
    repository: "acme/handbook",
    query: "is:open label:security \u202Eelbisivni\u202C author:me\u200B",
    note: "paste\u0007this \u{E0041}\u{E0042}\u{E0043} and go",
    limit: 50,
    options: { archived: false, cursor: null, labels: ["p1", "p2", "مرحبا بالعالم"] },
    authorization: "•••• (masked)",
  }).replace('"limit":50', '"limit":9007199254740993,"limit":1e400');
}

/** `count` calls that end about `now`, oldest first, positions from `firstSeq`. */
export function sampleCalls(count: number, now: number, seed = 7, firstSeq = 1): CallRow[] {
  const roll = random(seed);
  const servers = sampleServers(now);
  const agents = sampleAgents(now);
  const rows: CallRow[] = [];
  let at = now - count * 9000;
  for (let i = 0; i < count; i++) {
    at = Math.min(now, at + Math.floor(roll() * 18_000));
    rows.push(sampleCall(firstSeq + i, at, roll, agents, servers, i));
  }
  return rows;
}

function outcomeOf(p: number): CallOutcome {
  if (p < 0.78) return "ok";
  if (p < 0.85) return "denied";
  if (p < 0.9) return "tool-error";
  if (p < 0.93) return "rpc-error";
  if (p < 0.96) return "failed";
  return p < 0.985 ? "aborted" : "interrupted";
}

const CODE: Partial<Record<CallOutcome, CallRow["code"]>> = {
  denied: "server_paused",
  failed: "upstream_timeout",
  aborted: "agent_hung_up",
};

function sampleCall(
  seq: number,
  at: number,
  roll: () => number,
  agents: readonly AgentView[],
  servers: readonly ServerView[],
  i: number,
): CallRow {
  const agent = agents[Math.floor(roll() * roll() * agents.length)];
  const server = servers[Math.floor(roll() * servers.length)];
  const outcome = outcomeOf(roll());
  const stranger = outcome === "denied" && roll() < 0.3;
  const odd = i % 97 === 96;
  const tool = odd
    ? i % 2 === 0
      ? BIDI
      : "an_extremely_long_tool_name_".repeat(15).slice(0, 400)
    : (TOOLS[Math.floor(roll() * TOOLS.length)] ?? "echo");
  const wait = 20 + Math.floor(roll() ** 4 * 9000);
  return {
    seq,
    id: `call_${seq.toString(36).padStart(12, "0")}`,
    kind: stranger ? "refusal" : "call",
    at,
    tenant: stranger ? null : "personal",
    agentId: stranger ? null : (agent?.id ?? null),
    agentName: stranger ? null : (agent?.name ?? null),
    authMethod: stranger ? null : roll() < 0.8 ? "bearer" : "api-key",
    account: null,
    serverId: stranger ? null : (server?.id ?? null),
    serverName: stranger ? null : (server?.name ?? null),
    pattern: stranger ? null : server?.kind === "stdio" ? "env" : "api-key",
    via: roll() < 0.95 ? "mcp" : "invoke",
    generation: roll() < 0.6 ? "legacy" : "modern",
    method: stranger ? null : "tools/call",
    tool: stranger ? null : tool,
    input: stranger
      ? null
      : seq % 5 === 0
        ? hostileInput()
        : JSON.stringify({ query: `row ${seq}`, limit: 20 }),
    inputCut: false,
    inputBytes: 180 + Math.floor(roll() * 3000),
    inputHash: stranger ? null : seq.toString(16).padStart(64, "9c4e1f07ab"),
    decision: outcome === "denied" ? "deny" : "allow",
    rules: outcome === "denied" ? ["server-paused"] : ["agent-known", "server-active"],
    permit: null,
    doorMs: 0.4 + roll(),
    outcome,
    code: stranger ? "agent_credential_unknown" : (CODE[outcome] ?? null),
    rpcCode: outcome === "rpc-error" ? -32603 : null,
    httpStatus: outcome === "denied" ? 403 : outcome === "failed" ? null : 200,
    detail:
      outcome === "tool-error"
        ? "Resource not accessible by integration \u202Esrevres eht morf"
        : null,
    resultBytes: outcome === "ok" ? Math.floor(roll() * 60_000) : 0,
    firstByteMs: outcome === "denied" || outcome === "failed" ? null : wait,
    totalMs: outcome === "denied" ? 0.9 : wait + Math.floor(roll() * 400),
    agentCertificate: null,
    // A stretch of work of an agent: some forty calls of everybody's.
    run:
      stranger || agent === undefined
        ? null
        : `run_${agent.id.slice(4, 14)}${String(Math.floor(seq / 40)).padStart(4, "0")}`,
    evidence: null,
    count: stranger && roll() < 0.5 ? 12 : 1,
  };
}

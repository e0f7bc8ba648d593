// `calls`: what was called, as a list or as it happens.
import type { InputOf } from "../contract.ts";
import type { CallOutcome, CallRow } from "../core/journal.ts";
import { behalfOf, evidenceLines } from "./evidence.ts";
import { followCalls } from "./follow.ts";
import { usage } from "./given.ts";
import type { Tint } from "./output.ts";
import { findAgent, findServer, type Remote } from "./remote.ts";
import { cut, localTime, visible, widthOf } from "./text.ts";
import type { Context, Run } from "./types.ts";

export type Search = InputOf<"calls.search">;

const OUTCOMES: Record<CallOutcome, Tint> = {
  pending: "dim",
  ok: "good",
  "tool-error": "warn",
  "rpc-error": "warn",
  denied: "bad",
  failed: "bad",
  aborted: "warn",
  interrupted: "warn",
};
const isOutcome = (text: string): text is CallOutcome => Object.hasOwn(OUTCOMES, text);

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
/** The contract's largest page. */
const PAGE = 500;
const DEFAULT_LIMIT = 50;
const MOST = 1_000_000;

/** `15m`, `2h`, or anything that Date reads; a date without a zone is local time. Milliseconds UTC. */
export function sinceOf(text: string, now: number): number {
  const span = /^(\d{1,6})([smhdw])$/.exec(text);
  const at = span
    ? now - Number(span[1]) * (UNITS[span[2] ?? ""] ?? 0) * 1000
    : // A bare date is UTC to Date, and to nobody else.
      Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text);
  if (!Number.isFinite(at))
    throw usage("--since takes 15m, 2h, 7d, or a date such as 2026-11-24T09:00.");
  return Math.max(0, at);
}

export function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = Number(text);
  if (!/^\d{1,7}$/.test(text) || limit < 1 || limit > MOST) {
    throw usage(`--limit takes a number from 1 to ${MOST}.`);
  }
  return limit;
}

/** The filters as the contract wants them; names are looked up. */
async function searchOf(context: Context, remote: Remote): Promise<Search> {
  const { tenant, text, texts } = context;
  const outcome = texts("outcome").flatMap((one) => one.split(","));
  const known = outcome.filter(isOutcome);
  if (known.length < outcome.length) {
    throw usage(`--outcome takes: ${Object.keys(OUTCOMES).join(", ")}.`);
  }
  const [agent, server, tool, words, since, run] = [
    "agent",
    "server",
    "tool",
    "text",
    "since",
    "run",
  ].map(text);
  return {
    ...(tenant !== undefined && { tenant }),
    ...(agent !== undefined && { agentId: (await findAgent(remote, tenant, agent)).id }),
    ...(server !== undefined && { serverId: (await findServer(remote, tenant, server)).id }),
    ...(tool !== undefined && { tool }),
    ...(words !== undefined && { text: words }),
    ...(run !== undefined && { run }),
    ...(since !== undefined && { from: sinceOf(since, Date.now()) }),
    ...(known.length > 0 && { outcome: known }),
  };
}

/** The newest `limit` rows, oldest first. */
async function newest(remote: Remote, search: Search, limit: number): Promise<CallRow[]> {
  const rows: CallRow[] = [];
  while (rows.length < limit) {
    const before = rows.at(-1)?.seq;
    const size = Math.min(PAGE, limit - rows.length);
    const page = await remote.call("calls.search", {
      ...search,
      ...(before !== undefined && { before }),
      limit: size,
    });
    rows.push(...page.rows);
    if (page.rows.length < size) break;
  }
  return rows.reverse();
}

/** Columns for a followed log, whose later rows are not known yet; a list fits its own. */
function callLine(row: CallRow, out: Context["out"]): string {
  const fit = (text: string | null, width: number): string => {
    const shown = cut(visible(text ?? "-"), width);
    return shown + " ".repeat(width - widthOf(shown));
  };
  const times = row.count > 1 ? ` ×${row.count}` : "";
  const what = row.kind === "refusal" ? (row.code ?? row.method) : (row.tool ?? row.method);
  const code = row.kind === "refusal" ? null : row.code;
  const route = cut(visible(row.permit?.route ?? ""), 60);
  return [
    localTime(row.at),
    fit(row.agentName, 16),
    fit(behalfOf(row), 18),
    fit(row.serverName, 14),
    fit(row.pattern, 18),
    fit(what, 24),
    out.paint(fit(row.outcome, 11), OUTCOMES[row.outcome]),
    row.totalMs === null ? "       -" : `${String(Math.round(row.totalMs)).padStart(5)} ms`,
    [visible(`${code ?? ""}${times}`), route].filter((part) => part !== "").join("  "),
  ]
    .join("  ")
    .trimEnd();
}

async function printWide(row: CallRow, out: Context["out"]): Promise<void> {
  await out.raw(callLine(row, out));
  const { agentCertificate: own } = row;
  const lines = [
    ...(own === null ? [] : [`agent's own certificate ${own.subject} x5t#S256 ${own.thumbprint}`]),
    ...(row.evidence === null ? [] : evidenceLines(row.evidence, row.agentName)),
  ];
  const ids = [row.id, row.run, row.evidence?.flow].filter((id) => id != null).join("  ");
  for (const line of [...lines, ids]) await out.raw(out.paint(`    ${visible(line)}`, "dim"));
}

export const calls: Run = async (context) => {
  const { out, flag, text } = context;
  const limit = limitOf(text("limit"));
  const remote = await context.connect();
  const search = await searchOf(context, remote);
  const print = (row: CallRow): Promise<void> => {
    if (out.json) return out.value(row);
    return flag("wide") ? printWide(row, out) : out.raw(callLine(row, out));
  };

  if (!flag("follow")) {
    const rows = await newest(remote, search, limit);
    if (rows.length === 0 && !out.json) await out.line("No calls match.");
    for (const row of rows) await print(row);
    return;
  }
  await followCalls({
    remote,
    search,
    start: () => newest(remote, search, limit),
    print,
    withPending: out.json,
  });
};

// What the journal knows of runs that were going on when the program ended: by whom, since when, and to which tools
// calls had been sent.
import type { FormerRun, SentTo } from "../../core/runs/runs.ts";
import type { Connection } from "./connection.ts";
import { SPAN_MS } from "./spans.ts";
import type { SqlRow } from "./sqlite.ts";

/** Milliseconds UTC: since when a run's newest call must be, and how far back its first may lie. */
export interface FormerSpan {
  readonly newestSince: number;
  readonly firstSince: number;
}

/** The newest run of each agent. */
export function readFormerRuns(connection: Connection, span: FormerSpan): FormerRun[] {
  const first = connection
    .prepare("SELECT min(first_seq) AS seq FROM spans WHERE bucket >= ?")
    .get(Math.floor(span.firstSince / SPAN_MS));
  const from = Number(first?.["seq"] ?? 0);
  if (from === 0) return [];
  const newest = new Map<string, SqlRow>();
  const runs = connection
    .prepare(
      `SELECT run, agent_id, min(at) AS first_at, max(at) AS last_at, count(*) AS calls
      FROM calls WHERE seq >= ? AND run IS NOT NULL GROUP BY run, agent_id HAVING max(at) >= ?`,
    )
    .all(from, span.newestSince);
  for (const row of runs) {
    const agent = row["agent_id"];
    if (typeof agent !== "string") continue;
    const known = newest.get(agent);
    if (known === undefined || Number(known["last_at"]) < Number(row["last_at"])) {
      newest.set(agent, row);
    }
  }
  return [...newest].map(([agentId, row]) => ({
    id: row["run"] as string,
    agentId,
    startedAt: Number(row["first_at"]),
    lastAt: Number(row["last_at"]),
    calls: Number(row["calls"]),
    sent: sentIn(connection, row["run"] as string),
  }));
}

/** A call that was let through counts as sent, whatever became of it: where that is not known, it may have been. */
function sentIn(connection: Connection, run: string): SentTo[] {
  return connection
    .prepare(
      `SELECT server_id, server_name, tool, min(at) AS at FROM calls
      WHERE run = ? AND decision = 'allow' AND server_id IS NOT NULL AND tool IS NOT NULL
      GROUP BY server_id, tool ORDER BY min(at)`,
    )
    .all(run)
    .map((row) => ({
      server: { id: row["server_id"] as string, name: String(row["server_name"] ?? "") },
      tool: row["tool"] as string,
      at: Number(row["at"]),
    }));
}

// The double's log: found by looking at each row.
import type { CallQuery, CallRow } from "../../electron/core/journal.ts";

export function search(
  rows: readonly CallRow[],
  query: CallQuery,
): { rows: CallRow[]; matched: number; matchedIsFloor: boolean } {
  const asked = (query.text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const found: CallRow[] = [];
  let matched = 0;
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i];
    if (row === undefined) continue;
    if (query.agentId !== undefined && row.agentId !== query.agentId) continue;
    if (query.serverId !== undefined && row.serverId !== query.serverId) continue;
    if (query.outcome !== undefined && !query.outcome.includes(row.outcome)) continue;
    if (row.at < (query.from ?? -Infinity) || row.at >= (query.until ?? Infinity)) continue;
    const hay = [row.agentName, row.serverName, row.tool, row.method, row.input, row.code]
      .join("\n")
      .toLowerCase();
    if (!asked.every((word) => hay.includes(word))) continue;
    matched++;
    if (query.before !== undefined && row.seq >= query.before) continue;
    if (found.length < query.limit) found.push(row);
  }
  return { rows: found, matched: Math.min(matched, 10_000), matchedIsFloor: matched > 10_000 };
}

// Records to columns and back. What is stored is what was given, within bounds.
import type { CallEnd, CallIntent, CallOutcome, CallRow } from "../../core/journal.ts";
import type { CallEvidence } from "../../core/evidence.ts";
import type { PermitRecord } from "../../core/permission/permission.ts";
import type { SqlRow, SqlValue } from "./sqlite.ts";

const INPUT_LIMIT = 16_384;
const TEXT_LIMIT = 1024;
const EVIDENCE_LIMIT = 8192;

/** Order of the columns in INSERT; `seq` is given by SQLite, `input` lies in its own table. */
const COLUMNS = [
  ["id", "kind", "at", "outcome", "tenant", "agent_id", "agent_name", "auth_method", "account"],
  ["server_id", "server_name", "pattern", "via", "generation", "method", "tool"],
  ["input_cut", "input_bytes", "input_hash", "decision", "rules", "door_ms"],
  ["code", "rpc_code", "http_status", "detail", "result_bytes", "first_byte_ms", "total_ms"],
  ["evidence", "count", "permit", "agent_subject", "agent_thumbprint", "run"],
].flat();

export const INSERT_CALL = `INSERT INTO calls(${COLUMNS.join(",")}) VALUES(${COLUMNS.map(() => "?").join(",")})`;

/** The first end stands: a second one finds no pending row. */
export const END_CALL = `UPDATE calls SET outcome=?, code=?, rpc_code=?, http_status=?, detail=?, result_bytes=?,
  first_byte_ms=?, total_ms=?, evidence=?, account=coalesce(?, account) WHERE id=? AND outcome='pending' RETURNING seq`;

export const READ_CALL = `SELECT calls.*, inputs.input FROM calls LEFT JOIN inputs USING(seq)`;

/** At most `limit` bytes of UTF-8, never half a character. */
export function cut(text: string, limit: number): string {
  if (text.length * 3 <= limit || Buffer.byteLength(text) <= limit) return text;
  const bytes = Buffer.from(text);
  let end = limit;
  // 10xxxxxx continues a character (RFC 3629 section 3).
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}

/**
 * Text as a column holds it. U+0000 becomes its visible sign: one of the engines ends a text at the first NUL,
 * and a tool named `x\0…` must not be able to hide the rest of its name.
 */
function stored(text: string, limit = TEXT_LIMIT): string {
  return cut(text.includes("\0") ? text.replaceAll("\0", "\u2400") : text, limit);
}
const storedOrNull = (text: string | null): string | null => (text === null ? null : stored(text));

const whole = (n: number): number => Math.trunc(n);

/** The input column, and whether anything of it is missing. */
export function inputOf(record: CallIntent): {
  readonly text: string | null;
  readonly cut: boolean;
} {
  if (record.input === null) return { text: null, cut: record.inputCut };
  const text = stored(record.input, INPUT_LIMIT);
  return { text, cut: record.inputCut || text.length < record.input.length };
}

/** Values for INSERT_CALL; without an end the row is pending. */
export function insertValues(record: CallIntent, end: CallEnd | null, count: number): SqlValue[] {
  return [
    record.id,
    record.kind,
    whole(record.at),
    end?.outcome ?? "pending",
    storedOrNull(record.tenant),
    storedOrNull(record.agentId),
    storedOrNull(record.agentName),
    record.authMethod,
    storedOrNull(record.account),
    storedOrNull(record.serverId),
    storedOrNull(record.serverName),
    record.pattern,
    record.via,
    record.generation,
    storedOrNull(record.method),
    storedOrNull(record.tool),
    inputOf(record).cut ? 1 : 0,
    whole(record.inputBytes),
    storedOrNull(record.inputHash),
    record.decision,
    JSON.stringify(record.rules),
    record.doorMs,
    ...(end === null ? [null, null, null, null, 0, null, null, null] : endColumns(end)),
    count,
    record.permit === null ? null : JSON.stringify(record.permit),
    storedOrNull(record.agentCertificate?.subject ?? null),
    storedOrNull(record.agentCertificate?.thumbprint ?? null),
    storedOrNull(record.run),
  ];
}

function endColumns(end: CallEnd): SqlValue[] {
  const { code, rpcCode, httpStatus, resultBytes, firstByteMs, totalMs } = end;
  const detail = storedOrNull(end.detail);
  const evidence =
    end.evidence === null ? null : stored(JSON.stringify(end.evidence), EVIDENCE_LIMIT);
  return [code, rpcCode, httpStatus, detail, whole(resultBytes), firstByteMs, totalMs, evidence];
}

/** Values for END_CALL. Whose behalf it was is known only once the token is there. */
export function endValues(id: string, end: CallEnd): SqlValue[] {
  const who = end.evidence?.account?.who ?? end.evidence?.subject ?? null;
  return [end.outcome, ...endColumns(end), storedOrNull(who), id];
}

/** What was cut is no JSON any more, and then it is none. */
function read<T>(text: SqlValue | undefined): T | null {
  if (typeof text !== "string") return null;
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

function agentCertificateOf(row: SqlRow): CallRow["agentCertificate"] {
  const [subject, thumbprint] = [row["agent_subject"], row["agent_thumbprint"]];
  return typeof subject === "string" && typeof thumbprint === "string"
    ? { subject, thumbprint }
    : null;
}

/** A row of READ_CALL. The columns hold only what insertValues and endValues put there. */
export function toCallRow(row: SqlRow): CallRow {
  return {
    seq: Number(row["seq"]),
    id: row["id"] as string,
    kind: row["kind"] as CallRow["kind"],
    at: Number(row["at"]),
    tenant: row["tenant"] as string | null,
    agentId: row["agent_id"] as string | null,
    agentName: row["agent_name"] as string | null,
    authMethod: row["auth_method"] as CallRow["authMethod"],
    agentCertificate: agentCertificateOf(row),
    account: row["account"] as string | null,
    serverId: row["server_id"] as string | null,
    serverName: row["server_name"] as string | null,
    pattern: row["pattern"] as CallRow["pattern"],
    via: row["via"] as CallRow["via"],
    generation: row["generation"] as CallRow["generation"],
    method: row["method"] as string | null,
    tool: row["tool"] as string | null,
    input: row["input"] as string | null,
    inputCut: row["input_cut"] === 1,
    inputBytes: Number(row["input_bytes"]),
    inputHash: row["input_hash"] as string | null,
    run: row["run"] as string | null,
    decision: row["decision"] as CallRow["decision"],
    rules: JSON.parse(row["rules"] as string) as string[],
    permit: read<PermitRecord>(row["permit"]),
    doorMs: Number(row["door_ms"]),
    outcome: row["outcome"] as CallOutcome,
    code: row["code"] as CallRow["code"],
    rpcCode: row["rpc_code"] as number | null,
    httpStatus: row["http_status"] as number | null,
    detail: row["detail"] as string | null,
    resultBytes: Number(row["result_bytes"]),
    firstByteMs: row["first_byte_ms"] as number | null,
    totalMs: row["total_ms"] as number | null,
    evidence: read<CallEvidence>(row["evidence"]),
    count: Number(row["count"]),
  };
}

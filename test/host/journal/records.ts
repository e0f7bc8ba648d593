// Records and ports for the journal's tests and for the process that they kill: nothing of the test runner here.
import type { Clock } from "../../../electron/core/clock.ts";
import type { CallEnd, CallIntent } from "../../../electron/core/journal.ts";
import type { Log } from "../../../electron/core/log.ts";

export const START = Date.UTC(2026, 10, 24, 8, 0, 0);

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

export function rememberingLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const note = (event: string): void => void lines.push(event);
  return { lines, info: note, warn: note, error: note };
}

export const callId = (n: number): string => `call_${n.toString(36).padStart(25, "0")}`;

export function intent(n: number, given: Partial<CallIntent> = {}): CallIntent {
  return {
    id: callId(n),
    kind: "call",
    at: START + n * 1000,
    tenant: "personal",
    agentId: "agt_0000000001",
    agentName: "Claude Code",
    authMethod: "bearer",
    agentCertificate: null,
    run: null,
    account: null,
    serverId: "srv_0000000001",
    serverName: "everything",
    pattern: "api-key",
    via: "mcp",
    generation: "legacy",
    method: "tools/call",
    tool: "get-sum",
    input: `{"a":${n},"b":2}`,
    inputCut: false,
    inputBytes: 120,
    inputHash: "0".repeat(64),
    decision: "allow",
    rules: ["default"],
    permit: null,
    doorMs: 0.25,
    ...given,
  };
}

export function ended(given: Partial<CallEnd> = {}): CallEnd {
  return {
    outcome: "ok",
    code: null,
    rpcCode: null,
    httpStatus: 200,
    detail: null,
    resultBytes: 42,
    evidence: null,
    firstByteMs: 3.5,
    totalMs: 4.25,
    ...given,
  };
}

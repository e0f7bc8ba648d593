// The control socket's language: one JSON object per line, UTF-8, LF. The socket's place is its lock: whoever
// can reach it (mode 0600 in a folder of mode 0700) is the person, and may do all that the surface `cli` may.
//
//   → {"id":1,"method":"servers.list","input":{}}   ← {"id":1,"reply":{"ok":true,"value":[…]}}
//   → {"id":2,"watch":true}                         ← {"id":2,"watching":true}, then {"event":{…}} as they happen
//   → {"id":3,"hello":true}                         ← {"id":3,"hello":{"door":"http://127.0.0.1:7717","pid":42,"version":"…"}}
//   → {"id":4,"show":true}                          ← {"id":4,"shown":true}
//   ← {"bye":"…"} says why the server closes a connection

/** What a desk is to this surface. electron/surface.ts has the real one. */
export interface ControlDesk {
  call(surface: "cli", method: unknown, input: unknown): Promise<unknown>;
  watch(listener: (event: unknown) => void): () => void;
}

/** Who answers on this data folder: what the stdio shim compares before it sends a credential to the door. */
export interface Hello {
  /** `http://127.0.0.1:7717` */
  readonly door: string;
  readonly pid: number;
  readonly version: string;
}

export type RequestId = string | number;

/** A request as it came: everything but the id is judged by whoever it is for. */
export interface ControlRequest {
  readonly id: RequestId;
  readonly method?: unknown;
  readonly input?: unknown;
  readonly watch?: unknown;
  readonly hello?: unknown;
  readonly show?: unknown;
}

/** The largest request. A reply may be larger: a page of 500 calls with their inputs has 8 MiB. */
export const MAX_REQUEST_BYTES = 12 * 1024 * 1024;
export const MAX_REPLY_BYTES = 64 * 1024 * 1024;

/** One line of the protocol. Null where it is not a request; the connection is then of no more use. */
export function readRequest(line: Uint8Array): ControlRequest | null {
  const value = readLine(line);
  if (value === null || !("id" in value)) return null;
  const { id } = value;
  const known = typeof id === "number" || (typeof id === "string" && id.length <= 64);
  return known ? { ...value, id } : null;
}

/** Any object of the protocol, or null. */
export function readLine(line: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line));
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

export const writeLine = (value: unknown): string => `${JSON.stringify(value)}\n`;

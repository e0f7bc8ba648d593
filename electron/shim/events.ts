// Server-sent events out of a byte stream (HTML Living Standard, section 9.2.6). Written over bytes: a message
// may be megabytes of base64, and it goes on as the bytes that came.

export interface ServerEvent {
  /** The data lines, joined by LF. Empty for an event that only sets an id or a delay. */
  readonly data: Buffer;
  readonly id: string | null;
  /** Milliseconds to wait before coming back. */
  readonly retry: number | null;
}

const CR = 0x0d;
const LF = 0x0a;
const NEWLINE = Buffer.from("\n");

/** @param cap bytes that one event may have */
export async function* readEvents(
  source: AsyncIterable<Buffer>,
  cap: number,
): AsyncGenerator<ServerEvent> {
  let parts: Buffer[] = [];
  let size = 0;
  let skipLf = false;
  let data: Buffer[] = [];
  let dataSize = 0;
  let id: string | null = null;
  let retry: number | null = null;

  function field(line: Buffer): ServerEvent | null {
    if (line.length === 0) {
      const event = data.length > 0 || id !== null || retry !== null;
      const out = { data: Buffer.concat(data), id, retry };
      data = [];
      dataSize = 0;
      id = null;
      retry = null;
      return event ? out : null;
    }
    const colon = line.indexOf(0x3a);
    if (colon === 0) return null;
    const name = (colon === -1 ? line : line.subarray(0, colon)).toString("latin1");
    let value = colon === -1 ? Buffer.alloc(0) : line.subarray(colon + 1);
    if (value[0] === 0x20) value = value.subarray(1);
    if (name === "data") {
      dataSize += value.length;
      if (dataSize > cap) throw new Error("an event is too large");
      if (data.length > 0) data.push(NEWLINE);
      data.push(value);
    } else if (name === "id" && !value.includes(0)) id = value.toString("utf8");
    else if (name === "retry" && /^\d{1,9}$/.test(value.toString("latin1"))) retry = Number(value);
    return null;
  }

  function ending(chunk: Buffer, from: number): number {
    const lf = chunk.indexOf(LF, from);
    const cr = chunk.subarray(from, lf === -1 ? undefined : lf).indexOf(CR);
    return cr === -1 ? lf : from + cr;
  }

  for await (const chunk of source) {
    let from = 0;
    if (skipLf && chunk[0] === LF) from = 1;
    if (chunk.length > 0) skipLf = false;
    for (;;) {
      const at = ending(chunk, from);
      if (at === -1) break;
      parts.push(chunk.subarray(from, at));
      const event = field(Buffer.concat(parts));
      parts = [];
      size = 0;
      from = at + 1;
      if (chunk[at] === CR) {
        if (from === chunk.length) skipLf = true;
        else if (chunk[from] === LF) from++;
      }
      if (event !== null) yield event;
    }
    const rest = chunk.subarray(from);
    size += rest.length;
    if (size > cap) throw new Error("an event is too large");
    if (rest.length > 0) parts.push(rest);
  }
  // An event without its empty line is incomplete and is dropped, as the standard says.
}

// Cuts a stream of bytes into lines, with a bound on what one line may hold.

const NEWLINE = 0x0a;

export interface Lines {
  /** @returns false once a line is longer than allowed: nothing more comes after that */
  push(chunk: Uint8Array): boolean;
  /** Whether bytes wait for their newline. */
  pending(): boolean;
}

/** `limit`: bytes of one line without its newline. Empty lines are passed over. */
export function createLines(limit: number, line: (bytes: Uint8Array) => void): Lines {
  let parts: Uint8Array[] = [];
  let held = 0;
  let dead = false;

  function end(): void {
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts, held);
    parts = [];
    held = 0;
    if (bytes.length > 0) line(bytes);
  }

  return {
    push(chunk) {
      let start = 0;
      while (!dead && start < chunk.length) {
        const found = chunk.indexOf(NEWLINE, start);
        const stop = found === -1 ? chunk.length : found;
        held += stop - start;
        if (held > limit) {
          dead = true;
          parts = [];
          break;
        }
        if (stop > start) parts.push(chunk.subarray(start, stop));
        if (found !== -1) end();
        start = stop + 1;
      }
      return !dead;
    },
    pending: () => held > 0,
  };
}

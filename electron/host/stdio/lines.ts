// Newline-delimited messages out of a byte stream, without joining what was read so far at every chunk.

export interface LineReader {
  /** Calls back for each complete line, without its line end. Empty lines are skipped. */
  push(chunk: Buffer): void;
  /** The last line, if the stream ended without a line end. */
  end(): void;
}

/**
 * @param cap bytes a line may have; `onOver` is called once when one is longer, and nothing after it is read.
 */
export function createLineReader(
  cap: number,
  onLine: (line: Buffer) => void,
  onOver: () => void,
): LineReader {
  let parts: Buffer[] = [];
  let size = 0;
  let over = false;

  function emit(): void {
    const [only] = parts;
    let line = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, size);
    parts = [];
    size = 0;
    if (line.at(-1) === 0x0d) line = line.subarray(0, -1);
    if (line.length === 0) return;
    // A raw CR is white space in JSON (RFC 8259 section 2), but ends a line in an event stream.
    for (let at = line.indexOf(0x0d); at !== -1; at = line.indexOf(0x0d, at + 1)) line[at] = 0x20;
    onLine(line);
  }

  function add(part: Buffer): boolean {
    size += part.length;
    if (size > cap) {
      over = true;
      parts = [];
      onOver();
      return false;
    }
    if (part.length > 0) parts.push(part);
    return true;
  }

  return {
    push(chunk) {
      let from = 0;
      while (!over) {
        const newline = chunk.indexOf(0x0a, from);
        if (newline === -1) {
          add(chunk.subarray(from));
          return;
        }
        if (!add(chunk.subarray(from, newline))) return;
        emit();
        from = newline + 1;
      }
    },
    end() {
      if (!over && size > 0) emit();
    },
  };
}

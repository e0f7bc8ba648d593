// Newline-delimited JSON from a stream of bytes.

/** A line longer than this is not ours: the stream is given up rather than grown without end. */
export const MAX_LINE = 16 * 1024 * 1024;

/**
 * Cuts a byte stream into lines and parses each. A blank line is a heartbeat; a line that does not
 * parse is dropped, because one bad event must not blind the log.
 * @throws Error when a line grows past MAX_LINE
 */
export async function* jsonLines(stream: ReadableStream<Uint8Array>): AsyncGenerator {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
      // Looked for in the new text only: a long line in small pieces is not searched again and again.
      if (text.includes("\n")) {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const parsed = parse(line);
          if (parsed !== undefined) yield parsed;
        }
      } else rest += text;
      if (rest.length > MAX_LINE) throw new Error("line too long");
      if (done) return;
    }
  } finally {
    // The reader may already be broken; what matters is that the socket is let go.
    void reader.cancel().catch(() => {});
  }
}

function parse(line: string): unknown {
  if (line.trim() === "") return undefined;
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

// Events for the browser form: one JSON object per line. A listener that does not read is dropped, so that
// watching can never hold up the traffic or fill the memory.
import type { ServerResponse } from "node:http";

export interface StreamLimits {
  /** Milliseconds between blank lines, which keep the stream alive and find dead listeners. */
  readonly heartbeat: number;
  /** Bytes that may wait for one listener. */
  readonly buffer: number;
  /** Milliseconds that a listener may leave bytes waiting. */
  readonly stall: number;
  /** Listeners at once. */
  readonly listeners: number;
}

export const STREAM_LIMITS: StreamLimits = {
  heartbeat: 10_000,
  buffer: 1024 * 1024,
  stall: 30_000,
  listeners: 16,
};

export interface EventStreams {
  /**
   * Starts a stream on a response whose head is not yet written.
   * `alive` is asked at every heartbeat: a session that ended takes its streams along.
   * @returns false if there are too many already
   */
  add(response: ServerResponse, headers: Record<string, string>, alive: () => boolean): boolean;
  close(): void;
}

export function createEventStreams(
  watch: (listener: (event: unknown) => void) => () => void,
  limits: StreamLimits,
): EventStreams {
  const open = new Set<() => void>();

  return {
    add(response, headers, alive) {
      if (open.size >= limits.listeners) return false;
      let waitingSince: number | null = null;
      const write = (line: string): void => {
        if (response.write(line)) return;
        waitingSince ??= performance.now();
        if (response.writableLength > limits.buffer) end();
      };
      const beat = setInterval(() => {
        const stalled = waitingSince !== null && performance.now() - waitingSince > limits.stall;
        if (stalled || !alive()) end();
        else if (waitingSince === null) write("\n");
      }, limits.heartbeat);
      const unwatch = watch((event) => write(`${JSON.stringify(event)}\n`));
      const end = (): void => {
        if (!open.delete(end)) return;
        clearInterval(beat);
        unwatch();
        // Not end(): it would wait for the reader that does not read.
        response.destroy();
      };
      open.add(end);
      response.on("drain", () => {
        waitingSince = null;
      });
      response.on("close", end);
      response.on("error", end);
      response.writeHead(200, { ...headers, "content-type": "application/x-ndjson" });
      // The first line lets the page know that it is connected before anything happens.
      write("\n");
      return true;
    },
    close() {
      for (const end of open) end();
    },
  };
}

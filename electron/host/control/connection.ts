// One caller of the control socket: reads its requests, answers them, and keeps what it may hold bounded.
import type { Socket } from "node:net";
import { createLines } from "./lines.ts";
import {
  type ControlDesk,
  type ControlRequest,
  type Hello,
  MAX_REQUEST_BYTES,
  readRequest,
  writeLine,
} from "./protocol.ts";

export interface ConnectionPorts {
  readonly desk: ControlDesk;
  readonly hello: () => Hello;
  /** A second start asks this one to come to the front. */
  readonly show: () => void;
  /** A bug behind the desk. */
  readonly report: (error: unknown) => void;
}

/** Requests of one caller that run at once; more wait in its socket. */
const MAX_OPEN = 8;
/** A request that was begun must be whole within this many milliseconds. */
const LINE_MS = 10_000;
/** What may wait for a caller that does not read: a watcher beyond it is cut off, it can ask again. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

export function serveConnection(socket: Socket, ports: ConnectionPorts): void {
  let open = 0;
  let ended = false;
  let stopWatching: (() => void) | null = null;
  let lineTimer: NodeJS.Timeout | null = null;

  const send = (value: unknown): void => {
    if (socket.writable) socket.write(writeLine(value));
  };
  const bye = (reason: string): void => {
    if (socket.writable) socket.end(writeLine({ bye: reason }));
    // Not before the reason had a chance to be read, and not kept open by one who never reads.
    setTimeout(() => socket.destroy(), 500).unref();
  };
  const settle = (): void => {
    if (open === 0 && ended) socket.end();
    if (open < MAX_OPEN && !ended && socket.writableLength < MAX_UNREAD_BYTES) socket.resume();
  };

  function late(): void {
    // While we do not read, the delay is ours.
    if (socket.isPaused()) lineTimer = setTimeout(late, LINE_MS).unref();
    else bye("a request did not end in time");
  }

  function watch({ id }: ControlRequest): void {
    stopWatching ??= ports.desk.watch((event) => {
      if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
      else send({ event });
    });
    send({ id, watching: true });
  }

  async function call({ id, method, input }: ControlRequest): Promise<void> {
    open += 1;
    if (open >= MAX_OPEN) socket.pause();
    try {
      send({ id, reply: await ports.desk.call("cli", method, input) });
    } catch (error) {
      // A desk answers every failure in its reply; one that throws has a bug.
      ports.report(error);
      bye("internal");
    }
    open -= 1;
    if (socket.writableLength >= MAX_UNREAD_BYTES) socket.pause();
    settle();
  }

  function answer(line: Uint8Array): void {
    const request = readRequest(line);
    if (request === null) bye("a line was not a request");
    else if (request.hello === true) send({ id: request.id, hello: ports.hello() });
    else if (request.watch === true) watch(request);
    else if (request.show === true) {
      ports.show();
      send({ id: request.id, shown: true });
    } else void call(request);
  }

  const lines = createLines(MAX_REQUEST_BYTES, (line) => {
    // Lines that came in one chunk with a bad one are not acted on.
    if (socket.writable) answer(line);
  });

  socket.on("data", (chunk: Buffer) => {
    if (!lines.push(chunk)) bye(`a request is larger than ${MAX_REQUEST_BYTES} bytes`);
    if (!lines.pending()) {
      if (lineTimer !== null) clearTimeout(lineTimer);
      lineTimer = null;
    } else lineTimer ??= setTimeout(late, LINE_MS).unref();
  });
  socket.on("drain", settle);
  socket.on("end", () => {
    ended = true;
    settle();
  });
  // A caller that is killed resets its socket: nobody is left to be told.
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    if (lineTimer !== null) clearTimeout(lineTimer);
    stopWatching?.();
  });
}

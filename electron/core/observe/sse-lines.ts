// Server-sent events cut into data as bytes go by (WHATWG HTML, section 9.2.6 "Interpreting an event
// stream"). Nothing is buffered: each piece of a data line is handed on as it comes.

export interface SseSink {
  /** A piece of the event's data. Lines of one event are joined by a line feed, which comes as a piece too. */
  data(piece: Uint8Array): void;
  /** A blank line ended the event; `type` is what its `event:` field said, cut to 32 characters. */
  dispatch(type: string): void;
}

const AT_START = 0;
const IN_NAME = 1;
const AFTER_COLON = 2;
const IN_VALUE = 3;

const BOM = [0xef, 0xbb, 0xbf];
const LINE_FEED = Uint8Array.of(0x0a);
const MAX_TYPE = 32;
/** Longer than any field that matters. */
const MAX_NAME = 8;

export class SseLines {
  readonly #sink: SseSink;
  #state = AT_START;
  #bom = 0;
  /** The last line ended with CR: an LF that follows belongs to it. */
  #afterCr = false;
  #name = "";
  #type = "";
  #hasData = false;

  constructor(sink: SseSink) {
    this.#sink = sink;
  }

  /** Takes the next bytes of the stream. */
  feed(bytes: Uint8Array): void {
    const length = bytes.length;
    let at = 0;
    while (this.#bom < BOM.length && at < length) {
      if (bytes[at] !== BOM[this.#bom]) {
        this.#bom = BOM.length;
        break;
      }
      this.#bom++;
      at++;
    }
    // Both line ends are searched once per chunk and kept until they are passed.
    let lf = -1;
    let cr = -1;
    while (at < length) {
      if (this.#afterCr) {
        this.#afterCr = false;
        if (bytes[at] === 0x0a) {
          at++;
          continue;
        }
      }
      if (lf < at) lf = next(bytes, 0x0a, at);
      if (cr < at) cr = next(bytes, 0x0d, at);
      const end = Math.min(lf, cr);
      this.#line(bytes, at, end);
      at = end;
      if (end < length) {
        this.#lineEnds();
        this.#afterCr = bytes[end] === 0x0d;
        at = end + 1;
      }
    }
  }

  /** Part of a line, up to its end or the chunk's. */
  #line(bytes: Uint8Array, from: number, end: number): void {
    let at = from;
    if (at < end && this.#state === AT_START) {
      this.#state = IN_NAME;
      this.#name = "";
    }
    while (at < end && this.#state === IN_NAME) {
      const c = bytes[at++]!;
      if (c === 0x3a) {
        this.#state = AFTER_COLON;
        this.#field();
      } else if (this.#name.length <= MAX_NAME) this.#name += String.fromCharCode(c);
      else at = end;
    }
    if (at < end && this.#state === AFTER_COLON) {
      this.#state = IN_VALUE;
      if (bytes[at] === 0x20) at++;
    }
    if (at >= end) return;
    if (this.#name === "data") this.#sink.data(bytes.subarray(at, end));
    else if (this.#name === "event") {
      for (; at < end && this.#type.length < MAX_TYPE; at++) {
        this.#type += String.fromCharCode(bytes[at]!);
      }
    }
  }

  /** A field's name is complete. */
  #field(): void {
    if (this.#name === "data") {
      if (this.#hasData) this.#sink.data(LINE_FEED);
      this.#hasData = true;
    } else if (this.#name === "event") this.#type = "";
  }

  #lineEnds(): void {
    if (this.#state === AT_START) {
      if (this.#hasData) this.#sink.dispatch(this.#type);
      this.#type = "";
      this.#hasData = false;
    } else if (this.#state === IN_NAME) this.#field();
    this.#state = AT_START;
  }
}

/** Index of `byte` at or after `from`, or past the end. */
function next(bytes: Uint8Array, byte: number, from: number): number {
  const found = bytes.indexOf(byte, from);
  return found === -1 ? bytes.length : found;
}

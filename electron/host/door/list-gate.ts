// Holds messages of a server back until they were read whole: an agent's model must not see a definition that its person
// has not agreed to, nor be sent to a page that they do not know of. What is not taken out goes on byte for byte.
import { Transform, type TransformCallback, pipeline } from "node:stream";
import { Refusal } from "../../core/errors.ts";
import type { UpstreamAnswer } from "../upstream.ts";
import { isEventStream, type Scrubber } from "./relay.ts";

/** Reads one JSON-RPC message. Resolves with the same text, or with what of it may go on. @throws Refusal */
export type Judge = (text: string) => Promise<string>;

export interface GateOptions {
  readonly judge: Judge;
  /** Live secrets are taken out first: what is judged is what the agent would see, and what is kept holds none. */
  readonly scrubber: Scrubber;
  readonly serverName: string;
  /** Whether the stream may hold other things than the list: what is no JSON there is left alone. */
  readonly mixed: boolean;
  /** Whether anything in it need be judged, told from its bytes as Latin-1; left out: everything is. */
  readonly glance?: (bytes: string) => boolean;
  /** Messages beyond `bytes` are not held: they are watched as they go by, and break off before their end where they must. */
  readonly long?: LongMessages;
}

export interface LongMessages {
  readonly bytes: number;
  readonly watch: (events: boolean) => Passing;
  /** Why it breaks off. */
  readonly refusal: () => Refusal;
}

/** core/observe/passing.ts */
export interface Passing {
  feed(chunk: Uint8Array): void;
  elicits(): boolean;
}

/** Bytes of one list, or of one event, that are held. */
const MAX_HELD = 16 * 1024 * 1024;

/** The same answer behind the gate. Its body errors with a Refusal where the list may not go on. */
export function gated(answer: UpstreamAnswer, options: GateOptions): UpstreamAnswer {
  const gate = isEventStream(answer) ? new EventGate(options) : new WholeGate(options);
  // pipeline() ends each when the other ends or fails; relay hears of it at the gate.
  pipeline(answer.body, gate, () => undefined);
  return { ...answer, body: gate };
}

// As clients do it: what is no UTF-8 becomes U+FFFD (HTML standard, event streams; Fetch, body.json()).
const decoder = new TextDecoder();

abstract class Gate extends Transform {
  protected readonly options: GateOptions;
  #size = 0;
  constructor(options: GateOptions) {
    super();
    this.options = options;
  }
  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    void this.#run(() => this.eat(Buffer.from(this.options.scrubber.push(chunk))), done);
  }
  override _flush(done: TransformCallback): void {
    void this.#run(() => this.finish(Buffer.from(this.options.scrubber.end())), done);
  }
  async #run(work: () => Promise<void>, done: TransformCallback): Promise<void> {
    try {
      await work();
      done();
    } catch (error) {
      done(error as Error);
    }
  }
  /** Counts what is held. @throws Refusal where that is too much */
  protected hold(bytes: number): void {
    this.#size = bytes === 0 ? 0 : this.#size + bytes;
    if (this.isLong()) return;
    if (this.#size > MAX_HELD) {
      const server = this.options.serverName;
      throw new Refusal("upstream_not_mcp", { server, type: "more than 16 MiB at once" });
    }
  }
  /** Too long to be held, and watched instead. */
  protected isLong(): boolean {
    return this.options.long !== undefined && this.#size > this.options.long.bytes;
  }
  protected abstract eat(chunk: Buffer): Promise<void>;
  protected abstract finish(rest: Buffer): Promise<void>;
}

/** A JSON body: of use only when it is whole. */
class WholeGate extends Gate {
  readonly #held: Buffer[] = [];
  #passing: Passing | null = null;
  protected override eat(chunk: Buffer): Promise<void> {
    this.hold(chunk.length);
    this.#held.push(chunk);
    const { long } = this.options;
    if (long !== undefined && this.isLong()) {
      this.#passing ??= long.watch(false);
      for (const part of this.#held.splice(0)) {
        this.#passing.feed(part);
        this.push(part);
      }
    }
    return Promise.resolve();
  }
  protected override async finish(rest: Buffer): Promise<void> {
    if (this.#passing !== null) {
      this.#passing.feed(rest);
      // A document that ends with an error is none: whoever reads it has nothing.
      if (this.#passing.elicits() && this.options.long !== undefined) {
        throw this.options.long.refusal();
      }
      this.push(rest);
      return;
    }
    const whole = Buffer.concat([...this.#held, rest]);
    // A status without a body, or an accepted notification.
    if (whole.length === 0) return;
    if (this.options.glance?.(whole.toString("latin1")) === false) {
      this.push(whole);
      return;
    }
    const text = decoder.decode(whole);
    const kept = await this.options.judge(text);
    this.push(kept === text ? whole : Buffer.from(kept));
  }
}

const LF = 0x0a;
const CR = 0x0d;

/** Index of `byte` at or after `from`, or past the end. */
function next(bytes: Buffer, byte: number, from: number): number {
  const found = bytes.indexOf(byte, from);
  return found === -1 ? bytes.length : found;
}

/** An event stream: each event is held until its blank line, comments and empty lines are not held. */
class EventGate extends Gate {
  #line: Buffer[] = [];
  #lines: Buffer[] = [];
  /** The last chunk ended with CR: an LF at the start of the next belongs to it. */
  #afterCr = false;
  /** The event is too long to be held, and what is known of it; its last line went on in part. */
  #passing: Passing | null = null;
  #started = false;
  #lineEnd: Buffer = Buffer.alloc(0);

  protected override async eat(chunk: Buffer): Promise<void> {
    let from = 0;
    if (this.#afterCr && chunk[0] === LF) {
      // Between two lines, or behind an event that has gone: it changes nothing where it stands.
      from = 1;
      if (this.#passing !== null)
        this.#lineEnd = Buffer.concat([this.#lineEnd, chunk.subarray(0, 1)]);
      else if (this.#lines.length > 0) this.#lines.push(chunk.subarray(0, 1));
      else this.push(chunk.subarray(0, 1));
    }
    this.#afterCr = false;
    // Each end of line is searched once, and kept until it is passed.
    let lf = next(chunk, LF, from);
    let cr = next(chunk, CR, from);
    while (from < chunk.length) {
      if (lf < from) lf = next(chunk, LF, from);
      if (cr < from) cr = next(chunk, CR, from);
      let at = Math.min(lf, cr);
      if (at === chunk.length) break;
      if (at === cr) {
        if (at + 1 === chunk.length) this.#afterCr = true;
        else if (chunk[at + 1] === LF) at++;
      }
      const rest = chunk.subarray(from, at + 1);
      const line = this.#line.length === 0 ? rest : Buffer.concat([...this.#line, rest]);
      this.#line = [];
      from = at + 1;
      const taken = this.#takeLine(line);
      if (taken !== undefined) await taken;
    }
    if (from < chunk.length) {
      this.hold(chunk.length - from);
      this.#line.push(chunk.subarray(from));
      if (this.isLong()) this.#pass();
    }
  }

  /**
   * What is held of the event goes on, all but its end: neither the blank line, nor the end of the line before it, so that
   * nothing that comes after can be taken for that.
   */
  #pass(): void {
    this.#passing ??= this.options.long?.watch(true) ?? null;
    const part = Buffer.concat([...this.#lines.splice(0), ...this.#line.splice(0)]);
    this.#passing?.feed(part);
    let end = part.length;
    if (part[end - 1] === LF) end--;
    if (part[end - 1] === CR) end--;
    this.push(Buffer.concat([this.#lineEnd, part.subarray(0, end)]));
    this.#lineEnd = part.subarray(end);
    this.#started = true;
  }

  #endPassing(blank: Buffer): void {
    if (this.#passing?.elicits() === true && this.options.long !== undefined) {
      throw this.options.long.refusal();
    }
    this.#passing = null;
    this.#started = false;
    this.hold(0);
    this.push(Buffer.concat([this.#lineEnd, blank]));
    this.#lineEnd = Buffer.alloc(0);
  }

  /** Waits only where something is judged: a stream of many small events goes on without. */
  #takeLine(line: Buffer): Promise<void> | undefined {
    // What went on of a line without its end belongs to it: only a line that began here can be blank.
    const blank = !this.#started && (line[0] === LF || line[0] === CR);
    this.#started = false;
    if (this.#passing !== null) {
      if (blank) {
        this.#endPassing(line);
        return undefined;
      }
      this.#line = [line];
      this.#pass();
      this.#started = false;
      return undefined;
    }
    if (this.#lines.length === 0 && (blank || line[0] === 0x3a)) {
      this.push(line);
      return undefined;
    }
    this.hold(line.length);
    this.#lines.push(line);
    if (blank) return this.#dispatch();
    if (this.isLong()) {
      this.#pass();
      this.#started = false;
    }
    return undefined;
  }

  #dispatch(): Promise<void> | undefined {
    const lines = this.#lines;
    this.#lines = [];
    this.hold(0);
    const raw = Buffer.concat(lines);
    if (this.options.glance?.(raw.toString("latin1")) === false) {
      this.push(raw);
      return undefined;
    }
    return this.#read(lines, raw);
  }

  async #read(lines: readonly Buffer[], raw: Buffer): Promise<void> {
    const fields = lines.map((line) => fieldOf(decoder.decode(line)));
    const type = fields.findLast(([name]) => name === "event")?.[1] ?? "";
    const data = fields.filter(([name]) => name === "data").map(([, value]) => value);
    // Other events are no MCP messages: clients pass them over, and so the one without data that begins a stream which can
    // be taken up again (Streamable HTTP, 2025-11-25).
    if (data.join("") === "" || (type !== "" && type !== "message")) {
      this.push(raw);
      return;
    }
    const text = data.join("\n");
    const kept = await this.#judge(text);
    if (kept === text) {
      this.push(raw);
      return;
    }
    let written = false;
    for (const [i, line] of lines.entries()) {
      if (fields[i]?.[0] !== "data") this.push(line);
      else if (!written) {
        written = true;
        this.push(
          Buffer.from(
            kept
              .split("\n")
              .map((l) => `data: ${l}\n`)
              .join(""),
          ),
        );
      }
    }
  }

  async #judge(text: string): Promise<string> {
    try {
      return await this.options.judge(text);
    } catch (error) {
      const other =
        this.options.mixed &&
        error instanceof Refusal &&
        error.code === "tool_list_unreadable" &&
        !/tools|\\u/i.test(text);
      if (other) return text;
      throw error;
    }
  }

  protected override async finish(rest: Buffer): Promise<void> {
    if (rest.length > 0) await this.eat(rest);
    if (this.#passing !== null) {
      // An event without an end is none, and a client that reads it nevertheless must not act upon it either.
      if (this.#passing.elicits() && this.options.long !== undefined) {
        throw this.options.long.refusal();
      }
      this.push(this.#lineEnd);
      return;
    }
    // Clients drop an event that the stream's end cuts off; one that does not must not see more than the others.
    if (this.#line.length > 0) this.#lines.push(Buffer.concat(this.#line));
    if (this.#lines.length > 0) await this.#dispatch();
  }
}

/** Name and value of one line (HTML standard, section 9.2.6). A byte order mark stands at the start of a stream only. */
function fieldOf(line: string): readonly [string, string] {
  const text = line.replace(/^\ufeff/, "").replace(/[\r\n]+$/, "");
  const colon = text.indexOf(":");
  if (colon === -1) return [text, ""];
  return [text.slice(0, colon), text.slice(colon + 1).replace(/^ /, "")];
}

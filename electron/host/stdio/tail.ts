// The last words of a local server: what it wrote to standard error, and what we have to say about its output.
import { StringDecoder } from "node:string_decoder";

const MAX_LINES = 400;
const MAX_BYTES = 64 * 1024;
const MAX_LINE = 8 * 1024;

export interface Tail {
  /** A chunk of standard error, from the process with this key. */
  write(key: number, chunk: Buffer): void;
  /** The process is gone: what it left without a line end becomes a line. */
  end(key: number): void;
  /** A line of our own. */
  note(text: string): void;
  lines(): readonly string[];
}

interface Partial {
  readonly decoder: StringDecoder;
  text: string;
  /** The rest of an overlong line is dropped until its end. */
  dropping: boolean;
}

export function createTail(scrub: (text: string) => string, changed: () => void): Tail {
  const kept: string[] = [];
  let bytes = 0;
  const partial = new Map<number, Partial>();

  function keep(line: string): void {
    // Scrubbed before it is cut: a cut through the middle of a secret would hide it from the scrubber.
    const clean = scrub(line);
    const short = clean.length > MAX_LINE ? `${clean.slice(0, MAX_LINE)}…` : clean;
    kept.push(short);
    bytes += short.length;
    while (kept.length > MAX_LINES || bytes > MAX_BYTES) bytes -= kept.shift()?.length ?? bytes;
    changed();
  }

  return {
    write(key, chunk) {
      let open = partial.get(key);
      if (open === undefined) {
        open = { decoder: new StringDecoder(), text: "", dropping: false };
        partial.set(key, open);
      }
      const lines = (open.text + open.decoder.write(chunk)).split(/\r?\n/);
      open.text = lines.pop() ?? "";
      for (const line of lines) {
        if (!open.dropping && line !== "") keep(line);
        open.dropping = false;
      }
      if (open.dropping) open.text = "";
      // Twice what is shown: a secret that begins in what is shown is whole here, and what follows is not kept.
      else if (open.text.length > 2 * MAX_LINE) {
        keep(open.text);
        open.text = "";
        open.dropping = true;
      }
    },
    end(key) {
      const rest = partial.get(key)?.text ?? "";
      partial.delete(key);
      if (rest !== "") keep(rest);
    },
    note: keep,
    // A second time over the whole: a private key spreads over many lines.
    lines: () => (kept.length === 0 ? [] : scrub(kept.join("\n")).split("\n")),
  };
}

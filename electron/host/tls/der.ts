// Reads ASN.1 as certificates' files use it: DER, and the looser BER of old programs (indefinite lengths, strings in
// pieces). Whatever is not as it should be is a damaged file: nobody who reads has to look for missing parts.
import { Refusal } from "../../core/errors.ts";

/** Deeper than any real file, and far from the end of the stack. */
const DEEPEST = 64;
/** Values in one file: each costs memory. */
const MOST_VALUES = 20_000;

export const damaged = (cause?: unknown): Refusal =>
  new Refusal("certificate_invalid", { reason: "the file is damaged or cut off" }, cause);

const SEQUENCE = 0x30;
const OCTET_STRING = 0x04;

export class Der {
  /** The identifier octet: class, form and number. */
  readonly tag: number;
  readonly #whole: Buffer;
  readonly #content: Buffer;
  readonly #children: readonly Der[];

  constructor(whole: Buffer, content: Buffer, children: readonly Der[]) {
    this.tag = whole[0] ?? 0;
    this.#whole = whole;
    this.#content = content;
    this.#children = children;
  }

  /** The value with its identifier and length, as it stood in the file. */
  whole(): Buffer {
    return this.#whole;
  }

  children(): readonly Der[] {
    return this.#children;
  }
  child(index: number): Der {
    const found = this.#children[index];
    if (found === undefined) throw damaged();
    return found;
  }
  isSequence(): boolean {
    return this.tag === SEQUENCE;
  }
  /** `[n]` of the context-specific class, constructed. */
  isContext(n: number): boolean {
    return this.tag === (0xa0 | n);
  }

  /** The bytes of an OCTET STRING, or of a `[0] IMPLICIT OCTET STRING`, whole or in pieces. */
  octets(): Buffer {
    const number = this.tag & 0xdf;
    if (number !== OCTET_STRING && number !== 0x80) throw damaged();
    return (this.tag & 0x20) === 0
      ? this.#content
      : Buffer.concat(this.#children.map((piece) => piece.octets()));
  }

  /** A number of up to 48 bits that is not negative. */
  integer(): number {
    if (this.tag !== 0x02 || this.#content.length < 1 || this.#content.length > 7) throw damaged();
    const bytes = this.#content[0] === 0 ? this.#content.subarray(1) : this.#content;
    if (bytes.length > 6 || ((this.#content[0] ?? 0) & 0x80) !== 0) throw damaged();
    return bytes.length === 0 ? 0 : bytes.readUIntBE(0, bytes.length);
  }

  /** Dotted decimal. */
  oid(): string {
    if (this.tag !== 0x06 || this.#content.length === 0 || this.#content.length > 40)
      throw damaged();
    const arcs: number[] = [];
    let arc = 0;
    for (const byte of this.#content) {
      arc = arc * 128 + (byte & 0x7f);
      if (arc > Number.MAX_SAFE_INTEGER) throw damaged();
      if ((byte & 0x80) !== 0) continue;
      if (arcs.length === 0)
        arcs.push(...(arc < 80 ? [Math.floor(arc / 40), arc % 40] : [2, arc - 80]));
      else arcs.push(arc);
      arc = 0;
    }
    if (((this.#content.at(-1) ?? 0) & 0x80) !== 0) throw damaged();
    return arcs.join(".");
  }
}

/** Reads one value that fills the bytes. @throws Refusal `certificate_invalid` */
export function readDer(bytes: Buffer): Der {
  const count = { left: MOST_VALUES };
  const { value, end } = readOne(bytes, 0, 0, count);
  if (end !== bytes.length) throw damaged();
  return value;
}

function readOne(
  bytes: Buffer,
  at: number,
  depth: number,
  count: { left: number },
): { value: Der; end: number } {
  if (depth > DEEPEST || count.left-- <= 0) throw damaged();
  const tag = bytes[at];
  const first = bytes[at + 1];
  // Tag numbers from 31 on take more octets; none occurs here.
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw damaged();
  let start = at + 2;
  let end: number | null;
  if (first < 0x80) end = start + first;
  else if (first === 0x80) {
    if ((tag & 0x20) === 0) throw damaged();
    end = null;
  } else {
    const octets = first & 0x7f;
    if (octets > 4 || start + octets > bytes.length) throw damaged();
    end = start + octets + bytes.readUIntBE(start, octets);
    start += octets;
  }
  if (end !== null && end > bytes.length) throw damaged();
  if ((tag & 0x20) === 0) {
    const stop = end ?? start;
    return { value: new Der(bytes.subarray(at, stop), bytes.subarray(start, stop), []), end: stop };
  }
  const children: Der[] = [];
  let next = start;
  for (;;) {
    if (end !== null && next === end) break;
    // Two zero octets end a value of indefinite length (X.690 section 8.1.5).
    if (end === null && bytes[next] === 0 && bytes[next + 1] === 0) break;
    const child = readOne(end === null ? bytes : bytes.subarray(0, end), next, depth + 1, count);
    children.push(child.value);
    next = child.end;
  }
  const stop = end ?? next + 2;
  const value = new Der(bytes.subarray(at, stop), bytes.subarray(start, next), children);
  return { value, end: stop };
}

/** Whether the bytes are one value: what a wrong key decrypts to is not. */
export function looksLikeDer(bytes: Buffer): boolean {
  try {
    return readDer(bytes).isSequence();
  } catch {
    return false;
  }
}

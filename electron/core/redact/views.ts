// Other readings of a text: what stands in it behind percent signs, backslashes and line breaks. A secret is
// looked for in each, and each remembers where its characters came from.

export interface View {
  readonly text: string;
  /** Source index of each UTF-16 unit and, last, of the end. Null for the text itself. */
  readonly from: readonly number[] | null;
}

/** Readings of readings are bounded: three layers of escaping, a dozen readings. */
const MAX_LAYERS = 3;
const MAX_VIEWS = 12;

/** The text itself and every other reading of it. */
export function viewsOf(text: string): View[] {
  const views: View[] = [{ text, from: null }];
  let layer = views;
  for (let depth = 0; depth < MAX_LAYERS && layer.length > 0; depth++) {
    const next: View[] = [];
    for (const view of layer) {
      if (view.text.includes("%")) next.push(decoded(view, percent));
      if (view.text.includes("\\")) next.push(decoded(view, backslash));
      if (/[\r\n]/.test(view.text)) next.push(decoded(view, unbroken));
    }
    layer = next.filter((view) => view.text.length < text.length);
    views.push(...layer.slice(0, MAX_VIEWS - views.length));
  }
  return views;
}

/** At `at`: how many units are read, and what they say. Null: the unit stands for itself. */
type Decoder = (text: string, at: number) => readonly [length: number, says: string] | null;

function decoded(view: View, decode: Decoder): View {
  const { text } = view;
  const parts: string[] = [];
  const from: number[] = [];
  for (let at = 0; at < text.length;) {
    const [length, says] = decode(text, at) ?? [1, text.charAt(at)];
    for (let i = 0; i < says.length; i++) from.push(view.from?.[at] ?? at);
    parts.push(says);
    at += length;
  }
  from.push(view.from?.[text.length] ?? text.length);
  return { text: parts.join(""), from };
}

const hexByte = (text: string, at: number): number => {
  const digits = text.slice(at, at + 2);
  return /^[0-9a-f]{2}$/i.test(digits) ? Number.parseInt(digits, 16) : -1;
};

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** RFC 3986 section 2.1: one character, written as one to four `%XX`. */
const percent: Decoder = (text, at) => {
  if (text.charCodeAt(at) !== 0x25) return null;
  const lead = hexByte(text, at + 1);
  if (lead < 0) return null;
  const size = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const bytes = [lead];
  for (let i = 1; i < size; i++) {
    const byte = text.charAt(at + 3 * i) === "%" ? hexByte(text, at + 3 * i + 1) : -1;
    if (byte < 0) return [3, String.fromCharCode(lead)];
    bytes.push(byte);
  }
  try {
    return [3 * size, utf8.decode(Uint8Array.from(bytes))];
  } catch {
    return [3, String.fromCharCode(lead)];
  }
};

const SHORT: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** JSON's escapes, and those of the shells and languages that resemble it. */
const backslash: Decoder = (text, at) => {
  if (text.charCodeAt(at) !== 0x5c || at + 1 >= text.length) return null;
  const kind = text.charAt(at + 1);
  if (kind === "u") {
    const digits = text.slice(at + 2, at + 6);
    if (/^[0-9a-f]{4}$/i.test(digits)) {
      return [6, String.fromCharCode(Number.parseInt(digits, 16))];
    }
  }
  if (kind === "x") {
    const byte = hexByte(text, at + 2);
    if (byte >= 0) return [4, String.fromCharCode(byte)];
  }
  return [2, Object.hasOwn(SHORT, kind) ? SHORT[kind]! : kind];
};

/** Base64 and PEM come in lines. */
const unbroken: Decoder = (text, at) => {
  const unit = text.charCodeAt(at);
  return unit === 0x0a || unit === 0x0d ? [1, ""] : null;
};

// `$ref` inside one document. Nothing is ever fetched: what leads elsewhere makes its operation unusable.
import { isPlain, NotOffered, own, type Plain } from "./refuse.ts";

/** References that may lead to references. */
const MOST_HOPS = 32;

export interface Found {
  readonly value: unknown;
  /** The references that were followed, in order; empty where the value stood there itself. */
  readonly via: readonly string[];
}

/**
 * The value that a `$ref` stands for, or the value itself.
 * @throws NotOffered where it leads out of the document, nowhere, or round in circles
 */
export function follow(root: unknown, start: unknown): Found {
  const via: string[] = [];
  let value = start;
  while (isPlain(value) && typeof own(value, "$ref") === "string") {
    const ref = String(own(value, "$ref"));
    if (via.includes(ref) || via.length >= MOST_HOPS) {
      throw new NotOffered("a reference in it leads round in circles");
    }
    via.push(ref);
    value = lookUp(root, ref);
  }
  return { value, via };
}

/** An object behind any references. @throws NotOffered */
export function objectAt(root: unknown, start: unknown, what: string): Plain {
  const { value } = follow(root, start);
  if (!isPlain(value)) throw new NotOffered(`${what} is not an object`);
  return value;
}

/** RFC 6901 in a URI fragment (section 6). */
function lookUp(root: unknown, ref: string): unknown {
  if (ref === "#") return root;
  if (!ref.startsWith("#/")) {
    throw new NotOffered("it refers to another document, and nothing is fetched for a document");
  }
  let at = root;
  for (const step of ref.slice(2).split("/")) {
    let name: string;
    try {
      name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    } catch {
      throw new NotOffered("a reference in it leads nowhere");
    }
    at = Array.isArray(at) && /^(?:0|[1-9]\d{0,6})$/.test(name) ? at[Number(name)] : own(at, name);
    if (at === undefined) throw new NotOffered("a reference in it leads nowhere");
  }
  return at;
}

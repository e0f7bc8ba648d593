// Reading the JSON object of an answer strictly: two members of one name would let two readers see two tokens.
// Numbers are taken as they come, unlike in messages that are forwarded: an issuer's huge `expires_in` is no reason
// to refuse its token, and nothing is written out again.
import { LARGEST_ANSWER } from "./net-fetch.ts";
import type { FlowResponse } from "./types.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Media type without parameters, in lower case. */
export const mediaType = (response: FlowResponse): string =>
  (response.headers["content-type"] ?? "").split(";", 1)[0]!.trim().toLowerCase();

/** True for `application/json` and, where the answer is a document of its own kind, `application/*+json`. */
export const isJson = (response: FlowResponse): boolean =>
  /^application\/(?:[\w.-]+\+)?json$/.test(mediaType(response));

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * True when every name stands once in its object and nothing nests deeper than `maxDepth`.
 * @param text well-formed JSON
 */
function isUnambiguous(text: string, maxDepth: number): boolean {
  const open: (Set<string> | null)[] = [];
  let named = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (sign === "{" || sign === "[") {
      open.push(sign === "{" ? new Set() : null);
      if (open.length > maxDepth) return false;
      named = false;
    } else if (sign === "}" || sign === "]") open.pop();
    else if (sign === ",") named = false;
    else if (sign === '"') {
      const start = at++;
      while (text.charAt(at) !== '"') at += text.charAt(at) === "\\" ? 2 : 1;
      const names = open.at(-1);
      if (names === undefined || names === null || named) continue;
      // Unescaped: "a" and "\u0061" are one name.
      const name = JSON.parse(text.slice(start, at + 1)) as string;
      if (names.has(name)) return false;
      names.add(name);
      named = true;
    }
  }
  return true;
}

/** The object that the text is; null for anything else, and for one with two members of one name. */
export function parseObject(text: string, maxDepth: number): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && isUnambiguous(text, maxDepth) ? value : null;
  } catch {
    return null;
  }
}

/** The object, or why there is none. */
export type ReadObject =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly problem: string };

const OTHER_TYPES = new Set([
  "text/html",
  "text/plain",
  "text/xml",
  "application/xml",
  "application/jwt",
]);

export function readObject(response: FlowResponse): ReadObject {
  const no = (problem: string): ReadObject => ({ ok: false, problem });
  if (response.body.length > LARGEST_ANSWER) return no("it is too large");
  if (!isJson(response)) {
    const type = mediaType(response);
    // Named only where it is a common one: it was folded, so that a secret in it would not be found any more.
    const named = type === "" ? "not given" : OTHER_TYPES.has(type) ? type : "another one";
    return no(`its type is ${named}, not JSON`);
  }
  const value = parseObject(response.body, 20);
  return value === null ? no("it is no well-formed JSON object") : { ok: true, value };
}

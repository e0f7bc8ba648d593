// One call of a tool as one HTTP request. No argument can leave its place: what cannot be written without a doubt is
// not written at all, and the agent is told which argument it was.
import { covers } from "../destination.ts";
import { canonical, canonicalNumber } from "../pins/canonical.ts";
import type { Tree } from "../pins/json-tree.ts";
import type { Pattern } from "../patterns.ts";
import { type ApiOperation, type ApiParameter, parametersFor } from "./api.ts";
import { isCredentialPlace } from "./names.ts";
import { filled } from "./template.ts";

export interface ApiRequest {
  readonly method: string;
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
}

/** Characters of an address; servers give up somewhere between 8,000 and 16,000 (RFC 9110 section 4.1). */
const MOST_URL = 16_000;
const MOST_HEADER = 4096;

/** What is wrong with the arguments, for the agent to mend. */
export class BadArgument extends Error {}
const bad = (argument: string, why: string): BadArgument =>
  new BadArgument(`The argument “${argument.slice(0, 64)}” ${why}.`);

/** RFC 3986 section 2.3: everything but the unreserved characters is encoded. */
export function encode(text: string): string {
  try {
    return encodeURIComponent(text).replaceAll(
      /[!'()*]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  } catch {
    throw new BadArgument("A text in the arguments is not valid Unicode.");
  }
}

type Members = Extract<Tree, { kind: "object" }>["members"];

/**
 * @param args the arguments of the call, an object
 * @throws BadArgument
 */
export function requestFor(
  base: string,
  pattern: Pattern,
  operation: ApiOperation,
  args: Members,
): ApiRequest {
  const parameters = parametersFor(operation, pattern);
  const given = new Map(args.map(({ name, value }) => [name, value]));
  const { body } = operation;
  const known = new Set([...parameters.map((p) => p.argument), ...(body ? [body.argument] : [])]);
  for (const name of given.keys())
    if (!known.has(name)) throw bad(name, "is not known to this tool");

  /** Absent and null are the same: there is nothing to write. */
  const valueOf = ({ argument, required }: ApiParameter): Tree | null => {
    const value = given.get(argument);
    if (value !== undefined && !(value.kind === "literal" && value.value === null)) return value;
    if (required) throw bad(argument, "is missing");
    return null;
  };
  const each = (place: ApiParameter["in"]) =>
    parameters.flatMap((p) => {
      const value = p.in === place ? valueOf(p) : null;
      return value === null ? [] : [{ parameter: p, value }];
    });

  const places = new Map(each("path").map(({ parameter: p, value }) => [p.name, inPath(p, value)]));
  const path = filled(operation.path, (name) => places.get(name) ?? "");
  const query = each("query").flatMap(({ parameter, value }) =>
    inQuery(parameter, value, (key) => mayBeKey(key, operation, pattern)),
  );
  const headers: Record<string, string> = {
    accept: "application/json, text/*;q=0.8, */*;q=0.1",
    "user-agent": "Countersign",
  };
  for (const { parameter, value } of each("header")) {
    headers[parameter.name.toLowerCase()] = inHeader(parameter, value);
  }
  const sent = bodyFor(operation, given);
  if (sent !== null && body !== null) headers["content-type"] = body.mediaType;
  return { method: operation.method, url: addressOf(base, path, query), headers, body: sent };
}

function bodyFor({ body }: ApiOperation, given: ReadonlyMap<string, Tree>): Uint8Array | null {
  const value = body === null ? undefined : given.get(body.argument);
  if (value !== undefined) return new TextEncoder().encode(canonical(value));
  if (body?.required === true) throw bad(body.argument, "is missing");
  return null;
}

/** The address, checked again as a whole: what a URL reader makes of it is what was put together, below the base. */
function addressOf(base: string, path: string, query: readonly string[]): string {
  const root = new URL(base);
  const pathname = root.pathname.replace(/\/$/, "") + path;
  const parts = pathname.split("/").slice(1);
  if (
    parts.some((part, i) => part === "." || part === ".." || (part === "" && i < parts.length - 1))
  ) {
    throw new BadArgument("The arguments would make another path of this one.");
  }
  const text = `${root.origin}${pathname}${query.length === 0 ? "" : `?${query.join("&")}`}`;
  if (text.length > MOST_URL)
    throw new BadArgument("The arguments make an address that is too long.");
  const url = new URL(text);
  const inside = covers({ origin: root.origin, path: root.pathname }, url);
  if (!inside || url.pathname !== pathname || url.hash !== "") {
    throw new BadArgument("The arguments would make another path of this one.");
  }
  return url.href;
}

/** A plain value as text; null for lists and objects. */
function plain(value: Tree): string | null {
  if (value.kind === "string") return value.text;
  if (value.kind === "number") return canonicalNumber(value.raw);
  if (value.kind === "literal" && value.value !== null) return String(value.value);
  return null;
}

function plainOf({ argument }: ApiParameter, value: Tree): string {
  const text = plain(value);
  if (text === null) throw bad(argument, "holds something that is no plain value");
  return text;
}

/** What a path or a header makes of a value (RFC 6570 section 3.2.2): `a,b`, `k,v`, or `k=v` where it is spread. */
function simple(parameter: ApiParameter, value: Tree, write: (text: string) => string): string {
  if (parameter.style === "json") return write(canonical(value));
  if (value.kind === "array")
    return value.items.map((one) => write(plainOf(parameter, one))).join(",");
  if (value.kind !== "object") return write(plainOf(parameter, value));
  const between = parameter.explode ? "=" : ",";
  return value.members
    .map((m) => write(m.name) + between + write(plainOf(parameter, m.value)))
    .join(",");
}

/** Servers disagree about encoded separators, and some decode twice: such a value goes nowhere. */
const SEPARATES = /[/\\]|%(?:2f|5c|2e|25)|\p{Cc}/iu;

function inPath(parameter: ApiParameter, value: Tree): string {
  const text = simple(parameter, value, (part) => {
    if (SEPARATES.test(part)) {
      throw bad(parameter.argument, "holds a separator of paths, which would lead elsewhere");
    }
    return encode(part);
  });
  if (text === "") throw bad(parameter.argument, "is empty, and would lead elsewhere");
  return text;
}

function inQuery(parameter: ApiParameter, value: Tree, mayBe: (key: string) => boolean): string[] {
  const { name, style, explode, argument } = parameter;
  const key = encode(name);
  if (style === "json") return [`${key}=${encode(canonical(value))}`];
  const between = style === "spaceDelimited" ? "%20" : style === "pipeDelimited" ? "%7C" : ",";
  if (value.kind === "array") {
    const all = value.items.map((one) => encode(plainOf(parameter, one)));
    if (style === "deepObject") throw bad(argument, "is a list where an object belongs");
    if (explode) return all.map((one) => `${key}=${one}`);
    return all.length === 0 ? [] : [`${key}=${all.join(between)}`];
  }
  if (value.kind !== "object") return [`${key}=${encode(plainOf(parameter, value))}`];
  const members = value.members.map((m) => [m.name, encode(plainOf(parameter, m.value))] as const);
  if (style === "deepObject") {
    return members.map(([inner, text]) => {
      if (/[[\]]/.test(inner)) throw bad(argument, "has a name with brackets in it");
      return `${key}${encode("[")}${encode(inner)}${encode("]")}=${text}`;
    });
  }
  if (!explode) {
    const flat = members.flatMap(([inner, text]) => [encode(inner), text]);
    return flat.length === 0 ? [] : [`${key}=${flat.join(between)}`];
  }
  return members.map(([inner, text]) => {
    if (!mayBe(inner)) throw bad(argument, `may not say “${inner.slice(0, 64)}”`);
    return `${encode(inner)}=${text}`;
  });
}

/** An object that is spread over the query must not stand for another parameter, or for the key. */
function mayBeKey(key: string, operation: ApiOperation, pattern: Pattern): boolean {
  const lower = key.toLowerCase();
  return (
    key !== "" &&
    !isCredentialPlace(pattern, "query", key) &&
    !/^(?:access_token|_method)$/i.test(key) &&
    !operation.parameters.some((p) => p.in === "query" && p.name.toLowerCase() === lower)
  );
}

function inHeader(parameter: ApiParameter, value: Tree): string {
  const text = simple(parameter, value, (part) => part);
  // RFC 9110 section 5.5: visible ASCII, with spaces inside. Anything else could split the request.
  if (!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) || text.length > MOST_HEADER) {
    throw bad(parameter.argument, "holds what no header can carry");
  }
  return text;
}

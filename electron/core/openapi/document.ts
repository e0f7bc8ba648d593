// An OpenAPI 3.0 or 3.1 document as a person sees it before anything of it is used: what it calls itself, where it says
// that it lives, what it says of credentials, and its operations, each a tool to be or with the reason why it is none.
import { isLoopback } from "../destination.ts";
import type { ApiOperation, HttpMethod } from "./api.ts";
import { MOST_TOOLS, METHODS, operationSchema, routeOf } from "./api.ts";
import { nameFor, TOKEN } from "./names.ts";
import { readOperation } from "./operations.ts";
import { parseApiText } from "./parse.ts";
import { follow } from "./refs.ts";
import { isPlain, NotOffered, own, type Plain, unusable, words } from "./refuse.ts";

/** Where a document says that its API lives. Only a statement of a file: a person confirms it or gives another. */
export interface StatedBase {
  /** As it stands in the document, with the defaults of its variables. */
  readonly url: string;
  /** Why it cannot be used; null where it can. */
  readonly problem: string | null;
}

/** How the document says that one gets in: fills in a form, decides nothing. */
export type StatedAuth =
  | {
      readonly type: "api-key";
      readonly in: "header" | "query";
      readonly name: string;
      readonly prefix: string;
    }
  | { readonly type: "oauth" };

export type ReadTool =
  | { readonly route: string; readonly offered: true; readonly operation: ApiOperation }
  | {
      readonly route: string;
      readonly offered: false;
      readonly method: string;
      readonly title: string;
      readonly deprecated: boolean;
      readonly reason: string;
    };

export interface ReadApi {
  readonly title: string;
  readonly version: string;
  readonly bases: readonly StatedBase[];
  readonly auth: readonly StatedAuth[];
  readonly tools: readonly ReadTool[];
}

const MOST_OPERATIONS = 5000;

/**
 * Reads a document whole.
 * @param text JSON or YAML
 * @throws Refusal `openapi_invalid`
 */
export function readApi(text: string): ReadApi {
  const root = parseApiText(text);
  if (!isPlain(root)) throw unusable("it is no OpenAPI document");
  if (typeof own(root, "swagger") === "string") {
    throw unusable("it is in the older Swagger form; OpenAPI 3.0 or 3.1 is read here");
  }
  const version = own(root, "openapi");
  if (typeof version !== "string" || !/^3\.[01]\.\d{1,3}(?:-[\w.]{1,20})?$/.test(version)) {
    throw unusable("it does not say that it is OpenAPI 3.0 or 3.1");
  }
  const paths = own(root, "paths");
  if (!isPlain(paths)) throw unusable("it has no paths");
  const info = own(root, "info");
  return {
    title: words(own(info, "title"), 120),
    version: words(own(info, "version"), 40),
    bases: basesOf(root),
    auth: authOf(root),
    tools: toolsOf(root, paths),
  };
}

function basesOf(root: Plain): StatedBase[] {
  const servers = own(root, "servers");
  if (!Array.isArray(servers)) return [];
  return servers.slice(0, 20).flatMap((server: unknown) => {
    const url = own(server, "url");
    if (typeof url !== "string" || url === "") return [];
    const variables = own(server, "variables");
    const whole = url.slice(0, 2048).replaceAll(/\{([^{}]+)\}/g, (place, name: string) => {
      const value = own(own(variables, name), "default");
      return typeof value === "string" ? value.slice(0, 512) : place;
    });
    return [{ url: words(whole, 2048), problem: baseProblem(whole) }];
  });
}

/** Why an address cannot be the base of an API; null where it can. */
export function baseProblem(text: string): string | null {
  if (/[\p{C}\s\\]/u.test(text)) return "it holds characters that no address has";
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return text.startsWith("/") ? "it is relative, and a file has no address" : "it is no address";
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return "it is neither http nor https";
  if (url.username !== "" || url.password !== "") return "it holds a user or a password";
  if (url.search !== "" || url.hash !== "" || text.includes("#") || text.includes("?")) {
    return "it holds a query or a fragment";
  }
  if (/[{}]|%7b|%7d/i.test(url.pathname)) return "it holds a place that is not filled in";
  if (/%(?:2f|5c|2e|25|00)/i.test(url.pathname) || /\/\.{1,2}(?:\/|$)/.test(pathOf(text))) {
    return "its path hides a separator or leads upwards";
  }
  if (url.pathname.includes("//")) return "its path holds an empty part";
  if (url.protocol === "http:" && !isLoopback(url)) {
    return "it is plain http to another machine, and whoever is on the way could read along";
  }
  return null;
}

/** As it was written: URL takes dots out before anybody could see them. */
const pathOf = (text: string): string => text.replace(/^[a-z]+:\/\/[^/]*/i, "");

function authOf(root: Plain): StatedAuth[] {
  const schemes = own(own(root, "components"), "securitySchemes");
  if (!isPlain(schemes)) return [];
  return Object.values(schemes)
    .slice(0, 20)
    .flatMap((one): StatedAuth[] => {
      let scheme: unknown;
      try {
        scheme = follow(root, one).value;
      } catch {
        return [];
      }
      const [type, place, name] = ["type", "in", "name"].map((member) => own(scheme, member));
      if (type === "oauth2" || type === "openIdConnect") return [{ type: "oauth" }];
      if (type === "apiKey" && (place === "header" || place === "query")) {
        if (typeof name !== "string" || !TOKEN.test(name)) return [];
        return [{ type: "api-key", in: place, name, prefix: "" }];
      }
      if (type === "http" && String(own(scheme, "scheme")).toLowerCase() === "bearer") {
        return [{ type: "api-key", in: "header", name: "Authorization", prefix: "Bearer " }];
      }
      return [];
    });
}

function toolsOf(root: Plain, paths: Plain): ReadTool[] {
  const tools: ReadTool[] = [];
  const ids = new Set<string>();
  const taken = new Set<string>();
  for (const [path, given] of Object.entries(paths)) {
    if (!path.startsWith("/")) continue;
    let item: Plain | null = null;
    try {
      const { value } = follow(root, given);
      if (isPlain(value)) item = value;
    } catch {
      // Whatever it refers to is not here: it has no operations that could be named.
    }
    if (item === null) continue;
    for (const method of METHODS) {
      const operation = own(item, method.toLowerCase());
      if (!isPlain(operation)) continue;
      if (tools.length >= MOST_OPERATIONS) {
        throw unusable(`it has more than ${MOST_OPERATIONS} operations`);
      }
      const id = own(operation, "operationId");
      if (typeof id === "string") {
        if (ids.has(id)) throw unusable(`two operations are called “${words(id, 60)}”`);
        ids.add(id);
      }
      tools.push(toolFrom(root, { path, method, item, operation }, taken));
    }
  }
  return tools;
}

function toolFrom(
  root: Plain,
  at: { path: string; method: HttpMethod; item: Plain; operation: Plain },
  taken: Set<string>,
): ReadTool {
  const { path, method, operation } = at;
  const route = routeOf({ method, path: words(path, 300) });
  const id = own(operation, "operationId");
  const name = nameFor(typeof id === "string" ? id : "", `${method.toLowerCase()}_${path}`, taken);
  try {
    const read = operationSchema.safeParse({ name, ...readOperation({ root, ...at }) });
    if (!read.success) throw new NotOffered("it is larger than a tool can be");
    return { route, offered: true, operation: read.data };
  } catch (error) {
    if (!(error instanceof NotOffered)) throw error;
    const title = words(own(operation, "summary"), 200);
    const deprecated = own(operation, "deprecated") === true;
    return { route, offered: false, method, title, deprecated, reason: error.reason };
  }
}

/**
 * The operations behind the names of tools.
 * @throws Refusal `openapi_invalid` where one is not offered, or none is picked
 */
export function picked(api: ReadApi, names: readonly string[] | null): ApiOperation[] {
  const offered = api.tools.flatMap((tool) => (tool.offered ? [tool.operation] : []));
  const wanted =
    names === null ? offered.filter(isPreselected) : offered.filter((o) => names.includes(o.name));
  const missing = names?.find((name) => !offered.some((o) => o.name === name));
  if (missing !== undefined) throw unusable(`it offers no operation “${missing.slice(0, 64)}”`);
  if (wanted.length === 0) throw unusable("no operation of it is picked");
  if (wanted.length > MOST_TOOLS) throw unusable(`more than ${MOST_TOOLS} operations are picked`);
  return wanted;
}

/** What only reads, and is not on its way out. */
export const isPreselected = ({ method, deprecated }: ApiOperation): boolean =>
  method === "GET" && !deprecated;

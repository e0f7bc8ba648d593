// What a policy was asked about, kept with the call so that another policy can be asked the same later. A row says most
// of it already; what is kept beside it is the rest.
import type { CallRow } from "../journal.ts";
import type { PolicyInput } from "./input.ts";

/** The part of a row that says something of the document. */
export type RowSays = Pick<
  CallRow,
  | "at"
  | "tenant"
  | "agentId"
  | "agentName"
  | "authMethod"
  | "serverId"
  | "serverName"
  | "pattern"
  | "via"
  | "method"
  | "tool"
>;

type Plain = { readonly [name: string]: unknown };
const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a row leads one to expect. Where it is wrong, the difference is kept: this may change, `seen` may not. */
const expected = (row: RowSays): Plain => ({
  agent: {
    id: row.agentId,
    name: row.agentName,
    tenant: row.tenant,
    scopes: ["mcp:invoke"],
    auth_method: row.authMethod,
  },
  server: {
    id: row.serverId,
    name: row.serverName,
    kind: row.pattern === "env" ? "stdio" : "http",
    stage: "development",
    practice: false,
  },
  tool: { name: row.tool, namespace: row.tenant, destructive: false },
  credential: { pattern: row.pattern, bound: false },
  request: { cert_verified: row.authMethod === "certificate", via: row.via, method: row.method },
  time: new Date(row.at).toISOString(),
});

/** What of `value` differs from `base`; undefined where nothing does. Lists are whole. */
function difference(value: unknown, base: unknown): unknown {
  if (isPlain(value) && isPlain(base)) {
    const own = Object.entries(value).flatMap(([name, one]): [string, unknown][] => {
      const rest = Object.hasOwn(base, name) ? difference(one, base[name]) : one;
      return rest === undefined ? [] : [[name, rest]];
    });
    return own.length === 0 ? undefined : Object.fromEntries(own);
  }
  return JSON.stringify(value) === JSON.stringify(base) ? undefined : value;
}

function united(base: unknown, over: unknown): unknown {
  if (!isPlain(base) || !isPlain(over)) return over === undefined ? base : over;
  // A rehearsal does this for each row: no lists between.
  const all: Record<string, unknown> = { ...base };
  for (const name of Object.keys(over)) {
    // Assigned, it would be no member but the prototype.
    if (name === "__proto__") continue;
    all[name] = Object.hasOwn(base, name) ? united(base[name], over[name]) : over[name];
  }
  return all;
}

/** The document without the arguments: those are kept, without secrets, in a column of their own. */
function withoutArguments(input: PolicyInput): Plain {
  const { arguments: _arguments, ...request } = input.request;
  return { ...input, request };
}

/** What to keep beside the row. Empty where the row says it all. */
export const seenOf = (input: PolicyInput, row: RowSays): Plain =>
  (difference(withoutArguments(input), expected(row)) as Plain | undefined) ?? {};

/** The document as it was, with these arguments. */
export function inputOf(row: RowSays, seen: unknown, argumentsValue: unknown): unknown {
  const input = united(expected(row), seen) as { request: Plain };
  return { ...input, request: { ...input.request, arguments: argumentsValue } };
}

// What a server says beside its answers, as far as it is looked at before an agent hears it: that its tools changed, and
// that it wants something of the person (elicitation). Both generations of MCP: a request of its own before 2026-07-28,
// `input_required` in a result since.
import { z } from "zod";
import { Refusal } from "../errors.ts";
import { saysTwice } from "../pins/canonical.ts";
import { readTree, type Tree } from "../pins/json-tree.ts";
import { fold, only } from "../pins/members.ts";

/** What a server wants the person to be asked. */
export type Elicitation =
  | { readonly mode: "url"; readonly url: string; readonly message: string }
  | {
      readonly mode: "form";
      readonly message: string;
      /** Each with everything that is said of it in words. */
      readonly fields: readonly { readonly name: string; readonly words: readonly string[] }[];
    };

export type ServerWord =
  | { readonly kind: "tools-changed" }
  | {
      readonly kind: "elicits";
      /** The JSON text of the request's id, to answer it by; null where it stands in a result. */
      readonly id: string | null;
      readonly asks: readonly Elicitation[];
    };

const ELICIT = "elicitation/create";
const TOOLS_CHANGED = "notifications/tools/list_changed";
/** A text without any of these says nothing of the kind, however it is escaped. */
const HINT = /elicitation|list_changed|input_?requests|\\[u/]/i;

const paramsSchema = z.looseObject({
  mode: z.enum(["url", "form"]).optional(),
  message: z.string().max(65_536).default(""),
  url: z.string().max(65_536).optional(),
  requestedSchema: z
    .looseObject({ properties: z.record(z.string(), z.unknown()).default({}) })
    .optional(),
});
/** Names that an agent acts by: in another case they would be another thing to another reader. */
const ACTED_BY = ["mode", "url", "message", "requestedSchema"];

/** Whether a message may say something of the kind. The bytes as Latin-1 will do: what is looked for is ASCII. */
export const maySay = (text: string): boolean => HINT.test(text);

/**
 * Reads one JSON-RPC message of a server, or one batch.
 * @returns null for what is passed on unread
 * @throws Refusal `elicitation_unreadable` for an elicitation that two readers could take for two things
 */
export function readServerWord(text: string, serverName: string): ServerWord | null {
  if (!HINT.test(text)) return null;
  const tree = readTree(text);
  // Nobody can read it, or nobody should have to: then there is nothing in it to look at.
  if (tree === null) return null;
  const unreadable = (): never => {
    throw new Refusal("elicitation_unreadable", { server: serverName });
  };
  let changed = false;
  for (const message of tree.kind === "array" ? tree.items : [tree]) {
    if (message.kind !== "object") continue;
    const methods = textsOf(message, "method");
    changed ||= methods.includes(TOOLS_CHANGED);
    if (methods.includes(ELICIT)) {
      // A batch has more than one answer, and MCP has none of them any more.
      if (tree.kind === "array") return unreadable();
      const id = only(message.members, "id");
      const method = only(message.members, "method");
      const params = only(message.members, "params");
      const clear = id !== "unclear" && method !== "unclear" && params !== "unclear";
      if (!clear || id === undefined || params === undefined) return unreadable();
      const ask = elicitationIn(params, text);
      if (ask === null) return unreadable();
      return { kind: "elicits", id: text.slice(id.start, id.end), asks: [ask] };
    }
    const asks = asksIn(message, text);
    if (asks === "unclear") return unreadable();
    if (asks.length > 0) return { kind: "elicits", id: null, asks };
  }
  return changed ? { kind: "tools-changed" } : null;
}

type Object = Extract<Tree, { kind: "object" }>;

const named = (of: Object, name: string): readonly Tree[] =>
  of.members.filter((one) => fold(one.name) === fold(name)).map(({ value }) => value);
const textsOf = (of: Object, name: string): readonly string[] =>
  named(of, name).flatMap((one) => (one.kind === "string" ? [one.text] : []));

/** Elicitations among what a result says is required (MCP 2026-07-28, `input_required`). */
function asksIn(message: Object, text: string): readonly Elicitation[] | "unclear" {
  const found: Elicitation[] = [];
  for (const result of named(message, "result")) {
    if (result.kind !== "object") continue;
    for (const requests of named(result, "inputRequests")) {
      if (requests.kind !== "object") continue;
      for (const { value } of requests.members) {
        if (value.kind !== "object" || !textsOf(value, "method").includes(ELICIT)) continue;
        // The whole way to it must be clear, else another reader finds another one there.
        if (saysTwice(value) || only(message.members, "result") !== result) return "unclear";
        if (only(result.members, "inputRequests") !== requests) return "unclear";
        const params = only(value.members, "params");
        if (params === undefined || params === "unclear") return "unclear";
        const ask = elicitationIn(params, text);
        if (ask === null) return "unclear";
        found.push(ask);
      }
    }
  }
  return found;
}

function elicitationIn(params: Tree, text: string): Elicitation | null {
  if (params.kind !== "object" || saysTwice(params)) return null;
  if (ACTED_BY.some((name) => only(params.members, name) === "unclear")) return null;
  const parsed = paramsSchema.safeParse(JSON.parse(text.slice(params.start, params.end)));
  if (!parsed.success) return null;
  const { mode = "form", message, url, requestedSchema } = parsed.data;
  if (mode === "url") return url === undefined ? null : { mode, url, message };
  // A form that leads somewhere is neither.
  if (url !== undefined) return null;
  const fields = Object.entries(requestedSchema?.properties ?? {}).map(([name, about]) => ({
    name,
    words: wordsIn(about),
  }));
  return { mode, message, fields };
}

/** Every text in a value, itself included. */
function wordsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(wordsIn);
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(wordsIn) : [];
}

// What is odd about a tool's definition: hidden characters, sentences aimed at the model, names that look like others,
// annotations that its name contradicts, schemas that would make somebody fetch something. All of it is raised from what
// the server says of itself, so a flag may hold something back or raise an alarm, and never gives leave.
import { isDestructive } from "../policy/destructive.ts";
import { skeleton } from "./flags/confusables.ts";
import { countHidden, isPushedAway } from "./flags/hidden.ts";
import { tricksIn } from "./flags/instructions.ts";
import { badHeader, outsideRefs } from "./flags/schema.ts";

export const FLAG_KINDS = [
  "unclear",
  "too-large",
  "outside-reference",
  "bad-header",
  "hidden-characters",
  "speaks-to-model",
  "names-other-tool",
  "look-alike",
  "lying-annotation",
] as const;
export type FlagKind = (typeof FLAG_KINDS)[number];

export interface Flag {
  readonly kind: FlagKind;
  /** What was found: a count, a name, an address; empty where the kind says it all. */
  readonly found: string;
}

/** A tool with one of these goes to no agent, whoever accepted it. */
const BARS: ReadonlySet<FlagKind> = new Set([
  "unclear",
  "too-large",
  "outside-reference",
  "bad-header",
]);
/** One of these, on a tool that came after the person agreed to the others, holds it back until they look. */
const SEVERE: ReadonlySet<FlagKind> = new Set([
  "hidden-characters",
  "speaks-to-model",
  "names-other-tool",
  "look-alike",
]);
export const bars = (flags: readonly Flag[]): boolean => flags.some(({ kind }) => BARS.has(kind));
export const isSevere = (flags: readonly Flag[]): boolean =>
  flags.some(({ kind }) => SEVERE.has(kind));

/** Bytes of one definition, near enough. */
export const MAX_DEFINITION = 256 * 1024;

/** The tools of one tenant, to compare a name and a description with. */
export interface Neighbours {
  /** Servers that have a tool of this name. */
  readonly owners: (tool: string) => readonly string[];
  /** Tools, as `server/tool`, whose name has this skeleton. */
  readonly looksLike: (
    skeleton: string,
  ) => readonly { readonly server: string; readonly tool: string }[];
}

type Plain = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every text in it that a model may be given: values, and names of members. */
function texts(value: unknown, into: string[] = []): string[] {
  if (typeof value === "string") into.push(value);
  else if (Array.isArray(value)) for (const one of value) texts(one, into);
  else if (isObject(value)) {
    for (const [name, inner] of Object.entries(value)) {
      into.push(name);
      texts(inner, into);
    }
  }
  return into;
}

/**
 * What the definition alone gives away.
 * @param definition canonical JSON
 * @param ambiguous two readers may take it for two things
 */
export function flagsOf(definition: string, ambiguous: boolean): readonly Flag[] {
  if (definition.length > MAX_DEFINITION) return [{ kind: "too-large", found: "" }];
  const tool: unknown = JSON.parse(definition);
  if (!isObject(tool)) return [{ kind: "unclear", found: "" }];
  const flags: Flag[] = [];
  const add = (kind: FlagKind, found = ""): void => void flags.push({ kind, found });
  if (ambiguous) add("unclear");
  const refs = [tool["inputSchema"], tool["outputSchema"]].flatMap((one) => outsideRefs(one));
  if (refs[0] !== undefined) add("outside-reference", refs[0].slice(0, 200));
  const header = badHeader(tool["inputSchema"]);
  if (header !== null) add("bad-header", header);
  const all = texts(tool);
  const hidden = all.reduce((sum, text) => sum + countHidden(text), 0);
  if (hidden > 0 || all.some(isPushedAway))
    add("hidden-characters", hidden === 0 ? "" : String(hidden));
  // What hides between letters must not hide a sentence from this reader, too.
  const read = all.map((text) => text.normalize("NFKC").replaceAll(/[\p{Cf}\p{Mn}]/gu, ""));
  const tricks = new Set(read.flatMap(tricksIn));
  if (tricks.size > 0) add("speaks-to-model", [...tricks].join("; "));
  if (liesAbout(tool)) add("lying-annotation");
  return flags;
}

/** The tool's name says that it takes something away; its annotations say that it does not. */
function liesAbout(tool: Plain): boolean {
  const { name, annotations } = tool;
  if (typeof name !== "string" || !isObject(annotations) || !isDestructive(name)) return false;
  return annotations["readOnlyHint"] === true || annotations["destructiveHint"] === false;
}

/** Names as texts hold them: words that no ordinary sentence has, because they are put together. */
const NAMES = /[A-Za-z][A-Za-z0-9]*(?:[_./-][A-Za-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]+)+/g;

/** What a definition gives away beside those of the other servers of its tenant. */
export function flagsBeside(
  server: string,
  name: string,
  definition: string,
  neighbours: Neighbours,
): readonly Flag[] {
  const flags: Flag[] = [];
  const tool: unknown = definition.length > MAX_DEFINITION ? {} : JSON.parse(definition);
  const own = skeleton(name);
  const twin = neighbours
    .looksLike(own)
    .find((one) => one.tool !== name && !sameInPlain(one.tool, name));
  if (twin !== undefined) flags.push({ kind: "look-alike", found: `${twin.server}/${twin.tool}` });
  const said = isObject(tool) ? texts({ ...tool, name: "" }).join("\n") : "";
  for (const [word] of said.matchAll(NAMES)) {
    const bare = word.replace(/^mcp__(.+?)__/, "");
    const owners = bare === name ? [] : neighbours.owners(bare);
    if (owners.length > 0 && !owners.includes(server)) {
      flags.push({ kind: "names-other-tool", found: `${owners[0] ?? ""}/${bare}` });
      break;
    }
  }
  return flags;
}

/** `get_user` and `getUser` are two habits of writing, not a trick: told apart by eye, and both in plain letters. */
const sameInPlain = (a: string, b: string): boolean => {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_.\s/:]/g, "");
  return /^[\x20-\x7e]*$/.test(a + b) && plain(a) === plain(b);
};

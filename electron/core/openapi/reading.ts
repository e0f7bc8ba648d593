// What is wanted of a document's text: all that it offers, to pick from, or the operations that were picked. Pure work on
// the text that may take seconds and hundreds of megabytes: whoever runs calls of agents has a thread do it.
import { canonical } from "../pins/canonical.ts";
import { readTree } from "../pins/json-tree.ts";
import { type ApiOperation, routeOf } from "./api.ts";
import {
  isPreselected,
  picked,
  readApi,
  type ReadTool,
  type StatedAuth,
  type StatedBase,
} from "./document.ts";

/** One operation as a person picks it. */
export interface OfferedOperation {
  /** Of the tool that it would become. */
  readonly name: string;
  /** `GET /items/{sku}` */
  readonly route: string;
  readonly method: string;
  readonly title: string;
  readonly deprecated: boolean;
  /** Picked unless the person says otherwise: what only reads; at another reading, what was picked before. */
  readonly picked: boolean;
  /** Beside what was imported before: null where it was not, or nothing was. */
  readonly change: "same" | "changed" | "new" | null;
  /** Why it cannot become a tool; null where it can. */
  readonly reason: string | null;
}

/** A document before anything of it is used. */
export interface ApiPreview {
  readonly title: string;
  readonly version: string;
  readonly bases: readonly StatedBase[];
  readonly auth: readonly StatedAuth[];
  readonly operations: readonly OfferedOperation[];
  /** Tools of the present import that the document does not offer any more. */
  readonly gone: readonly string[];
}

/** What of a document goes into the settings. */
export interface TakenApi {
  readonly title: string;
  readonly version: string;
  readonly operations: ApiOperation[];
}

/** Former operations to compare with; null where nothing was imported. */
export interface WantsPreview {
  readonly text: string;
  readonly before: readonly ApiOperation[] | null;
}

export interface WantsTools {
  readonly text: string;
  /** Of the tools; null leaves it to `kept`. */
  readonly names: readonly string[] | null;
  /** Names of a former import: those that are still offered are taken; where there are none, all that only read. */
  readonly kept: readonly string[];
}

/** Who reads documents. All throw Refusal `openapi_invalid`, and `openapi_unread` where it takes too much. */
export interface ApiReader {
  preview(wanted: WantsPreview): Promise<ApiPreview>;
  take(wanted: WantsTools): Promise<TakenApi>;
}

/** @throws Refusal `openapi_invalid` */
export function previewOf({ text, before }: WantsPreview): ApiPreview {
  const { title, version, bases, auth, tools } = readApi(text);
  const known = before === null ? null : new Map(before.map((one) => [one.name, one]));
  const operations = tools.map((tool) => offeredOf(tool, known));
  const offered = new Set(operations.map(({ name }) => name));
  const gone = [...(known?.keys() ?? [])].filter((name) => !offered.has(name));
  return { title, version, bases, auth, operations, gone };
}

/** @throws Refusal `openapi_invalid`, also where a name is not offered or nothing is left to take */
export function takenOf({ text, names, kept }: WantsTools): TakenApi {
  const read = readApi(text);
  const offered = new Set(
    read.tools.flatMap((tool) => (tool.offered ? [tool.operation.name] : [])),
  );
  const wanted = names ?? (kept.length === 0 ? null : kept.filter((name) => offered.has(name)));
  return { title: read.title, version: read.version, operations: picked(read, wanted) };
}

function offeredOf(
  tool: ReadTool,
  known: ReadonlyMap<string, ApiOperation> | null,
): OfferedOperation {
  if (!tool.offered) {
    const { route, method, title, deprecated, reason } = tool;
    return { name: "", route, method, title, deprecated, picked: false, change: null, reason };
  }
  const { operation, route } = tool;
  const { name, method, title, deprecated } = operation;
  const old = known?.get(name);
  const isPicked = known === null ? isPreselected(operation) : old !== undefined;
  const change = known === null ? null : changeOf(old, operation);
  return { name, route, method, title, deprecated, picked: isPicked, change, reason: null };
}

/** Equal in everything that a call or a tool's definition is made of, or not. */
function changeOf(old: ApiOperation | undefined, now: ApiOperation): "same" | "changed" | "new" {
  if (old === undefined) return "new";
  return textOf(old) === textOf(now) ? "same" : "changed";
}

function textOf(operation: ApiOperation): string {
  const tree = readTree(JSON.stringify(operation));
  return tree === null ? routeOf(operation) : canonical(tree);
}

// What the form holds of an OpenAPI file, and what reading one does to the rest of it. Pure.
import { isHttpUrl, isPlainLoopback } from "../lib/names.ts";
import type { ApiPreview } from "../types.ts";
import { words } from "../words.ts";
import type { Draft, HttpDraft } from "./draft.ts";

export interface ApiDraft {
  readonly document: string;
  /** Null until a file was read. */
  readonly preview: ApiPreview | null;
  /** Names of tools. */
  readonly picked: ReadonlySet<string>;
}
export const EMPTY_API: ApiDraft = { document: "", preview: null, picked: new Set() };

/** The operations that are picked before a person says anything. */
export const preselected = ({ operations }: ApiPreview): ReadonlySet<string> =>
  new Set(operations.flatMap((one) => (one.picked ? [one.name] : [])));

/** The form with what the file says in it: only a proposal, all of it can be changed. */
export function withDocument(draft: Draft, document: string, preview: ApiPreview): Draft {
  const base = preview.bases.find(({ problem }) => problem === null);
  return {
    ...draft,
    api: { document, preview, picked: preselected(preview) },
    http: { ...draft.http, url: base?.url ?? "", allowPlain: false, ...placeIn(preview) },
  };
}

function placeIn({ auth }: ApiPreview): Partial<HttpDraft> {
  const [key] = auth.filter((one) => one.type === "api-key");
  if (key === undefined) return auth.length === 0 ? {} : { pattern: "client-credentials" };
  if (key.in === "query") return { pattern: "api-key", preset: "query", fieldName: key.name };
  if (key.prefix.trim() === "Bearer") return { pattern: "api-key", preset: "bearer" };
  if (key.name.toLowerCase() === "x-api-key") return { pattern: "api-key", preset: "x-api-key" };
  return { pattern: "api-key", preset: "header", fieldName: key.name, prefix: "" };
}

/** Whether an address can be the base of an API. The app looks again, and more closely. */
export function isBase(text: string): boolean {
  if (!isHttpUrl(text)) return false;
  const url = new URL(text.trim());
  const bare = url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  return bare && (url.protocol === "https:" || isPlainLoopback(text));
}

/** Faults by field, in words. */
export function apiFaults({
  api,
  http,
}: Draft): Partial<Record<"file" | "url" | "picked", string>> {
  const w = words.apis;
  if (api.preview === null) return { file: w.fileNeeded };
  return {
    ...(!isBase(http.url) && { url: w.baseInvalid }),
    ...(api.picked.size === 0 && { picked: w.noneNeeded }),
  };
}

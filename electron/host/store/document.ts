// Judges the bytes of one settings file: good, or broken and where. Reads nothing and writes nothing.
import { Refusal } from "../../core/errors.ts";
import type { DocumentName, Documents } from "../../core/registry.ts";
import { migrate, type Migration, presentFormat } from "./migrations.ts";
import { clashIn } from "./unique.ts";

export type JsonPath = readonly (string | number)[];

/** The part of a zod schema that is used here. */
export interface Schema<T> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly {
            readonly path: readonly PropertyKey[];
            readonly message: string;
          }[];
        };
      };
}
/** Whole documents: an array schema for agents, servers and tenants. */
export type Schemas = { readonly [N in DocumentName]: Schema<Documents[N]> };

/** core/json, handed in. */
export interface JsonReader {
  /** Strict: no duplicate keys. @throws Refusal `json_*` */
  parse(bytes: Uint8Array): unknown;
  /** 1-based place of a value or of its nearest ancestor; of the fault where the bytes are not JSON. */
  locate(bytes: Uint8Array, path: JsonPath): { readonly line: number };
}

export interface Fault {
  readonly code: "settings_broken" | "settings_newer";
  readonly line: number | null;
  readonly reason: string;
}

export type Judged<T> =
  | { readonly value: T; readonly format: number; readonly fault: null }
  | { readonly fault: Fault };

/** Long enough for any schema's message, short enough for a status line. */
const REASON_LIMIT = 300;

/** `agents[2].name`, as a person would look for it. */
export function spell(path: JsonPath): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join("");
}

function unreadable(error: unknown, line: number): Fault {
  const code = error instanceof Refusal ? error.code : "json_invalid";
  const why: Readonly<Record<string, string>> = {
    json_duplicate_key: "a name stands twice in one object",
    json_lossy_number: "a number is too long",
    json_too_deep: "it is nested too deep",
    json_not_utf8: "it is not UTF-8 text",
  };
  return { code: "settings_broken", line, reason: why[code] ?? "it is not valid JSON" };
}

/**
 * Reads `{ "format": n, "<name>": … }`, brings it to the present format and checks it.
 * Never throws: what is wrong is a value.
 */
export function judge<N extends DocumentName>(
  name: N,
  bytes: Uint8Array,
  schema: Schema<Documents[N]>,
  steps: readonly Migration[],
  json: JsonReader,
): Judged<Documents[N]> {
  const broken = (path: JsonPath, reason: string, before = ""): Judged<Documents[N]> => ({
    fault: {
      code: "settings_broken",
      line: json.locate(bytes, path).line,
      reason: `${before}${path.length === 0 ? "" : `${spell(path)}: `}${reason}`.slice(
        0,
        REASON_LIMIT,
      ),
    },
  });

  let file: unknown;
  try {
    file = json.parse(bytes);
  } catch (error) {
    return { fault: unreadable(error, json.locate(bytes, []).line) };
  }
  if (typeof file !== "object" || file === null || Array.isArray(file)) {
    return broken([], "it is not an object");
  }
  const { format, [name]: document, ...rest } = file as Record<string, unknown>;
  if (typeof format !== "number" || !Number.isSafeInteger(format) || format < 1) {
    return broken(["format"], "must be a whole number from 1");
  }
  const present = presentFormat(steps);
  if (format > present) {
    const reason = `it has format ${format}, and this version knows up to ${present}`;
    return { fault: { code: "settings_newer", line: null, reason } };
  }
  const stranger = Object.keys(rest)[0];
  if (stranger !== undefined) return broken([stranger], "is not known here");
  if (document === undefined) return broken([], `“${name}” is missing`);

  let current: unknown;
  try {
    current = migrate(document, format, steps);
  } catch {
    return broken([name], `could not be brought from format ${format} to ${present}`);
  }
  // After a migration, paths no longer lead to lines of the file as it stands.
  const before = format < present ? `brought from format ${format}: ` : "";
  const parsed = schema.safeParse(current);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = (issue?.path ?? []).map((step) =>
      typeof step === "number" ? step : String(step),
    );
    return broken([name, ...path], issue?.message ?? "is not valid", before);
  }
  const clash = clashIn(name, parsed.data);
  if (clash !== null) return broken([name, ...clash.path], clash.reason, before);
  return { value: parsed.data, format, fault: null };
}

/** The bytes of a document as people find them: indented, with a newline at the end. */
export function encode(name: DocumentName, format: number, document: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ format, [name]: document }, null, 2)}\n`);
}

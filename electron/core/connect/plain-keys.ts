// Keys that other entries of an assistant's file hold in plain text. Only that they are there is told, and in which
// entry: the values go nowhere.
import { isSecretName } from "../redact/names.ts";
import { shapesIn } from "../redact/shapes.ts";
import { type ConfigEntry, serverOf, textsIn } from "./assistants.ts";

/** `${env:KEY}`, `$KEY`, `${input:key}`, `<your key>`: names of a key, not the key. */
const REFERENCE =
  /^(?:Bearer |Basic |Token |ApiKey )?(?:\$\{[^}]+\}|\$[A-Za-z_]\w*|%\w+%|<[^>]*>|\{\{[^}]*\}\}|)$/i;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isPlain(name: string, value: unknown): boolean {
  if (typeof value !== "string" || REFERENCE.test(value.trim())) return false;
  return isSecretName(name) || shapesIn(value).length > 0;
}

/** Whether this entry of another server holds a key that anybody who reads the file can use. */
export function holdsPlainKey(entry: ConfigEntry): boolean {
  if (serverOf(entry) !== null) return false;
  for (const group of ["headers", "http_headers", "env", "environment"]) {
    const fields = entry[group];
    if (!isRecord(fields)) continue;
    if (Object.entries(fields).some(([name, value]) => isPlain(name, value))) return true;
  }
  if (Object.entries(entry).some(([name, value]) => isPlain(name, value))) return true;
  const args = Array.isArray(entry["args"]) ? textsIn(entry["args"]) : [];
  return args.some(
    (arg, i) =>
      isPlain(/^--?([\w-]+)=/.exec(arg)?.[1] ?? "", arg.replace(/^--?[\w-]+=/, "")) ||
      (i > 0 && isPlain(/^--?([\w-]+)$/.exec(args[i - 1] ?? "")?.[1] ?? "", arg)),
  );
}

/** Names of the entries that do, in the file's order. */
export const plainKeysIn = (entries: ReadonlyMap<string, ConfigEntry>): string[] =>
  [...entries].filter(([, entry]) => holdsPlainKey(entry)).map(([name]) => name);

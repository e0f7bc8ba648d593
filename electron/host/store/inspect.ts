// Looks at the settings of a data folder without touching anything: for the doctor, where nothing runs.
import path from "node:path";
import type { BrokenDocument, DocumentName } from "../../core/registry.ts";
import { readFile } from "./disk.ts";
import { type JsonReader, judge, type Schemas } from "./document.ts";
import { reasonOf } from "./failure.ts";
import { MIGRATIONS } from "./migrations.ts";

/** Every document that could not be used. A missing file is none of them: the next start makes it. */
export async function inspectSettings(
  folder: string,
  schemas: Schemas,
  json: JsonReader,
): Promise<readonly BrokenDocument[]> {
  const found: BrokenDocument[] = [];
  for (const name of Object.keys(schemas) as DocumentName[]) {
    const file = path.join(folder, `${name}.json`);
    const at = { document: name, file, keptAside: null };
    try {
      const { bytes } = await readFile(file);
      if (bytes === null) continue;
      const { fault } = judge(name, bytes, schemas[name], MIGRATIONS[name], json);
      if (fault !== null) found.push({ ...at, ...fault });
    } catch (error) {
      found.push({ ...at, code: "settings_broken", line: null, reason: reasonOf(error) });
    }
  }
  return found;
}

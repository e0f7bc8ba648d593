// What each format of configuration files can do, whatever its syntax.
import type { ConfigEntry } from "./assistants.ts";

/** Why a file cannot be used. Never quotes it: it may hold keys. */
export class ConfigFault extends Error {
  /** 1-based; null where the fault has no place. */
  readonly line: number | null;
  constructor(reason: string, line: number | null = null) {
    super(reason);
    this.line = line;
  }
}

/** Part of a text as a diff may show it. */
export interface ShownPart {
  readonly start: number;
  readonly end: number;
  /** A string literal with its quotes, or a comment. */
  readonly kind: "string" | "comment";
  readonly value: string;
}

/** Reads and edits one format. Texts come without byte order mark. */
export interface TextFormat {
  /** The whole as a value, and the entries under a key. @throws ConfigFault */
  read(text: string, key: string): { whole: unknown; entries: ReadonlyMap<string, ConfigEntry> };
  /** @throws ConfigFault where the text has no room for the entry */
  set(text: string, key: string, name: string, entry: ConfigEntry): string;
  remove(text: string, key: string, name: string): string;
  /** String values and comments, in order: keys are no part of it. */
  parts(text: string): ShownPart[];
}

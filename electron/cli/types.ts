// What the parts of the command line hand to each other.
import type { Readable, Writable } from "node:stream";
import type { Output } from "./output.ts";
import type { Remote } from "./remote.ts";
import type { SecretInput } from "./secret-input.ts";

/** The process's own streams, or a test's. */
export interface Io {
  readonly stdin: Readable & {
    readonly isTTY?: boolean | undefined;
    setRawMode?(on: boolean): unknown;
  };
  readonly stdout: Writable & { readonly isTTY?: boolean | undefined };
  readonly stderr: Writable & { readonly isTTY?: boolean | undefined };
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface OptionSpec {
  readonly type: "boolean" | "string";
  /** May be given more than once. */
  readonly multiple?: boolean;
  /** What stands for the value in the help: `DIR`. */
  readonly value?: string;
  readonly help: string;
}
export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** What the arguments said, already checked against the command's own table. */
export interface Given {
  readonly args: readonly string[];
  /** What stood after `--`, or null without one. */
  readonly rest: readonly string[] | null;
  readonly flag: (name: string) => boolean;
  readonly text: (name: string) => string | undefined;
  readonly texts: (name: string) => readonly string[];
}

export interface Context extends Given {
  readonly io: Io;
  readonly out: Output;
  /** Data folder, absolute. */
  readonly folder: string;
  readonly tenant: string | undefined;
  readonly secrets: SecretInput;
  /** Connects on first use, so that nothing is asked of a person before it is known that somebody answers. */
  readonly connect: () => Promise<Remote>;
}

/** @returns an exit code; nothing means 0 */
export type Run = (context: Context) => Promise<number | void>;

export interface Command {
  /** `["server", "add"]` */
  readonly words: readonly string[];
  readonly summary: string;
  /** After the words: `<name> <url>`. */
  readonly synopsis: string;
  /** Fewest and most arguments. */
  readonly arity: readonly [number, number];
  /** Whether `-- command args…` may follow. */
  readonly rest?: boolean;
  readonly options: OptionTable;
  readonly notes?: string;
  readonly examples: readonly string[];
  /** Loaded only when it is run: `--help` must not wait for what it does not need. */
  readonly load: () => Promise<Run>;
}

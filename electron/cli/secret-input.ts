// Secrets come from standard input: typed without being shown, or from a pipe. Never from an argument, which
// every program of the user can read, and which shells keep in their history.
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { Refusal } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";
import type { Io } from "./types.ts";

export interface SecretInput {
  /** Whether a person types. */
  readonly typed: boolean;
  /** One secret: typed, or all of standard input without one newline at its end. @throws Refusal `secret_not_given` */
  one(what: string): Promise<Secret>;
  /** Several: typed one after the other, or one line each, in order. @throws Refusal `secret_not_given` */
  each(whats: readonly string[]): Promise<readonly Secret[]>;
}

/** Ctrl-C while typing. */
export class Interrupted extends Error {}

const MAX_BYTES = 1024 * 1024;

const refuse = (reason: string): Refusal => new Refusal("secret_not_given", { reason });

async function readAll(stdin: Readable): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stdin as AsyncIterable<Buffer | string>) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    size += bytes.length;
    if (size > MAX_BYTES) throw refuse("More than 1 MiB came on standard input.");
    parts.push(bytes);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
  } catch {
    throw refuse("What came on standard input is not UTF-8 text.");
  }
}

/** An editor or `echo` adds one newline; more than one may belong to the secret. */
const withoutNewline = (text: string): string => text.replace(/\r?\n$/, "");

/** Reads one line without showing it. */
function typeHidden({ stdin, stderr }: Io, what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const decoder = new StringDecoder("utf8");
    let typed = "";
    const finish = (settle: () => void): void => {
      stdin.off("data", onData).off("end", onEnd);
      stdin.setRawMode?.(false);
      stdin.pause();
      stderr.write("\n");
      settle();
    };
    const onEnd = (): void => finish(() => resolve(typed));
    const onData = (bytes: Buffer | string): void => {
      const text = typeof bytes === "string" ? bytes : decoder.write(bytes);
      for (const char of text) {
        if (char === "\u0003") return finish(() => reject(new Interrupted()));
        if (char === "\r" || char === "\n" || char === "\u0004") return onEnd();
        if (char === "\u007f" || char === "\b") typed = typed.replace(/.$/u, "");
        else if (char === "\u0015") typed = "";
        else typed += char;
      }
    };
    stderr.write(`${what} (it is not shown): `);
    stdin.setRawMode?.(true);
    stdin.on("data", onData).once("end", onEnd);
    stdin.resume();
  });
}

export function createSecretInput(io: Io): SecretInput {
  const typed = io.stdin.isTTY === true;
  const full = (text: string, what: string): Secret => {
    if (text === "") throw refuse(`${what}: nothing came on standard input.`);
    return new Secret(text);
  };
  return {
    typed,
    async one(what) {
      const text = typed ? await typeHidden(io, what) : withoutNewline(await readAll(io.stdin));
      return full(text, what);
    },
    async each(whats) {
      const found: Secret[] = [];
      if (typed) {
        for (const what of whats) found.push(full(await typeHidden(io, what), what));
        return found;
      }
      const lines = withoutNewline(await readAll(io.stdin)).split(/\r?\n/);
      if (lines.length !== whats.length) {
        throw refuse(
          `Standard input has ${lines.length} lines, and ${whats.length} secrets are needed: one line each, in the order of the options.`,
        );
      }
      return whats.map((what, i) => full(lines[i] ?? "", what));
    },
  };
}

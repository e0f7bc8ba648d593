// Reads what several commands are given: addresses, numbers, and files that a person names.
import fs from "node:fs";
import path from "node:path";
import { Refusal } from "../core/errors.ts";
import { looksSecret, usage } from "./parse.ts";
export { usage };
import type { Given, Io } from "./types.ts";

/** An absolute path. npm changes the working directory to the package's own and leaves the person's here. */
export const pathFor = (io: Io, given: string): string =>
  path.resolve(io.env["INIT_CWD"] ?? process.cwd(), given);

/**
 * Whether an address may stand in the process list, the shell's history and the settings file.
 * @param what whose address: `server`
 * @param instead what to do with a key, in words
 * @throws Refusal `usage`, without the address
 */
export function checkUrl(url: string, what: string, instead: string): void {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw usage(`The address of the ${what} is not a URL.`);
  }
  if (parsed.username !== "" || parsed.password !== "") {
    throw usage(`The address of the ${what} holds a user or password. Leave them out. ${instead}`);
  }
  for (const name of parsed.searchParams.keys()) {
    if (looksSecret(name)) {
      throw usage(
        `The address of the ${what} holds what looks like a key. Leave it out. ${instead}`,
      );
    }
  }
}

/** @throws Refusal `usage` */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= least && number <= most) return number;
  throw usage(`--${option} takes a whole number from ${least} to ${most}.`);
}

/** One of a closed set; what was given instead is not repeated. @throws Refusal `usage` */
export function oneOf<T extends string>(option: string, text: string, known: readonly T[]): T {
  const found = known.find((one) => one === text);
  if (found === undefined) throw usage(`--${option} takes: ${known.join(", ")}.`);
  return found;
}

/** `--scope`, repeated or as one list with spaces between (RFC 6749 section 3.3): no scope holds a space. */
export const scopesOf = ({ texts }: Given): string[] =>
  texts("scope").flatMap((one) => one.split(" ").filter(Boolean));

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "it is not there",
  EACCES: "you may not read it",
  EISDIR: "it is a folder",
};
const unreadable = (file: string, reason: string): Refusal =>
  new Refusal("file_unreadable", { file, reason });

/**
 * A file, or a pipe under a name (`<(…)`), read to its end.
 * @param most bytes; more is refused, not cut
 * @throws Refusal `file_unreadable`
 */
export async function readFile(io: Io, given: string, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of fs.createReadStream(pathFor(io, given)) as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > most) break;
      parts.push(part);
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw unreadable(given, WHY[code] ?? code);
  }
  if (size > most) throw unreadable(given, `it is larger than ${most} bytes`);
  if (size === 0) throw unreadable(given, "it is empty");
  return Buffer.concat(parts);
}

/** The contract's largest. */
const MOST_PEM = 65_536;

/**
 * The certificates of a PEM file, without the words that tools write around them.
 * @throws Refusal `file_unreadable`
 */
export async function readCertificates(io: Io, given: string): Promise<string> {
  const text = (await readFile(io, given, 4 * MOST_PEM)).toString("latin1");
  // A key in a file that is meant to be public is a slip that must not go any further.
  if (text.includes("PRIVATE KEY-----")) {
    throw unreadable(given, "it holds a private key, and only certificates belong here");
  }
  const found = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
  if (found === null) throw unreadable(given, "it holds no certificate in PEM");
  const pem = `${found.join("\n").replaceAll("\r", "")}\n`;
  if (pem.length > MOST_PEM) throw unreadable(given, `it is larger than ${MOST_PEM} bytes`);
  return pem;
}

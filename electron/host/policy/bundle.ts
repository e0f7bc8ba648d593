// Reads what a person gives as a policy: OPA's bundle (`opa build -t wasm` makes a .tar.gz with /policy.wasm in it), the
// bare policy.wasm, or Rego source. Nothing of it is trusted: sizes are bounded, and nothing is written where it says.
import { gunzipSync } from "node:zlib";
import { Refusal } from "../../core/errors.ts";
import type { KeptBundle } from "../../core/policy/own.ts";

const MOST_UNPACKED = 32 * 1024 * 1024;
const MOST_DATA = 1024 * 1024;
const BLOCK = 512;

const wrong = (reason: string): Refusal => new Refusal("policy_file_invalid", { reason });
const isWasm = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 4)).equals(WASM);
const WASM = Buffer.from("\0asm", "latin1");

/** The regular files of a tar archive by name (POSIX.1-1988 ustar; names of more than 100 bytes are passed over). */
function* filesOf(tar: Buffer): Generator<readonly [string, Buffer]> {
  for (let at = 0; at + BLOCK <= tar.length;) {
    const header = tar.subarray(at, at + BLOCK);
    const text = (from: number, length: number): string => {
      const field = header.subarray(from, from + length);
      const end = field.indexOf(0);
      return field.toString("utf8", 0, end === -1 ? length : end);
    };
    const name = text(0, 100);
    if (name === "") return;
    const size = Number.parseInt(text(124, 12).trim(), 8);
    const type = text(156, 1);
    at += BLOCK;
    if (!Number.isInteger(size) || size < 0 || at + size > tar.length)
      throw wrong("it is cut short");
    if (type === "" || type === "0")
      yield [name.replace(/^\.?\//, ""), tar.subarray(at, at + size)];
    at += Math.ceil(size / BLOCK) * BLOCK;
  }
}

function dataOf(json: Buffer): Record<string, unknown> {
  if (json.length > MOST_DATA) throw wrong("its data.json is larger than 1 MiB");
  try {
    const data = JSON.parse(json.toString("utf8")) as unknown;
    if (typeof data === "object" && data !== null && !Array.isArray(data)) {
      return data as Record<string, unknown>;
    }
  } catch {
    // Said below.
  }
  throw wrong("its data.json is no JSON object");
}

/** @throws Refusal `policy_file_invalid` */
export function readBundle(bytes: Uint8Array): KeptBundle {
  if (isWasm(bytes)) return { wasm: bytes, data: {}, rego: null };
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    throw wrong("it is neither a bundle (.tar.gz), nor policy.wasm, nor Rego source");
  }
  let tar: Buffer;
  try {
    tar = gunzipSync(bytes, { maxOutputLength: MOST_UNPACKED });
  } catch {
    throw wrong("it cannot be unpacked, or it is larger than 32 MiB");
  }
  const files = new Map(filesOf(tar));
  const wasm = files.get("policy.wasm");
  if (wasm === undefined || !isWasm(wasm)) {
    throw wrong("no policy.wasm is in it; it is made by opa build -t wasm -e PACKAGE/decision");
  }
  const json = files.get("data.json");
  return { wasm: Buffer.from(wasm), data: json === undefined ? {} : dataOf(json), rego: null };
}

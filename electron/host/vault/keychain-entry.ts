// How one secret lies in a keychain. Pure: bytes in, single-line texts out, and back.
//
// A secret occupies a slot, `a` or `b`. A slot is a header entry `<account>#a` and, for what does not fit
// into it, part entries `<account>#a1`, `#a2`, …:
//
//   header  cs1.<sequence>.<parts>.<bytes>.<SHA-256>.<value, where parts is 0>
//   part    a piece of the value
//
// The value is base64url without padding: gnome-keyring 50 can lose a collection over a raw newline. A new
// value goes to the free slot with the next sequence number, header last, and the old slot is cleared only
// once the new one was read back. So at each moment one whole value can be found, whatever is interrupted.
import { createHash } from "node:crypto";

/** Windows limits a credential to 2,560 bytes (CRED_MAX_CREDENTIAL_BLOB_SIZE); one size everywhere. */
export const ENTRY_LIMIT = 2_400;
/** 225 KiB: a secret of 65,536 characters fits, whatever they are. */
export const MAX_PARTS = 128;

export type Slot = "a" | "b";
export const SLOTS = ["a", "b"] as const satisfies readonly Slot[];
export const otherSlot = (slot: Slot): Slot => (slot === "a" ? "b" : "a");

export const headerName = (account: string, slot: Slot): string => `${account}#${slot}`;
/** `n` counts from 1. */
export const partName = (account: string, slot: Slot, n: number): string =>
  `${account}#${slot}${n}`;

export interface Header {
  readonly sequence: number;
  readonly parts: number;
  readonly bytes: number;
  readonly digest: string;
  /** The whole value, where it fits beside the header. */
  readonly inline: string;
}

const HEADER = /^cs1\.(\d{1,15})\.(\d{1,3})\.(\d{1,7})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]*)$/;

/** The account is part of what is hashed: an entry that was copied to another address does not verify there. */
const digestOf = (account: string, bytes: Buffer): string =>
  createHash("sha256").update(account).update("\0").update(bytes).digest("base64url");

/** The texts to store, or `null` if the value is larger than `MAX_PARTS` parts. */
export function encodeEntry(
  account: string,
  sequence: number,
  bytes: Buffer,
): { readonly header: string; readonly parts: readonly string[] } | null {
  const value = bytes.toString("base64url");
  const digest = digestOf(account, bytes);
  const header = (parts: number, inline: string): string =>
    `cs1.${sequence}.${parts}.${bytes.length}.${digest}.${inline}`;
  const small = header(0, value);
  if (small.length <= ENTRY_LIMIT) return { header: small, parts: [] };
  const count = Math.ceil(value.length / ENTRY_LIMIT);
  if (count > MAX_PARTS) return null;
  const parts = Array.from({ length: count }, (_, i) =>
    value.slice(i * ENTRY_LIMIT, (i + 1) * ENTRY_LIMIT),
  );
  return { header: header(count, ""), parts };
}

/** `null` if the text is not a header of ours. */
export function decodeHeader(text: string): Header | null {
  const match = HEADER.exec(text);
  if (match === null) return null;
  const [, sequence = "", parts = "", bytes = "", digest = "", inline = ""] = match;
  const header = {
    sequence: Number(sequence),
    parts: Number(parts),
    bytes: Number(bytes),
    digest,
    inline,
  };
  return header.parts > MAX_PARTS ? null : header;
}

/** The bytes, or `null` if these texts are not what the header promised. */
export function joinParts(
  account: string,
  header: Header,
  parts: readonly string[],
): Buffer | null {
  if (parts.length !== header.parts) return null;
  const bytes = Buffer.from(header.parts === 0 ? header.inline : parts.join(""), "base64url");
  return bytes.length === header.bytes && digestOf(account, bytes) === header.digest ? bytes : null;
}

// What is known of a newer version: a small document that its publisher signed. Only here is it decided whether it is
// believed; fetching it is somebody else's, and installing anything is nobody's yet (threats 57; hardening 30).
import { z } from "zod";
import { Refusal } from "../errors.ts";

/** Three numbers, no leading zeros, nothing before or after. */
const version = z.string().regex(/^(?:0|[1-9]\d{0,5})(?:\.(?:0|[1-9]\d{0,5})){2}$/);

/** The signed bytes, as UTF-8 JSON. Strict: what is not understood is not believed. */
export const updateManifestSchema = z.strictObject({
  product: z.literal("countersign"),
  version,
  /** Counts up with each manifest that is published; never goes back, also where the version stays. */
  sequence: z.int().min(1),
  /** UTC instants. After the second one the manifest says nothing: whoever holds back newer ones must not do so for ever. */
  publishedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  files: z
    .array(
      z.strictObject({
        target: z.string().regex(/^(?:linux|darwin|win32)-(?:x64|arm64)-[a-z.]{2,12}$/),
        url: z.url({ protocol: /^https$/ }).max(1024),
        /** Hex. */
        sha512: z.string().regex(/^[0-9a-f]{128}$/),
        bytes: z.int().min(1).max(2_000_000_000),
      }),
    )
    .min(1)
    .max(32),
});
export type UpdateManifest = z.infer<typeof updateManifestSchema>;

export interface UpdateFacts {
  /** The document, byte for byte as it was signed. */
  readonly bytes: Uint8Array;
  /** Ed25519 over those bytes (RFC 8032), 64 bytes. */
  readonly signature: Uint8Array;
  /** Raw public keys of 32 bytes that are believed; shipped with the app, never fetched. */
  readonly publishers: readonly Uint8Array[];
  /** What runs now, and the highest sequence that was ever believed on this machine. */
  readonly running: { readonly version: string; readonly sequence: number };
  /** UTC, in milliseconds. */
  readonly now: number;
}

/** Ed25519, as the platform has it: key, signature, bytes. */
export type VerifyEd25519 = (
  key: Uint8Array,
  signature: Uint8Array,
  bytes: Uint8Array,
) => Promise<boolean>;

/** Bytes. Such a document is small; nothing larger is even parsed. */
const LARGEST = 65_536;

/**
 * Believes a manifest, or says why not. Its signature comes first: of an unsigned document nothing is read.
 * @returns the manifest, and whether it is newer than what runs
 * @throws Refusal `update_refused`, with a reason
 */
export async function believeUpdate(
  facts: UpdateFacts,
  verify: VerifyEd25519,
): Promise<{ readonly manifest: UpdateManifest; readonly newer: boolean }> {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new Refusal("update_refused", { reason }, cause);
  };
  const { bytes, signature, running } = facts;
  if (facts.publishers.length === 0) refuse("no publisher is configured");
  if (bytes.length > LARGEST) refuse("it is too large");
  if (signature.length !== 64) refuse("it is not signed");
  let signed = false;
  for (const key of facts.publishers) signed ||= await verify(key, signature, bytes);
  if (!signed) refuse("its publisher is not one of ours");
  const manifest = read(bytes, refuse);
  const [published, expires] = [Date.parse(manifest.publishedAt), Date.parse(manifest.expiresAt)];
  if (expires <= facts.now) refuse("it has expired");
  // A clock that is a day behind is common; a manifest of next week is not.
  if (published > facts.now + 86_400_000 || expires <= published) refuse("its dates do not hold");
  if (manifest.sequence < running.sequence) refuse("it is older than one that was seen before");
  const step = compareVersions(manifest.version, running.version);
  if (step < 0) refuse("it would go back to an older version");
  return { manifest, newer: step > 0 };
}

function read(
  bytes: Uint8Array,
  refuse: (reason: string, cause?: unknown) => never,
): UpdateManifest {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    return refuse("it is not JSON", error);
  }
  const parsed = updateManifestSchema.safeParse(value);
  return parsed.success ? parsed.data : refuse("it holds something unknown", parsed.error);
}

/** By numbers, not by letters: 0.10.0 comes after 0.9.0. @returns below 0, 0 or above 0 */
export function compareVersions(a: string, b: string): number {
  const numbers = (text: string): number[] => text.split(".").map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < 3; i++) {
    const step = (left[i] ?? 0) - (right[i] ?? 0);
    if (step !== 0) return step;
  }
  return 0;
}

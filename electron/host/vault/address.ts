// What both persistent vaults need to know about a secret: its address as text, and its bytes.
import { Refusal } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";
import type { SecretRef } from "../../core/vault.ts";

const PART = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * `<tenant>/<id>`. Both parts come from checked places; they are checked again, because a slash or a hash
 * that slipped through would let one tenant's address mean another's.
 * @throws Refusal `input_invalid`
 */
export function addressOf(ref: SecretRef): string {
  if (!PART.test(ref.tenant) || !PART.test(ref.id)) {
    throw new Refusal("input_invalid", { reason: "a secret's address is malformed" });
  }
  return `${ref.tenant}/${ref.id}`;
}

/**
 * UTF-8 bytes of a secret. Text with lone surrogates is refused: it would come back changed.
 * @throws Refusal `input_invalid`
 */
export function bytesOf(value: Secret): Buffer {
  const text = value.reveal();
  const bytes = Buffer.from(text, "utf8");
  if (bytes.toString("utf8") !== text) {
    throw new Refusal("input_invalid", { reason: "the secret is not valid Unicode text" });
  }
  return bytes;
}

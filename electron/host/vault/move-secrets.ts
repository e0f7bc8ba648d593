// Moves secrets from one vault to another: all of them, or none.
import { Refusal } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";
import type { SecretRef, Vault } from "../../core/vault.ts";

/** What was copied, and how to take it back. */
export interface Copied {
  readonly refs: readonly SecretRef[];
  /** Puts the target back as it was. Best effort: what made it necessary may make it fail. */
  undo(): Promise<void>;
}

/**
 * Copies each secret that the source has and reads it back from the target. The source is not touched.
 * @throws Refusal what either vault throws, `vault_write_unverified`; the target is then as it was
 */
export async function copySecrets(
  from: Vault,
  to: Vault,
  refs: readonly SecretRef[],
): Promise<Copied> {
  const done: { readonly ref: SecretRef; readonly before: Secret | undefined }[] = [];
  const undo = async (): Promise<void> => {
    for (const { ref, before } of [...done].reverse()) {
      await (before === undefined ? to.delete(ref) : to.set(ref, before)).catch(() => undefined);
    }
  };
  try {
    for (const ref of refs) {
      const secret = await from.get(ref);
      if (secret === undefined) continue;
      done.push({ ref, before: await to.get(ref) });
      await to.set(ref, secret);
      const back = await to.get(ref);
      if (back?.reveal() !== secret.reveal()) throw new Refusal("vault_write_unverified");
    }
  } catch (error) {
    await undo();
    throw error;
  }
  return { refs: done.map(({ ref }) => ref), undo };
}

// Writes into a sealed file until it is killed.
import { Secret } from "../../../electron/core/secret.ts";
import { createSealedFileVault } from "../../../electron/host/vault/sealed-file.ts";

async function main(): Promise<void> {
  const [file = "", passphrase = ""] = process.argv.slice(2);
  const vault = createSealedFileVault({ file });
  await vault.unlock(passphrase);
  process.send?.("writing");
  // Bounded: a test that dies must not leave this behind for ever.
  for (let i = 0; i < 20_000 && process.connected; i++) {
    await vault.set({ tenant: "personal", id: "sec_0000000001" }, new Secret(`round ${i}`));
  }
}
void main();

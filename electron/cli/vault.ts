// `vault choose | unlock | lock`.
import type { VaultStatus } from "../core/vault.ts";
import { usage } from "./parse.ts";
import type { Context, Run } from "./types.ts";

const PLACES = {
  keychain: "OS keychain",
  file: "sealed file",
  memory: "memory only, gone at exit",
};

export function vaultText({ kind, state, reason }: VaultStatus): string {
  const place = kind === null ? "no place chosen" : `${PLACES[kind]}, ${state}`;
  return reason === null ? place : `${place} (${reason})`;
}

const show = (out: Context["out"], status: VaultStatus): Promise<void> =>
  out.show(status, (now) => out.line(`Secrets: ${vaultText(now)}`));

export const choose: Run = async ({ args, connect, out, secrets }) => {
  const kind = args[0];
  if (kind !== "keychain" && kind !== "file" && kind !== "memory") {
    throw usage("Choose one of: keychain, file, memory.");
  }
  const remote = await connect();
  if (kind !== "file") return show(out, await remote.call("vault.choose", { kind }));

  const { vault } = await remote.call("app.status", {});
  const passphrase = await secrets.one("Passphrase of the sealed file");
  // A slip in a new passphrase would lock everything away for good; an existing file tells by itself.
  if (secrets.typed && !vault.sealedFile) {
    const again = await secrets.one("The same passphrase again");
    if (again.reveal() !== passphrase.reveal()) {
      throw usage("The two passphrases differ. Nothing was changed.");
    }
  }
  await show(out, await remote.call("vault.choose", { kind, passphrase: passphrase.reveal() }));
};

export const unlock: Run = async ({ connect, out, secrets }) => {
  const remote = await connect();
  const passphrase = await secrets.one("Passphrase of the sealed file");
  await show(out, await remote.call("vault.unlock", { passphrase: passphrase.reveal() }));
};

export const lock: Run = async ({ connect, out }) => {
  const remote = await connect();
  await show(out, await remote.call("vault.lock", {}));
};

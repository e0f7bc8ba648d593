// Bundles of the person's own as they are kept: one file each in the data folder, named by its hash, and read only where
// the hash still fits.
import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { Refusal } from "../../core/errors.ts";
import type { KeptBundle } from "../../core/policy/own.ts";
import { replaceFile } from "../store/atomic.ts";

export type OwnFiles = ReturnType<typeof openOwnFiles>;

/** @param folder made with the first bundle, mode 0700 */
export function openOwnFiles(folder: string) {
  const fileOf = (hash: string): string => path.join(folder, `${hash}.json`);
  return {
    /** @returns SHA-256 of the file */
    async keep({ wasm, data, rego }: KeptBundle): Promise<string> {
      const text = JSON.stringify({ wasm: Buffer.from(wasm).toString("base64"), data, rego });
      const hash = createHash("sha256").update(text).digest("hex");
      await fs.mkdir(folder, { recursive: true, mode: 0o700 });
      await replaceFile(fileOf(hash), Buffer.from(text));
      return hash;
    },
    /** @throws Refusal `policy_broken` where it is gone or is not what was agreed to */
    async read(hash: string, name: string): Promise<KeptBundle> {
      const broken = (reason: string, cause?: unknown): Refusal =>
        new Refusal("policy_broken", { policy: name, reason }, cause);
      let text: Buffer;
      try {
        text = await fs.readFile(fileOf(hash));
      } catch (error) {
        throw broken("its file cannot be read", error);
      }
      if (createHash("sha256").update(text).digest("hex") !== hash) {
        throw broken("its file was changed");
      }
      const { wasm, data, rego } = JSON.parse(text.toString("utf8")) as {
        readonly wasm: string;
        readonly data: KeptBundle["data"];
        readonly rego: string | null;
      };
      return { wasm: Buffer.from(wasm, "base64"), data, rego };
    },
    remove: (hash: string): Promise<void> => fs.rm(fileOf(hash), { force: true }),
  };
}

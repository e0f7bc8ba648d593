// The system's clipboard, as far as a copied credential is concerned. Its text never leaves this process.
import { createHash } from "node:crypto";
import { clipboard } from "electron";
import { type Copied, createCopied } from "./core/copied.ts";

export function createClipboard(): Copied {
  return createCopied({
    read: () => clipboard.readText(),
    clear: () => clipboard.clear(),
    // Windows ends lines its own way.
    digest: (text) => createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex"),
    after(ms, act) {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
  });
}

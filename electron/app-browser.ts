// The one place where programs of the system are opened: its browser for signing in, which never happens in a window of
// ours (RFC 8252 section 8.12), and its file manager for a file that was downloaded, which shows it and runs nothing.
import { shell } from "electron";
import type { Reply } from "./contract.ts";
import { mayOpen } from "./core/browser-address.ts";
import type { Desk } from "./surface.ts";

/** Methods that answer with a page of an issuer that the person asked for. */
const OPENED: ReadonlySet<string> = new Set([
  "accounts.signIn",
  "accounts.signInPage",
  // A yes to a question whether to sign in.
  "questions.answer",
]);

/** @param file a path of ours, absolute */
export const showInFolder = (file: string): void => shell.showItemInFolder(file);

/** A desk whose sign-ins open the system browser by themselves. */
export function openingSignIns(desk: Desk): Desk {
  return {
    watch: (listener) => desk.watch(listener),
    async call(surface, method, input) {
      const reply = (await desk.call(surface, method, input)) as Reply<{ url?: unknown }>;
      if (OPENED.has(String(method)) && reply.ok) {
        const url = mayOpen(String(reply.value.url));
        if (url !== null) await shell.openExternal(url.href);
      }
      return reply;
    },
  };
}

// Links of our own scheme (threat 34). They come from anywhere: a page, a mail, another program. The grammar is small
// and closed, and what it yields is shown and waits for the person; nothing is fetched or started for it.
import { isLoopback } from "./destination.ts";
import { type DeepLink, SCREENS } from "./shell.ts";

const LONGEST = 2048;
/** Printable ASCII of RFC 3986: no blank, no control, no quote, nothing that a shell or a screen could read otherwise. */
const PLAIN = /^[A-Za-z0-9\-._~:/?#[\]@!$&()*+,;=%]+$/;

/**
 * Reads `countersign://open/<screen>` or `countersign://add-server?url=<address>`, in exactly this form.
 * @returns null for everything else: another case, host, path, query, fragment, user or port is no link of ours
 */
export function parseDeepLink(text: string): DeepLink | null {
  if (text.length > LONGEST || !PLAIN.test(text)) return null;
  const open = /^countersign:\/\/open\/([a-z]+)$/.exec(text)?.[1];
  const screen = SCREENS.find((name) => name === open);
  if (screen !== undefined) return { kind: "open", screen };
  const given = /^countersign:\/\/add-server\?url=([^&#]+)$/.exec(text)?.[1];
  const url = given === undefined ? null : serverAddress(given);
  return url === null ? null : { kind: "add-server", url };
}

/** An address that the form would take, exactly as it is written: what is shown is what would be asked. */
function serverAddress(encoded: string): string | null {
  let text: string;
  try {
    text = decodeURIComponent(encoded);
  } catch {
    return null;
  }
  // No second layer of encoding: what stands in it could not be read where it is shown.
  if (text.length > 1024 || !PLAIN.test(text) || text.includes("%")) return null;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  if (url.username !== "" || url.password !== "" || url.hash !== "") return null;
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url))) return null;
  // Written as it will be read: an address that the parser had to mend (backslashes, dots, case, a number as a host) was
  // made to look like another one.
  return url.href === text || url.href === `${text}/` ? url.href : null;
}

/** The one argument of a start that may be a link. Everything else of a second start's arguments is not read. */
export function linkIn(args: readonly string[]): DeepLink | null {
  const links = args.filter((word) => /^countersign:/i.test(word));
  return links.length === 1 ? parseDeepLink(links[0] ?? "") : null;
}

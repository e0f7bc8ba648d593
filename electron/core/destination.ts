// Where a key may go. The binding is written when the key is entered and never follows a changed address:
// editing a server's URL does not take its key along.
import { Refusal } from "./errors.ts";
import type { Binding } from "./servers.ts";

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)$/;

/** True for the names and addresses of this machine itself (RFC 6761 section 6.3, RFC 1122, RFC 4291). */
export const isLoopback = (url: URL): boolean => LOOPBACK.test(url.hostname);

/** The binding that a key for this address gets: its origin, and its path as the prefix. */
export function bindingOf(url: URL): Binding {
  return { origin: url.origin, path: url.pathname };
}

/**
 * Origin equal, path equal or below by whole segments. `..` and `.` are gone already: URL resolved them.
 * Encoded slashes and dots are refused, because servers disagree about them.
 */
export function covers(binding: Binding, url: URL): boolean {
  if (url.username !== "" || url.password !== "") return false;
  if (url.origin !== binding.origin) return false;
  if (/%2f|%5c|%2e/i.test(url.pathname)) return false;
  if (url.pathname === binding.path) return true;
  const prefix = binding.path.endsWith("/") ? binding.path : `${binding.path}/`;
  return url.pathname.startsWith(prefix);
}

/**
 * Refuses an address that would carry a key in the clear, unless it is on this machine and a person agreed.
 * @throws Refusal `plain_http_refused`
 */
export function checkTransport(url: URL, allowPlainHttpOnLoopback: boolean): void {
  if (url.protocol === "https:") return;
  if (isLoopback(url) && allowPlainHttpOnLoopback) return;
  throw new Refusal("plain_http_refused", { url: `${url.origin}${url.pathname}` });
}

/** @throws Refusal `input_invalid` for an address that holds what is entered on its own */
export function checkAddress(text: string, method: string): URL {
  const url = new URL(text);
  if (url.username === "" && url.password === "" && url.hash === "") return url;
  const reason =
    "the address must not hold a name, a password or a fragment; a key is entered on its own";
  throw new Refusal("input_invalid", { method, reason });
}

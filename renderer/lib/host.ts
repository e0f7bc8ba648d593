// The host in an address, as it stands there and as a browser will understand it. Pure.

export interface HostFacts {
  /** The address in three pieces, which together are all of it: what stands before the host, the host, the rest. */
  readonly before: string;
  readonly host: string;
  readonly after: string;
  /** Host and port as they are connected to. */
  readonly goesTo: string;
  /**
   * `letters`: the host has letters beyond ASCII, or is written in punycode (RFC 3492), and could be taken for another;
   * `ascii` is what is connected to. `user`: what looks like a host before an @ is none.
   */
  readonly warning:
    | { readonly kind: "letters"; readonly ascii: string }
    | { readonly kind: "user" }
    | null;
}

/** Null for what is no http(s) address: it is shown as text. */
export function hostFacts(url: string): HostFacts | null {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return null;
  }
  if (!/^https?:$/.test(parsed.protocol)) return null;
  // RFC 3986 section 3.2: the authority ends at the first / ? or #; a browser takes \ for /, and reads over controls and
  // spaces before the scheme, and over line breaks and tabs anywhere (WHATWG URL).
  const found = /^([\p{Cc} a-z]+:[\p{Cc}\\/]*)([^/\\?#]*)(.*)$/isu.exec(url);
  if (found === null) return null;
  const [, scheme = "", authority = "", rest = ""] = found;
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1);
  const isPlain = /^[\x21-\x7e]*$/.test(host) && !/(?:^|\.)xn--/i.test(host);
  return {
    before: scheme + authority.slice(0, at + 1),
    host,
    after: rest,
    goesTo: parsed.host,
    warning:
      at !== -1 ? { kind: "user" } : isPlain ? null : { kind: "letters", ascii: parsed.host },
  };
}

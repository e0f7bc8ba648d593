// WWW-Authenticate (RFC 9110 section 11.6.1): several challenges may stand in one field, separated by the
// same commas as their parameters. Read by hand in one pass: it comes from outside and may be long.

export interface Challenge {
  /** Lower case. */
  readonly scheme: string;
  /** Names in lower case; the first of a repeated one counts. */
  readonly params: ReadonlyMap<string, string>;
}

const LONGEST = 16_384;
const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const TOKEN68 = /[0-9A-Za-z\-._~+/]+=*(?=\s*(?:,|$))/y;

/** Every challenge of the field, as far as it can be read. Never throws. */
export function parseChallenges(field: string): readonly Challenge[] {
  const text = field.slice(0, LONGEST);
  const found: { scheme: string; params: Map<string, string> }[] = [];
  let at = 0;
  const skip = (pattern: RegExp): void => {
    while (at < text.length && pattern.test(text.charAt(at))) at++;
  };
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const hit = pattern.exec(text);
    if (hit === null) return null;
    at = pattern.lastIndex;
    return hit[0];
  };
  while (at < text.length) {
    skip(/[\s,]/);
    const name = take(TOKEN);
    if (name === null) break;
    const afterName = at;
    skip(/\s/);
    const current = found.at(-1);
    if (text.charAt(at) === "=" && current !== undefined) {
      at++;
      skip(/\s/);
      const value = text.charAt(at) === '"' ? quoted() : take(TOKEN);
      if (value === null) break;
      const key = name.toLowerCase();
      if (!current.params.has(key)) current.params.set(key, value);
    } else {
      found.push({ scheme: name.toLowerCase(), params: new Map() });
      // token68 credentials (`Negotiate abc=`) belong to the scheme and are of no use here.
      if (at > afterName) take(TOKEN68);
    }
  }
  return found;

  function quoted(): string | null {
    let value = "";
    for (at++; at < text.length; at++) {
      const sign = text.charAt(at);
      if (sign === '"') {
        at++;
        return value;
      }
      if (sign === "\\") at++;
      value += text.charAt(at);
    }
    return null;
  }
}

/** The first challenge of one of these schemes. */
export const challengeOf = (
  field: string | undefined,
  ...schemes: readonly string[]
): Challenge | undefined =>
  field === undefined
    ? undefined
    : parseChallenges(field).find((one) => schemes.includes(one.scheme));

/** Scope tokens (RFC 6749 section 3.3), each once, in order. What is no scope token is left out. */
export const scopesOf = (text: string | undefined | null): readonly string[] => [
  ...new Set(
    (text ?? "")
      .split(" ")
      .filter((one) => /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/.test(one))
      .slice(0, 200),
  ),
];

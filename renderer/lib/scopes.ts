// Scopes as people type them.

/** RFC 6749 section 3.3 scope-token. */
const TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;

/** Each scope once, in the order typed. Commas separate as well: no scope of ours needs one. */
export const scopesOf = (text: string): string[] => [
  ...new Set(text.split(/[\s,]+/).filter((scope) => scope !== "")),
];

export const scopesFit = (text: string): boolean => {
  const scopes = scopesOf(text);
  return scopes.length <= 64 && scopes.every((scope) => TOKEN.test(scope));
};

// Forms that ask for a secret. MCP forbids them (form mode must not ask for sensitive information), because what is typed
// into them goes through the agent and to whoever runs the server.
import { isSecretName } from "../redact/names.ts";
import type { Elicitation } from "./read.ts";

/** In sentences: what is asked for by name, where a field's own name says nothing. */
const ASKED_FOR =
  /\b(?:pass\s?(?:word|phrase|code|wd)s?|pwd|api[\s_-]?keys?|(?:access|secret|private|ssh|signing|encryption)[\s_-]?keys?|secrets?|(?:access|bearer|auth(?:entication)?|personal|refresh|session|github|security)[\s_-]?tokens?|credentials?|(?:one[\s-]?time|verification|authentication|authenticator|security|recovery|backup|2fa|mfa|sms)[\s_-]?(?:codes?|passwords?|pins?)|otp|totp|cvv|cvc|card\s?numbers?|seed\s?phrase|recovery\s?phrase|kennwort|passwort|mot de passe|contrase\u00f1a)\b/i;
/** Alone they mean the thing itself: `key` opens something, `code` was sent to a telephone. */
const BARE = /^(?:key|code|token|pin|secret|pass)s?$/i;

/** Without what hides between letters, and in the letters that a person takes them for. */
const plain = (text: string): string =>
  text
    .normalize("NFKC")
    .replaceAll(/[\p{Cf}\p{Mn}]/gu, "")
    .replaceAll(/[\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455]/g, (c) => LATIN[c] ?? c);
/** Cyrillic letters that look like Latin ones. */
const LATIN: Readonly<Record<string, string>> = {
  "\u0430": "a",
  "\u0435": "e",
  "\u043e": "o",
  "\u0440": "p",
  "\u0441": "c",
  "\u0443": "y",
  "\u0445": "x",
  "\u0456": "i",
  "\u0455": "s",
};

/** The field that asks for a secret, or the empty string for the form as a whole; null where none does. */
export function secretAsked(form: Extract<Elicitation, { mode: "form" }>): string | null {
  for (const { name, words } of form.fields) {
    const own = plain(name);
    const said = words.map(plain);
    const asks =
      BARE.test(own.trim()) ||
      isSecretName(own) ||
      said.some((text) => text === "password" || BARE.test(text.trim()) || ASKED_FOR.test(text));
    if (asks) return name;
  }
  return form.fields.length > 0 && ASKED_FOR.test(plain(form.message)) ? "" : null;
}

// Which names announce a secret. Names are cut into words first, so that `maxTokens`, `tokenizer` and
// `secretary` are told apart from `accessToken` and `client_secret` in whatever style they are written.

/** Secret wherever they stand as a word of their own. */
const WORDS = new Set(
  (
    "password passwd passphrase passcode pwd secret token jwt bearer apikey authorization cookie " +
    "credential cred assertion session sessionid sessid phpsessid jsessionid otp totp mfacode cvv cvc " +
    "verifier mnemonic kennwort passwort contrasena senha heslo"
  ).split(" "),
);

/** Secret inside a longer word too: `dbpassword`, `clientsecretvalue`. */
const STEMS = /password|passwd|passphrase|apikey|privatekey|secretkey|accesskey|clientsecret/;
/** Secret at a word's end: `accesstoken`, but not `tokenizer`. */
const ENDINGS = /(?:token|secret|credential)$/;

/** Words that make a `key` one that opens something. */
const KEY_KINDS = new Set(
  "api private access secret signing encryption decryption master ssh service shared account auth storage session subscription license hmac aes rsa pgp gpg".split(
    " ",
  ),
);
/** Words that make a `code` or a `pin` one that opens something. */
const CODE_KINDS = new Set(
  "auth authorization verification recovery backup security mfa pin otp sms device".split(" "),
);
const PASS_KINDS = new Set("user db database smtp mail ftp admin root proxy login".split(" "));

/** As last words they speak about a secret and are none. */
const ABOUT = new Set(
  (
    "type count limit budget name url uri endpoint policy length size expiry expires expiration ttl at in " +
    "format field strategy enabled required usage created updated rotation method index lifetime duration age " +
    "mode provider ratio per"
  ).split(" "),
);
/** Beside `token` they count or page. */
const COUNTING = new Set(
  (
    "max min total num number n count used prompt completion input output cached reasoning budget estimated " +
    "remaining page next previous continuation progress"
  ).split(" "),
);

/** Some part of every word above: an ASCII name without any of them needs no closer look. */
const HINT =
  /pass|pwd|secret|token|jwt|bearer|key|auth|cookie|cred|assert|sess|otp|code|cv[vc]|verif|mnem|wort|contras|senha|heslo|pin/i;
const ASCII = /^[ -~]*$/;

function wordsOf(name: string): string[] {
  return name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, "$1 $2")
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .replaceAll(/(\p{L})(\d)/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "" && !/^\d+$/.test(word));
}

const singular = (word: string): string =>
  (word.length > 4 || word === "keys") && word.endsWith("s") && !word.endsWith("ss")
    ? word.slice(0, -1)
    : word;

/** Whether the value under this name is to be hidden. */
export function isSecretName(name: string): boolean {
  if (!HINT.test(name) && ASCII.test(name)) return false;
  // A name this long is text, not a name; its end tells what it is about.
  const words = wordsOf(name.slice(-128)).map(singular);
  const last = words.at(-1);
  if (last === undefined) return false;
  if (words.length > 1 && ABOUT.has(last)) return false;
  const counting = words.some((word) => COUNTING.has(word));
  for (const [i, word] of words.entries()) {
    const before = words[i - 1] ?? "";
    if (word === "token") {
      if (!counting) return true;
    } else if (WORDS.has(word) || STEMS.test(word) || ENDINGS.test(word)) return true;
    if (word === "key" && KEY_KINDS.has(before)) return true;
    if (word === "code" && CODE_KINDS.has(before)) return true;
  }
  if (last === "pin" || last === "auth") return true;
  return last === "pass" && (words.length === 1 || PASS_KINDS.has(words.at(-2) ?? ""));
}

/** A number under such a name is an amount (`tokens: 4096`), and no secret. */
export const isAmountName = (name: string): boolean => wordsOf(name).at(-1) === "tokens";

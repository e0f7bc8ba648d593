// Secrets that nobody told us about, known by their shape or by the label before them. Each pattern is
// bounded, so that hostile text costs time in proportion to its length and no more.
import type { Span } from "../message.ts";
import { isSecretName } from "./names.ts";

/** Shapes that are secret as a whole. Prefixes are those that the issuers themselves give to scanners. */
const WHOLE: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
  /AGE-SECRET-KEY-1[0-9A-Z]{10,}/g,
  // JWS and JWE in compact form (RFC 7515 section 7.1, RFC 7516 section 7.1).
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*){0,3}/g,
  /(?<![A-Za-z0-9])(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{8,}/g,
  /(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{16,}/g,
  /(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{16,}/g,
  /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{16,}/g,
  /(?<![A-Za-z0-9])(?:xox[a-z]|xapp)-[A-Za-z0-9-]{8,}/g,
  /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{12,}/g,
  /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{16,}/g,
  /(?<![A-Za-z0-9])ya29\.[A-Za-z0-9_-]{16,}/g,
  /(?<![A-Za-z0-9])gl(?:pat|ptt|dt|rt|cbt|soat)-[A-Za-z0-9_.-]{12,}/g,
  /(?<![A-Za-z0-9])csa_[A-Za-z0-9_-]{16,}/g,
  /(?<![A-Za-z0-9])(?:npm|hf|gsk|whsec|lin_api|dckr_pat|shpat|shpss|dop_v1|doo_v1|ntn|secret|figd|xai|tskey)[_-][A-Za-z0-9_-]{20,}/g,
  /(?<![A-Za-z0-9])(?:pypi-|hv[sbr]\.|sntrys_|ATATT3x|SG\.)[A-Za-z0-9_.=-]{16,}/g,
];

/** Group 1 is what is hidden. */
const SCHEME =
  /(?<![A-Za-z0-9])(?:Bearer|Basic|DPoP|Negotiate|ApiKey|Token)[ \t]{1,3}([A-Za-z0-9._~+/=-]{6,})/gi;
const USERINFO = /[A-Za-z][A-Za-z0-9+.-]{0,20}:\/\/([^\s/?#"'<>`]{1,1024})@/g;
const QUERY = /[?&;]([A-Za-z0-9_.~%[\]-]{1,64})=([^&;#\s"'<>`]{1,8192})/g;
const OPTION =
  /(?<![^\s"'`=])--?([A-Za-z][A-Za-z0-9_-]{1,63})[ \t]{1,3}(?!-)(?:"([^"\r\n]+)"|'([^'\r\n]+)'|([^\s"'`]+))/g;
const CURL_USER =
  /(?<![^\s"'`])(?:-u|--user|--proxy-user)[ \t=]{0,3}["']?[^\s:"']{0,128}:([^\s"']+)/g;
const LABEL =
  /([A-Za-z_][A-Za-z0-9_.-]{0,63})(?:\\{0,4}["'`])?\]?[ \t]{0,3}(?:=>|:=|[:=])[ \t]{0,3}/g;

/** Query parameters that are secret in URLs and harmless words elsewhere. */
const QUERY_NAMES = new Set(
  "sig signature key code x-amz-signature x-goog-signature hmac".split(" "),
);

/** Where something stands that looks like a secret. */
export function shapesIn(text: string): Span[] {
  const spans: Span[] = [];
  // Most strings hold nothing of the kind; what each pattern cannot do without is looked for first.
  const pairs = /[:=]/.test(text);
  const words = /[ \t]/.test(text);
  if (text.length >= 10 && /[-_.]|AKIA|ASIA|AIza/.test(text)) {
    for (const pattern of WHOLE) {
      for (const match of text.matchAll(pattern)) spans.push(spanOf(match.index, match[0]));
    }
  }
  for (const match of words ? text.matchAll(SCHEME) : []) {
    const value = match[1]!;
    const alone = match[0].length === text.trim().length;
    // "basic understanding" is prose; a token has digits or punctuation, or is long, or stands alone.
    if (alone || value.length >= 16 || /[0-9._~+/=-]./.test(value)) spans.push(tail(match, value));
  }
  for (const match of text.includes("://") ? text.matchAll(USERINFO) : []) {
    const userinfo = match[1]!;
    const colon = userinfo.indexOf(":");
    const start = match.index + match[0].length - 1 - userinfo.length;
    // Alone before the @ it may be a token (https://TOKEN@host), except for git's fixed user.
    if (colon >= 0) spans.push({ start: start + colon + 1, end: start + userinfo.length });
    else if (userinfo !== "git") spans.push(spanOf(start, userinfo));
  }
  for (const match of pairs ? text.matchAll(QUERY) : []) {
    const name = percentDecoded(match[1]!);
    if (QUERY_NAMES.has(name.toLowerCase()) || isSecretName(name))
      spans.push(tail(match, match[2]!));
  }
  for (const match of words && text.includes("-") ? text.matchAll(OPTION) : []) {
    if (!isSecretName(match[1]!)) continue;
    const value = match[2] ?? match[3] ?? match[4]!;
    const quoted = match[4] === undefined ? 1 : 0;
    const end = match.index + match[0].length - quoted;
    spans.push({ start: end - value.length, end });
  }
  for (const match of pairs ? text.matchAll(CURL_USER) : []) spans.push(tail(match, match[1]!));
  for (const match of pairs ? text.matchAll(LABEL) : []) {
    if (!isSecretName(match[1]!)) continue;
    const span = labelled(text, match.index + match[0].length, match[1]!);
    if (span) spans.push(span);
  }
  return spans;
}

const spanOf = (start: number, what: string): Span => ({ start, end: start + what.length });

/** The last part of a match. */
const tail = (match: RegExpExecArray, part: string): Span =>
  spanOf(match.index + match[0].length - part.length, part);

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const OPENING = /\\{0,4}["'`]/y;
const BARE = /[^\s"'`,;&<>(){}[\]\\]+/y;
const LINE = /[^\r\n"'`\\]+/y;
/** Types and placeholders of source code: `password: string`, `token = null`. */
const NO_VALUE =
  /^(?:string|str|number|int|bool|boolean|any|unknown|null|nil|none|undefined|true|false|void|never|optional|required|\[redacted\])$/i;

/** What a label such as `password=` or `"token": "` is followed by. */
function labelled(text: string, at: number, name: string): Span | null {
  OPENING.lastIndex = at;
  const opening = OPENING.exec(text)?.[0];
  if (opening !== undefined) {
    const start = at + opening.length;
    return { start, end: closing(text, start, opening) };
  }
  // The value of such a field has spaces in it: `Authorization: Digest username="…"`, `Cookie: a=b; c=d`.
  const field = /(?:authorization|cookie)$/i.test(name);
  const run = field ? LINE : BARE;
  run.lastIndex = at;
  const value = run.exec(text)?.[0];
  if (value === undefined || NO_VALUE.test(value)) return null;
  const after = text.charAt(at + value.length);
  // A call or a member of something is source code, not a value.
  const code =
    /^[A-Za-z_$][A-Za-z_$]*(?:\.[A-Za-z_$][A-Za-z_$]*)+$/.test(value) ||
    (after === "(" && /^[A-Za-z_$.]+$/.test(value));
  return code && !field ? null : spanOf(at, value);
}

/** Index of the quote that closes what `opening` opened, or the end of the text. */
function closing(text: string, start: number, opening: string): number {
  let at = text.indexOf(opening, start);
  while (at > start) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 0x5c && at - slashes > start) slashes++;
    if (slashes % 2 === 0) return at;
    at = text.indexOf(opening, at + opening.length);
  }
  return at === start ? start : text.length;
}

// What would change in a file, as a unified diff that may be shown: our own strings as they are, but for the
// credential; every other string of the file, and whatever in its comments looks like a key, hidden.
import { shapesIn } from "../redact/shapes.ts";
import type { Assistant } from "./assistants.ts";
import { isDoor } from "./assistants.ts";
import { formatOf } from "./config-text.ts";

/** Stands in for the credential until it is written, and instead of it in what is shown. */
export const MASKED_CREDENTIAL = "csa_••••••••";
const HIDDEN = "•••";
const CREDENTIAL = /csa_[A-Za-z0-9_-]{43}/g;
/** Long runs in a comment may be a key that somebody put aside. */
const LONG = /[A-Za-z0-9+/_=.-]{16,}/g;
/** Characters of one line that are shown. */
const LONGEST_LINE = 400;

function shownComment(comment: string): string {
  let out = comment.replaceAll(CREDENTIAL, MASKED_CREDENTIAL).replaceAll(LONG, HIDDEN);
  for (const { start, end } of shapesIn(out).sort((a, b) => b.start - a.start)) {
    out = out.slice(0, start) + HIDDEN + out.slice(end);
  }
  return out;
}

/** @param ours strings that we write ourselves, the credential in them already masked */
function shown(text: string, assistant: Assistant, ours: ReadonlySet<string>): string {
  let out = "";
  let at = 0;
  for (const part of formatOf(assistant).parts(text)) {
    const raw = text.slice(part.start, part.end);
    const masked = part.value.replaceAll(CREDENTIAL, MASKED_CREDENTIAL);
    out += text.slice(at, part.start);
    if (part.kind === "comment") out += shownComment(raw);
    else if (ours.has(masked) || isDoor(masked))
      out += raw.replaceAll(CREDENTIAL, MASKED_CREDENTIAL);
    // Its line breaks stay: the numbers of lines in the diff are those of the file.
    else out += raw.charAt(0) + HIDDEN + raw.replaceAll(/[^\n]/g, "") + raw.charAt(0);
    at = part.end;
  }
  return out + text.slice(at);
}

interface Line {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/** Longest common subsequence over the lines that differ; the equal ends are cut off first. */
function linesOf(before: readonly string[], after: readonly string[]): Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail++;
  }
  const a = before.slice(head, before.length - tail);
  const b = after.slice(head, after.length - tail);
  const keep = (text: string): Line => ({ mark: " ", text });
  return [
    ...before.slice(0, head).map(keep),
    ...middle(a, b),
    ...before.slice(before.length - tail).map(keep),
  ];
}

/** Lines on either side beyond which a diff is not worth its time. */
const MOST = 1500;

function middle(a: readonly string[], b: readonly string[]): Line[] {
  const gone = a.map((text): Line => ({ mark: "-", text }));
  const come = b.map((text): Line => ({ mark: "+", text }));
  if (a.length === 0 || b.length === 0 || a.length > MOST || b.length > MOST)
    return [...gone, ...come];
  const width = b.length + 1;
  const length = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      length[i * width + j] =
        a[i] === b[j]
          ? (length[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(length[(i + 1) * width + j] ?? 0, length[i * width + j + 1] ?? 0);
    }
  }
  const out: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const here = a[i];
    if (i < a.length && j < b.length && here === b[j]) {
      out.push({ mark: " ", text: here ?? "" });
      i++;
      j++;
    } else if (
      i < a.length &&
      (j >= b.length || (length[(i + 1) * width + j] ?? 0) >= (length[i * width + j + 1] ?? 0))
    ) {
      out.push({ mark: "-", text: here ?? "" });
      i++;
    } else {
      out.push({ mark: "+", text: b[j] ?? "" });
      j++;
    }
  }
  return out;
}

/** Unchanged lines around a change. */
const AROUND = 3;

function unified(lines: readonly Line[]): string {
  const near = lines.map((_, i) =>
    lines.slice(Math.max(0, i - AROUND), i + AROUND + 1).some(({ mark }) => mark !== " "),
  );
  let out = "";
  let oldLine = 1;
  let newLine = 1;
  for (let i = 0; i < lines.length;) {
    if (near[i] !== true) {
      oldLine++;
      newLine++;
      i++;
      continue;
    }
    let end = i;
    while (near[end] === true) end++;
    const hunk = lines.slice(i, end);
    const olds = hunk.filter(({ mark }) => mark !== "+").length;
    const news = hunk.filter(({ mark }) => mark !== "-").length;
    out += `@@ -${olds === 0 ? oldLine - 1 : oldLine},${olds} +${news === 0 ? newLine - 1 : newLine},${news} @@\n`;
    for (const { mark, text } of hunk) {
      const short = text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text;
      out += `${mark}${short}\n`;
    }
    oldLine += olds;
    newLine += news;
    i = end;
  }
  return out;
}

const split = (text: string): string[] => {
  const bare = text.replace(/^\u{feff}/u, "").replaceAll("\r\n", "\n");
  if (bare === "") return [];
  return bare.replace(/\n$/, "").split("\n");
};

/**
 * The change from `before` to `after` as hunks of a unified diff, three lines around each; empty where nothing
 * changes but the credential.
 */
export function shownDiff(
  before: string,
  after: string,
  assistant: Assistant,
  ours: ReadonlySet<string>,
): string {
  const mask = (text: string): string => shown(text.replace(/^\u{feff}/u, ""), assistant, ours);
  return unified(linesOf(split(mask(before)), split(mask(after))));
}

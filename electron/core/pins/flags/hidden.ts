// Characters that a person does not see and a model reads: how poisoned definitions hide what they say.

/** Also what draws nothing although it is a letter or a mark by category: fillers, selectors, the Braille blank. */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]|\u034f|[\ufe00-\ufe0e]|[\u{e0100}-\u{e01ef}]/gu;
/** A joiner between two pictures is part of one picture. */
const EMOJI_JOIN =
  /(?<=[\p{Extended_Pictographic}\ufe0f\p{EMod}])\u200d(?=\p{Extended_Pictographic})/uy;
/** Persian, and the scripts of India, write joiners between their letters. */
const LETTER_JOIN =
  /(?<=[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}\p{Script=Tamil}\p{M}])[\u200c\u200d](?=[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}\p{Script=Tamil}])/uy;
/** So much empty space pushes what follows out of sight. */
const PUSHED = /[^\S\n]{80}|(?:[^\S\n]*\n){12}/;

/** How many hidden characters a text holds. Line ends and tabs lay it out and are not hidden. */
export function countHidden(text: string): number {
  let count = 0;
  for (const { index, 0: char } of text.matchAll(HIDDEN)) {
    if (char === "\n" || char === "\t" || (char === "\r" && text.charAt(index + 1) === "\n"))
      continue;
    EMOJI_JOIN.lastIndex = index;
    if (char === "\u200d" && EMOJI_JOIN.test(text)) continue;
    LETTER_JOIN.lastIndex = index;
    if (LETTER_JOIN.test(text)) continue;
    count++;
  }
  return count;
}

/** Whether something is said below or beside so much empty space that nobody looks there. */
export function isPushedAway(text: string): boolean {
  const trimmed = text.trim();
  return PUSHED.test(trimmed);
}

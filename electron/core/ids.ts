// Ids that sort by time: 9 characters of milliseconds, then random. Lexicographic order is time order.

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

/** Port: `n` random bytes from the platform's CSPRNG. */
export type RandomBytes = (n: number) => Uint8Array;

/** `prefix_` + 9 base-36 digits of the time (until the year 5188) + 16 random base-36 digits. */
export function newId(prefix: string, nowMs: number, random: RandomBytes): string {
  let time = "";
  for (let rest = nowMs, i = 0; i < 9; i++, rest = Math.floor(rest / 36)) {
    time = DIGITS[rest % 36] + time;
  }
  let tail = "";
  // 252 = 7 × 36: larger bytes would favour the first digits.
  while (tail.length < 16) {
    for (const byte of random(24)) if (byte < 252 && tail.length < 16) tail += DIGITS[byte % 36];
  }
  return `${prefix}_${time}${tail}`;
}

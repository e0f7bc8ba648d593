// Measuring and cutting text by its size in UTF-8, which is what limits are given in.

/** Bytes of one UTF-16 unit's share: a surrogate pair takes four, two for each half. */
const share = (unit: number): number =>
  unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;

/** Size of well-formed text in UTF-8 bytes. */
export function utf8Length(text: string): number {
  let size = 0;
  for (let i = 0; i < text.length; i++) size += share(text.charCodeAt(i));
  return size;
}

/** The longest beginning of `text` that takes at most `cap` bytes of UTF-8; no character is split. */
export function cutUtf8(text: string, cap: number): string {
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    size += share(text.charCodeAt(i));
    if (size > cap) {
      const splits = i > 0 && /[\ud800-\udbff]/.test(text.charAt(i - 1));
      return text.slice(0, splits ? i - 1 : i);
    }
  }
  return text;
}

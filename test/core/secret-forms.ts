import { fc } from "./property.ts";

/** What programs make of a secret when they write it into something. */
export const formsOf = (secret: string): string[] => {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString("hex");
  const units = Array.from(
    { length: secret.length },
    (_, i) => `\\u${secret.charCodeAt(i).toString(16).padStart(4, "0")}`,
  );
  return [
    secret, encodeURIComponent(secret), encodeURIComponent(encodeURIComponent(secret)), hex, hex.toUpperCase(),
    hex.replaceAll(/../g, "%$&"), hex.toUpperCase().replaceAll(/../g, "%$&"), JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret)).slice(3, -3), units.join(""), new URLSearchParams({ a: secret }).toString().slice(2),
    ...["", "a", "ab", "user:", "{\"k\":\""].flatMap((before) => {
      const text = Buffer.from(`${before}${secret}\nand more`);
      return [text.toString("base64"), text.toString("base64url"), encodeURIComponent(text.toString("base64"))];
    }),
    bytes.toString("base64"), bytes.toString("base64url"),
  ]; // prettier-ignore
};

const alphabet = fc.constantFrom(...Array.from('abcdefgXYZ0189-_./+=&%"\\ \n:;é😀'));
/** Secrets of all kinds, awkward ones among them. */
export const secret = fc
  .oneof(
    fc.string({ unit: alphabet, minLength: 8, maxLength: 60 }),
    fc.base64String({ minLength: 12, maxLength: 64 }),
    fc.stringMatching(/^[A-Za-z0-9_-]{20,80}$/),
  )
  .filter((s) => s.trim().length >= 8 && new Set(s).size >= 4);

// What the operating system said, in words short enough to stand inside a sentence.

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the disk is read-only",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EIO: "the disk reported an error",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  ENOENT: "it is not there",
  ENOTDIR: "a part of its path is not a folder",
  EISDIR: "it is a folder",
  ELOOP: "its links go in a circle",
  ENAMETOOLONG: "its path is too long",
  EFBIG: "it is too large",
  EBUSY: "another program holds it",
};

/** The errno name of a failed system call, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Fills `{reason}` of a sentence. Never the library's message: it may quote what it was given. */
export function reasonOf(error: unknown): string {
  const code = errnoOf(error);
  if (code === undefined) return "unknown error";
  return WORDS[code] ?? `error ${code}`;
}

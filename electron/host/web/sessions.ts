// Who may use the browser form: a one-time code in the link becomes a session. Both are 256 random bits, kept
// only as hashes in memory, and bound to nothing else. No cookie: a foreign page could make the browser send it.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** Milliseconds. */
const CODE_LIFE = 10 * 60_000;
const SESSION_IDLE = 12 * 60 * 60_000;
/** A person has a few tabs. More than this is a mistake or an attack: the oldest goes. */
const MOST_CODES = 8;
const MOST_SESSIONS = 6;

export interface Sessions {
  /** A new one-time code. */
  makeCode(): string;
  /** Spends a code: a session, or undefined if the code is unknown, used or older than ten minutes. */
  redeem(code: string): string | undefined;
  /** Whether the session lives; asking counts as use. */
  alive(session: string): boolean;
}

interface Entry {
  readonly hash: Buffer;
  /** Milliseconds on the caller's monotonic clock. */
  seen: number;
}

/** `monotonic`: milliseconds that never jump, so that setting the clock neither revives nor kills a session. */
export function createSessions(monotonic: () => number): Sessions {
  let codes: Entry[] = [];
  let sessions: Entry[] = [];

  const mint = (): [string, Entry] => {
    const text = randomBytes(32).toString("base64url");
    return [text, { hash: digest(text), seen: monotonic() }];
  };
  const sweep = (): void => {
    const now = monotonic();
    codes = codes.filter((code) => now - code.seen < CODE_LIFE);
    sessions = sessions.filter((session) => now - session.seen < SESSION_IDLE);
  };

  return {
    makeCode() {
      sweep();
      const [text, entry] = mint();
      codes = [...codes, entry].slice(-MOST_CODES);
      return text;
    },
    redeem(code) {
      sweep();
      const entry = find(codes, code);
      if (entry === undefined) return undefined;
      codes = codes.filter((other) => other !== entry);
      const [text, session] = mint();
      sessions = [...sessions, session].sort((a, b) => a.seen - b.seen).slice(-MOST_SESSIONS);
      return text;
    },
    alive(session) {
      sweep();
      const entry = find(sessions, session);
      if (entry === undefined) return false;
      entry.seen = monotonic();
      return true;
    },
  };
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Compares with every entry in constant time: neither the value nor its place shows in the time taken. */
function find(entries: readonly Entry[], text: string): Entry | undefined {
  const hash = digest(text);
  let match: Entry | undefined;
  for (const entry of entries) if (timingSafeEqual(entry.hash, hash)) match = entry;
  return match;
}

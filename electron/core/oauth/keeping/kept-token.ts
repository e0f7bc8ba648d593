// One kept token: what is remembered of it, and when its life is over.
import type { Refusal } from "../../errors.ts";
import type { CheckedToken } from "../types.ts";
import { keyText, type TokenKey } from "./token-key.ts";

/** `first`: none is here. `early`: the old one still serves. `expired`: it does not. `rejected`: a server said 401. */
export type ObtainReason = "first" | "early" | "expired" | "rejected";

/**
 * Asks the issuer. It works for every caller and is kept for renewals, so it must not hold on to one of them:
 * neither its signal nor its request.
 */
export type Obtain = (reason: ObtainReason, previous: CheckedToken | null) => Promise<CheckedToken>;

/** All times are milliseconds of the life clock. */
export interface Entry {
  readonly key: TokenKey;
  readonly text: string;
  token: CheckedToken | null;
  /** The one before: a server may still echo it, so it stays known as a secret. */
  former: CheckedToken | null;
  refreshAt: number;
  usableUntil: number;
  wakeAt: number;
  /** Served since it came, to others than those who waited for it: worth renewing unasked. */
  used: boolean;
  /** A server answered 401 to it. */
  rejected: boolean;
  /** No server's 401 forces another token before then. */
  noForceBefore: number;
  job: Promise<CheckedToken> | null;
  /** The last failure, and until when it stands: Infinity is until told. */
  failure: { readonly refusal: Refusal; readonly until: number } | null;
  /** In a row. */
  failures: number;
  /** No unasked renewal before then. */
  quietUntil: number;
  obtain: Obtain | null;
  /** Ends the timer. */
  cancel: () => void;
  /** Why this entry is not the keeper's any more. */
  dropped: Refusal | null;
}

export const newEntry = (key: TokenKey): Entry => ({
  key,
  text: keyText(key),
  token: null,
  former: null,
  refreshAt: 0,
  usableUntil: 0,
  wakeAt: 0,
  used: false,
  rejected: false,
  noForceBefore: 0,
  job: null,
  failure: null,
  failures: 0,
  quietUntil: 0,
  obtain: null,
  cancel: () => undefined,
  dropped: null,
});

/** Milliseconds before expiry from which a token is not sent any more: the request has a way to go. At most a tenth of its life. */
const SKEW_MS = 10_000;

/**
 * When a token that comes in now is renewed and until when it serves, in life-clock milliseconds. Renewed at
 * 50 to 75 % of its life, settled here and now: a later decision would gather tokens at one moment. The wall
 * clock can only shorten what is left (a token that waited in the vault), never lengthen it.
 */
export function lifeOf(
  token: Pick<CheckedToken, "obtainedAt" | "expiresAt">,
  now: number,
  wallNow: number,
  random: () => number,
): { readonly refreshAt: number; readonly usableUntil: number } {
  const whole = Math.max(0, token.expiresAt - token.obtainedAt);
  const left = Math.min(whole, Math.max(0, token.expiresAt - wallNow));
  return {
    refreshAt: now + Math.max(0, left - whole * (0.5 - 0.25 * random())),
    usableUntil: now + left - Math.min(SKEW_MS, whole / 10),
  };
}

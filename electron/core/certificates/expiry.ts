// How long a certificate still lives, and when a person is told (30, 7 and 1 days before the end).

const DAY = 86_400_000;
/** Days before the end at which a person is told; the smallest that applies counts. */
export const WARNING_DAYS = [1, 7, 30] as const;
export type WarningDays = (typeof WARNING_DAYS)[number];

export interface Expiry {
  readonly state: "not-yet-valid" | "valid" | "expiring" | "expired";
  /** Whole days left, rounded down; negative once it is over. */
  readonly daysLeft: number;
  /** The warning that applies now; null while more than 30 days are left, and once it is over. */
  readonly warning: WarningDays | null;
}

/**
 * @param life UTC instants as they stand in the record
 * @param now UTC milliseconds
 */
export function expiryOf(
  life: { readonly notBefore: string; readonly notAfter: string },
  now: number,
): Expiry {
  const left = Date.parse(life.notAfter) - now;
  const daysLeft = Math.floor(left / DAY);
  // A date that cannot be read is over: whoever asks must not go on with it. RFC 5280 section 4.1.2.5 includes the
  // last moment itself.
  if (!(left >= 0)) {
    return { state: "expired", daysLeft: Number.isNaN(daysLeft) ? -1 : daysLeft, warning: null };
  }
  const warning = WARNING_DAYS.find((days) => left <= days * DAY) ?? null;
  if (!(now >= Date.parse(life.notBefore))) return { state: "not-yet-valid", daysLeft, warning };
  return { state: warning === null ? "valid" : "expiring", daysLeft, warning };
}

/**
 * The warning to give now, once for each step.
 * @param told the last one that was given for this very certificate; null for none
 */
export function warningDue(expiry: Expiry, told: WarningDays | null): WarningDays | null {
  if (expiry.warning === null) return null;
  return told === null || expiry.warning < told ? expiry.warning : null;
}

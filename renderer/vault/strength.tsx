// A hint about a passphrase, by its length alone: the app does the judging, and length is what counts.
import type { ReactNode } from "react";
import { words } from "../words.ts";

export type StrengthName = "empty" | "short" | "weak" | "fair" | "good";
const LEVEL: Record<StrengthName, number> = { empty: 0, short: 1, weak: 2, fair: 3, good: 4 };

/** Characters as people count them, not UTF-16 units. */
export function strengthOf(passphrase: string): StrengthName {
  const { length } = Array.from(passphrase);
  if (length === 0) return "empty";
  if (length < 8) return "short";
  if (length < 14) return "weak";
  return length < 22 ? "fair" : "good";
}

export function Strength(props: { passphrase: string }): ReactNode {
  const name = strengthOf(props.passphrase);
  return (
    <span className={`strength strength-${name}`}>
      <span className="strength-bar" aria-hidden>
        {[1, 2, 3, 4].map((step) => (
          <span key={step} className={step <= LEVEL[name] ? "on" : ""} />
        ))}
      </span>
      {words.vault.file.strength[name]}
    </span>
  );
}

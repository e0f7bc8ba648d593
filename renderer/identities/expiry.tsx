// How long a certificate still lives: quiet while it is long, loud at 30, 7 and 1 days.
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { CertificateView } from "../types.ts";
import { words } from "../words.ts";

type Life = Pick<CertificateView, "expiry">;

/** `412 days left`, `Ends within a day`, `Ended 3 days ago`; empty while no end is known. */
export function expiryWords(certificate: Life): string {
  const { expiry } = certificate;
  const w = words.identities.certificates.expiry;
  if (expiry === null) return "";
  if (expiry.state === "expired") return w.expired(Math.max(0, -expiry.daysLeft - 1));
  if (expiry.state === "not-yet-valid") return w["not-yet-valid"];
  return expiry.daysLeft < 1 ? w.lastDay : w.left(expiry.daysLeft);
}

/** `bad` from the last seven days on, `warn` in the last thirty. */
export function expiryTone(certificate: Life): "calm" | "warn" | "bad" {
  const { expiry } = certificate;
  if (expiry === null) return "calm";
  if (expiry.state === "expired" || (expiry.warning !== null && expiry.warning <= 7)) return "bad";
  return expiry.warning === null && expiry.state === "valid" ? "calm" : "warn";
}

export function Expiry(props: { certificate: Life }): ReactNode {
  const text = expiryWords(props.certificate);
  const tone = expiryTone(props.certificate);
  if (text === "") return null;
  if (tone === "calm") return <span className="faint">{text}</span>;
  return (
    <span className={`expiry expiry-${tone}`}>
      <TriangleAlert size={13} aria-hidden /> {text}
    </span>
  );
}

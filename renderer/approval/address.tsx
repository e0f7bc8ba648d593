// The address of an issuer, or of a page that somebody wants opened: whole, its host standing out, and said aloud where
// the host's letters are not what they seem.
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { hostFacts } from "../lib/host.ts";
import { Marked, Shown } from "../parts/shown.tsx";
import { words } from "../words.ts";

export function Address({ url }: { url: string }): ReactNode {
  const facts = hostFacts(url);
  if (facts === null) {
    return (
      <span className="mono ask-small ask-address">
        <Shown text={url} />
      </span>
    );
  }
  return (
    <span className="mono ask-small ask-address">
      <bdi>
        <Marked text={facts.before} layout={false} />
        <strong>
          <Marked text={facts.host} layout={false} />
        </strong>
        <Marked text={facts.after} layout={false} />
      </bdi>
      <HostWarning url={url} />
    </span>
  );
}

/** Only the warning, for places where a part of the address is shown; nothing where there is none. */
export function HostWarning({ url }: { url: string }): ReactNode {
  const warning = hostFacts(url)?.warning ?? null;
  const w = words.account;
  if (warning === null) return null;
  return (
    <span className="ask-address-warning">
      <TriangleAlert size={13} aria-hidden />
      <span>
        {warning.kind === "user" ? w.userInfo : w.punycode}
        {warning.kind === "letters" && (
          <>
            {" "}
            <span className="ask-address-ascii mono">
              <Shown text={warning.ascii} />
            </span>
          </>
        )}
      </span>
    </span>
  );
}

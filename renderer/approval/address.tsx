// The address of an issuer, or of a page that somebody wants opened: whole, its host standing out, and said aloud where
// the host's letters are not what they seem.
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { hostFacts } from "../lib/host.ts";
import { Marked, Shown } from "../parts/shown.tsx";
import { words } from "../words.ts";

export function Address({ url }: { url: string }): ReactNode {
  const facts = hostFacts(url);
  const w = words.account;
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
      {facts.warning !== null && (
        <span className="ask-address-warning">
          <TriangleAlert size={13} aria-hidden />
          <span>
            {facts.warning.kind === "user" ? w.userInfo : w.punycode}
            {facts.warning.kind === "letters" && (
              <>
                {" "}
                <Shown text={facts.warning.ascii} />
              </>
            )}
          </span>
        </span>
      )}
    </span>
  );
}

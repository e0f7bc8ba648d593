// The certificates: what is presented in a handshake, what waits for its authority, and how long each lives.
import { BadgeCheck, FileDown, Plus, RefreshCw, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { fullTime } from "../lib/format.ts";
import { Button } from "../parts/button.tsx";
import { CopyLine, Snippet } from "../parts/copy.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Empty } from "../parts/notice.tsx";
import { MoreMenu } from "../parts/picker.tsx";
import { PracticeOf } from "../parts/practice.tsx";
import { Shown } from "../parts/shown.tsx";
import { WaitingList } from "../parts/waiting-list.tsx";
import { useApp, useStore } from "../state/context.tsx";
import type { CertificateView } from "../types.ts";
import { words } from "../words.ts";
import { AcceptCertificate } from "./accept-certificate.tsx";
import { Expiry, expiryTone } from "./expiry.tsx";
import { ImportCertificate } from "./import-certificate.tsx";
import { MakeCertificate } from "./make-certificate.tsx";
import { RemoveCertificate } from "./remove-certificate.tsx";
import { RenewCertificate } from "./renew-certificate.tsx";

type Open =
  | { readonly what: "make" | "import" }
  | { readonly what: CertificateAction; readonly certificate: CertificateView };
type CertificateAction = "accept" | "remove" | "renew" | "import-next" | "take-over";

export function CertificatesTab(): ReactNode {
  const store = useStore();
  const { certificates } = useApp();
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const w = words.identities.certificates;
  const r = words.renewal.certificate;
  const buttons = (
    <>
      <Button icon={FileDown} onClick={() => setOpen({ what: "import" })}>
        {w.import}
      </Button>
      <Button look="primary" icon={Plus} onClick={() => setOpen({ what: "make" })}>
        {w.make}
      </Button>
    </>
  );
  return (
    <>
      {certificates === null && <WaitingList />}
      {certificates?.length === 0 ? (
        <Empty icon={BadgeCheck} title={w.emptyTitle} text={w.emptyText}>
          <div className="empty-buttons">{buttons}</div>
        </Empty>
      ) : (
        <div className="tab-actions">{buttons}</div>
      )}
      <ul className="cards">
        {certificates?.map((certificate) => (
          <CertificateCard
            key={certificate.id}
            certificate={certificate}
            onAsk={(what) => setOpen({ what, certificate })}
          />
        ))}
      </ul>
      {open?.what === "make" && <MakeCertificate onClose={close} onMade={close} />}
      {open?.what === "import" && <ImportCertificate onClose={close} />}
      {open?.what === "accept" && (
        <AcceptCertificate certificate={open.certificate} onClose={close} />
      )}
      {open?.what === "renew" && (
        <RenewCertificate certificate={open.certificate} onClose={close} />
      )}
      {open?.what === "import-next" && (
        <ImportCertificate replaces={open.certificate} onClose={close} />
      )}
      {open?.what === "take-over" && (
        <Confirm
          title={<Shown text={r.takeOverTitle(open.certificate.label)} />}
          text={r.takeOverText}
          action={r.takeOver}
          danger={false}
          onClose={close}
          run={async () => {
            const reply = await store.bridge.call("certificates.takeOver", {
              id: open.certificate.id,
            });
            if (reply.ok) {
              for (const what of ["certificates", "issuers", "servers"] as const) {
                store.refresh(what);
              }
            }
            return reply;
          }}
        />
      )}
      {open?.what === "remove" && (
        <RemoveCertificate certificate={open.certificate} onClose={close} />
      )}
    </>
  );
}

const STATE_BADGE = { active: "", replaced: "", "csr-pending": " badge-warn" } as const;

function CertificateCard(props: {
  certificate: CertificateView;
  onAsk: (what: CertificateAction) => void;
}): ReactNode {
  const { certificate, onAsk } = props;
  const { certificates } = useApp();
  const w = words.identities.certificates;
  const r = words.renewal.certificate;
  const former = certificates?.find(({ id }) => id === certificate.replaces);
  const standsBy = certificate.state === "active" && former?.state === "active";
  const pending = certificate.state === "csr-pending";
  const old = certificate.state === "replaced" || certificate.expiry?.state === "expired";
  return (
    <li className={`card item${old || pending ? " item-paused" : ""}`}>
      <header className="item-head">
        <span className="item-icon">
          <BadgeCheck size={18} strokeWidth={1.7} aria-hidden />
        </span>
        <div className="item-name">
          <h2 title={certificate.label}>
            <Shown text={certificate.label} />
          </h2>
          {certificate.state !== "active" && (
            <span className={`badge${STATE_BADGE[certificate.state]}`}>
              {w.state[certificate.state]}
            </span>
          )}
          {standsBy && <span className="badge badge-warn">{r.standsBy}</span>}
          <PracticeOf tenant={certificate.tenant} />
        </div>
        <div className="item-actions">
          {standsBy && (
            <Button
              small
              look="primary"
              onClick={() => onAsk("take-over")}
              aria-label={r.takeOverOne(certificate.label)}
            >
              {r.takeOver}
            </Button>
          )}
          {certificate.state === "active" && !standsBy && (
            <Button small onClick={() => onAsk("renew")} aria-label={r.renewOne(certificate.label)}>
              {r.renew}
            </Button>
          )}
          {pending && (
            <Button
              small
              look="primary"
              onClick={() => onAsk("accept")}
              aria-label={w.acceptOne(certificate.label)}
            >
              {w.accept}
            </Button>
          )}
          <MoreMenu
            name={certificate.label}
            actions={[
              ...(certificate.state === "active" && !standsBy
                ? [{ label: r.importNext, icon: RefreshCw, run: () => onAsk("import-next") }]
                : []),
              {
                label: pending ? words.common.remove : w.revoke.open,
                icon: Trash2,
                danger: true,
                run: () => onAsk("remove"),
              },
            ]}
          />
        </div>
      </header>
      <dl className="item-facts">
        <div>
          <dt>{w.subject}</dt>
          <dd>
            <code>
              <Shown text={certificate.subject} />
            </code>
          </dd>
        </div>
        {certificate.state !== "csr-pending" && (
          <>
            <div>
              <dt>{w.until}</dt>
              <dd>
                {fullTime(Date.parse(certificate.notAfter))}
                {certificate.state === "active" && <Expiry certificate={certificate} />}
              </dd>
            </div>
            <div>
              <dt>{w.thumbprint}</dt>
              <dd>
                <CopyLine text={certificate.thumbprint} label={w.copyThumbprint} />
              </dd>
            </div>
            <div>
              <dt>{w.serial}</dt>
              <dd>
                <CopyLine text={certificate.serial} label={w.copySerial} />
              </dd>
            </div>
            <div>
              <dt>{w.signedBy}</dt>
              <dd>{certificate.selfSigned ? w.itself : <Shown text={certificate.issuer} />}</dd>
            </div>
          </>
        )}
        <div>
          <dt>{w.key}</dt>
          <dd>{certificate.keyKind}</dd>
        </div>
        {certificate.uris.length > 0 && (
          <div>
            <dt>{w.uris}</dt>
            <dd>
              <code>
                <Shown text={certificate.uris.join(", ")} />
              </code>
            </dd>
          </div>
        )}
        {former !== undefined && (
          <div>
            <dt>{r.replaces}</dt>
            <dd>
              <Shown text={former.label} />
            </dd>
          </div>
        )}
        <UsedBy id={certificate.id} />
      </dl>
      {certificate.state === "active" && expiryTone(certificate) !== "calm" && (
        <p className={`expiry-advice expiry-advice-${expiryTone(certificate)}`}>
          {certificate.expiry?.state === "expired" ? w.ended : w.renew}
        </p>
      )}
      {standsBy && <p className="item-note">{r.register}</p>}
      {certificate.state === "csr-pending" ? (
        <div className="item-more">
          <p className="field-hint">{w.csrText}</p>
          <Snippet text={certificate.csr} label={w.csr} />
        </div>
      ) : (
        <details className="item-more">
          <summary>{w.showPublic}</summary>
          <Snippet text={certificate.chain} label={w.public} />
        </details>
      )}
    </li>
  );
}

/** Which servers and registrations would stop working without it. */
function UsedBy(props: { id: string }): ReactNode {
  const { servers, issuers } = useApp();
  const w = words.identities.certificates;
  const names = [
    ...(servers ?? []).filter(
      (one) =>
        one.kind !== "stdio" &&
        "certificate" in one.pattern &&
        one.pattern.certificate === props.id,
    ),
    ...(issuers ?? []).filter(({ auth }) => "certificate" in auth && auth.certificate === props.id),
  ].map(({ name }) => name);
  return (
    <div>
      <dt>{w.usedBy}</dt>
      <dd>{names.length === 0 ? <span className="faint">{w.unused}</span> : names.join(", ")}</dd>
    </div>
  );
}

// Importing a certificate with its key from a file. The file is read here and goes straight to the app.
import { FileKey2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { toBase64 } from "../lib/base64.ts";
import { bytes } from "../lib/format.ts";
import { Field, SecretInput, TextInput } from "../parts/field.tsx";
import { FileChooser } from "../parts/file-chooser.tsx";
import { Shown } from "../parts/shown.tsx";
import { useStore } from "../state/context.tsx";
import type { CertificateView } from "../types.ts";
import { words } from "../words.ts";
import { FormDialog } from "../parts/form-dialog.tsx";

/** The contract takes 2,000,000 characters of base64. */
const MOST_BYTES = 1_500_000;

export function ImportCertificate(props: {
  onClose: () => void;
  /** The certificate whose place it takes. */
  replaces?: CertificateView;
}): ReactNode {
  const { replaces } = props;
  const store = useStore();
  const [label, setLabel] = useState(replaces?.label ?? "");
  const [file, setFile] = useState<File | null>(null);
  const [unread, setUnread] = useState(false);
  const [passphrase, setPassphrase] = useState("");
  const [tried, setTried] = useState(false);
  const w = words.identities.certificates.importForm;
  const made = words.identities.certificates.makeForm;
  const fault =
    file === null
      ? tried
        ? w.fileNeeded
        : null
      : file.size > MOST_BYTES
        ? w.fileLarge
        : unread
          ? w.fileUnread
          : null;
  return (
    <FormDialog
      title={
        replaces === undefined ? (
          w.title
        ) : (
          <Shown text={words.renewal.certificate.importTitle(replaces.label)} />
        )
      }
      text={replaces === undefined ? w.text : `${w.text} ${words.renewal.certificate.importText}`}
      submit={w.submit}
      submitting={w.submitting}
      fits={file !== null && file.size <= MOST_BYTES && label.trim() !== ""}
      onTried={() => setTried(true)}
      onClose={props.onClose}
      run={async () => {
        const content = await file?.arrayBuffer().catch(() => null);
        if (content == null) {
          setUnread(true);
          return { ok: true, value: null };
        }
        const reply = await store.bridge.call("certificates.import", {
          label: label.trim(),
          file: toBase64(new Uint8Array(content)),
          passphrase: passphrase === "" ? null : passphrase,
          replaces: replaces?.id ?? null,
        });
        if (reply.ok) {
          for (const what of ["certificates", "issuers", "servers"] as const) store.refresh(what);
          props.onClose();
        }
        return reply;
      }}
    >
      <Field label={w.file} error={fault}>
        {(ids) => (
          <FileChooser
            ids={ids}
            icon={FileKey2}
            accept=".pem,.crt,.cer,.key,.p12,.pfx"
            text={w.choose}
            chosen={file === null ? null : w.chosen(file.name, bytes(file.size))}
            onChoose={(chosen) => {
              setFile(chosen);
              setUnread(false);
              if (chosen !== null && label === "") {
                setLabel(chosen.name.replace(/\.[a-z0-9]{1,5}$/i, "").slice(0, 80));
              }
            }}
          />
        )}
      </Field>
      <Field label={made.label} error={tried && label.trim() === "" ? made.labelNeeded : null}>
        {(ids) => (
          <TextInput
            {...ids}
            dir="auto"
            maxLength={80}
            placeholder={made.labelPlaceholder}
            value={label}
            onChange={(event) => setLabel(event.target.value)}
          />
        )}
      </Field>
      <Field label={w.passphrase} optional>
        {(ids) => (
          <SecretInput
            {...ids}
            value={passphrase}
            onChange={(event) => setPassphrase(event.target.value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}

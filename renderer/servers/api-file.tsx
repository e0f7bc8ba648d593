// Choosing an OpenAPI file: it is read where it is decided upon, and what it says is shown.
import { Braces, FileJson2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Field } from "../parts/field.tsx";
import { FileChooser } from "../parts/file-chooser.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { useBridge } from "../state/context.tsx";
import type { ApiPreview, Complaint } from "../types.ts";
import { words } from "../words.ts";

/** As much as the app reads; more would only travel in vain. */
const MOST = 4 * 1024 * 1024;

export function ApiFile(props: {
  /** Whose present import it is compared with. */
  server?: string;
  preview: ApiPreview | null;
  error?: string | undefined;
  onRead: (document: string, preview: ApiPreview | null) => void;
}): ReactNode {
  const bridge = useBridge();
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const w = words.apis;
  const read = async (file: File | null): Promise<void> => {
    setFault(null);
    setComplaint(null);
    props.onRead("", null);
    setName(file?.name ?? "");
    if (file === null) return;
    setBusy(true);
    const document = file.size > MOST * 2 ? null : await file.text().catch(() => null);
    if (document === null || document === "") {
      setBusy(false);
      return setFault(w.unreadable);
    }
    const reply = await bridge.call("apis.read", {
      document,
      ...(props.server !== undefined && { server: props.server }),
    });
    setBusy(false);
    if (reply.ok) props.onRead(document, reply.value);
    else setComplaint(reply.error);
  };
  const { preview } = props;
  return (
    <>
      <Field label={w.file} hint={busy ? w.reading : w.fileHint} error={fault ?? props.error}>
        {(ids) => (
          <FileChooser
            ids={ids}
            icon={FileJson2}
            accept=".json,.yaml,.yml,application/json,application/yaml"
            text={w.choose}
            busy={busy}
            chosen={name === "" ? null : name}
            onChoose={(file) => void read(file)}
          />
        )}
      </Field>
      {complaint !== null && <ComplaintBox complaint={complaint} />}
      {preview !== null && (
        <p className="api-read">
          <Braces size={16} strokeWidth={1.7} aria-hidden />
          <span className="untrusted api-title">
            <Shown text={w.read(preview.title, preview.version) || w.untitled} />
          </span>
        </p>
      )}
    </>
  );
}

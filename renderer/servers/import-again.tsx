// Importing the document of an API again: what is different is seen before it is taken.
import { type ReactNode, useState } from "react";
import { FormDialog } from "../parts/form-dialog.tsx";
import { Shown } from "../parts/shown.tsx";
import { useStore } from "../state/context.tsx";
import type { ApiPreview, ServerView } from "../types.ts";
import { words } from "../words.ts";
import { EMPTY_API, preselected } from "./api-draft.ts";
import { ApiFile } from "./api-file.tsx";
import { Operations } from "./operations.tsx";

export function ImportAgain(props: { server: ServerView; onClose: () => void }): ReactNode {
  const { server } = props;
  const store = useStore();
  const [api, setApi] = useState(EMPTY_API);
  const [tried, setTried] = useState(false);
  const w = words.apis;
  const { document, picked, preview } = api;
  const take = (text: string, read: ApiPreview | null): void =>
    setApi(
      read === null ? EMPTY_API : { document: text, preview: read, picked: preselected(read) },
    );
  return (
    <FormDialog
      title={w.again.title(server.name)}
      text={w.again.text}
      submit={w.again.submit}
      submitting={w.again.submitting}
      fits={preview !== null && picked.size > 0}
      onTried={() => setTried(true)}
      onClose={props.onClose}
      run={async () => {
        const operations = [...picked];
        const reply = await store.bridge.call("servers.import", {
          id: server.id,
          document,
          operations,
        });
        if (reply.ok) {
          store.refreshLists();
          props.onClose();
        }
        return reply;
      }}
    >
      <ApiFile
        server={server.id}
        preview={preview}
        error={tried && preview === null ? w.fileNeeded : undefined}
        onRead={take}
      />
      {preview !== null && <Different preview={preview} />}
      {preview !== null && (
        <Operations
          operations={sorted(preview)}
          picked={picked}
          error={tried && picked.size === 0 ? w.noneNeeded : undefined}
          onChange={(next) => setApi((now) => ({ ...now, picked: next }))}
        />
      )}
    </FormDialog>
  );
}

const isDifferent = ({ change }: ApiPreview["operations"][number]): boolean =>
  change === "new" || change === "changed";

/** What is different first. */
const sorted = ({ operations }: ApiPreview): ApiPreview["operations"] =>
  operations.toSorted((a, b) => Number(isDifferent(b)) - Number(isDifferent(a)));

function Different(props: { preview: ApiPreview }): ReactNode {
  const { gone, operations } = props.preview;
  const w = words.apis.again;
  if (gone.length === 0 && !operations.some(isDifferent))
    return <p className="field-hint">{w.same}</p>;
  if (gone.length === 0) return null;
  return (
    <p className="api-gone">
      {w.gone}: <Shown text={gone.slice(0, 20).join(", ")} />
    </p>
  );
}

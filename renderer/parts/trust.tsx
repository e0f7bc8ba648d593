// Authorities of one's own that may vouch for a server or an issuer. Rarely needed, so it is folded away.
import { type ReactNode, useState } from "react";
import { words } from "../words.ts";
import { Button } from "./button.tsx";
import { Field, TextArea } from "./field.tsx";

export function TrustField(props: {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}): ReactNode {
  const [open, setOpen] = useState(props.value !== "");
  const w = words.servers.form;
  if (!open && props.error === undefined) {
    return (
      <div className="list-field">
        <Button small look="quiet" onClick={() => setOpen(true)}>
          {w.trustAdd}
        </Button>
      </div>
    );
  }
  return (
    <Field label={w.trust} hint={w.trustHint} error={props.error} optional>
      {(ids) => (
        <TextArea
          {...ids}
          rows={4}
          placeholder="-----BEGIN CERTIFICATE-----"
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

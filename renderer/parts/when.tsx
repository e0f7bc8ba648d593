// A moment, told as people say it; the exact instant in both zones is one hover away.
import type { ReactNode } from "react";
import { ago, fullTime, utcTime, zoneName } from "../lib/format.ts";
import { useNow } from "../lib/hooks.ts";

/** Local time with its zone, and UTC: two lines. */
export const exactly = (at: number): string => `${fullTime(at)} ${zoneName(at)}\n${utcTime(at)}`;

/** `3 minutes ago`. `instant` is a UTC instant as the contract writes it. */
export function When(props: { instant: string }): ReactNode {
  const now = useNow(15_000);
  const at = Date.parse(props.instant);
  if (Number.isNaN(at)) return props.instant;
  return (
    <time dateTime={props.instant} title={exactly(at)}>
      {ago(at, now)}
    </time>
  );
}

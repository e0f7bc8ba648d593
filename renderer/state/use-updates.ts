// What is known of newer versions, kept up to date while something shows it.
import { useCallback, useEffect, useState } from "react";
import type { UpdatesView } from "../types.ts";
import { useBridge } from "./context.tsx";

/** The second part takes what an answer said already. Null until the first answer came. */
export function useUpdates(): readonly [UpdatesView | null, (view: UpdatesView) => void] {
  const bridge = useBridge();
  const [view, setView] = useState<UpdatesView | null>(null);
  const ask = useCallback(() => {
    void bridge.call("updates.status", {}).then((reply) => {
      if (reply.ok) setView(reply.value);
    });
  }, [bridge]);
  useEffect(ask, [ask]);
  useEffect(
    () =>
      bridge.watch((event) => {
        if (event.type === "changed" && event.what === "updates") ask();
      }),
    [bridge, ask],
  );
  return [view, setView];
}

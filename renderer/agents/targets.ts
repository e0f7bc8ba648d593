// The assistants on this machine. Their files are looked at while somebody looks at this page, and not before.
import { useCallback, useEffect, useState } from "react";
import { useBridge } from "../state/context.tsx";
import type { ConnectTarget } from "../types.ts";

/** Milliseconds between two looks: a chatty local server changes several times a second. */
const AGAIN_MS = 1000;

/** Null until they are known, or where they cannot be. The second value asks again. */
export function useTargets(): readonly [readonly ConnectTarget[] | null, () => void] {
  const bridge = useBridge();
  const [targets, setTargets] = useState<readonly ConnectTarget[] | null>(null);
  const ask = useCallback(() => {
    void bridge.call("connect.targets", {}).then((reply) => {
      if (reply.ok) setTargets(reply.value);
    });
  }, [bridge]);
  useEffect(() => {
    ask();
    let soon: ReturnType<typeof setTimeout> | null = null;
    const stop = bridge.watch((event) => {
      if (event.type !== "changed") return;
      // What Countersign itself wrote shows at once.
      if (event.what === "connections") ask();
      if (event.what !== "agents" && event.what !== "servers") return;
      soon ??= setTimeout(() => {
        soon = null;
        ask();
      }, AGAIN_MS);
    });
    return () => {
      stop();
      clearTimeout(soon ?? undefined);
    };
  }, [bridge, ask]);
  return [targets, ask];
}

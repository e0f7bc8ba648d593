// The assistants on this machine. Their files are looked at while somebody looks at this page, and not before.
import { useCallback, useEffect, useState } from "react";
import { useBridge } from "../state/context.tsx";
import type { ConnectTarget } from "../types.ts";

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
    return bridge.watch((event) => {
      if (event.type !== "changed") return;
      if (["connections", "agents", "servers"].includes(event.what)) ask();
    });
  }, [bridge, ask]);
  return [targets, ask];
}

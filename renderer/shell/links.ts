// Links of our own scheme: the core has checked them and asked the person, here a screen or a form opens.
import { useEffect } from "react";
import type { DeepLink } from "../../electron/core/shell.ts";
import { useApp, useBridge } from "../state/context.tsx";

/** @param open called with each link, once; it must not change between renderings */
export function useLinks(open: (link: DeepLink) => void): void {
  const bridge = useBridge();
  const ready = useApp().link === "open";
  useEffect(() => {
    if (!ready) return undefined;
    const take = (): void => {
      void bridge.call("shell.takeLink", {}).then((reply) => {
        if (reply.ok && reply.value.link !== null) open(reply.value.link);
      });
    };
    const stop = bridge.watch((event) => {
      if (event.type === "changed" && event.what === "link") take();
    });
    // One that came before this page was there.
    take();
    return stop;
  }, [bridge, ready, open]);
}

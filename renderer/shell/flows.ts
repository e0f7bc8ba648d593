// Ways that several screens share: going elsewhere, and the two flows that begin in many places.
import { createContext, useContext } from "react";
import type { ScreenName } from "../../electron/core/shell.ts";

export type { ScreenName };

export interface Flows {
  /** @param tab which part of it, where it has several */
  readonly go: (screen: ScreenName, tab?: string) => void;
  /** The part that was asked for. */
  readonly tab: string | null;
  readonly addServer: () => void;
  readonly addAgent: () => void;
}

export const FlowsContext = createContext<Flows | null>(null);

export function useFlows(): Flows {
  const flows = useContext(FlowsContext);
  if (flows === null) throw new Error("no flows above this component");
  return flows;
}

// Ways that several screens share: going elsewhere, and the two flows that begin in many places.
import { createContext, useContext } from "react";

export type ScreenName =
  | "overview"
  | "log"
  | "servers"
  | "agents"
  | "identities"
  | "policy"
  | "lab"
  | "doctor";

export interface Flows {
  readonly go: (screen: ScreenName) => void;
  readonly addServer: () => void;
  readonly addAgent: () => void;
}

export const FlowsContext = createContext<Flows | null>(null);

export function useFlows(): Flows {
  const flows = useContext(FlowsContext);
  if (flows === null) throw new Error("no flows above this component");
  return flows;
}

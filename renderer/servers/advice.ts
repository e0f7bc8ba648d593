// Which pattern fits, from two questions. Pure; the words for it are in words/patterns.ts.
import type { PatternType } from "../types.ts";

export const REACHES = ["own", "shared", "critical", "regulated"] as const;
export type Reach = (typeof REACHES)[number];
export const BEHALVES = ["agent", "person"] as const;
export type Behalf = (typeof BEHALVES)[number];

export type Advised = Extract<
  PatternType,
  "api-key" | "client-credentials" | "token-exchange" | "mtls" | "composite"
>;

/**
 * The decision heuristic: single person and little at stake → key; shared data → client credentials; on a
 * person's behalf → exchange; no trust in the network → certificate; regulated → both together.
 */
export function advise(reach: Reach, behalf: Behalf): Advised {
  if (reach === "regulated") return "composite";
  if (reach === "critical") return behalf === "person" ? "composite" : "mtls";
  if (behalf === "person") return "token-exchange";
  return reach === "own" ? "api-key" : "client-credentials";
}

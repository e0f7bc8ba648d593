// What a configured pattern amounts to, for the ladder of stages.
import type { PatternShape } from "./oauth/keeping/ladder.ts";
import type { Pattern } from "./patterns.ts";
import type { Server } from "./servers.ts";

/** How strong a pattern is, for the ladder of stages. */
export function shapeOf(pattern: Pattern): PatternShape {
  switch (pattern.type) {
    case "none":
    case "api-key":
    case "mtls":
      return { type: pattern.type };
    case "client-credentials":
    case "account":
    case "token-exchange":
      return { type: pattern.type, bound: pattern.bound };
    case "composite":
      return {
        type: "composite",
        parts: [
          { type: pattern.exchange ? "token-exchange" : "client-credentials", bound: "mtls" },
          { type: "mtls" },
        ],
      };
  }
  return pattern satisfies never;
}

/** The same for a whole server: a local one has its secrets in the environment, or none. */
export const shapeOfServer = (server: Server): PatternShape =>
  server.kind !== "stdio"
    ? shapeOf(server.pattern)
    : { type: Object.keys(server.secretEnv).length === 0 ? "none" : "env" };

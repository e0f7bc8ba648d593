// What the person is asked about, and what an answer is bound to: one call, in the bytes that will be sent.
import type { AdmittedAgent } from "../agent-register.ts";
import type { AgentAuthMethod } from "../agents.ts";
import type { AccountFact, Standing } from "../consent/standing.ts";
import { hex, type Digest } from "../digest.ts";
import type { Claims, Look, ToolStanding } from "../pins/look.ts";
import { isDestructiveOn } from "../policy/destructive.ts";
import { targetOf } from "../policy/input.ts";
import type { Run } from "../runs/runs.ts";
import { type AskingProgram, askingProgram, type Program } from "./program.ts";
import type { PatternType, Server, Stage } from "../servers.ts";

export interface ServerFace {
  readonly id: string;
  readonly name: string;
  readonly kind: Server["kind"];
  readonly stage: Stage;
  readonly pattern: PatternType | "env";
  readonly target: string;
}

export interface Subject {
  readonly tenant: string;
  readonly agent: {
    readonly id: string;
    readonly name: string;
    readonly authMethod: AgentAuthMethod;
  };
  readonly server: ServerFace;
  /** On whose behalf; null where the server is used with no account, or none is signed in. */
  readonly account: AccountFact | null;
  /** What the token is for, and what it may do; null and empty where there is no token. */
  readonly audience: string | null;
  readonly scopes: readonly string[];
  /** Whether the token names the agent as who acts for the person. */
  readonly acts: Standing["acts"];
  /** Where the call came from; null where the system does not tell. */
  readonly program: AskingProgram | null;
  /** As the agent wrote it. */
  readonly tool: string;
  readonly destructive: boolean;
  /** SHA-256 of the definition that was agreed to, hex; null where none is known or agreed to. */
  readonly toolFingerprint: string | null;
  readonly toolStanding: ToolStanding;
  /** What its server says of it; null where no list says anything. */
  readonly claims: Claims | null;
  /** The arguments exactly as they will be sent, as text; `{}` where the call has none. */
  readonly argumentsText: string;
  readonly argumentsBytes: number;
  /** SHA-256 of the tool's name, a line feed, and the argument bytes; hex. What is shown is what is sent. */
  readonly argumentsHash: string;
  /**
   * Changes with the agent's credential and program, with anything about the server, with account and scopes, and with
   * the tool's definition: what was allowed before is void then.
   */
  readonly stamp: string;
  /** The stretch of work of its agent that the call belongs to. */
  readonly run?: Run | null | undefined;
}

export const serverFace = (server: Server): ServerFace => ({
  id: server.id,
  name: server.name,
  kind: server.kind,
  stage: server.stage,
  pattern: server.kind !== "stdio" ? server.pattern.type : "env",
  target: targetOf(server),
});

/** SHA-256 of the tool's name, a line feed, and the argument bytes; hex. */
export const argumentsHashOf = (
  call: { readonly tool: string; readonly argumentsText: string },
  digest: Digest,
): string => hex(digest.sha256(`${call.tool}\n${call.argumentsText}`));

export function subjectOf(
  who: AdmittedAgent,
  server: Server,
  { tool, argumentsText }: { readonly tool: string; readonly argumentsText: string },
  standing: Standing,
  digest: Digest,
  program: Program | null,
  look: Look,
  run: Run | null = null,
): Subject {
  const { agent, authMethod } = who;
  const { account, audience, scopes, acts } = standing;
  const whose = account === null ? null : [account.issuer, account.sub, account.tenant];
  return {
    tenant: server.tenant,
    agent: { id: agent.id, name: agent.name, authMethod },
    server: serverFace(server),
    account,
    audience,
    scopes,
    acts,
    program: askingProgram(program, authMethod),
    tool,
    destructive: isDestructiveOn(server, tool),
    toolFingerprint: look.fingerprint,
    toolStanding: look.standing,
    claims: look.claims,
    argumentsText,
    argumentsBytes: new TextEncoder().encode(argumentsText).length,
    argumentsHash: argumentsHashOf({ tool, argumentsText }, digest),
    stamp: hex(
      digest.sha256(
        JSON.stringify([
          agent.credentialHash,
          agent.certificate,
          server,
          whose,
          scopes,
          program?.path ?? null,
          look.fingerprint,
        ]),
      ),
    ),
    run,
  };
}

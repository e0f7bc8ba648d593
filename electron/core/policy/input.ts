// The document that policy is asked about: a superset of the one that the five patterns were published with, so that
// policies written for those (`input.agent.scopes`, `input.tool.namespace`, `input.request.cert_verified`) run as they are.
import type { AdmittedAgent } from "../agent-register.ts";
import type { AccountFact } from "../consent/standing.ts";
import { RUNGS, strength } from "../oauth/keeping/ladder.ts";
import { shapeOf } from "../pattern-shape.ts";
import type { Program } from "../permission/program.ts";
import type { Server } from "../servers.ts";
import { isDestructiveOn } from "./destructive.ts";

export interface PolicyInput {
  readonly agent: {
    readonly id: string;
    readonly name: string;
    readonly tenant: string;
    readonly scopes: readonly string[];
    readonly auth_method: string;
  };
  readonly server: {
    readonly id: string;
    readonly name: string;
    readonly kind: string;
    readonly stage: string;
    readonly target: string;
    /** Of the practice company: nothing behind it is real. */
    readonly practice: boolean;
  };
  readonly tool: {
    readonly name: string;
    /** The tenant that the tool belongs to. */
    readonly namespace: string;
    readonly destructive: boolean;
    /** What the person said that it does with data: `private`, `untrusted`, `egress`. */
    readonly labels: readonly string[];
    /** SHA-256 of the definition that the person agreed to, hex; null where none is known. */
    readonly fingerprint: string | null;
  };
  /** On whose behalf; null where no account is used. */
  readonly account: {
    readonly issuer: string;
    readonly sub: string | null;
    readonly tenant: string | null;
  } | null;
  readonly credential: { readonly pattern: string; readonly bound: boolean };
  readonly request: {
    /** The agent proved itself by a client certificate. */
    readonly cert_verified: boolean;
    readonly via: string;
    readonly method: string;
    /** Null where the arguments are no JSON object. */
    readonly arguments: unknown;
  };
  /** The program that the call came from, as the system tells it: attribution, not proof. Null where it does not. */
  readonly program: { readonly path: string; readonly pid: number } | null;
  readonly history: {
    /** Calls of this agent in the hour before this one, whatever became of them. */
    readonly calls_last_hour: number;
    /** Calls that the agent asked for in this stretch of work, this one included. */
    readonly calls_in_run: number;
  };
  /** UTC instant. */
  readonly time: string;
}

/** What a server is reached by: its address, or its command. A grant or a rule is for this and nothing else. */
export const targetOf = (server: Server): string =>
  server.kind !== "stdio" ? server.url : JSON.stringify([server.command, ...server.args]);

/** Builds the document for one call. `argumentsValue` was read strictly. */
export function policyInput(
  who: AdmittedAgent,
  server: Server,
  call: {
    readonly tool: string;
    readonly via: string;
    readonly argumentsValue: unknown;
    readonly now: number;
    readonly practice: boolean;
    readonly callsLastHour: number;
    readonly labels?: readonly string[];
    readonly callsInRun?: number;
    readonly account: AccountFact | null;
    readonly program: Program | null;
    readonly fingerprint: string | null;
  },
): PolicyInput {
  const { agent, authMethod } = who;
  const { account } = call;
  const shape = server.kind !== "stdio" ? shapeOf(server.pattern) : ({ type: "env" } as const);
  return {
    agent: {
      id: agent.id,
      name: agent.name,
      tenant: agent.tenant,
      scopes: ["mcp:invoke"],
      auth_method: authMethod,
    },
    server: {
      id: server.id,
      name: server.name,
      kind: server.kind,
      stage: server.stage,
      target: targetOf(server),
      practice: call.practice,
    },
    tool: {
      name: call.tool,
      namespace: server.tenant,
      destructive: isDestructiveOn(server, call.tool),
      labels: call.labels ?? [],
      fingerprint: call.fingerprint,
    },
    account:
      account === null
        ? null
        : { issuer: account.issuer, sub: account.sub, tenant: account.tenant },
    credential: { pattern: shape.type, bound: strength(shape) >= RUNGS.bound },
    request: {
      cert_verified: authMethod === "certificate",
      via: call.via,
      method: "tools/call",
      arguments: call.argumentsValue,
    },
    program: call.program === null ? null : { path: call.program.path, pid: call.program.pid },
    history: { calls_last_hour: call.callsLastHour, calls_in_run: call.callsInRun ?? 1 },
    time: new Date(call.now).toISOString(),
  };
}

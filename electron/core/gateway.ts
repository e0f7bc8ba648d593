// The gateway decides: which agent, which server, whether this message is gated, what is written down, and
// which credential goes along. The front door moves bytes as the gateway says.
import { type AdmittedAgent, isAdmitted } from "./agent-register.ts";
import type { Clock } from "./clock.ts";
import type { Attachment, Credentials } from "./credentials.ts";
import { hex, type Digest } from "./digest.ts";
import { asRefusal, Refusal, type RefusalCode } from "./errors.ts";
import { type CallEvidence, evidenceOfFailure } from "./evidence.ts";
import { newId } from "./ids.ts";
import type { CallEnd, CallIntent, Journal } from "./journal.ts";
import type { Message } from "./message.ts";
import type { KnownPrograms } from "./permission/known-programs.ts";
import type { Permission, Permit } from "./permission/permission.ts";
import type { Program } from "./permission/program.ts";
import { withArguments } from "./permission/revision.ts";
import { seenOf } from "./policy/seen.ts";
import { echoed } from "./sentences.ts";
import type { Server } from "./servers.ts";

/** What redact.ts offers. */
export interface Redactor {
  input(bytes: Uint8Array | null): { readonly text: string | null; readonly cut: boolean };
  text(text: string): string;
  /** A name as it is, unless a secret of ours stands in it. */
  name(name: string): string;
  /** Whether a secret of ours stands in the text, in any form that programs give to text. */
  holds(text: string): boolean;
}

export interface GatewayPorts {
  readonly servers: () => readonly Server[];
  readonly journal: Journal;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly digest: Digest;
  /** What a tool is at a plain HTTP API: `GET /items/{sku}`; null elsewhere. */
  readonly routeOf: (server: Server, tool: string | null) => string | null;
  readonly redact: Redactor;
  readonly permission: Pick<Permission, "decide" | "admit" | "signInNeeded"> & {
    readonly admitProgram: KnownPrograms["admit"];
  };
  /** Counts one call. @throws Refusal `call_limit_reached` */
  readonly limit: (server: Server, attachment: Attachment) => void;
  /** Counts one message that is about to be decided. @throws Refusal `call_limit_reached` */
  readonly pace: (who: AdmittedAgent, server: Server, tool: string) => void;
  /** A call leaves for its server: its run has read what comes back. */
  readonly sent: (agentId: string, run: string, server: Server, tool: string) => void;
}

/** A server that this agent may reach. Only reach() makes one. */
export interface Reached {
  readonly who: AdmittedAgent;
  readonly server: Server;
  /** Where the request came from; null where the system does not tell. */
  readonly program: Program | null;
}

/** Leave to send one message. Only the gateway makes one; release() takes nothing else. */
export interface Plan {
  readonly reached: Reached;
  /** Null for messages that are not gated: they leave no row. */
  readonly callId: string | null;
  /** What is called, and in which stretch of work; null for messages that are not gated. */
  readonly call: { readonly tool: string; readonly run: string } | null;
  /** Whether all secrets of the tenant are known, so that what a server says can be cleared of them. */
  readonly cleared: boolean;
  /** Why it may not be sent, where policy or the person said no: release() throws it. */
  readonly refusal: Refusal | null;
  /** To be sent instead of what the agent sent, where the person changed the arguments. */
  readonly revised: Pick<Asked, "message" | "body"> | null;
}

export interface Asked {
  readonly message: Message;
  readonly body: Uint8Array;
  readonly generation: "legacy" | "modern" | null;
  readonly via: "mcp" | "invoke";
  /** The legacy session that the agent named, which is its own. */
  readonly sessionId: string | null;
  /** clock.monotonic() when the request reached the door. */
  readonly startedAt: number;
}

/** Letters alone, as tools are called. */
const PLAIN_NAME = /^[A-Za-z][A-Za-z_.-]{0,31}$/;
/** Stands for what cannot be cleared of secrets, because the vault that holds them cannot be read. */
const WITHHELD = "[withheld: the vault could not be read]";
const decoder = new TextDecoder("utf-8", { fatal: true });

export type Gateway = ReturnType<typeof createGateway>;

export function createGateway(ports: GatewayPorts) {
  const { journal, clock, digest, redact } = ports;
  const reachedOnes = new WeakSet<Reached>();
  const plans = new WeakSet<Plan>();
  // A call that is sent again with a fresh token is still one call of its person.
  const counted = new WeakSet<Plan>();

  /** While the vault cannot be read, names are shown that no key looks like. */
  const toolOf = (name: string | null, cleared: boolean): string | null =>
    name === null || (!cleared && PLAIN_NAME.test(name))
      ? name
      : cleared
        ? redact.name(name)
        : WITHHELD;

  function intentFor(reached: Reached, asked: Asked, permit: Permit, cleared: boolean): CallIntent {
    const { agent, authMethod, certificate } = reached.who;
    const { server } = reached;
    const { message, body } = asked;
    const span = message.argumentsSpan;
    const route = ports.routeOf(server, message.name);
    const record = route === null ? permit.record : { ...permit.record, route };
    const input = cleared
      ? redact.input(span === null ? null : body.subarray(span.start, span.end))
      : { text: JSON.stringify(WITHHELD), cut: true };
    const intent = {
      id: newId("call", clock.now(), (n) => digest.random(n)),
      kind: "call",
      at: clock.now(),
      tenant: agent.tenant,
      agentId: agent.id,
      agentName: agent.name,
      authMethod,
      agentCertificate: certificate,
      account: null,
      serverId: server.id,
      serverName: server.name,
      pattern: server.kind !== "stdio" ? server.pattern.type : "env",
      via: asked.via,
      generation: asked.generation,
      method: message.method,
      tool: toolOf(message.name, cleared),
      input: input.text,
      inputCut: input.cut,
      inputBytes: body.length,
      inputHash: hex(digest.sha256(body)),
      run: permit.run,
      decision: permit.refusal === null ? "allow" : "deny",
      rules: permit.rules,
      permit: record,
      doorMs: clock.monotonic() - asked.startedAt - (permit.record.waitedMs ?? 0),
    } as const satisfies CallIntent;
    if (permit.input === undefined) return intent;
    // A tool's name may hold a secret, and so may anything that an agent sends: such a call cannot be rehearsed.
    const seen = seenOf(permit.input, intent);
    const text = cleared ? JSON.stringify(seen) : null;
    const kept = text !== null && redact.name(text) === text ? seen : null;
    return { ...intent, permit: { ...record, seen: kept } };
  }

  /**
   * A person takes their time, and the server may have been paused, changed or removed meanwhile: a yes was for what
   * it was when the question was asked.
   */
  function stillHolds(permit: Permit, server: Server): Permit {
    if (permit.refusal !== null || permit.record.waitedMs === null) return permit;
    return unchanged(server) ? permit : { ...permit, refusal: overtaken() };
  }

  const unchanged = (server: Server): boolean =>
    JSON.stringify(ports.servers().find((one) => one.id === server.id)) === JSON.stringify(server);
  const overtaken = (): Refusal =>
    new Refusal("call_denied", {
      reason: "its server was paused, changed or removed while it was asked about",
    });

  /** The argument bytes as text: they were read strictly, so this changes nothing. */
  function argumentsOf({ message, body }: Asked): string {
    const span = message.argumentsSpan;
    return span === null ? "{}" : decoder.decode(body.subarray(span.start, span.end));
  }

  return {
    /**
     * Finds the server by name within the agent's own tenant. Another tenant's server does not exist for it.
     * @throws Refusal `server_unknown`, `server_paused`
     */
    reach(who: AdmittedAgent, serverName: string, program: Program | null): Reached {
      if (!isAdmitted(who)) throw new Refusal("agent_credential_missing");
      const server = ports
        .servers()
        .find((s) => s.tenant === who.agent.tenant && s.name === serverName);
      if (server === undefined)
        throw new Refusal("server_unknown", { server: serverName.slice(0, 48) });
      if (server.state !== "active") throw new Refusal("server_paused", { server: server.name });
      const reached: Reached = { who, server, program };
      reachedOnes.add(reached);
      return reached;
    },

    /** `tools/call` is gated; a message without effect of its own passes. */
    isGated: (message: Message): boolean =>
      message.kind === "request" && message.method === "tools/call",

    /**
     * Leave to send, or not: policy is asked, and the person where it says so, or where this agent meets this server for
     * the first time. For a gated message the decision is in the journal when this resolves.
     * @param asked null for what is no message: an event stream, the end of a session
     * @param signal aborted when the agent is gone, which withdraws the question
     * @throws Refusal `journal_unwritable`, `call_limit_reached`; for what is not gated `program_refused`, `consent_*`, `sign_in_needed`, `question_*`
     */
    async open(reached: Reached, asked: Asked | null, signal?: AbortSignal): Promise<Plan> {
      if (!reachedOnes.has(reached))
        throw new Refusal("call_denied", { reason: "it was not admitted" });
      let callId: string | null = null;
      let call: Plan["call"] = null;
      let cleared = true;
      let refusal: Refusal | null = null;
      let revised: Plan["revised"] = null;
      if (asked !== null && this.isGated(asked.message)) {
        const { who, server, program } = reached;
        // Before anything is decided or written: what runs away must not fill the journal, or ask a thousand times.
        ports.pace(who, server, asked.message.name ?? "");
        // A secret must be known before it can be found, also at the first call after a start.
        const ready = ports.credentials.watchOver(server.tenant);
        if (ready !== true) await ready;
        const wanted = {
          tool: asked.message.name ?? "",
          via: asked.via,
          sessionId: asked.sessionId,
          argumentsText: argumentsOf(asked),
          program,
          holdsSecret: (text: string) => redact.holds(text),
        };
        const decided = await ports.permission.decide(who, server, wanted, signal);
        const permit = stillHolds(decided, server);
        // The vault may have been opened or locked while the person was asked.
        const known = ports.credentials.watchOver(server.tenant);
        cleared = known === true || (await known);
        const sent =
          permit.argumentsText === undefined
            ? asked
            : { ...asked, ...withArguments(asked.message, asked.body, permit.argumentsText) };
        if (sent !== asked) revised = { message: sent.message, body: sent.body };
        const intent = intentFor(reached, sent, permit, cleared);
        await journal.intent(intent);
        callId = intent.id;
        call = { tool: wanted.tool, run: permit.run };
        ({ refusal } = permit);
      } else {
        const { who, server, program } = reached;
        // Nobody waits for the answer to a notification, and a stream is opened again: neither is worth a question.
        const mayAsk = asked?.message.kind === "request";
        // Lists and documents, too, are not for whoever got hold of a credential.
        const stranger = await ports.permission.admitProgram(who, program, mayAsk, signal);
        if (stranger !== null) throw stranger;
        const { waitedMs } = await ports.permission.admit(who, server, mayAsk, signal);
        if (waitedMs !== null && !unchanged(server)) throw overtaken();
      }
      const plan: Plan = { reached, callId, call, cleared, refusal, revised };
      plans.add(plan);
      return plan;
    },

    /**
     * The credential for a plan that this gateway made.
     * @param wider scopes that the server asked for on top, for a call that goes again
     * @throws Refusal `credential_binding_mismatch`, `plain_http_refused`, `vault_*`
     */
    async release(
      plan: Plan,
      signal?: AbortSignal,
      wider?: readonly string[],
    ): Promise<Attachment> {
      if (!plans.has(plan)) throw new Refusal("call_denied", { reason: "it has no plan" });
      if (plan.refusal !== null) throw plan.refusal;
      const { server, who } = plan.reached;
      const attachment = await ports.credentials
        .release(server, who.agent, signal, wider)
        .catch((error: unknown) => {
          const needed = error instanceof Refusal && error.code === "sign_in_needed";
          if (needed) ports.permission.signInNeeded(who, server);
          throw error;
        });
      // Counted once it is known whose call it is, and before anything is sent.
      if (plan.callId !== null && !counted.has(plan)) {
        ports.limit(server, attachment);
        counted.add(plan);
        if (plan.call !== null) ports.sent(who.agent.id, plan.call.run, server, plan.call.tool);
      }
      return attachment;
    },

    /** Writes how a planned call ended; `removed` counts secrets of ours that were taken out of its answer. Each call ends once; a plan without a row has nothing to write. */
    close(
      plan: Plan,
      end: Omit<CallEnd, "detail" | "totalMs"> & { detail: string | null },
      startedAt: number,
      removed = 0,
    ): void {
      if (plan.callId === null || !plans.delete(plan)) return;
      // What we say ourselves of a denial holds nothing of a server's.
      const cleared = plan.cleared || end.outcome === "denied";
      const said = end.detail === null ? null : cleared ? redact.text(end.detail) : WITHHELD;
      journal.end(plan.callId, {
        ...end,
        detail: echoed(removed, said),
        totalMs: clock.monotonic() - startedAt,
      });
    },

    /** Notes what was turned away before it was a call: equal ones are counted together. */
    turnedAway(
      code: RefusalCode,
      about: {
        who?: AdmittedAgent | undefined;
        serverName?: string | undefined;
        status: number;
        startedAt: number;
        note?: string | undefined;
        /** What it was to be authenticated with, where that is what failed. */
        evidence?: CallEvidence | null | undefined;
      },
    ): void {
      const agent = about.who?.agent;
      const totalMs = clock.monotonic() - about.startedAt;
      // A path may name anything: only names that are in use are written down as such.
      const inUse = ports
        .servers()
        .some((s) => s.name === about.serverName && s.tenant === (agent?.tenant ?? s.tenant));
      const write = (cleared: boolean): void =>
        journal.refused(
          {
            id: newId("call", clock.now(), (n) => digest.random(n)),
            kind: "refusal",
            at: clock.now(),
            tenant: agent?.tenant ?? null,
            agentId: agent?.id ?? null,
            agentName: agent?.name ?? null,
            authMethod: about.who?.authMethod ?? null,
            agentCertificate: about.who?.certificate ?? null,
            account: null,
            serverId: null,
            serverName: inUse ? (about.serverName ?? null) : null,
            pattern: null,
            via: null,
            generation: null,
            method: null,
            tool: null,
            input: null,
            inputCut: false,
            inputBytes: 0,
            inputHash: null,
            run: null,
            decision: "deny",
            rules: ["built-in/front-door"],
            permit: null,
            doorMs: totalMs,
          },
          {
            outcome: "denied",
            code,
            rpcCode: null,
            httpStatus: about.status,
            detail: about.note === undefined ? null : cleared ? redact.text(about.note) : WITHHELD,
            resultBytes: 0,
            evidence: about.evidence ?? null,
            firstByteMs: null,
            totalMs,
          },
        );
      const known = agent === undefined || ports.credentials.watchOver(agent.tenant);
      if (known === true) write(true);
      else void known.then(write);
    },

    /**
     * The end of a call that a refusal ended: who refused decides between denied, failed and aborted.
     * @param sent what the call was sent with, where it was; what failed after that says more
     */
    endOf(
      error: unknown,
      sent: CallEvidence | null,
    ): Pick<CallEnd, "outcome" | "code" | "evidence"> {
      const refusal = asRefusal(error);
      const { code } = refusal;
      const evidence = evidenceOfFailure(refusal) ?? sent;
      if (code === "agent_hung_up" || code === "agent_removed") {
        return { outcome: "aborted", code, evidence };
      }
      const ours =
        /^(?:policy_|consent_|program_|secret_in_|question|agent_cooling_|vault_|credential_|plain_http_|journal_|call_|tool_re|tool_changed|server_paused|session_|pattern_|sign_in_|account_|certificate_|token_|scope_kept_)/;
      return { outcome: ours.test(code) ? "denied" : "failed", code, evidence };
    },
  };
}

// One flow is a list of steps; one step is one request at most, with what was checked about its answer. Every
// step is recorded, the failing one above all.
import type { Clock } from "../clock.ts";
import { Refusal } from "../errors.ts";
import { KnownSecrets, redactText } from "../redact.ts";
import { Secret } from "../secret.ts";
import { maskClaims, maskRequest, maskResponse } from "./masks.ts";
import { Ruling } from "./ruling.ts";
import type { FlowNet, FlowRecorder, FlowResponse, MaskedExchange, TlsIdentity } from "./types.ts";

/** What every flow runs with. */
export interface FlowContext {
  readonly net: FlowNet;
  readonly clock: Clock;
  readonly recorder: FlowRecorder;
  /** What the token is for, in the words that people know it by: stands in `sign_in_needed` and `scope_insufficient`. */
  readonly server: string;
  readonly signal?: AbortSignal;
}

export interface OutgoingRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface Step {
  readonly ruling: Ruling;
  /** Sends, and records what was sent and what came. */
  send(url: string, request: OutgoingRequest, identity: TlsIdentity | null): Promise<FlowResponse>;
  /** For a step that sends nothing itself: what the browser will be told to open. */
  showRequest(make: (known: KnownSecrets) => MaskedExchange): void;
  /** Keeps a value out of everything that this step records or throws. */
  hide(secret: Secret | string): void;
}

// What one step sends, the answer of a later one can repeat: a flow knows its secrets as a whole.
const flows = new WeakMap<FlowContext, KnownSecrets>();

function secretsOf(ctx: FlowContext): KnownSecrets {
  const known = flows.get(ctx) ?? new KnownSecrets();
  flows.set(ctx, known);
  return known;
}

/** Facts go to surfaces: an issuer that repeats our secret in its error must not get it shown. */
function withoutSecrets(refusal: Refusal, known: KnownSecrets, issuer: string): Refusal {
  const facts = Object.fromEntries(
    Object.entries(refusal.facts).map(([name, value]) => [
      name,
      typeof value === "string" ? redactText(value, known) : value,
    ]),
  );
  // The net knows a host; only here is it known whose host it is.
  const named = refusal.code.startsWith("issuer_") ? { ...facts, issuer } : facts;
  return new Refusal(refusal.code, named, refusal.cause);
}

/**
 * Runs one step and records it, whatever becomes of it.
 * @param party exact issuer (or server address) that the step speaks to, for the facts of a refusal
 * @throws Refusal what `work` throws, with every secret of the step taken out of its facts
 */
export async function inStep<T>(
  ctx: FlowContext,
  id: string,
  party: string,
  work: (step: Step) => Promise<T> | T,
): Promise<T> {
  const at = ctx.clock.now();
  const began = ctx.clock.monotonic();
  const known = secretsOf(ctx);
  const ruling = new Ruling((text) => redactText(text, known));
  let request: MaskedExchange | null = null;
  let response: MaskedExchange | null = null;

  const step: Step = {
    ruling,
    async send(url, outgoing, identity) {
      request = maskRequest(url, { ...outgoing }, known);
      const answer = await ctx.net.fetch(
        url,
        ctx.signal === undefined ? outgoing : { ...outgoing, signal: ctx.signal },
        identity,
      );
      response = maskResponse(answer, known);
      return answer;
    },
    showRequest(make) {
      request = make(known);
    },
    hide(secret) {
      known.add(typeof secret === "string" ? new Secret(secret) : secret);
    },
  };

  const record = (ended: "ok" | "failed"): void => {
    const state = ruling.remark ? "remark" : ended;
    try {
      ctx.recorder.step({
        id,
        at,
        ms: ctx.clock.monotonic() - began,
        state,
        request,
        response,
        claims: ruling.claims === null ? null : maskClaims(ruling.claims, known),
        rules: ruling.rules,
      });
    } catch {
      // Watching must not break the flow.
    }
  };

  try {
    const value = await work(step);
    record("ok");
    return value;
  } catch (error) {
    record("failed");
    if (error instanceof Refusal) throw withoutSecrets(error, known, party);
    // What a library throws may quote its input. Its kind is all that is kept.
    const kind = error instanceof Error ? error.name : typeof error;
    throw new Refusal("internal", {}, new Error(`${id}: ${kind}`));
  }
}

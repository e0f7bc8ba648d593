// The port for flows in tests: the host's own over real sockets, and one that answers from a list.
import { createFlowNet } from "../../electron/host/tls/flow-net.ts";
import type { FlowContext } from "../../electron/core/oauth/flow.ts";
import type {
  FlowNet,
  FlowRequest,
  FlowResponse,
  FlowStep,
} from "../../electron/core/oauth/types.ts";
import { movableClock } from "./ports.ts";

export interface Sent {
  readonly url: string;
  readonly init: FlowRequest;
  readonly identity: string | null;
}

/**
 * The shipped port, with a list of what went through it.
 * @param ca PEM that servers on loopback must chain to
 */
export function socketNet(ca: string): FlowNet & { readonly sent: Sent[]; close(): void } {
  const net = createFlowNet({ trust: { caPem: () => ca, reach: () => "loopback" } });
  const sent: Sent[] = [];
  return {
    sent,
    fetch(url, init, identity) {
      sent.push({ url, init, identity: identity?.id ?? null });
      return net.fetch(url, init, identity);
    },
    close: () => net.close(),
  };
}

/** A port that answers from a list, for what a well-behaved server never sends. */
export function scriptedNet(
  ...answers: (
    | Partial<FlowResponse>
    | ((url: string, init: FlowRequest) => Partial<FlowResponse>)
  )[]
): FlowNet & { readonly sent: Sent[] } {
  const sent: Sent[] = [];
  let at = 0;
  return {
    sent,
    fetch(url, init, identity) {
      sent.push({ url, init, identity: identity?.id ?? null });
      const next = answers[Math.min(at++, answers.length - 1)];
      if (next === undefined) return Promise.reject(new Error("nothing was to be sent"));
      const answer = typeof next === "function" ? next(url, init) : next;
      return Promise.resolve({ status: 200, headers: {}, body: "", ...answer });
    },
  };
}

/** An answer of JSON, as issuers send it. */
export const json = (
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): FlowResponse => ({
  status,
  headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
  body: JSON.stringify(value),
});

export type TestFlow = FlowContext & {
  readonly steps: FlowStep[];
  readonly clock: ReturnType<typeof movableClock>;
};

/** @param start UTC milliseconds of the clock; the machine's own unless told */
export function flowOver(net: FlowNet, start = Date.now()): TestFlow {
  const steps: FlowStep[] = [];
  return {
    net,
    steps,
    clock: movableClock(start),
    recorder: { step: (step) => void steps.push(step) },
    server: "practice",
  };
}

/** The form that was sent. */
export const formOf = (sent: Sent | undefined): URLSearchParams =>
  new URLSearchParams(sent?.init.body ?? "");

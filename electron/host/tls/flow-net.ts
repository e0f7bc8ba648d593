// The HTTP of the OAuth flows: small questions to issuers, with a client certificate where there is one. A
// connection made with one identity is never used for another (negative test 75).
import http from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import { Refusal } from "../../core/errors.ts";
import type { FlowNet, FlowRequest, FlowResponse, TlsIdentity } from "../../core/oauth/types.ts";
import { isTlsCode } from "../forward/judge.ts";
import { networkFault } from "../network-fault.ts";
import {
  guardedLookup,
  isLoopbackHost,
  mayDialLiteral,
  REACH_REFUSED,
  type Reach,
  type Resolver,
} from "./reach.ts";
import { retireAgent } from "./retire.ts";
import { clientContext, poolName } from "./secure-context.ts";

/**
 * What a person decided about addresses, asked anew for each request. The surfaces show it; nothing of it is ever
 * global.
 */
export interface Trust {
  /** PEM of authorities for this origin, besides the runtime's own; null for none. */
  readonly caPem: (origin: string) => string | null;
  /** How far into this machine and its networks this origin may lead. */
  readonly reach: (origin: string) => Reach;
}

export interface FlowLimits {
  /** Milliseconds for everything: name, connection, answer. */
  readonly totalMs: number;
  /** Bytes of one answer's body (negative test 109). */
  readonly maxBytes: number;
}
const LIMITS: FlowLimits = { totalMs: 15_000, maxBytes: 1_048_576 };

/** Servers close idle connections after 5 s and more; one that we close first cannot break under a token request. */
const IDLE_MS = 4000;

export interface FlowNetOptions {
  /** Without it: the internet only, and the runtime's authorities only. */
  readonly trust?: Trust;
  readonly limits?: Partial<FlowLimits>;
  /** For tests; the system's resolver otherwise. */
  readonly resolve?: Resolver;
}

export interface HostFlowNet extends FlowNet {
  /** Lets go of an identity's connections: it was replaced or removed. What is under way ends by itself. */
  retireIdentity(identityId: string): void;
  close(): void;
}

export function createFlowNet(options: FlowNetOptions = {}): HostFlowNet {
  const limits = { ...LIMITS, ...options.limits };
  const trust = options.trust ?? { caPem: () => null, reach: () => "public" as const };
  const pools = new Map<string, { agent: https.Agent; identityId: string | null }>();
  /** A flow that still carries one gets a connection of its own, which ends with it. */
  const retired = new Set<string>();
  const plain = new http.Agent({ keepAlive: true, timeout: IDLE_MS });
  const lookups: Record<Reach, LookupFunction> = {
    public: guardedLookup("public", options.resolve),
    private: guardedLookup("private", options.resolve),
    loopback: guardedLookup("loopback", options.resolve),
  };

  function agentFor(identity: TlsIdentity | null, caPem: string | null): https.Agent {
    const name = poolName(identity, caPem);
    let pool = pools.get(name);
    if (pool === undefined) {
      const late = identity !== null && retired.has(identity.id);
      const agent = new https.Agent({
        keepAlive: !late,
        timeout: IDLE_MS,
        maxFreeSockets: 8,
        secureContext: clientContext(identity, caPem),
        // Said outright, so that no environment variable can say otherwise (threat 36).
        rejectUnauthorized: true,
        minVersion: "TLSv1.2",
      });
      pool = { agent, identityId: identity?.id ?? null };
      if (!late) pools.set(name, pool);
    }
    return pool.agent;
  }

  function once(
    url: URL,
    init: FlowRequest,
    identity: TlsIdentity | null,
    retried: boolean,
  ): Promise<FlowResponse> {
    const issuer = url.origin;
    const reach = trust.reach(url.origin);
    if (!mayDialLiteral(url.hostname, reach)) throw refusedAddress(issuer);
    const secure = url.protocol === "https:";
    let agent: http.Agent;
    try {
      agent = secure ? agentFor(identity, trust.caPem(url.origin)) : plain;
    } catch (error) {
      throw new Refusal("certificate_invalid", { reason: "TLS cannot use it" }, error);
    }
    if (init.signal?.aborted === true) throw letGo(init.signal);
    return new Promise((resolve, reject) => {
      const headers: Record<string, string> = { ...init.headers, "accept-encoding": "identity" };
      if (init.body !== null) headers["content-length"] = String(Buffer.byteLength(init.body));
      const outgoing = (secure ? https : http).request(url, {
        method: init.method,
        headers,
        agent,
        lookup: lookups[reach],
        insecureHTTPParser: false,
      });
      let settled = false;
      const settle = (run: () => void): void => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        init.signal?.removeEventListener("abort", onAbort);
        run();
      };
      const fail = (refusal: Refusal): void =>
        settle(() => {
          outgoing.destroy();
          reject(refusal);
        });
      const timer = setTimeout(
        () => fail(new Refusal("issuer_timeout", { issuer, seconds: limits.totalMs / 1000 })),
        limits.totalMs,
      );
      const onAbort = (): void => fail(letGo(init.signal));
      init.signal?.addEventListener("abort", onAbort);

      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        // A question may be asked again where an idle connection turned out to be closed. A token request may not:
        // a refresh token that was sent twice ends the whole family (RFC 9700 section 4.14.2).
        if (
          !retried &&
          init.method === "GET" &&
          outgoing.reusedSocket &&
          error.code === "ECONNRESET"
        ) {
          settle(() => void once(url, init, identity, true).then(resolve, reject));
          return;
        }
        fail(nameError(error, issuer, limits));
      });
      outgoing.on("close", () =>
        fail(new Refusal("issuer_unreachable", { issuer, reason: "closed" })),
      );
      outgoing.on("response", (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > limits.maxBytes) fail(tooLarge(issuer, limits));
          else chunks.push(chunk);
        });
        incoming.on("error", (error) => fail(nameError(error, issuer, limits)));
        incoming.on("end", () =>
          settle(() =>
            resolve({
              status: incoming.statusCode ?? 0,
              headers: flat(incoming.headers),
              body: Buffer.concat(chunks).toString("utf8"),
            }),
          ),
        );
      });
      outgoing.end(init.body ?? undefined);
    });
  }

  return {
    async fetch(address, init, identity) {
      const url = new URL(address);
      const here = isLoopbackHost(url.hostname) && trust.reach(url.origin) === "loopback";
      // Secrets of ours go out in the clear to nobody, and to this machine only where a person agreed (threat 37).
      if (url.protocol !== "https:" && !(url.protocol === "http:" && here)) {
        throw new Refusal("plain_http_refused", { url: `${url.origin}${url.pathname}` });
      }
      return once(url, init, identity, false);
    },
    retireIdentity(identityId) {
      retired.add(identityId);
      for (const [name, pool] of pools) {
        if (pool.identityId !== identityId) continue;
        pools.delete(name);
        retireAgent(pool.agent);
      }
    },
    close() {
      for (const { agent } of pools.values()) agent.destroy();
      pools.clear();
      plain.destroy();
    },
  };
}

/** Why the caller let go: with its own reason where it gave one. */
function letGo(signal: AbortSignal | undefined): Refusal {
  const reason: unknown = signal?.reason;
  return reason instanceof Refusal ? reason : new Refusal("agent_hung_up", {}, reason);
}

const tooLarge = (issuer: string, limits: FlowLimits): Refusal =>
  new Refusal("issuer_answer_too_large", { issuer, limit: limits.maxBytes });
const refusedAddress = (issuer: string): Refusal =>
  new Refusal("issuer_unreachable", {
    issuer,
    address: "refused",
    reason: "its address is one of this machine or of a private network, which nobody allowed",
  });

/** The code alone is shown: messages can quote headers. */
function nameError(error: NodeJS.ErrnoException, issuer: string, limits: FlowLimits): Refusal {
  const code = error.code ?? "unknown";
  if (code === REACH_REFUSED) return refusedAddress(issuer);
  if (code === "HPE_HEADER_OVERFLOW") return tooLarge(issuer, limits);
  const reason = networkFault(code);
  if (isTlsCode(code)) return new Refusal("issuer_tls_failed", { issuer, reason }, error);
  return new Refusal("issuer_unreachable", { issuer, reason }, error);
}

function flat(headers: http.IncomingHttpHeaders): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) out[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return out;
}

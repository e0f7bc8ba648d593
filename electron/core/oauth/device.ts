// Signing in where there is no browser (RFC 8628): a code is shown here and typed elsewhere.
import * as oauth from "oauth4webapi";
import { Refusal } from "../errors.ts";
import { Secret } from "../secret.ts";
import { readObject } from "./answer.ts";
import { judgeFailure, retryOf, waitOf } from "./failures.ts";
import { inStep, type FlowContext } from "./flow.ts";
import { obtain, type TokenAsk } from "./grant.ts";
import { checkIdToken } from "./id-token.ts";
import { addressProblem, requireOwn } from "./issuer.ts";
import type { Ruling } from "./ruling.ts";
import { lifetimeOf, refused } from "./token-answer.ts";
import { noteFailure, postForm } from "./token-request.ts";
import type { CheckedToken, FlowResponse } from "./types.ts";

export const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";

/** RFC 8628 section 3.2: five seconds where the issuer does not say. */
const DEFAULT_INTERVAL_MS = 5000;
/** RFC 8628 section 3.5: what `slow_down` adds, for good. */
const SLOW_DOWN_MS = 5000;
const LONGEST_INTERVAL_MS = 60_000;
const DEFAULT_LIFE_MS = 10 * 60_000;
const LONGEST_LIFE_MS = 30 * 60_000;

/** What the person is shown. */
export interface DevicePrompt {
  readonly userCode: string;
  /** Where to type it: https, or http on loopback with consent. */
  readonly verificationUri: string;
  /** The same with the code in it; null where the issuer gives none. */
  readonly verificationUriComplete: string | null;
  /** UTC milliseconds. */
  readonly expiresAt: number;
}

interface DeviceAnswer extends DevicePrompt {
  readonly deviceCode: Secret;
  readonly intervalMs: number;
}

export interface PendingDevice extends DevicePrompt {
  readonly issuer: string;
}

interface Kept {
  readonly ask: TokenAsk;
  readonly deviceCode: Secret;
  intervalMs: number;
  nextAt: number;
}

const underWay = new WeakMap<PendingDevice, Kept>();

const failed = (issuer: string, reason: string): Refusal =>
  new Refusal("sign_in_failed", { issuer, reason, retry: "after-sign-in" });

/**
 * Judges a device authorization answer (RFC 8628 section 3.2).
 * @throws Refusal `sign_in_failed`
 */
export function judgeDeviceAnswer(
  issuer: string,
  response: FlowResponse,
  allowPlainHttpOnLoopback: boolean,
  nowMs: number,
  ruling: Ruling,
): DeviceAnswer {
  const read = readObject(response);
  ruling.note("answer-json", "RFC 8628 §3.2", read.ok, {
    expected: "a JSON object",
    found: read.ok ? "a JSON object" : read.problem,
  });
  if (!read.ok) throw failed(issuer, `the answer cannot be read: ${read.problem}`);
  const {
    device_code: code,
    user_code: shown,
    verification_uri: uri,
    verification_uri_complete: full,
  } = read.value;
  const wrong = addressProblem(uri, allowPlainHttpOnLoopback);
  ruling.must(
    "verification-uri",
    "RFC 8628 §3.2",
    wrong === null,
    { expected: "an https address", found: uri },
    () => failed(issuer, `the address to sign in at cannot be used: ${wrong ?? ""}`),
  );
  ruling.must(
    "device-codes",
    "RFC 8628 §3.2",
    typeof code === "string" &&
      /^[\x21-\x7e]{1,8192}$/.test(code) &&
      typeof shown === "string" &&
      /^[\x21-\x7e ]{1,64}$/.test(shown),
    {
      expected: "device_code and user_code",
      found: typeof shown === "string" ? `a code of ${shown.length}` : "none",
    },
    () => failed(issuer, "the answer holds no codes"),
  );
  const life = lifetimeOf(read.value["expires_in"]);
  const interval = lifetimeOf(read.value["interval"]);
  return {
    userCode: shown,
    deviceCode: new Secret(code),
    verificationUri: uri as string,
    verificationUriComplete:
      addressProblem(full, allowPlainHttpOnLoopback) === null ? (full as string) : null,
    expiresAt:
      nowMs + Math.min(life !== null && life > 0 ? life : DEFAULT_LIFE_MS, LONGEST_LIFE_MS),
    intervalMs: Math.min(
      interval !== null && interval > 0 ? interval : DEFAULT_INTERVAL_MS,
      LONGEST_INTERVAL_MS,
    ),
  };
}

/** @throws Refusal `issuer_*`, `sign_in_failed` */
export async function beginDevice(ctx: FlowContext, ask: TokenAsk): Promise<PendingDevice> {
  requireOwn(ask.issuer, ask.owner);
  const { issuer } = ask.issuer;
  return inStep(ctx, "device-authorization", issuer, async (step) => {
    const parameters: [string, string][] = [];
    if (ask.scope.length > 0) parameters.push(["scope", ask.scope.join(" ")]);
    if (ask.resource !== null) parameters.push(["resource", ask.resource]);
    const response = await postForm(
      step,
      ask,
      "device_authorization_endpoint",
      ctx.clock.now(),
      (auth, lib, fetch) =>
        oauth.deviceAuthorizationRequest(lib.server, lib.owner, auth, parameters, {
          [oauth.customFetch]: fetch,
          [oauth.allowInsecureRequests]: lib.insecure,
        }),
    );
    const now = ctx.clock.now();
    const failure = judgeFailure(issuer, response, "sign-in", ctx.server, now);
    if (failure !== null) {
      noteFailure(step, failure);
      throw failure;
    }
    const { deviceCode, intervalMs, ...prompt } = judgeDeviceAnswer(
      issuer,
      response,
      ask.issuer.allowPlainHttpOnLoopback,
      now,
      step.ruling,
    );
    const pending: PendingDevice = Object.freeze({ ...prompt, issuer });
    underWay.set(pending, { ask, deviceCode, intervalMs, nextAt: now + intervalMs });
    return pending;
  });
}

/**
 * What an answer to one poll means for the next (RFC 8628 section 3.5).
 * @returns the new interval in milliseconds, or null when asking again makes no sense
 */
export function nextInterval(refusal: Refusal, intervalMs: number): number | null {
  const wire = refusal.facts["wireError"];
  const bounded = (ms: number): number => Math.min(ms, LONGEST_INTERVAL_MS);
  if (wire === "authorization_pending") return intervalMs;
  if (wire === "slow_down") return bounded(intervalMs + SLOW_DOWN_MS);
  // A network that comes and goes: ask less often, as the RFC wants it, and go on.
  if (retryOf(refusal) === "later") return bounded(Math.max(intervalMs * 2, waitOf(refusal) ?? 0));
  return null;
}

export type DevicePoll =
  | {
      readonly state: "waiting";
      /** Milliseconds until the next poll may be sent. */
      readonly waitMs: number;
      /** How often the issuer is asked now, in milliseconds. */
      readonly intervalMs: number;
      /** `slow_down`: the issuer wants to be asked less often. Else what got in the way, which may pass. */
      readonly because: "pending" | "slow_down" | Refusal;
    }
  | { readonly state: "done"; readonly token: CheckedToken };

/**
 * Asks once whether the person has signed in. Called too early it sends nothing and says how long to wait.
 * @throws Refusal `sign_in_failed` once the code has expired or the person said no; `token_*`, `issuer_*`
 */
export async function pollDevice(ctx: FlowContext, pending: PendingDevice): Promise<DevicePoll> {
  const kept = underWay.get(pending);
  if (kept === undefined)
    throw failed(pending.issuer, "this sign-in was finished or given up before");
  const now = ctx.clock.now();
  if (now >= pending.expiresAt) {
    underWay.delete(pending);
    throw failed(pending.issuer, "the code has expired");
  }
  if (now < kept.nextAt) return waiting(kept, kept.nextAt - now, "pending");
  const { ask } = kept;
  try {
    const token = await obtain(ctx, {
      ask,
      step: "device-token",
      grant: DEVICE_CODE,
      kind: "sign-in",
      form: () => [
        ["device_code", kept.deviceCode.reveal()],
        ...(ask.resource === null ? [] : ([["resource", ask.resource]] as const)),
      ],
      audience: ask.resource === null ? [] : [ask.resource],
      idClaims: async (answer, arrival) => {
        if (answer.idToken !== null) {
          return checkIdToken(ctx, ask.issuer, answer.idToken, {
            clientId: ask.owner.clientId,
            nonce: null,
            skewMs: arrival.skewMs,
          });
        }
        if (!ask.scope.includes("openid")) return null;
        throw refused(pending.issuer, "openid was asked for and no ID token came");
      },
    });
    underWay.delete(pending);
    return { state: "done", token };
  } catch (error) {
    const interval = error instanceof Refusal ? nextInterval(error, kept.intervalMs) : null;
    if (interval === null || !(error instanceof Refusal)) {
      underWay.delete(pending);
      throw inWords(error);
    }
    kept.intervalMs = interval;
    kept.nextAt = ctx.clock.now() + interval;
    const wire = error.facts["wireError"];
    const because =
      wire === "authorization_pending" ? "pending" : wire === "slow_down" ? wire : error;
    return waiting(kept, interval, because);
  }
}

const waiting = (
  { intervalMs }: Kept,
  waitMs: number,
  because: "pending" | "slow_down" | Refusal,
): DevicePoll => ({ state: "waiting", waitMs, intervalMs, because });

/** RFC 8628 section 3.5: how a sign-in elsewhere ends without a token. */
const ENDINGS: Readonly<Record<string, string>> = {
  access_denied: "it was declined",
  expired_token: "the code has expired",
};

function inWords(error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  const reason = ENDINGS[String(error.facts["wireError"])];
  return reason === undefined ? error : new Refusal(error.code, { ...error.facts, reason }, error);
}

/** Forgets a sign-in that nobody waits for any more. */
export const abandonDevice = (pending: PendingDevice): void => void underWay.delete(pending);

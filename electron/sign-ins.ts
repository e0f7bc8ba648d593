// Sign-ins under way: in the system browser of this machine, or with a code that is typed on another one. What comes
// of each is told to whoever began it.
import type { DeviceCode, SignedOut, SignInState } from "./contract.ts";
import type { Clock } from "./core/clock.ts";
import type { Digest } from "./core/digest.ts";
import { asRefusal, Refusal } from "./core/errors.ts";
import type { Issuer } from "./core/issuers.ts";
import type { Log } from "./core/log.ts";
import {
  answersSignIn,
  beginSignIn,
  finishSignIn,
  type PendingSignIn,
  redirectPath,
  SIGN_IN_LIFE_MS,
} from "./core/oauth/authorization-code.ts";
import type { AccountChange, AccountRegister } from "./core/oauth/keeping/account-register.ts";
import type { Account } from "./core/oauth/keeping/accounts.ts";
import type { Timers } from "./core/oauth/keeping/token-keeper.ts";
import type { Parties, Run } from "./core/parties.ts";
import { complaint } from "./core/sentences.ts";
import { createDeviceSignIns } from "./device-sign-ins.ts";
import { createSignInBoard } from "./sign-in-board.ts";
import { createLanding, type LandingPorts } from "./sign-in-landing.ts";

export interface SignInPorts {
  readonly parties: Parties;
  readonly accounts: AccountRegister;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly log: Log;
  readonly timers: Timers;
  readonly door: () => string;
  readonly revoke: (
    account: Pick<Account, "tenant" | "issuer" | "clientId">,
    change: Pick<AccountChange, "revoke" | "unread">,
  ) => Promise<SignedOut>;
  /** Some sign-in is doing otherwise than before. */
  readonly changed: () => void;
  /** LandingPorts.confirmOther */
  readonly confirmOther: LandingPorts["confirmOther"];
}

export interface SignInWish {
  readonly scopes: readonly string[];
  readonly resource: string | null;
  /** `acc_…` that must come back as the same person; null for anyone. */
  readonly account: string | null;
}

export interface SignIns {
  /** @returns the address to open in the system browser (RFC 8252 section 8.12). @throws Refusal */
  begin(issuer: Issuer, wish: SignInWish): Promise<{ url: string; flow: string }>;
  /** @returns the code to type on a device with a browser (RFC 8628). @throws Refusal */
  beginDevice(issuer: Issuer, wish: SignInWish): Promise<DeviceCode>;
  /** @throws Refusal `flow_unknown` */
  state(flow: string): SignInState;
  /** Where the code of a sign-in on another device is typed. @throws Refusal `flow_unknown` */
  page(flow: string): string;
  /** Nobody waits for it any more: what comes back later is not taken. @throws Refusal `flow_unknown` */
  cancel(flow: string): SignInState;
  /** The vault was locked, or Countersign ends. `reason` is shown. */
  closeAll(reason: string): void;
  /** What a browser brought to `/oauth/callback/…`: the sentence to show it, plain text. Never throws. */
  answer(path: string, params: URLSearchParams): Promise<{ ok: boolean; text: string }>;
}

interface Waiting {
  readonly pending: PendingSignIn;
  readonly issuer: Issuer;
  readonly wish: SignInWish;
  readonly run: Run;
}

/** Sign-ins that may be open at once: each is a person in front of a browser. */
const MOST = 16;
const ELSEWHERE =
  "You signed in as another account than before. Nothing has changed yet: Countersign asks you whether you meant to. Go to its window.";

export function createSignIns(ports: SignInPorts): SignIns {
  const { parties, clock, digest } = ports;
  const waiting = new Set<Waiting>();
  const board = createSignInBoard(ports.changed);
  const landing = createLanding(ports);
  const devices = createDeviceSignIns({ ...ports, board, landing, most: MOST });

  function end(one: Waiting, reason: string): void {
    waiting.delete(one);
    one.run.end(false);
    const { issuer } = one.issuer;
    board.failed(one.run.flow, new Refusal("sign_in_failed", { issuer, reason }));
  }

  /** What the browser is told. Never throws. */
  async function finish(
    { issuer, wish, run, pending }: Waiting,
    callback: { readonly path: string; readonly params: URLSearchParams },
    asked: () => void,
  ): Promise<{ ok: boolean; text: string }> {
    try {
      const token = await finishSignIn(run.ctx, pending, callback);
      const account = await landing.land(issuer, wish, token, asked);
      run.end(true);
      board.set(run.flow, { state: "done", account });
      return { ok: true, text: "Signed in. You can close this page and go back to Countersign." };
    } catch (error) {
      run.end(false);
      board.failed(run.flow, error);
      const refusal = asRefusal(error);
      if (!(error instanceof Refusal)) ports.log.error("sign-in.failed", error);
      const { sentence, advice } = complaint(refusal);
      // Claims of an issuer may stand in the sentence: it goes out as plain text, and only to this browser.
      return { ok: false, text: `${sentence}\n${advice}` };
    }
  }

  function tidy(): void {
    for (const one of waiting) {
      if (clock.now() - one.pending.startedAt > SIGN_IN_LIFE_MS) {
        end(one, "nobody came back from the browser in time");
      } else if (waiting.size > MOST) end(one, "too many others were begun after it");
    }
  }

  return {
    beginDevice: (issuer, wish) => devices.begin(issuer, wish),

    async begin(issuer, wish) {
      tidy();
      const run = parties.context(issuer.tenant, `sign in at ${issuer.name}`);
      try {
        const party = await parties.party(issuer, run.ctx);
        const { url, pending } = await beginSignIn(run.ctx, {
          ...party,
          scope: wish.scopes,
          resource: wish.resource,
          certificateBound: party.tls !== null,
          redirectUri: `${ports.door()}${redirectPath(issuer.issuer, digest)}`,
          prompt: null,
          loginHint: null,
        });
        waiting.add({ pending, issuer, wish, run });
        board.set(run.flow, { state: "waiting", device: null });
        return { url, flow: run.flow };
      } catch (error) {
        run.end(false);
        throw error;
      }
    },

    state(flow) {
      tidy();
      return board.get(flow);
    },

    page(flow) {
      const state = board.get(flow);
      if (state.state !== "waiting" || state.device === null) throw new Refusal("flow_unknown");
      return state.device.verificationUriComplete ?? state.device.verificationUri;
    },

    cancel(flow) {
      const one = [...waiting].find(({ run }) => run.flow === flow);
      const reason = "it was cancelled here";
      if (one === undefined) devices.end(flow, reason);
      else end(one, reason);
      return board.get(flow);
    },

    closeAll(reason) {
      for (const one of waiting) end(one, reason);
      devices.endAll(reason);
    },

    async answer(path, params) {
      tidy();
      const callback = { path, params };
      const mine = [...waiting].find((one) => answersSignIn(one.pending, callback));
      // Nothing of what came is repeated: an error text of a stranger's making is not ours to show (threat 25).
      if (mine === undefined) {
        return {
          ok: false,
          text: "Nobody is waiting for this sign-in. Start it again in Countersign.",
        };
      }
      waiting.delete(mine);
      // The browser does not wait for what is asked elsewhere: its page says where.
      return new Promise((resolve) => {
        const asked = (): void => {
          board.set(mine.run.flow, { state: "waiting", device: null, asks: true });
          resolve({ ok: true, text: ELSEWHERE });
        };
        void finish(mine, callback, asked).then(resolve);
      });
    },
  };
}

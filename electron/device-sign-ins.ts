// Signing in with a code that is typed on another device (RFC 8628): asks the issuer in its own rhythm until the
// person has answered, the code has expired, or nobody waits any more.
import type { DeviceCode } from "./contract.ts";
import type { Clock } from "./core/clock.ts";
import { Refusal } from "./core/errors.ts";
import type { Issuer } from "./core/issuers.ts";
import type { Log } from "./core/log.ts";
import {
  abandonDevice,
  beginDevice,
  type DevicePoll,
  type PendingDevice,
  pollDevice,
} from "./core/oauth/device.ts";
import type { Timers } from "./core/oauth/keeping/token-keeper.ts";
import type { Parties, Run } from "./core/parties.ts";
import { complaint } from "./core/sentences.ts";
import type { SignInBoard } from "./sign-in-board.ts";
import type { Landing } from "./sign-in-landing.ts";
import type { SignInWish } from "./sign-ins.ts";

export interface DevicePorts {
  readonly parties: Parties;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly board: SignInBoard;
  readonly landing: Landing;
  readonly most: number;
}

export interface DeviceSignIns {
  /** @throws Refusal `issuer_*`, `sign_in_failed` */
  begin(issuer: Issuer, wish: SignInWish): Promise<DeviceCode>;
  /** Does nothing where it has ended. */
  end(flow: string, reason: string): void;
  endAll(reason: string): void;
}

interface Waiting {
  readonly pending: PendingDevice;
  readonly issuer: Issuer;
  readonly wish: SignInWish;
  readonly run: Run;
  readonly code: DeviceCode;
  stop: () => void;
  /** The issuer has asked to be asked less often: that stays (RFC 8628 section 3.5). */
  slowed: boolean;
}

/** A clock that was set back must not make us wait for hours. Milliseconds. */
const LONGEST_WAIT_MS = 60_000;

export function createDeviceSignIns(ports: DevicePorts): DeviceSignIns {
  const { parties, clock, board, landing, log } = ports;
  const open = new Map<string, Waiting>();

  function close(one: Waiting): void {
    open.delete(one.run.flow);
    one.stop();
    abandonDevice(one.pending);
  }

  function fail(one: Waiting, error: unknown): void {
    close(one);
    one.run.end(false);
    if (!(error instanceof Refusal)) log.error("sign-in.failed", error);
    board.failed(one.run.flow, error);
  }

  const end = (one: Waiting, reason: string): void =>
    fail(one, new Refusal("sign_in_failed", { issuer: one.issuer.issuer, reason }));

  function show(one: Waiting, poll: DevicePoll & { state: "waiting" }): void {
    const trouble = poll.because instanceof Refusal ? complaint(poll.because) : null;
    if (poll.because === "slow_down") one.slowed = true;
    const { slowed } = one;
    const everySeconds = Math.round(poll.intervalMs / 1000);
    board.set(one.run.flow, {
      state: "waiting",
      device: { ...one.code, everySeconds, slowed, trouble },
    });
  }

  function wait(one: Waiting, poll: DevicePoll & { state: "waiting" }): void {
    show(one, poll);
    const left = Math.max(0, one.pending.expiresAt - clock.now());
    const ms = Math.min(poll.waitMs, left, LONGEST_WAIT_MS);
    one.stop = ports.timers.after(ms, () => void ask(one));
  }

  async function ask(one: Waiting): Promise<void> {
    try {
      const poll = await pollDevice(one.run.ctx, one.pending);
      if (!open.has(one.run.flow)) {
        // Given up while the question was under way.
        if (poll.state === "done") await landing.giveBack(one.issuer, poll.token);
        return;
      }
      if (poll.state === "waiting") return wait(one, poll);
      // From here on it cannot be cancelled: either it is kept, or it is given back.
      close(one);
      const account = await landing.land(one.issuer, one.wish, poll.token, () =>
        board.set(one.run.flow, { state: "waiting", device: null, asks: true }),
      );
      one.run.end(true);
      board.set(one.run.flow, { state: "done", account });
    } catch (error) {
      if (open.has(one.run.flow) || !ended(one)) fail(one, error);
    }
  }

  /** Somebody has been told already how it ended. */
  const ended = ({ run }: Waiting): boolean => board.get(run.flow).state !== "waiting";

  return {
    async begin(issuer, wish) {
      const [oldest] = open.values();
      if (open.size >= ports.most && oldest !== undefined) {
        end(oldest, "too many others were begun after it");
      }
      const run = parties.context(issuer.tenant, `sign in at ${issuer.name} with a code`);
      try {
        const party = await parties.party(issuer, run.ctx);
        const { scopes: scope, resource } = wish;
        const ask = { ...party, scope, resource, certificateBound: party.tls !== null };
        const pending = await beginDevice(run.ctx, ask);
        const { userCode, verificationUri, verificationUriComplete, expiresAt } = pending;
        const code: DeviceCode = {
          flow: run.flow,
          userCode,
          verificationUri,
          verificationUriComplete,
          expiresAt,
        };
        const one: Waiting = {
          pending,
          issuer,
          wish,
          run,
          code,
          stop: () => undefined,
          slowed: false,
        };
        open.set(run.flow, one);
        // Too early for an answer: it only says how long to wait.
        const first = await pollDevice(run.ctx, pending);
        if (first.state === "waiting") wait(one, first);
        return code;
      } catch (error) {
        open.delete(run.flow);
        run.end(false);
        throw error;
      }
    },

    end(flow, reason) {
      const one = open.get(flow);
      if (one !== undefined) end(one, reason);
    },
    endAll(reason) {
      for (const one of open.values()) end(one, reason);
    },
  };
}

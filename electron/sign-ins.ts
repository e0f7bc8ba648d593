// Sign-ins under way: the address for the system browser, and the answer that comes back to the door.
import { asRefusal, Refusal } from "./core/errors.ts";
import type { SignedOut } from "./contract.ts";
import type { Clock } from "./core/clock.ts";
import type { Digest } from "./core/digest.ts";
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
import type { Parties, Run } from "./core/parties.ts";
import { complaint } from "./core/sentences.ts";

export interface SignInPorts {
  readonly parties: Parties;
  readonly accounts: AccountRegister;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly log: Log;
  readonly door: () => string;
  readonly revoke: (
    account: Account,
    change: Pick<AccountChange, "revoke" | "unread">,
  ) => Promise<SignedOut>;
}

export interface SignInWish {
  readonly scopes: readonly string[];
  readonly resource: string | null;
  /** `acc_…` that must come back as the same person; null for anyone. */
  readonly account: string | null;
}

export interface SignIns {
  /** @returns the address to open in the system browser (RFC 8252 section 8.12). @throws Refusal */
  begin(issuer: Issuer, wish: SignInWish): Promise<{ url: string }>;
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

export function createSignIns(ports: SignInPorts): SignIns {
  const { parties, accounts, clock, digest } = ports;
  const waiting = new Set<Waiting>();

  function tidy(): void {
    for (const one of waiting) {
      if (waiting.size > MOST || clock.now() - one.pending.startedAt > SIGN_IN_LIFE_MS) {
        waiting.delete(one);
        one.run.end(false);
      }
    }
  }

  return {
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
        return { url };
      } catch (error) {
        run.end(false);
        throw error;
      }
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
      const { issuer, wish, run } = mine;
      try {
        const token = await finishSignIn(run.ctx, mine.pending, callback);
        const { resource } = wish;
        const input = { tenant: issuer.tenant, clientId: issuer.clientId, token, resource };
        const change = await (
          wish.account === null ? accounts.add(input) : accounts.replace(wish.account, input)
        ).catch(async (error: unknown) => {
          // What was got for somebody else is given back.
          const tokens = [
            ...(token.refreshToken === null
              ? []
              : [
                  {
                    issuer: issuer.issuer,
                    clientId: issuer.clientId,
                    token: token.refreshToken,
                    hint: "refresh_token" as const,
                  },
                ]),
            {
              issuer: issuer.issuer,
              clientId: issuer.clientId,
              token: token.value,
              hint: "access_token" as const,
            },
          ];
          const { tenant, issuer: exact, clientId } = { ...issuer };
          await ports.revoke({ tenant, issuer: exact, clientId } as Account, {
            revoke: tokens,
            unread: null,
          });
          throw error;
        });
        if (change.revoke.length > 0) await ports.revoke(change.account, change);
        run.end(true);
        return { ok: true, text: "Signed in. You can close this page and go back to Countersign." };
      } catch (error) {
        run.end(false);
        const refusal = asRefusal(error);
        if (!(error instanceof Refusal)) ports.log.error("sign-in.failed", error);
        const { sentence, advice } = complaint(refusal);
        // Claims of an issuer may stand in the sentence: it goes out as plain text, and only to this browser.
        return { ok: false, text: `${sentence}\n${advice}` };
      }
    },
  };
}

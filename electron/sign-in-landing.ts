// Where every sign-in comes down, whichever way it took: the account is kept, or what was got is given back.
import type { SignedOut } from "./contract.ts";
import type { Issuer } from "./core/issuers.ts";
import type {
  AccountChange,
  AccountRegister,
  SignIn,
} from "./core/oauth/keeping/account-register.ts";
import { Refusal } from "./core/errors.ts";
import {
  type Account,
  type Identity,
  identityOf,
  sameIdentity,
} from "./core/oauth/keeping/accounts.ts";
import type { CheckedToken } from "./core/oauth/types.ts";
import type { SignInWish } from "./sign-ins.ts";

export interface LandingPorts {
  readonly accounts: AccountRegister;
  readonly revoke: (
    account: Pick<Account, "tenant" | "issuer" | "clientId">,
    change: Pick<AccountChange, "revoke" | "unread">,
  ) => Promise<SignedOut>;
  /** Asks the person whether somebody else may stand in an account's place: AccountAsks.confirm(). */
  readonly confirmOther: (
    before: Account,
    now: Identity,
    replace: () => Promise<AccountChange>,
    asked: () => void,
  ) => Promise<AccountChange>;
}

export interface Landing {
  /**
   * Keeps the account, and tells the issuer to forget what it replaces.
   * @param asked called where somebody else came back, and the person is asked whether that is meant
   * @returns `acc_…`
   * @throws Refusal `account_changed` where somebody else came back and may not; `question_*` where nobody said whether;
   *   `sign_in_failed`, `account_unknown`, `vault_*`, `settings_*`, `journal_unwritable`
   */
  land(issuer: Issuer, wish: SignInWish, token: CheckedToken, asked?: () => void): Promise<string>;
  /** Nobody wants these tokens any more: the issuer is told (RFC 7009). */
  giveBack(issuer: Issuer, token: CheckedToken): Promise<void>;
}

export function createLanding({ accounts, revoke, confirmOther }: LandingPorts): Landing {
  async function giveBack(record: Issuer, token: CheckedToken): Promise<void> {
    const { tenant, issuer, clientId } = record;
    const own = { issuer, clientId };
    const access = { ...own, token: token.value, hint: "access_token" as const };
    const tokens =
      token.refreshToken === null
        ? [access]
        : [{ ...own, token: token.refreshToken, hint: "refresh_token" as const }, access];
    await revoke({ tenant, issuer, clientId }, { revoke: tokens, unread: null });
  }

  async function renew(
    id: string,
    input: SignIn,
    asked: (() => void) | undefined,
  ): Promise<AccountChange> {
    const before = accounts.find(id);
    // A registration of one tenant signs nobody of another in.
    if (before.tenant !== input.tenant) throw new Refusal("account_unknown", { account: id });
    const now = identityOf(input.token);
    if (sameIdentity(before, now)) return accounts.replace(id, input);
    return confirmOther(
      before,
      now,
      () => accounts.replace(id, input, { from: before, to: now }),
      asked ?? (() => undefined),
    );
  }

  return {
    giveBack,
    async land(issuer, wish, token, asked) {
      const { tenant, clientId } = issuer;
      const input = { tenant, clientId, token, resource: wish.resource };
      const change = await (
        wish.account === null ? accounts.add(input) : renew(wish.account, input, asked)
      ).catch(async (error: unknown) => {
        // What was got for somebody else is given back.
        await giveBack(issuer, token);
        throw error;
      });
      if (change.revoke.length > 0) await revoke(change.account, change);
      return change.account.id;
    },
  };
}

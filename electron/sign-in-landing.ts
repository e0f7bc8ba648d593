// Where every sign-in comes down, whichever way it took: the account is kept, or what was got is given back.
import type { SignedOut } from "./contract.ts";
import type { Issuer } from "./core/issuers.ts";
import type { AccountChange, AccountRegister } from "./core/oauth/keeping/account-register.ts";
import type { Account } from "./core/oauth/keeping/accounts.ts";
import type { CheckedToken } from "./core/oauth/types.ts";
import type { SignInWish } from "./sign-ins.ts";

export interface LandingPorts {
  readonly accounts: AccountRegister;
  readonly revoke: (
    account: Pick<Account, "tenant" | "issuer" | "clientId">,
    change: Pick<AccountChange, "revoke" | "unread">,
  ) => Promise<SignedOut>;
}

export interface Landing {
  /**
   * Keeps the account, and tells the issuer to forget what it replaces.
   * @returns `acc_…`
   * @throws Refusal `account_changed` where somebody else came back; `sign_in_failed`, `vault_*`, `settings_*`
   */
  land(issuer: Issuer, wish: SignInWish, token: CheckedToken): Promise<string>;
  /** Nobody wants these tokens any more: the issuer is told (RFC 7009). */
  giveBack(issuer: Issuer, token: CheckedToken): Promise<void>;
}

export function createLanding({ accounts, revoke }: LandingPorts): Landing {
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

  return {
    giveBack,
    async land(issuer, wish, token) {
      const { tenant, clientId } = issuer;
      const input = { tenant, clientId, token, resource: wish.resource };
      const change = await (
        wish.account === null ? accounts.add(input) : accounts.replace(wish.account, input)
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

// `account list | sign-out`; signing in is in account-sign-in.ts.
import { asTyped } from "../core/command-line.ts";
import type { AccountView } from "../contract.ts";
import { Refusal } from "../core/errors.ts";
import { cell } from "./output.ts";
import { cut, localTime } from "./text.ts";
import type { Run } from "./types.ts";

/** A person as the issuer claims them, else by the subject. */
export const whoOf = ({ email, name, sub }: AccountView): string =>
  email ?? name ?? sub ?? "somebody unnamed";

export const list: Run = async ({ connect, out, tenant }) => {
  const remote = await connect();
  const all = await remote.call("accounts.list", tenant === undefined ? {} : { tenant });
  await out.show(all, async (accounts) => {
    if (accounts.length === 0) {
      return out.line(asTyped("No accounts yet. Sign in: countersign account sign-in <issuer>"));
    }
    await out.table(
      ["CLAIMED NAME", "SUBJECT", "ORGANISATION", "TENANT", "STATE", "ISSUER", "SIGNED IN", "ID"],
      accounts.map((a) => [
        cut(a.email ?? a.name ?? "-", 40),
        cut(a.sub ?? "-", 40),
        cut(a.idpTenant ?? "-", 40),
        a.tenant,
        cell(a.state, a.state === "signed-in" ? "good" : "warn"),
        cut(a.issuer, 60),
        localTime(a.signedInAt),
        a.id,
      ]),
    );
  });
};

export const signOut: Run = async ({ args: [wanted = ""], connect, out, tenant }) => {
  const remote = await connect();
  const all = await remote.call("accounts.list", tenant === undefined ? {} : { tenant });
  // By id alone: a name is what an issuer claims, and two of them can claim the same.
  const account = all.find((a) => a.id === wanted);
  if (account === undefined) throw new Refusal("account_unknown", { account: wanted });
  const done = await remote.call("accounts.signOut", { id: account.id });
  await out.show(done, async ({ revoked, notRevoked }) => {
    await out.line(`${whoOf(account)} is signed out at ${account.issuer}.`);
    if (revoked.length > 0) await out.line(`Revoked there (RFC 7009): ${revoked.join(", ")}.`);
    for (const { what, why } of notRevoked) await out.line(`NOT revoked there: ${what} (${why}).`);
  });
};

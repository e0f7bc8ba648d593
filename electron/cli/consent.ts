// `consent list | revoke`: which agent may use which server.
import { cell } from "./output.ts";
import { localTime } from "./text.ts";
import type { Run } from "./types.ts";

export const list: Run = async ({ connect, out, tenant }) => {
  const remote = await connect();
  const all = await remote.call("consents.list", tenant === undefined ? {} : { tenant });
  await out.show(all, async (consents) => {
    if (consents.length === 0) {
      return out.line("No agent may use a server yet: you are asked when one first wants to.");
    }
    await out.table(
      ["AGENT", "SERVER", "ON BEHALF OF", "SCOPES", "STATE", "SINCE", "ID"],
      consents.map((one) => [
        one.agentName,
        one.serverName,
        one.account?.who ?? "no account",
        one.terms.scopes.join(" ") || "-",
        one.holds
          ? cell("holds", "good")
          : cell(
              one.changed.length === 0 ? "asked anew" : `changed: ${one.changed.join(", ")}`,
              "warn",
            ),
        localTime(one.createdAt),
        one.id,
      ]),
    );
  });
};

export const revoke: Run = async ({ args: [id = ""], connect, out }) => {
  const remote = await connect();
  const done = await remote.call("consents.revoke", { id });
  await out.show(done, () => out.line("It was taken back: the agent is asked about anew."));
};

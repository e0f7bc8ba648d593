// `policy learn start | stop | show | accept | dismiss`: rules proposed from what was answered, made only when accepted.
import type { OutputOf } from "../contract.ts";
import { LEARN_FOR } from "../contract/learning.ts";
import { usage } from "./given.ts";
import { cell, type Output } from "./output.ts";
import { scope, tellWhere } from "./policy.ts";
import { tell, waitFor } from "./rehearse.ts";
import { localTime } from "./text.ts";
import type { Run } from "./types.ts";

type Learning = OutputOf<"learning.show">;
type Proposal = Learning["proposals"][number];

const TONE = { allow: "good", deny: "bad" } as const;
const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/** `30m`, `12h`, `1d`, `2w` in milliseconds. @throws Refusal `usage` */
export function spanOf(text: string): number {
  const [, count, unit] = /^(\d{1,4})([mhdw])$/.exec(text) ?? [];
  const ms = Number(count ?? 0) * UNITS[(unit ?? "m") as keyof typeof UNITS];
  if (ms >= LEARN_FOR.least && ms <= LEARN_FOR.most) return ms;
  throw usage("--for takes a time from 10m to 60d: minutes (m), hours (h), days (d), weeks (w).");
}

const times = (count: number): string => (count === 1 ? "once" : `${count} times`);

/** Why it is proposed, in one line. */
function because({ why: { calls, yes, no, granted, first } }: Proposal): string {
  const said = no > 0 ? `you said no ${times(no)} and never yes` : `you said yes ${times(yes)}`;
  const covered = granted === 0 ? "" : `, which covered ${granted} more`;
  const denied = no > 0 ? "" : ", never no";
  return `${said}${covered}${denied}; ${calls} calls since ${localTime(first)}`;
}

async function tellState(out: Output, now: Learning): Promise<void> {
  if (now.state === "off") {
    return out.line("Nothing is learned now. Begin: countersign policy learn start --for 1d");
  }
  const calls = now.calls === 1 ? "1 call" : `${now.calls} calls`;
  await out.line(
    now.state === "watching"
      ? `Learning since ${localTime(now.from)}, until ${localTime(now.until)}: ${calls} so far. Nothing is enforced by it.`
      : `Learned from ${localTime(now.from)} to ${localTime(now.until)}: ${calls}.`,
  );
  if (now.incomplete) await out.line("There was more than could be looked at: the newest counts.");
}

async function tellAll(out: Output, now: Learning): Promise<void> {
  await tellState(out, now);
  if (now.state === "off") return;
  if (now.proposals.length === 0) return out.line("No rule is proposed.");
  await out.table(
    ["RULE", "AGENT", "SERVER", "TOOL", "BECAUSE", "ID"],
    now.proposals.map((one) => [
      cell(one.effect, TONE[one.effect]),
      one.agent.name,
      one.server.name,
      one.tool,
      because(one),
      one.id,
    ]),
  );
  await out.line(
    "Try one: countersign policy rehearse --proposal ID. Take it: countersign policy learn accept ID",
  );
}

export const show: Run = async ({ connect, out, tenant }) => {
  const remote = await connect();
  const now = await remote.call("learning.show", scope(tenant));
  await out.show(now, () => tellAll(out, now));
};

export const start: Run = async ({ connect, out, text }) => {
  const ms = spanOf(text("for") ?? "1d");
  const remote = await connect();
  const now = await remote.call("learning.start", { ms });
  await out.show(now, () => tellState(out, now));
};

export const stop: Run = async ({ connect, out }) => {
  const remote = await connect();
  const now = await remote.call("learning.stop", {});
  await out.show(now, () => tellAll(out, now));
};

/** What the rule would have meant is told before it is made. */
export const accept: Run = async ({ args: [id = ""], connect, io, out }) => {
  const remote = await connect();
  const { proposals } = await remote.call("learning.show", {});
  const allows = proposals.find((one) => one.id === id)?.effect === "allow";
  const begun = await remote.call("policy.rehearse", { change: { type: "accept-proposal", id } });
  const rehearsal = await waitFor(remote, begun);
  const accepting = remote.call("learning.accept", { id });
  // Should it fail while the place is being told, it is reported below all the same.
  accepting.catch(() => undefined);
  if (allows) await tellWhere(remote, io.stderr);
  const rule = await accepting;
  await out.show({ rule, rehearsal: rehearsal.counts }, async () => {
    await tell(out, { ...rehearsal, changed: [] });
    await out.line(`The rule ${rule.id} stands: ${rule.effect}.`);
  });
};

export const dismiss: Run = async ({ args: [id = ""], connect, out }) => {
  const remote = await connect();
  const now = await remote.call("learning.dismiss", { id });
  await out.show(now, () =>
    out.line("Put aside. It is proposed again only when twice as much speaks for it."),
  );
};

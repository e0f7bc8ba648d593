// `policy rehearse`, `rule export`, `rule import`: a change of policy is tried on past calls before it is made.
import fs from "node:fs/promises";
import type { InputOf, OutputOf } from "../contract.ts";
import { Refusal } from "../core/errors.ts";
import { oneOf, readFile, usage, wholeNumber } from "./given.ts";
import { cell, type Output } from "./output.ts";
import { effectOf, scope, tellWhere } from "./policy.ts";
import { findAgent, findServer, type Remote } from "./remote.ts";
import { localTime } from "./text.ts";
import type { Context, Run } from "./types.ts";

type Change = InputOf<"policy.rehearse">["change"];
type Rehearsal = OutputOf<"policy.rehearsal">;

const TONE = { allow: "good", ask: "warn", deny: "bad" } as const;
const MOST_RULES = 512 * 1024;
const MOST_REGO = 256 * 1024;
/** Milliseconds after which it is looked at again, should an event be lost. */
const LOOK_AGAIN = 1000;

async function changeOf(context: Context, remote: Remote): Promise<Change> {
  const { text, tenant, io } = context;
  const given = (["add", "remove", "import", "proposal", "policy"] as const).filter(
    (one) => text(one) !== undefined,
  );
  const [only] = given;
  if (only === undefined || given.length > 1) {
    throw usage("Give one of --add, --remove, --import, --proposal and --policy.");
  }
  const value = text(only) ?? "";
  if (only === "remove") return { type: "remove-rule", id: value };
  if (only === "proposal") return { type: "accept-proposal", id: value };
  if (only === "import") {
    const rules = (await readFile(io, value, MOST_RULES)).toString("utf8");
    return { type: "import-rules", ...scope(tenant), text: rules };
  }
  if (only === "policy") {
    const rego = (await readFile(io, value, MOST_REGO)).toString("utf8");
    const mode = oneOf("mode", text("mode") ?? "join", ["join", "replace"]);
    return { type: "install-policy", mode, rego };
  }
  const [agent, server] = [text("agent"), text("server")];
  return {
    type: "add-rule",
    ...scope(tenant),
    effect: effectOf(value),
    agent: agent === undefined ? null : (await findAgent(remote, tenant, agent)).id,
    server: server === undefined ? null : (await findServer(remote, tenant, server)).id,
    tool: text("tool") ?? null,
  };
}

/** Waits until it is over. */
export async function waitFor(remote: Remote, begun: Rehearsal): Promise<Rehearsal> {
  let nudge = (): void => undefined;
  let lost = false;
  await remote.watch(
    (event) => {
      if (event.type === "rehearsal" && event.id === begun.id) nudge();
    },
    () => {
      lost = true;
      nudge();
    },
  );
  for (let now = begun; ;) {
    now = await remote.call("policy.rehearsal", { id: begun.id });
    if (now.state !== "running") return now;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_AGAIN);
      nudge = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    if (lost) throw new Refusal("not_running");
  }
}

export async function tell(
  out: Output,
  { state, counts, changed, complaint }: Rehearsal,
): Promise<void> {
  if (state === "failed")
    throw new Refusal("usage", { reason: complaint?.sentence ?? "It failed." });
  const { calls, deny, ask, allow, unjudged } = counts;
  await out.line(
    `Of ${calls} past calls ${deny} would have been denied, ${ask} asked about, ${allow} let through without a question.`,
  );
  if (changed.length > 0) {
    await out.table(
      ["WAS", "WOULD BE", "TIME", "AGENT", "SERVER", "TOOL", "RULES", "CALL"],
      changed.map((one) => [
        cell(one.from, TONE[one.from]),
        cell(one.to, TONE[one.to]),
        localTime(new Date(one.at).toISOString()),
        one.agent ?? "?",
        one.server ?? "?",
        one.tool ?? "?",
        one.rules.join(" "),
        one.call,
      ]),
    );
  }
  const { unknown, arguments: args, failed } = unjudged;
  if (unknown + args + failed > 0) {
    await out.line(
      `${unknown + args + failed} could not be judged: ${unknown} whose facts are not kept, ${args} whose arguments ` +
        `are not kept whole, ${failed} for which the policy has no answer.`,
    );
  }
}

export const rehearse: Run = async (context) => {
  const { connect, out, text } = context;
  const remote = await connect();
  const change = await changeOf(context, remote);
  const [last, days] = [text("last"), text("days")];
  const begun = await remote.call("policy.rehearse", {
    change,
    ...(last !== undefined && { last: wholeNumber("last", last, 1, 100_000) }),
    ...(days !== undefined && { days: wholeNumber("days", days, 1, 3650) }),
  });
  await out.show(await waitFor(remote, begun), (done) => tell(out, done));
};

export const exportRules: Run = async ({ args: [file], connect, io, out, tenant }) => {
  const remote = await connect();
  const { text, leftOut } = await remote.call("rules.export", scope(tenant));
  if (file === undefined || file === "-") {
    io.stdout.write(text);
    return;
  }
  // Never over a file that is there: somebody may have written in it.
  await fs.writeFile(file, text, { flag: "wx", mode: 0o600 }).catch((error: unknown) => {
    throw new Refusal("file_unreadable", { file, reason: (error as Error).message });
  });
  await out.line(`Written to ${file}.`);
  if (leftOut > 0) await out.line(`${leftOut} rules for what was removed are not in it.`);
};

export const importRules: Run = async ({ args: [file = ""], connect, io, out, tenant }) => {
  const remote = await connect();
  const text = (await readFile(io, file, MOST_RULES)).toString("utf8");
  const importing = remote.call("rules.import", { ...scope(tenant), text });
  // Should it fail while the place is being told, it is reported below all the same.
  importing.catch(() => undefined);
  const asks = /"effect"\s*:\s*"allow"/.test(text);
  if (asks) await tellWhere(remote, io.stderr);
  await out.show(await importing, ({ added, there }) =>
    out.line(`${added} rules were added, ${there} were there already.`),
  );
};

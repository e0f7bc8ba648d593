// `rule list | add | remove`, `grant list | revoke`, `question open`.
import type { OutputOf } from "../contract.ts";
import { Refusal } from "../core/errors.ts";
import type { Grant } from "../core/permission/grants.ts";
import type { Rule } from "../core/policy/rules.ts";
import { cell } from "./output.ts";
import { findAgent, findServer, type Remote } from "./remote.ts";
import { cut, localTime, visible } from "./text.ts";
import type { Run } from "./types.ts";

export const scope = (tenant: string | undefined) => (tenant === undefined ? {} : { tenant });
const TONE = { allow: "good", ask: "warn", deny: "bad" } as const;

/** Names of the agents and servers that rules speak of. */
async function namesOf(remote: Remote): Promise<(id: string | null) => string> {
  const [agents, servers] = await Promise.all([
    remote.call("agents.list", {}),
    remote.call("servers.list", {}),
  ]);
  const names = new Map([...agents, ...servers].map((one) => [one.id, one.name]));
  return (id) => (id === null ? "any" : (names.get(id) ?? `${id} (removed)`));
}

export const list: Run = async ({ connect, out, tenant }) => {
  const remote = await connect();
  const all = await remote.call("rules.list", scope(tenant));
  await out.show(all, async (rules) => {
    if (rules.length === 0) {
      return out.line("No rules yet: each call is asked about. Add one: countersign rule add");
    }
    const nameOf = await namesOf(remote);
    await out.table(
      ["RULE", "AGENT", "SERVER", "TOOL", "TENANT", "ADDED", "ID"],
      rules.map((rule) => [
        cell(rule.effect, TONE[rule.effect]),
        nameOf(rule.agent),
        nameOf(rule.server),
        rule.tool ?? "any",
        rule.tenant,
        localTime(rule.createdAt),
        rule.id,
      ]),
    );
  });
};

export function effectOf(text: string): Rule["effect"] {
  if (text === "allow" || text === "ask" || text === "deny") return text;
  throw new Refusal("usage", { reason: `“${text}” is none of allow, ask and deny.` });
}

export const add: Run = async (context) => {
  const { args, connect, out, tenant, text } = context;
  const effect = effectOf(args[0] ?? "");
  const remote = await connect();
  const [agent, server] = [text("agent"), text("server")];
  const wish = {
    ...scope(tenant),
    effect,
    agent: agent === undefined ? null : (await findAgent(remote, tenant, agent)).id,
    server: server === undefined ? null : (await findServer(remote, tenant, server)).id,
    tool: text("tool") ?? null,
    note: text("note") ?? null,
  };
  const adding = remote.call("rules.add", wish);
  // Should it fail while the place is being told, it is reported below all the same.
  adding.catch(() => undefined);
  if (effect === "allow") await tellWhere(remote, context.io.stderr);
  await out.show(await adding, (rule) => out.line(`The rule ${rule.id} stands: ${rule.effect}.`));
};

const answerAt = ({ where, url }: OutputOf<"questions.open">): string => {
  if (url !== null) return `Answer it here, once:  ${visible(url)}`;
  return where === "terminal"
    ? "Answer on the terminal on which Countersign was started."
    : "Answer in the window of Countersign that asks.";
};

/** An answer is given where it is shown in full, never here. */
export async function tellWhere(
  remote: Remote,
  to: { write(text: string): unknown },
): Promise<void> {
  to.write(`${answerAt(await remote.call("questions.open", {}))}\n`);
}

export const remove: Run = async ({ args: [id = ""], connect, io, out }) => {
  const remote = await connect();
  const removing = remote.call("rules.remove", { id });
  // Should it fail while the place is being told, it is reported below all the same.
  removing.catch(() => undefined);
  const rule = (await remote.call("rules.list", {})).find((one) => one.id === id);
  // Still there, and not one that allows: it waits for an answer.
  if (rule !== undefined && rule.effect !== "allow") await tellWhere(remote, io.stderr);
  await out.show(await removing, () => out.line("The rule was removed."));
};

/** What a grant holds to, in words. */
function covers({ scope, argumentsHash, conditions }: Grant): string {
  if (scope === "tool") return "any arguments";
  if (scope === "arguments") return `sha256 ${argumentsHash?.slice(0, 12) ?? ""}…`;
  const held = conditions.map(({ pointer, equals }) => `${pointer} = ${cut(equals, 40)}`);
  return `only ${held.join(", ")}`;
}

function endOf({ lifetime, endsAt, idleEndsAt }: Grant): string {
  const at = localTime(endsAt < idleEndsAt ? endsAt : idleEndsAt);
  if (lifetime === "this-run") return `${at}, or with its run`;
  return lifetime === "until-lock" ? `${at}, or when locked` : at;
}

export const grants: Run = async ({ connect, out, tenant }) => {
  const remote = await connect();
  const all = await remote.call("grants.list", scope(tenant));
  await out.show(all, async (now) => {
    if (now.length === 0) return out.line("Nothing is allowed for a while now.");
    await out.table(
      ["AGENT", "SERVER", "FOR", "TOOL", "COVERS", "USES", "ENDS", "ID"],
      now.map((grant) => [
        grant.agent.name,
        grant.server.name,
        grant.account?.who ?? "",
        grant.tool,
        covers(grant),
        grant.atMost === null ? String(grant.uses) : `${grant.uses} of ${grant.atMost}`,
        endOf(grant),
        grant.id,
      ]),
    );
  });
};

export const revoke: Run = async ({ args: [id = ""], connect, out }) => {
  const remote = await connect();
  const done = await remote.call("grants.revoke", { id });
  await out.show(done, () => out.line("It is not allowed any more."));
};

export const open: Run = async ({ connect, out }) => {
  const remote = await connect();
  const { questions } = await remote.call("questions.waiting", {});
  const place = await remote.call("questions.open", {});
  await out.show({ questions, ...place }, async () => {
    await out.line(questions === 1 ? "1 question waits." : `${questions} questions wait.`);
    await out.line(
      place.where === "window" ? "The window that asks is in front now." : answerAt(place),
    );
  });
};

// `connect list | preview | write | undo | remove`.
import { asTyped } from "../core/command-line.ts";
import type { OutputOf } from "../contract.ts";
import { Refusal } from "../core/errors.ts";
import { cell, type Tint } from "./output.ts";
import { findAgent, type Remote } from "./remote.ts";
import { localTime, visible } from "./text.ts";
import type { Context, Run } from "./types.ts";

type Preview = OutputOf<"connect.preview">;

const TINTS: Readonly<Record<string, Tint>> = {
  ours: "good",
  outdated: "warn",
  foreign: "warn",
  unusable: "bad",
};

export const list: Run = async ({ connect, out }) => {
  const remote = await connect();
  const targets = await remote.call("connect.targets", {});
  const agents = await remote.call("agents.list", {});
  await out.show(targets, async (all) => {
    await out.table(
      ["ASSISTANT", "INSTALLED", "STATE", "AGENT", "SERVERS", "WRITTEN", "FILE"],
      all.map((one) => [
        one.id,
        one.found ? "yes" : "no",
        cell(one.because === null ? one.state : `${one.state} (${one.because})`, TINTS[one.state]),
        agents.find(({ id }) => id === one.agent)?.name ?? "-",
        one.servers.length === 0 ? "-" : one.servers.join(", "),
        one.writtenAt === null ? "-" : localTime(one.writtenAt),
        one.file,
      ]),
    );
    for (const { id, trouble } of all) {
      if (trouble !== null) await out.line(`${id}: ${trouble.sentence}`);
    }
    for (const { id, plainKeys } of all) await tellPlainKeys(out, id, plainKeys);
  });
};

async function tellPlainKeys(
  out: Context["out"],
  id: string,
  plainKeys: readonly string[],
): Promise<void> {
  if (plainKeys.length === 0) return;
  const [verb, them] = plainKeys.length === 1 ? ["holds a key", "it"] : ["hold keys", "them"];
  await out.line(
    asTyped(
      `${id}: ${plainKeys.join(", ")} ${verb} in plain text. Add ${them} to Countersign instead: countersign server add`,
    ),
  );
}

/** An agent that is there by its name or id, else the name of a new one. */
async function wishOf({ args, text, tenant }: Context, remote: Remote) {
  const wanted = text("agent");
  const target = args[0] ?? "";
  const scope = tenant === undefined ? {} : { tenant };
  if (wanted === undefined) return { target, ...scope };
  try {
    return { target, ...scope, agent: (await findAgent(remote, tenant, wanted)).id };
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "agent_unknown") throw error;
    return { target, ...scope, name: wanted };
  }
}

async function show(out: Context["out"], now: Preview): Promise<void> {
  const who =
    now.agent.id === null
      ? `A new agent, “${now.agent.name}”.`
      : `“${now.agent.name}” gets a new credential; the old one stops.`;
  await out.line(`${now.file}${now.exists ? "" : " (new)"}`);
  if (now.linkedTo !== null) {
    await out.line(`It is a link to ${now.linkedTo}: keep the credential out of version control.`);
  }
  if (now.looseMode !== null) {
    await out.line(
      `Others can read it now (mode ${now.looseMode}); it becomes readable by you only.`,
    );
  }
  await out.line(who);
  if (now.backup !== null) await out.line(`The file as it is now is kept in ${now.backup}.`);
  await tellPlainKeys(out, now.target, now.plainKeys);
  await out.line();
  if (now.diff === "") return out.line("Nothing but the credential changes.");
  for (const line of now.diff.trimEnd().split("\n")) {
    const tint = line.startsWith("+") ? "good" : line.startsWith("-") ? "bad" : "dim";
    await out.raw(out.paint(visible(line), tint));
  }
}

export const preview: Run = async (context) => {
  const remote = await context.connect();
  const now = await remote.call("connect.preview", await wishOf(context, remote));
  await context.out.show(now, () => show(context.out, now));
};

export const write: Run = async (context) => {
  const { out, text } = context;
  const remote = await context.connect();
  const wish = await wishOf(context, remote);
  const revision = text("revision") ?? (await remote.call("connect.preview", wish)).revision;
  const done = await remote.call("connect.write", { ...wish, revision });
  await out.show(done, async () => {
    await out.line(`${done.file} now has the credential of “${done.agentName}”, for:`);
    for (const entry of done.entries) await out.line(`  ${entry}`);
    await out.line("Restart the assistant, so that it reads it.");
    await out.line(asTyped(`To undo: countersign connect undo ${done.target}`));
  });
};

export const undo: Run = async ({ args, connect, out }) => {
  const remote = await connect();
  const done = await remote.call("connect.undo", { target: args[0] ?? "" });
  await out.show(done, () =>
    out.line(
      `${done.file} is as it was before.${done.agentRemoved ? " The agent that was made for it is removed." : ""}`,
    ),
  );
};

export const remove: Run = async ({ args, connect, out }) => {
  const remote = await connect();
  const done = await remote.call("connect.remove", { target: args[0] ?? "" });
  await out.show(done, () =>
    out.line(
      done.removed.length === 0
        ? `Nothing of Countersign's stood in ${done.file} any more.`
        : `Taken out of ${done.file}: ${done.removed.join(", ")}.`,
    ),
  );
};

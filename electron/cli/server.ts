// `server list | test | pause | resume | replace-key | remove | stderr`; adding one is in server-add.ts.
import { asTyped } from "../core/command-line.ts";
import type { TestReport, TestStep } from "../contract.ts";
import { REFUSALS } from "../core/errors.ts";
import type { ServerView } from "../core/servers.ts";
import { usage } from "./parse.ts";
import { cell, type Tint } from "./output.ts";
import { findServer } from "./remote.ts";
import {
  addressText,
  behalfText,
  keyAgeText,
  keyStrays,
  knownTo,
  patternText,
} from "./server-text.ts";
import { cut } from "./text.ts";
import type { Context, Run } from "./types.ts";

export const list: Run = async ({ connect, out, tenant }) => {
  const remote = await connect();
  const all = await remote.call("servers.list", tenant === undefined ? {} : { tenant });
  await out.show(all, async (servers) => {
    if (servers.length === 0) {
      return out.line(asTyped("No servers yet. Add one: countersign server add <name> <url>"));
    }
    const known = await knownTo(remote, servers);
    await out.table(
      [
        "NAME",
        "TENANT",
        "STAGE",
        "STATE",
        "PATTERN",
        "KEY AGE",
        "ON BEHALF OF",
        "AGENTS USE",
        "ADDRESS",
      ],
      servers.map((s) => [
        s.name,
        s.tenant,
        s.stage,
        cell(s.state, s.state === "active" ? "good" : "warn"),
        keyStrays(s)
          ? cell("its key belongs to another address", "bad")
          : cut(patternText(s, known), 60),
        keyAgeText(s, Date.now()),
        cut(behalfText(s, known), 40),
        s.endpoint,
        cut(addressText(s), 72),
      ]),
    );
  });
};

const wanted = async ({ args, connect, tenant }: Context) => {
  const remote = await connect();
  return { remote, server: await findServer(remote, tenant, args[0] ?? "") };
};

const TINTS: Record<TestStep["state"], Tint> = { ok: "good", failed: "bad", skipped: "dim" };

export const test: Run = async (context) => {
  const { out } = context;
  const { remote, server } = await wanted(context);
  const report = await remote.call("servers.test", { id: server.id });
  await out.show(report, async ({ steps, tools, complaint }: TestReport) => {
    await out.table(
      ["STEP", "RESULT", "MS", "NOTE"],
      steps.map((s) => [s.title, cell(s.state, TINTS[s.state]), String(Math.round(s.ms)), s.note]),
    );
    if (tools.length > 0) await out.line(`Tools: ${tools.join(", ")}`);
    if (complaint !== null) {
      await out.line(complaint.sentence);
      await out.line(`  ${complaint.advice}`);
    }
  });
  if (report.ok) return 0;
  const code = report.complaint?.code;
  return code !== undefined && Object.hasOwn(REFUSALS, code) ? REFUSALS[code][2] : 1;
};

const setState =
  (state: ServerView["state"], done: string): Run =>
  async (context) => {
    const { remote, server } = await wanted(context);
    const now = await remote.call("servers.setState", { id: server.id, state });
    await context.out.show(now, (s) => context.out.line(`The server “${s.name}” is ${done}.`));
  };
export const pause = setState("paused", "paused");
export const resume = setState("active", "active again");

export const replaceKey: Run = async (context) => {
  const { out, secrets, texts } = context;
  const { remote, server } = await wanted(context);
  const [env, more] = texts("secret-env");
  const names = server.kind === "stdio" ? Object.keys(server.secretEnv) : [];
  if (more !== undefined) throw usage("Replace one key at a time.");
  if (server.kind === "stdio" && (env === undefined || !names.includes(env))) {
    const reason =
      names.length === 0
        ? `The server “${server.name}” has no secret variables.`
        : `Say which variable with --secret-env: ${names.join(", ")}.`;
    throw usage(reason);
  }
  if (server.kind !== "stdio" && (env !== undefined || server.pattern.type !== "api-key")) {
    const has = server.pattern.type === "api-key" ? "a key, not variables" : "no key";
    throw usage(`The server “${server.name}” has ${has}.`);
  }
  const secret = (await secrets.one(`New key of ${server.name}`)).reveal();
  const id = server.id;
  const now = await remote.call(
    "servers.replaceSecret",
    env === undefined ? { id, secret } : { id, env, secret },
  );
  await out.show(now, (s) => out.line(`The key of “${s.name}” was replaced.`));
};

export const remove: Run = async (context) => {
  const { remote, server } = await wanted(context);
  const done = await remote.call("servers.remove", { id: server.id });
  await context.out.show(done, () =>
    context.out.line(`The server “${server.name}” and its key were removed.`),
  );
};

export const stderr: Run = async (context) => {
  const { out } = context;
  const { remote, server } = await wanted(context);
  const tail = await remote.call("servers.stderr", { id: server.id });
  await out.show(tail, async ({ lines }) => {
    for (const line of lines) await out.line(line);
  });
};

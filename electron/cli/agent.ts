// `agent list | add | rename | rotate | certificate | pause | resume | remove | jwks`.
import { asTyped } from "../core/command-line.ts";
import type { Issued, Snippet } from "../contract.ts";
import type { AgentView } from "../core/agents.ts";
import { readCertificates, usage } from "./given.ts";
import { cell } from "./output.ts";
import { findAgent } from "./remote.ts";
import { jsonLines, localTime } from "./text.ts";
import type { Context, Run } from "./types.ts";

export const list: Run = async ({ connect, out, tenant }) => {
  const remote = await connect();
  const all = await remote.call("agents.list", tenant === undefined ? {} : { tenant });
  await out.show(all, async (agents) => {
    if (agents.length === 0) {
      return out.line(asTyped("No agents yet. Add one: countersign agent add <name>"));
    }
    await out.table(
      ["NAME", "TENANT", "STATE", "CREDENTIAL", "CERTIFICATE", "LAST SEEN", "ADDED", "ID"],
      agents.map((a) => [
        a.name,
        a.tenant,
        cell(a.state, a.state === "active" ? "good" : "warn"),
        `…${a.credentialHint}`,
        a.certificate === undefined
          ? "-"
          : `${a.certificate.subject} until ${a.certificate.notAfter.slice(0, 10)}`,
        localTime(a.lastSeenAt),
        localTime(a.createdAt),
        a.id,
      ]),
    );
  });
};

/** The one moment at which the credential is seen. */
async function reveal(out: Context["out"], issued: Issued, sentence: string): Promise<void> {
  await out.show(issued, async ({ credential, snippets }) => {
    await out.line(`${sentence} Its credential is shown this once:`);
    await out.line();
    await out.line(`  ${credential}`);
    await showSnippets(out, snippets);
  });
}

async function showSnippets(out: Context["out"], snippets: readonly Snippet[]): Promise<void> {
  for (const { title, where, text } of snippets) {
    await out.line();
    await out.line(`${title}: ${where}`);
    await out.lines(text.replaceAll(/^/gm, "  "));
  }
}

export const add: Run = async ({ args: [name = ""], connect, out, tenant }) => {
  const remote = await connect();
  const issued = await remote.call(
    "agents.add",
    tenant === undefined ? { name } : { name, tenant },
  );
  await reveal(out, issued, `The agent “${issued.agent.name}” was added.`);
};

const wanted = async ({ args, connect, tenant }: Context) => {
  const remote = await connect();
  return { remote, agent: await findAgent(remote, tenant, args[0] ?? "") };
};

export const rename: Run = async (context) => {
  const name = context.args[1] ?? "";
  const { remote, agent } = await wanted(context);
  const now = await remote.call("agents.rename", { id: agent.id, name });
  await context.out.show(now, (a) =>
    context.out.line(`The agent “${agent.name}” is called “${a.name}” now.`),
  );
};

export const rotate: Run = async (context) => {
  const { remote, agent } = await wanted(context);
  const issued = await remote.call("agents.rotate", { id: agent.id });
  await reveal(context.out, issued, `The old credential of “${agent.name}” no longer works.`);
};

const setState =
  (state: AgentView["state"], done: string): Run =>
  async (context) => {
    const { remote, agent } = await wanted(context);
    const now = await remote.call("agents.setState", { id: agent.id, state });
    await context.out.show(now, (a) => context.out.line(`The agent “${a.name}” is ${done}.`));
  };
export const pause = setState("paused", "paused");
export const resume = setState("active", "active again");

async function showPrograms(out: Context["out"], agent: AgentView): Promise<void> {
  await out.show(agent.programs, async (programs) => {
    if (programs.length === 0) return out.line(`“${agent.name}” was not seen yet.`);
    await out.table(
      ["PROGRAM", "KNOWN SINCE"],
      programs.map(({ path, since }) => [path ?? "(not found out)", localTime(since)]),
    );
  });
}

/** What its credential is used by, as the system told it. */
export const programs: Run = async (context) =>
  showPrograms(context.out, (await wanted(context)).agent);

export const forgetProgram: Run = async (context) => {
  const { remote, agent } = await wanted(context);
  const path = context.args[1] ?? null;
  await showPrograms(
    context.out,
    await remote.call("agents.forgetProgram", { id: agent.id, path }),
  );
};

export const remove: Run = async (context) => {
  const { remote, agent } = await wanted(context);
  const done = await remote.call("agents.remove", { id: agent.id });
  await context.out.show(done, () =>
    context.out.line(`The agent “${agent.name}” was removed; its credential no longer works.`),
  );
};

/** Pins a certificate, or takes it away with --none. */
export const certificate: Run = async (context) => {
  const { args, flag, io, out } = context;
  const [, file] = args;
  if (flag("none") === (file !== undefined)) {
    throw usage("Give the file of the certificate, or --none to take it away.");
  }
  const pem = file === undefined ? null : await readCertificates(io, file);
  const { remote, agent } = await wanted(context);
  const now = await remote.call("agents.setCertificate", { id: agent.id, certificate: pem });
  const { trouble } = await remote.call("mtls.status", {});
  const snippets = await remote.call("mtls.snippets", { agent: agent.id });
  await out.show(now, async ({ name, certificate: pinned }) => {
    if (pinned === undefined) {
      return out.line(`The agent “${name}” has no certificate: its credential works alone again.`);
    }
    await out.line(`The agent “${name}” is let in with this certificate only, at the TLS door:`);
    await out.table(
      ["CERTIFICATE", pinned.subject],
      [
        ["Thumbprint", `${pinned.thumbprint} (x5t#S256)`],
        ["Until", localTime(pinned.notAfter)],
      ],
    );
    if (trouble !== null) await out.line(`${trouble.sentence} ${trouble.advice}`);
    await showSnippets(out, snippets);
  });
};

/** What an issuer must trust to believe which agent acts: a set for each tenant. */
export const jwks: Run = async ({ connect, out, tenant }) => {
  const remote = await connect();
  const all = await remote.call("actors.jwks", tenant === undefined ? {} : { tenant });
  // With --tenant there is one, and a program gets it as it is.
  await out.show(tenant === undefined ? all : all[0], async () => {
    for (const { tenant: whose, issuer, url, keys } of all) {
      await out.line(`Statements of the agents of “${whose}” are issued by: ${issuer}`);
      if (keys.length === 0) {
        await out.line("No agent has a key yet: one is made at its first exchange.");
        continue;
      }
      await out.line(`The issuer is to trust these public keys (RFC 7517), served at ${url}:`);
      await out.raw(jsonLines({ keys }));
    }
  });
};

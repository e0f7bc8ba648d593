// `server scopes`: what each agent may ask for at a server, and narrowing it for one of them.
import { asTyped } from "../core/command-line.ts";
import type { ServerView } from "../core/servers.ts";
import { scopesOf, usage } from "./given.ts";
import { findAgent, findServer, type Remote } from "./remote.ts";
import type { Context, Run } from "./types.ts";

const askedBy = (server: ServerView): string[] => {
  if (server.kind !== "stdio" && "issuer" in server.pattern) return server.pattern.scopes;
  throw usage(`The server “${server.name}” asks for no scopes: it has no issuer.`);
};

async function show({ out }: Context, remote: Remote, server: ServerView): Promise<void> {
  const all = askedBy(server);
  const agents = await remote.call("agents.list", { tenant: server.tenant });
  const own =
    (server.kind !== "stdio" && "issuer" in server.pattern && server.pattern.agentScopes) || {};
  const rows = agents.map(({ id, name }) => ({
    agent: id,
    name,
    scopes: own[id] ?? all,
    narrowed: own[id] !== undefined,
  }));
  await out.show(rows, async (list) => {
    if (list.length === 0)
      return out.line(asTyped("No agents yet. Add one: countersign agent add <name>"));
    await out.table(
      ["AGENT", "MAY ASK FOR"],
      list.map((row) => [
        row.name,
        `${row.scopes.join(" ") || "what the issuer gives"}${row.narrowed ? "" : " (all of the server's)"}`,
      ]),
    );
  });
}

export const scopes: Run = async (context) => {
  const { args, connect, flag, out, tenant, text } = context;
  const wanted = text("agent");
  const given = scopesOf(context);
  if (wanted === undefined && (flag("all") || given.length > 0)) {
    throw usage("Say which agent with --agent NAME.");
  }
  if (wanted !== undefined && flag("all") === given.length > 0) {
    throw usage("Give the agent's scopes with --scope, or --all for those of the server.");
  }
  const remote = await connect();
  const server = await findServer(remote, tenant, args[0] ?? "");
  if (wanted === undefined) return show(context, remote, server);
  const agent = await findAgent(remote, server.tenant, wanted);
  const now = await remote.call("servers.setAgentScopes", {
    id: server.id,
    agent: agent.id,
    scopes: flag("all") ? null : given,
  });
  await out.show(now, (s) =>
    out.line(
      flag("all")
        ? `“${agent.name}” may ask for all scopes of “${s.name}”.`
        : `“${agent.name}” may ask for ${given.join(" ")} at “${s.name}”, and nothing else.`,
    ),
  );
};

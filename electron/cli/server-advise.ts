// `server advise`: which pattern fits, and what a thief of its credential could still do.
import type { InputOf } from "../contract.ts";
import type { Thief } from "../core/oauth/keeping/advice.ts";
import { oneOf, usage } from "./given.ts";
import type { Output } from "./output.ts";
import { findServer } from "./remote.ts";
import type { Context, Run } from "./types.ts";

const STAKES = ["low", "standard", "critical", "regulated"] as const;
const STAGES = ["development", "staging", "production"] as const;
const TENANTS = ["one", "several"] as const;

async function showThief(out: Output, { can, until, stop }: Thief): Promise<void> {
  await out.line("A thief of the credential could still do:");
  await out.line(`  ${can}`);
  await out.line(`  How long: ${until}.`);
  await out.line(`  What ends it: ${stop}`);
}

function answersOf({ flag, text }: Context): InputOf<"patterns.advise"> {
  return {
    tenants: oneOf("tenants", text("tenants") ?? "one", TENANTS),
    stakes: oneOf("stakes", text("stakes") ?? "standard", STAKES),
    onBehalf: flag("on-behalf"),
    stage: oneOf("stage", text("stage") ?? "development", STAGES),
  };
}

/** About a server as it is. */
async function standing(context: Context, name: string): Promise<void> {
  const { connect, flag, out, tenant, text } = context;
  const stray = ["tenants", "stakes", "stage"].find((one) => text(one) !== undefined);
  if (stray !== undefined || flag("on-behalf")) {
    throw usage("Name a server that is there, or describe one that is to be added.");
  }
  const remote = await connect();
  const server = await findServer(remote, tenant, name);
  const found = await remote.call("servers.standing", { id: server.id });
  await out.show(found, async ({ name: pattern, accepted, least, thief }) => {
    const verdict = accepted ? "which is enough" : "which is too weak";
    await out.line(
      `“${server.name}” uses ${pattern}, ${verdict} for ${server.stage} (at least ${least}).`,
    );
    await showThief(out, thief);
  });
}

export const advise: Run = async (context) => {
  const { args, connect, out } = context;
  if (args[0] !== undefined) return standing(context, args[0]);
  const answers = answersOf(context);
  const remote = await connect();
  const advice = await remote.call("patterns.advise", answers);
  await out.show(advice, async ({ pattern, why, thief }) => {
    await out.raw(`Suggested: ${out.paint(pattern.type, "bold")}`);
    for (const reason of why) await out.line(`  ${reason}`);
    await showThief(out, thief);
    const how = pattern.type === "api-key" ? "--api-key" : `--auth ${pattern.type}`;
    await out.line(`Add it so: countersign server add <name> <url> ${how}`);
  });
};

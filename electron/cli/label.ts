// `label list | set`: what tools do with what an agent knows.
import { FLOW_LABELS, type FlowLabel } from "../core/labels/labels.ts";
import { usage } from "./given.ts";
import { tellWhere } from "./policy.ts";
import { findServer } from "./remote.ts";
import type { Run } from "./types.ts";

const scope = (tenant: string | undefined) => (tenant === undefined ? {} : { tenant });

export const list: Run = async ({ connect, out, tenant }) => {
  const remote = await connect();
  const view = await remote.call("labels.list", scope(tenant));
  await out.show(view, async ({ labels, tools }) => {
    if (tools.length === 0) return out.line("There are no servers yet.");
    const servers = await remote.call("servers.list", scope(tenant));
    const of = (server: string, tool: string | null): string =>
      labels.find((one) => one.server === server && one.tool === tool)?.labels.join(" ") ?? "-";
    await out.table(
      ["SERVER", "TOOL", "LABELS", "SUGGESTED"],
      tools.map(({ server, tool, suggested }) => [
        servers.find(({ id }) => id === server)?.name ?? `${server} (removed)`,
        tool ?? "(all)",
        of(server, tool),
        suggested.join(" "),
      ]),
    );
  });
};

const isLabel = (text: string): text is FlowLabel => FLOW_LABELS.some((label) => label === text);

export const set: Run = async (context) => {
  const { args, connect, out, tenant, text } = context;
  const [name = "", ...given] = args;
  const labels = given.filter(isLabel);
  if (labels.length < given.length) throw usage(`Labels are: ${FLOW_LABELS.join(", ")}.`);
  const remote = await connect();
  const server = (await findServer(remote, tenant, name)).id;
  const tool = text("tool") ?? null;
  const before = (await remote.call("labels.list", scope(tenant))).labels.find(
    (one) => one.server === server && one.tool === tool,
  );
  const setting = remote.call("labels.set", { server, tool, labels });
  // Should it fail while the place is being told, it is reported below all the same.
  setting.catch(() => undefined);
  const loosens = before?.labels.some((label) => !labels.includes(label)) === true;
  if (loosens) await tellWhere(remote, context.io.stderr);
  await out.show(await setting, () =>
    out.line(labels.length === 0 ? "It has no label now." : `Labelled: ${labels.join(" ")}.`),
  );
};

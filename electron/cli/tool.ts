// `tool list | review | block`.
import { cell } from "./output.ts";
import { tellWhere } from "./policy.ts";
import { findServer } from "./remote.ts";
import { localTime, visible } from "./text.ts";
import type { Run } from "./types.ts";

const TONE = { accepted: "good", changed: "bad", new: "warn", rejected: "bad" } as const;

export const list: Run = async ({ args, connect, out, tenant, flag }) => {
  const remote = await connect();
  const server = await findServer(remote, tenant, args[0] ?? "");
  const method = flag("refresh") ? "tools.refresh" : "tools.list";
  const all = await remote.call(method, { server: server.id });
  await out.show(all, (tools) => {
    if (tools.length === 0) {
      return out.line("No list of its tools was seen yet. Ask for it: --refresh");
    }
    return out.table(
      ["TOOL", "STANDING", "FLAGS", "AGREED TO"],
      tools.map((tool) => [
        visible(tool.name),
        cell(tool.standing, TONE[tool.standing]),
        tool.claims.flags.map(({ kind }) => kind).join(", "),
        tool.acceptedAt === null ? "" : localTime(tool.acceptedAt),
      ]),
    );
  });
};

export const review: Run = async ({ args, connect, out, tenant, io }) => {
  const remote = await connect();
  const server = await findServer(remote, tenant, args[0] ?? "");
  const tool = args[1] ?? "";
  const reviewing = remote.call("tools.review", { server: server.id, tool });
  // Should it fail while the place is being told, it is reported below all the same.
  reviewing.catch(() => undefined);
  await tellWhere(remote, io.stderr);
  const all = await reviewing;
  const now = all.find(({ name }) => name === tool);
  await out.show(now ?? null, () => out.line(`${visible(tool)}: ${now?.standing ?? "gone"}`));
};

export const block: Run = async ({ args, connect, out, tenant }) => {
  const remote = await connect();
  const server = await findServer(remote, tenant, args[0] ?? "");
  const tool = args[1] ?? "";
  const all = await remote.call("tools.reject", { server: server.id, tool });
  const now = all.find(({ name }) => name === tool);
  await out.show(now ?? null, () => out.line(`${visible(tool)}: ${now?.standing ?? "gone"}`));
};

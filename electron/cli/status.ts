// `status` and `open`.
import type { AppStatus } from "../contract.ts";
import { localTime, visible } from "./text.ts";
import { vaultText } from "./vault.ts";
import type { Run } from "./types.ts";

export const status: Run = async ({ connect, out }) => {
  const remote = await connect();
  await out.show(await remote.call("app.status", {}), async (now: AppStatus) => {
    const { runtime, counts } = now;
    const runs = `${runtime.kind === "node" ? "Node" : "Electron"} ${runtime.version}`;
    await out.table(
      ["COUNTERSIGN", now.version],
      [
        ["Runs on", runtime.testRuntime ? `${runs} (old test runtime, not for real keys)` : runs],
        ["Agents use", `${now.door}/mcp/<server>`],
        ["Data folder", now.dataFolder],
        ["Secrets", vaultText(now.vault)],
        ["Servers", String(counts.servers)],
        ["Agents", String(counts.agents)],
        ["Calls", String(counts.calls)],
        ["Since", localTime(now.startedAt)],
      ],
    );
    for (const trouble of [...now.troubles, ...now.reminders]) {
      await out.line();
      await out.line(trouble.sentence);
      await out.line(`  ${trouble.advice}`);
    }
  });
};

export const open: Run = async ({ connect, out }) => {
  const remote = await connect();
  const link = await remote.call("app.link", {});
  await out.show(link, ({ url }) => out.line(visible(url)));
};

// `tenant list | add`.
import { localTime } from "./text.ts";
import type { Run } from "./types.ts";

export const list: Run = async ({ connect, out }) => {
  const remote = await connect();
  await out.show(await remote.call("tenants.list", {}), (all) =>
    out.table(
      ["ID", "NAME", "ADDED"],
      all.map((t) => [t.id, t.name, localTime(t.createdAt)]),
    ),
  );
};

export const add: Run = async ({ args: [id = "", name = ""], connect, out }) => {
  const remote = await connect();
  const tenant = await remote.call("tenants.add", { id, name });
  await out.show(tenant, (t) => out.line(`The tenant “${t.name}” (${t.id}) was added.`));
};

// Child of together.test.ts: replaces agents.json and tenants.json in one step, as fast as it can.
import { writeSync } from "node:fs";
import { agent, openTestStore } from "./fixtures.ts";

async function main(): Promise<void> {
  const store = await openTestStore(process.argv[2]!);
  for (let n = Number(process.argv[3]); ; n++) {
    await store.writeTogether(["agents", "tenants"], ({ tenants }) => ({
      agents: [agent(n)],
      tenants: tenants.map((tenant) => ({ ...tenant, name: `agent ${n}` })),
    }));
    writeSync(1, `${n}\n`);
  }
}
void main();

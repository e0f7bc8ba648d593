// Child of crash.test.ts: replaces agents.json as fast as it can and says which write was acknowledged.
import { writeSync } from "node:fs";
import { agent, openTestStore } from "./fixtures.ts";

async function main(): Promise<void> {
  const store = await openTestStore(process.argv[2]!);
  for (let n = Number(process.argv[3]); ; n++) {
    // One number in every entry: a mixture of two writes would show.
    await store.write("agents", () =>
      Array.from({ length: 40 }, (_, i) =>
        agent(n * 100 + i, { credentialHint: String(n % 9999).padStart(4, "0") }),
      ),
    );
    writeSync(1, `${n}\n`);
  }
}
void main();

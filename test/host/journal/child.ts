// A process that writes intents until it is killed, and says which ones it was promised. Bundled by crash.test.ts.
import fs from "node:fs";
import { openJournal } from "../../../electron/host/journal/open.ts";
import { callId, ended, intent, rememberingLog, systemClock } from "./records.ts";

const [file, firstText] = process.argv.slice(2);
const journal = openJournal({ file: file ?? "", clock: systemClock, log: rememberingLog() });
fs.writeSync(1, `open ${journal.trouble()?.code ?? "well"}\n`);

let n = Number(firstText);
/** One caller: intent, promise kept, sometimes an outcome. */
async function caller(): Promise<void> {
  for (let i = 0; i < 100_000; i++) {
    const mine = n++;
    await journal.intent(
      intent(mine, { input: JSON.stringify({ text: `word${mine} `.repeat(20) }) }),
    );
    fs.writeSync(1, `ack ${mine}\n`);
    if (mine % 3 !== 0) journal.end(callId(mine), ended());
    if (mine % 5 === 0)
      journal.refused(intent(mine, { id: `${callId(mine)}r`, kind: "refusal" }), ended());
    await new Promise((resolve) => setTimeout(resolve, mine % 4));
  }
}
void Promise.all(Array.from({ length: 8 }, caller));

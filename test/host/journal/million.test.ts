// How fast the journal is with many rows. `npm run test:million` (or COUNTERSIGN_MILLION=1) takes 1,000,000 of them.
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { CallQuery } from "../../../electron/core/journal.ts";
import { bucketsOf, RANGES } from "../../../electron/core/statistics.ts";
import { connect } from "../../../electron/host/journal/connection.ts";
import { indexStep } from "../../../electron/host/journal/indexer.ts";
import type { HostJournal } from "../../../electron/host/journal/open.ts";
import { callId, ended, folder, intent, opened, START } from "./kit.ts";

const isMillion =
  process.env["COUNTERSIGN_MILLION"] === "1" ||
  process.env["npm_lifecycle_event"] === "test:million";
const ROWS = isMillion ? 1_000_000 : 50_000;
/** Generous, because other work shares the machine; the figures printed are what to look at. */
const LIMIT_MS = isMillion ? 1000 : 500;

let seed = 1;
function random(below: number): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
  return Math.floor(seed / 65_536) % below;
}
const vocabulary = Array.from({ length: 4000 }, (_, i) => (i * 48_271 + 900).toString(36));
const word = (): string => vocabulary[random(vocabulary.length)] ?? "";
const tools = [
  "get-sum",
  "echo",
  "read_file",
  "search",
  "delete_user",
  "list-items",
  "create-issue",
];

function sample(n: number): ReturnType<typeof intent> {
  const input = {
    path: `/home/${word()}/${word()}`,
    query: `${word()} ${word()}`,
    request: 1_700_000_000_000 + n,
    to: `${word()}@example.org`,
  };
  return intent(n, {
    tenant: random(10) === 0 ? "work" : "personal",
    agentId: `agt_${String(random(20)).padStart(10, "0")}`,
    agentName: `Agent ${random(20)}`,
    serverId: `srv_${String(random(30)).padStart(10, "0")}`,
    serverName: `server-${random(30)}`,
    authMethod: random(2) === 0 ? "bearer" : "api-key",
    tool: tools[random(tools.length)] ?? null,
    input: JSON.stringify(input),
    at: START + n * 500,
  });
}

async function fill(journal: HostJournal, file: string): Promise<number> {
  const connection = connect(file);
  const began = performance.now();
  for (let n = 0; n < ROWS; n += 250) {
    await Promise.all(Array.from({ length: 250 }, async (_, i) => journal.intent(sample(n + i))));
    for (let i = 0; i < 250; i++) {
      const isFailed = random(20) === 0;
      const end = isFailed ? ended({ outcome: "failed", code: "upstream_timeout" }) : ended();
      journal.end(callId(n + i), end);
    }
  }
  journal.flush();
  while (indexStep(connection) > 0);
  const ms = performance.now() - began;
  connection.checkpoint();
  connection.close();
  return (ms * 1000) / ROWS;
}

const middle = START + (ROWS / 2) * 500;
const queries: Readonly<Record<string, Omit<CallQuery, "limit">>> = {
  "no filter": {},
  "no filter, a page in the middle": { before: ROWS / 2 },
  agent: { agentId: "agt_0000000005" },
  "agent and server": { agentId: "agt_0000000005", serverId: "srv_0000000007" },
  "tool and outcome": { tool: "echo", outcome: ["failed"] },
  "five filters": {
    tenant: "work",
    agentId: "agt_0000000005",
    serverId: "srv_0000000007",
    tool: "echo",
    authMethod: "bearer",
  },
  "two common filters that exclude each other": { outcome: ["ok"], code: "upstream_timeout" },
  "a minute": { from: middle, until: middle + 60_000 },
  "half of all time, and an agent": { until: middle, agentId: "agt_0000000005" },
  "a day, and a failure": { from: middle, until: middle + 86_400_000, outcome: ["failed"] },
  "a word": { text: vocabulary[77] },
  "a word and an agent": { text: vocabulary[77], agentId: "agt_0000000005" },
  "a tool by name": { text: "get-sum" },
  "an address": { text: `${vocabulary[77] ?? ""}@example.org` },
  "a beginning in every row": { text: "tool" },
  "a beginning of a million numbers": { text: "17" },
  "three beginnings": { text: "exam age serv" },
  "common words in an order that no row has": { text: "call-tools" },
  "common words and a rare filter": { text: "tool exam", outcome: ["denied"] },
  "no such word": { text: "zzzzzz" },
};

test(`${ROWS.toLocaleString("en")} rows are searched by any column`, async () => {
  const file = path.join(folder(), "journal.db");
  const journal = opened(file);
  const perRow = await fill(journal, file);
  const size = fs.statSync(file).size / ROWS;
  console.log(`written and indexed: ${perRow.toFixed(0)} µs and ${size.toFixed(0)} bytes a row`);

  const began = performance.now();
  const again = opened(file);
  console.log(`opened in ${(performance.now() - began).toFixed(1)} ms`);
  for (const [name, query] of Object.entries(queries)) {
    const times: number[] = [];
    let matched = "";
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      const page = again.search({ ...query, limit: 100 });
      times.push(performance.now() - start);
      matched = `${page.matched}${page.matchedIsFloor ? "+" : ""}`;
    }
    times.sort((a, b) => a - b);
    const [median, worst] = [times[2] ?? NaN, times[4] ?? NaN];
    console.log(
      `${name.padEnd(45)} ${median.toFixed(1)} ms, worst ${worst.toFixed(1)}, ${matched} rows`,
    );
    expect(median, name).toBeLessThan(LIMIT_MS);
  }
  for (const range of RANGES) {
    const start = performance.now();
    const found = again.statistics(bucketsOf(range, START + ROWS * 500, 60));
    const ms = performance.now() - start;
    console.log(`figures of one ${range}: ${ms.toFixed(1)} ms, ${found.total.allowed} allowed`);
    expect(ms, range).toBeLessThan(LIMIT_MS);
  }
  await expectWriteRates(journal);
}, 1_200_000);

/** Calls that come alone, by 16 and by 128: one sync is shared by all that come together. */
async function expectWriteRates(journal: HostJournal): Promise<void> {
  let n = ROWS;
  const perCall: number[] = [];
  for (const together of [1, 16, 128]) {
    const waits: number[] = [];
    for (let round = 0; round < 300; round++) {
      const start = performance.now();
      const first = n;
      n += together;
      await Promise.all(
        Array.from({ length: together }, async (_, i) => journal.intent(sample(first + i))),
      );
      waits.push(performance.now() - start);
      for (let i = first; i < n; i++) journal.end(callId(i), ended());
    }
    waits.sort((a, b) => a - b);
    const mean = waits.reduce((sum, ms) => sum + ms, 0) / waits.length;
    perCall.push(mean / together);
    console.log(
      `${together} together: ${((1000 * together) / mean).toFixed(0)} intents/s, ` +
        `p50 ${waits[150]?.toFixed(2)} ms, p99 ${waits[297]?.toFixed(2)} ms`,
    );
  }
  expect(perCall[2] ?? NaN, "128 together cost less each than one alone").toBeLessThan(
    perCall[0] ?? NaN,
  );
}

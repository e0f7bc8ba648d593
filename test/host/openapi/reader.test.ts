// Documents read in a thread: the same as without one, within its time and memory, one after the other, and nothing else
// waits for it.
import fs from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { afterEach, expect, it } from "vitest";
import { asRefusal, type Refusal } from "../../../electron/core/errors.ts";
import { previewOf, takenOf } from "../../../electron/core/openapi/reading.ts";
import { complaint } from "../../../electron/core/sentences.ts";
import { createApiReader, type ReaderLimits } from "../../../electron/host/openapi/reader.ts";
import { API_WORKER } from "../../support/api-worker.ts";
import { companyDocument } from "../../support/company-api.ts";
import { largeApi } from "../../support/large-api.ts";
import { until } from "../../support/processes.ts";

const company = JSON.stringify(companyDocument("https://api.example/v1"));
const LARGEST = largeApi(4 * 1024 * 1024);

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});
function readerOf(limits?: ReaderLimits) {
  const reader = createApiReader(API_WORKER, limits);
  closers.push(() => reader.close());
  return reader;
}
async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const value = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (value === null) throw new Error("it was read");
  return asRefusal(value);
}
/** Threads of this process; 0 where the system does not tell. */
const threads = (): number =>
  fs.existsSync("/proc/self/task") ? fs.readdirSync("/proc/self/task").length : 0;

it("reads what the same reading without a thread reads, and refuses in its words", async () => {
  const reader = readerOf();
  const { operations } = takenOf({ text: company, names: ["readItem", "scrap"], kept: [] });
  for (const before of [null, operations]) {
    const wanted = { text: company, before };
    expect(await reader.preview(wanted)).toEqual(previewOf(wanted));
  }
  const wanted = { text: company, names: null, kept: ["scrap", "no longer there"] };
  const taken = await reader.take(wanted);
  expect(taken.operations.map(({ name }) => name)).toEqual(["scrap"]);
  expect(taken).toEqual(takenOf(wanted));
  const refused = await refusalOf(reader.preview({ text: '{"openapi":"4.0.0"}', before: null }));
  expect([refused.code, refused.facts]).toEqual([
    "openapi_invalid",
    { reason: "it does not say that it is OpenAPI 3.0 or 3.1" },
  ]);
});

it("ends what takes too long, and the loop of all other work turns meanwhile", async () => {
  const reader = readerOf({ withinMs: 2000, memoryMb: 1024 });
  await reader.preview({ text: company, before: null });
  const before = threads();
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const refused = await refusalOf(reader.preview({ text: LARGEST, before: null }));
  delay.disable();
  expect(refused.code).toBe("openapi_unread");
  expect(complaint(refused).sentence).toBe(
    "The OpenAPI document was not read: it took longer than 2 seconds.",
  );
  // Read here, it would be some seconds.
  expect(delay.max / 1e6).toBeLessThan(700);
  await until(() => threads() <= before, 3000, "the thread being gone");
  // The next one is another matter.
  expect((await reader.preview({ text: company, before: null })).title).toBe("Company");
});

it("ends what takes too much memory", async () => {
  const reader = readerOf({ withinMs: 15_000, memoryMb: 32 });
  const refused = await refusalOf(reader.preview({ text: LARGEST, before: null }));
  expect([refused.code, refused.facts]).toEqual([
    "openapi_unread",
    { reason: "it takes more than 32 MiB of memory to read" },
  ]);
});

it.each([
  ["ten thousand million laughs", 10],
  ["lists that double", 2],
])("refuses %s", async (_, times) => {
  const names = "abcdefghij".split("");
  const laughs = names.map((name, i) => {
    const former = names[i - 1];
    const inner = Array(times).fill(former === undefined ? "ha" : `*${former}`);
    return `x-${name}: &${name} [${inner.join(", ")}]\n`;
  });
  const text = `openapi: 3.1.0\n${laughs.join("")}paths: {}\n`;
  const refused = await refusalOf(readerOf().preview({ text, before: null }));
  expect(refused.code).toBe("openapi_invalid");
});

it("reads one at a time, and turns away what would wait too long", async () => {
  const reader = readerOf();
  await reader.preview({ text: company, before: null });
  const before = threads();
  let most = 0;
  const look = setInterval(() => (most = Math.max(most, threads())), 5);
  const done: number[] = [];
  const all = [0, 1, 2, 3, 4].map(async (n) => {
    await reader.preview({ text: company, before: null });
    done.push(n);
  });
  const refused = await refusalOf(reader.preview({ text: company, before: null }));
  expect([refused.code, refused.facts]).toEqual([
    "openapi_unread",
    { reason: "several others are being read" },
  ]);
  await Promise.all(all);
  clearInterval(look);
  expect(done).toEqual([0, 1, 2, 3, 4]);
  // One that ends may still be there when the next one begins.
  expect(most - before).toBeLessThanOrEqual(2);
});

it("reads nothing any more once it is closed", async () => {
  const reader = readerOf();
  const before = threads();
  const asked = [1, 2].map(() => refusalOf(reader.preview({ text: LARGEST, before: null })));
  await until(() => before === 0 || threads() > before);
  reader.close();
  for (const refused of await Promise.all(asked)) {
    expect([refused.code, refused.facts["reason"]]).toEqual([
      "openapi_unread",
      "Countersign is closing",
    ]);
  }
});

it("does not take a thread that cannot start for a document that is too much", async () => {
  const reader = createApiReader(`${API_WORKER}.not-here`);
  const refused = await refusalOf(reader.preview({ text: company, before: null }));
  expect(refused.code).toBe("internal");
});

// `doctor`: asks the running Countersign, or looks by itself where none runs.
import os from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import type { DoctorFinding, DoctorReport } from "../contract.ts";
import { asTyped } from "../core/command-line.ts";
import { Refusal } from "../core/errors.ts";
import { usage } from "./parse.ts";
import { cell, type Tint } from "./output.ts";
import type { Context, Run } from "./types.ts";

/** Everything that can be seen from outside: nothing is opened, locked or written. */
async function lookFromOutside(folder: string, port: number): Promise<DoctorReport> {
  const [{ runDoctor }, { inspectSettings }, { documentSchemas }, { locate, parseStrict }] =
    await Promise.all([
      import("../host/doctor/doctor.ts"),
      import("../host/store/inspect.ts"),
      import("../document-schemas.ts"),
      import("../core/json/document.ts"),
    ]);
  const { whoHolds } = await import("../host/door/holder.ts");
  const { scrubEnvironment } = await import("../host/env.ts");
  const { describeRuntime } = await import("../runtime.ts");
  return runDoctor({
    runtime: describeRuntime(process.versions),
    nodeVersion: process.versions.node,
    dataFolder: folder,
    broken: () => inspectSettings(folder, documentSchemas, { parse: parseStrict, locate }),
    door: { port, ours: false, whoHolds },
    vault: () => null,
    journal: { file: path.join(folder, "journal.db"), trouble: null },
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    atStart: null,
    newestCall: null,
    typed: asTyped,
    reminders: null,
    // A copy: this process obeys nothing of it and ends at once.
    removedEnvironment: scrubEnvironment({ ...process.env }),
  });
}

const MARKS: Record<DoctorFinding["state"], readonly [string, Tint]> = {
  ok: ["ok", "good"],
  warning: ["warning", "warn"],
  problem: ["PROBLEM", "bad"],
};

async function show(out: Context["out"], report: DoctorReport, running: boolean): Promise<void> {
  await out.line(`Countersign ${running ? "is running" : "is not running"} on ${os.hostname()}.`);
  await out.table(
    ["WHAT", "STATE", "FOUND"],
    report.findings.map(({ title, state, note }) => {
      const [word, tint] = MARKS[state];
      return [title, cell(word, tint), note];
    }),
  );
  for (const { title, remedy } of report.findings) {
    if (remedy !== null) await out.line(`→ ${title}: ${remedy}`);
  }
}

function portOf(text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw usage("--port takes a number from 1 to 65535.");
}

export const doctor: Run = async ({ connect, folder, out, text }) => {
  const { DEFAULT_PORT } = await import("../options.ts");
  const port = portOf(text("port"), DEFAULT_PORT);
  let running = true;
  // Whatever keeps the running one from being asked, a folder that cannot be used included, is what a doctor is for.
  const report = await connect().then(
    (remote) => remote.call("doctor.run", {}),
    (error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      running = false;
      return lookFromOutside(folder, port);
    },
  );
  await out.show(report, (found) => show(out, found, running));
  return report.ok ? 0 : 1;
};

// A real control socket whose answers a test decides: for what the real Countersign rarely says.
import path from "node:path";
import type { AppEvent } from "../../electron/contract.ts";
import { serveControl } from "../../electron/host/control/server.ts";
import { lockInstance } from "../../electron/host/store/lock.ts";
import { answer, type Handlers } from "../../electron/surface.ts";
import { tempFolder } from "../host/store/fixtures.ts";
import fs from "node:fs/promises";
import { type Ran, run } from "./desk.ts";

export interface Stage {
  readonly folder: string;
  cli(argv: readonly string[], input?: string): Promise<Ran>;
  emit(event: AppEvent): void;
  close(): Promise<void>;
}

/** @param handlers those that the test needs; every other one answers with `internal` */
export async function openStage(handlers: Partial<Handlers>): Promise<Stage> {
  const base = await tempFolder();
  const folder = path.join(base, "data");
  const listeners = new Set<(event: AppEvent) => void>();
  const lock = await lockInstance(folder);
  const server = await serveControl({
    lock,
    hello: () => ({ door: "http://127.0.0.1:1", pid: process.pid, version: "0.0.0" }),
    show: () => undefined,
    report: () => undefined,
    desk: {
      call: (surface, method, input) =>
        answer(handlers as Handlers, surface, method, input, () => undefined),
      watch(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  });
  return {
    folder,
    cli: (argv, input) => run(["--data", folder, ...argv], input),
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
    async close() {
      await server.close();
      await lock.release();
      await fs.rm(base, { recursive: true, force: true });
    },
  };
}

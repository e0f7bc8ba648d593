// Before the first test of a run: see support/api-worker.ts.
import fs from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import { build } from "vite";
import { API_WORKER } from "./support/api-worker.ts";

export default async function buildApiWorker(): Promise<void> {
  const folder = `${API_WORKER}.${process.pid}`;
  await build({
    configFile: false,
    root: path.resolve(import.meta.dirname, "../electron"),
    logLevel: "error",
    ssr: { noExternal: true },
    resolve: { conditions: ["node", "module", "import", "default"] },
    build: {
      ssr: true,
      outDir: folder,
      target: "node18",
      minify: false,
      rolldownOptions: {
        input: { worker: path.resolve(import.meta.dirname, "../electron/api-worker.ts") },
        external: [/^node:/, ...builtinModules],
        output: { format: "cjs", entryFileNames: "[name].cjs" },
      },
    },
  });
  // In one step: another run may be using the old one.
  fs.renameSync(path.join(folder, "worker.cjs"), API_WORKER);
  fs.rmSync(folder, { recursive: true });
}

// Turns a TypeScript file into one that a child process can run: what is tested about killed and parallel
// processes has to be tested with processes.
import fs from "node:fs/promises";
import path from "node:path";
import { build } from "vite";
import { reflectFirst } from "../../../vite.config.ts";
import { API_WORKER } from "../../support/api-worker.ts";

const root = path.resolve(import.meta.dirname, "../../..");

/** Bundles `entry` (relative to the repository) into `folder`; native modules are found through NODE_PATH. */
export async function bundle(entry: string, folder: string): Promise<string> {
  await build({
    root,
    configFile: false,
    logLevel: "silent",
    plugins: [reflectFirst],
    // The compiled policy; see vite.config.ts.
    assetsInclude: ["**/*.wasm"],
    resolve: { external: ["@photostructure/sqlite", "keytar", "electron"], noExternal: true },
    build: {
      ssr: path.join(root, entry),
      outDir: folder,
      emptyOutDir: false,
      target: "node18",
      minify: false,
      rolldownOptions: {
        output: {
          format: "cjs",
          entryFileNames: "[name].cjs",
          chunkFileNames: "[name]-[hash].cjs",
        },
      },
    },
  });
  const file = path.join(folder, `${path.basename(entry, ".ts")}.cjs`);
  await fs.access(file);
  // The thread that reads OpenAPI documents is a file beside the program, as in a build.
  await fs.copyFile(API_WORKER, path.join(folder, "api-worker.cjs"));
  return file;
}

export const childEnv = (): NodeJS.ProcessEnv => ({
  ...process.env,
  NODE_PATH: path.join(root, "node_modules"),
});

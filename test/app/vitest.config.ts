// The window tests have a run of their own: they need a display, an Electron and a keychain daemon.
import path from "node:path";
import { defineConfig } from "vitest/config";

const root = path.resolve(import.meta.dirname, "../..");

export default defineConfig({
  // The compiled policy; see vite.config.ts.
  assetsInclude: ["**/*.wasm"],
  test: {
    root,
    include: ["test/app/**/*.test.ts"],
    reporters: ["default", path.join(root, "test/closing-line.mjs")],
    setupFiles: [path.join(root, "test/setup.ts")],
    // One window at a time: focus and the display are shared.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

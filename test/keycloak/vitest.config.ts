// A real Keycloak is big and slow to start: it has a run of its own, which no change has to wait for.
import path from "node:path";
import { defineConfig } from "vitest/config";

const root = path.resolve(import.meta.dirname, "../..");

export default defineConfig({
  test: {
    root,
    include: ["test/keycloak/**/*.test.ts"],
    reporters: ["default", path.join(root, "test/closing-line.mjs")],
    setupFiles: [path.join(root, "test/setup.ts")],
    testTimeout: 60_000,
    // Fetched and built the first time.
    hookTimeout: 600_000,
  },
});

// The thread that reads OpenAPI documents runs as one file, as in a built program: Node 20 reads no TypeScript. It is
// built anew before the tests (test/build-api-worker.ts).
import path from "node:path";

export const API_WORKER = path.resolve(import.meta.dirname, "../../.cache/api-worker.cjs");

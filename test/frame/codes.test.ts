// Every refusal is met by some test: a code that no test names could change, or never be given, and nobody would know.
import fs from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { REFUSALS } from "../../electron/core/errors.ts";

const root = path.resolve(import.meta.dirname, "..");
const files = (folder: string): string[] =>
  fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? files(full) : /\.test\.tsx?$/.test(entry.name) ? [full] : [];
  });

it("every code of core/errors.ts is named in a test", () => {
  const tests = files(root)
    .filter((file) => file !== import.meta.filename)
    .map((file) => fs.readFileSync(file, "utf8"))
    .join("\n");
  const named = new Set(tests.match(/[a-z][a-z0-9_]+/g));
  expect(Object.keys(REFUSALS).filter((code) => !named.has(code))).toEqual([]);
});

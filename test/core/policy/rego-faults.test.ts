// The compiler's complaints, as it really wrote them, read into faults with their places.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { readFaults } from "../../../electron/core/policy/rego-faults.ts";
import { temporaryFolder } from "../../support/processes.ts";

const FOLDER = path.resolve(import.meta.dirname, "../../host/policy/fixtures/opa-check");
const recorded = (name: string) => ({
  source: fs.readFileSync(path.join(FOLDER, `${name}.rego`), "utf8"),
  said: fs.readFileSync(path.join(FOLDER, `${name}.json`), "utf8"),
});
const faultsOf = (name: string) => {
  const { source, said } = recorded(name);
  return readFaults(said, source)?.map(({ row, column, message }) => [row, column, message]);
};
const version = spawnSync("opa", ["version"], { encoding: "utf8" });
const opa = version.status === 0;
const WITHOUT = opa ? "" : " (skipped: there is no opa on this machine)";

describe("what opa check says", () => {
  it("is told by line and character, each slip once, the end of the text at its last line", () => {
    expect(faultsOf("unfinished")).toEqual([
      [5, 1, "unexpected } token"],
      [7, 0, "unexpected eof token"],
      [
        7,
        15,
        "unexpected if keyword: expected rule key term (e.g., deny contains <VALUE> { ... })",
      ],
    ]);
    expect(faultsOf("types")).toEqual([
      [7, 2, "undefined function foo"],
      [8, 2, "count: arity mismatch"],
    ]);
    expect(faultsOf("before-v1")).toEqual([[2, 1, "`if` keyword is required before rule body"]]);
    expect(faultsOf("no-package")).toEqual([[1, 1, "package expected"]]);
    expect(faultsOf("empty")).toEqual([[0, 0, "empty module"]]);
    expect(faultsOf("assigned-twice")).toEqual([[3, 20, "var x assigned above"]]);
    // Characters are counted, not bytes: the é before it is one.
    expect(faultsOf("not-ascii")).toEqual([[2, 20, "unexpected , token: expected \\n or ; or }"]]);
  });

  it("is not read where it is something else, and never runs away", () => {
    for (const odd of ["", "error", "[]", "{}", `{"errors": 3}`, `{"errors": [{"text": 1}]}`]) {
      expect(readFaults(odd, "x"), odd).toBeNull();
    }
    expect(readFaults(`{"errors": []}`, "x")).toEqual([]);
    const many = JSON.stringify({
      errors: Array.from({ length: 400 }, (_, i) => ({
        message: `${i} ${"x".repeat(1000)}`,
        location: { row: i, col: -4 },
      })),
    });
    const faults = readFaults(many, "a\nb\nc");
    expect(faults).toHaveLength(50);
    expect(faults?.every(({ message }) => message.length <= 300)).toBe(true);
    expect(faults?.every(({ row, column }) => row <= 3 && column >= 0)).toBe(true);
    expect(readFaults(`{"errors": [{"message": "m", "location": {"row": "1"}}]}`, "x")).toEqual([
      { row: 0, column: 0, message: "m" },
    ]);
  });

  it.skipIf(!opa)(`is what was recorded${WITHOUT}`, () => {
    const folder = temporaryFolder();
    try {
      for (const file of fs.readdirSync(FOLDER).filter((one) => one.endsWith(".rego"))) {
        const { source, said } = recorded(path.basename(file, ".rego"));
        fs.writeFileSync(path.join(folder.path, "policy.rego"), source);
        const args = ["check", "--format", "json", "policy.rego"];
        const { stdout, stderr } = spawnSync("opa", args, { cwd: folder.path, encoding: "utf8" });
        expect(readFaults(stdout + stderr, source), file).toEqual(readFaults(said, source));
      }
    } finally {
      folder.remove();
    }
  });
});

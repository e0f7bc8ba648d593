// Rego that is being written, before the real compiler: what it finds, and what it must not do meanwhile.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { asRefusal } from "../../../electron/core/errors.ts";
import { readFaults } from "../../../electron/core/policy/rego-faults.ts";
import { checkRego } from "../../../electron/host/policy/check.ts";
import { temporaryFolder } from "../../support/processes.ts";

const opa = spawnSync("opa", ["version"]).status === 0;
const WITHOUT = opa ? "" : " (skipped: there is no opa on this machine)";
const REGO = path.resolve(import.meta.dirname, "../../../renderer/policy/rego");
const check = (source: string, command?: string) => checkRego(source, readFaults, command);
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe("Rego that is being written", () => {
  it.skipIf(!opa)(`is fine where the texts that are offered are${WITHOUT}`, async () => {
    for (const file of ["template.rego", "article.rego"]) {
      const text = fs.readFileSync(path.join(REGO, file), "utf8");
      expect(await check(text), file).toEqual({ compiler: "ready", faults: [] });
    }
    const shipped = path.join(import.meta.dirname, "../../../electron/host/policy/default.rego");
    expect((await check(fs.readFileSync(shipped, "utf8"))).faults).toEqual([]);
  });

  it.skipIf(!opa)(`is told its faults, and that nothing in it decides${WITHOUT}`, async () => {
    expect((await check("package a\nallow if {\n\tfoo(1)\n}\n")).faults).toEqual([
      { row: 3, column: 2, message: "undefined function foo" },
    ]);
    expect((await check("package a\nhelper if true\n")).faults).toEqual([
      { row: 0, column: 0, message: expect.stringContaining("neither a rule called decision") },
    ]);
    expect((await check("")).faults).toEqual([{ row: 0, column: 0, message: "empty module" }]);
  });

  it.skipIf(!opa)(
    `fetches nothing, whatever its comments ask for; and nothing stays of it${WITHOUT}`,
    async () => {
      const heard: string[] = [];
      const server = http.createServer((request, response) => {
        heard.push(request.url ?? "");
        response.end("{}");
      });
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      closers.push(() => server.close());
      const { port } = server.address() as AddressInfo;
      const source = `# METADATA
# scope: package
# schemas:
#   - input: {"$ref": "http://127.0.0.1:${port}/schema.json"}
package a

allow if input.x == 1
`;
      const { faults } = await check(source);
      expect(faults[0]?.message).toContain("remote reference loading disabled");
      expect(heard).toEqual([]);
      // The plain command does fetch: else the line above would prove nothing.
      const folder = temporaryFolder();
      closers.push(() => folder.remove());
      const file = path.join(folder.path, "a.rego");
      fs.writeFileSync(file, source);
      const { spawn } = await import("node:child_process");
      const child = spawn("opa", ["check", file], { stdio: "ignore" });
      await new Promise((done) => child.on("close", done));
      expect(heard).toEqual(["/schema.json"]);
      const left = fs.readdirSync(os.tmpdir()).filter((one) => one.startsWith("countersign-rego-"));
      const mine = left.filter((one) => {
        try {
          return fs.readFileSync(path.join(os.tmpdir(), one, "policy.rego"), "utf8") === source;
        } catch {
          return false;
        }
      });
      expect(mine).toEqual([]);
    },
  );

  it("is not checked where there is no opa, and that is said; another program of that name is not believed", async () => {
    expect(await check("package a", "no-such-opa-here")).toEqual({
      compiler: "missing",
      faults: [],
    });
    const folder = temporaryFolder();
    closers.push(() => folder.remove());
    const other = path.join(folder.path, "opa");
    for (const script of ["exit 3", "echo hello", "echo '{}'; exit 1", "echo {}"]) {
      fs.writeFileSync(other, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      const fine = await check("package a", other).then(
        // One that says yes to all cannot say which rules there are.
        ({ faults }) => faults.length === 0,
        (thrown: unknown) => asRefusal(thrown).code !== "policy_source_invalid",
      );
      expect(fine, script).toBe(false);
    }
  });
});

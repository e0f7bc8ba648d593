// Runs the official conformance suite, whose client role Countersign takes, and reads what it found.
import { spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { root, temporaryFolder } from "../support/processes.ts";
import type { Task } from "./scenarios.ts";

const PACKAGE = path.join(root, "node_modules/@modelcontextprotocol/conformance");
const HERE = path.join(root, "test/conformance");

export interface Check {
  readonly id: string;
  readonly status: "SUCCESS" | "FAILURE" | "WARNING" | "INFO" | "SKIPPED";
  readonly description: string;
  readonly errorMessage?: string;
}

/** The scenarios of MCP authorization that a revision of the protocol requires, and its extensions. */
export function authScenarios(revision: string): string[] {
  const text = fs.readFileSync(path.join(PACKAGE, "requirements", `${revision}.yaml`), "utf8");
  const required = /^client:\n((?:[ #].*\n|\n)*)/m.exec(text)?.[1] ?? "";
  const names = [...required.matchAll(/^ +- (auth\/\S+)/gm)].map((match) => match[1] ?? "");
  const more = [...text.matchAll(/^ +- scenario: (auth\/\S+)\n +leg: client$/gm)];
  return [...names, ...more.map((match) => match[1] ?? "")];
}

/**
 * Runs everything that a revision requires; each scenario starts a command, which asks `perform` to do it.
 * @returns the checks of each scenario, by its name
 */
export async function runSuite(
  revision: string,
  perform: (task: Task) => Promise<void>,
): Promise<ReadonlyMap<string, readonly Check[]>> {
  const folder = temporaryFolder();
  const desk = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const asked = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Task;
      perform({ ...asked, version: revision }).then(
        () => response.end("done"),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  });
  await new Promise<void>((resolve) => {
    desk.listen(0, "127.0.0.1", resolve);
  });
  const { port } = desk.address() as AddressInfo;
  const command = [process.execPath, path.join(HERE, "ask.mjs"), `http://127.0.0.1:${port}`];
  try {
    await new Promise<void>((resolve, reject) => {
      const runner = spawn(
        process.execPath,
        [
          "--import",
          path.join(HERE, "on-node-20.mjs"),
          path.join(PACKAGE, "dist/index.js"),
          "client",
          "--requirements",
          revision,
          "--timeout",
          "60000",
          "-o",
          folder.path,
          "--command",
          command.map((part) => JSON.stringify(part)).join(" "),
        ],
        { stdio: "ignore" },
      );
      runner.once("error", reject);
      // It ends with 1 where any check failed, those of other roles among them: what counts is what it wrote down.
      runner.once("exit", () => resolve());
    });
    return readChecks(folder.path);
  } finally {
    desk.close();
    desk.closeAllConnections();
    folder.remove();
  }
}

/** From `auth/NAME-TIME/checks.json`. */
function readChecks(folder: string): Map<string, readonly Check[]> {
  const found = new Map<string, readonly Check[]>();
  for (const file of fs.readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (path.basename(file) !== "checks.json") continue;
    const name = path.dirname(file).replace(/-\d{4}-\d\d-\d\dT.*$/, "");
    found.set(
      name,
      JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as readonly Check[],
    );
  }
  return found;
}

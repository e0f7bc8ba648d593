import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { maskToken } from "../../electron/core/oauth/masks.ts";
import { words } from "../../renderer/words.ts";
import { curlOfCall } from "../../renderer/lib/shell.ts";
import { bundleOf, curlOf, failedStep, isMasked } from "../../renderer/xray/bundle.ts";
import { sampleFlows } from "./sample-identities.ts";

const flows = sampleFlows(1_800_000_000_000);
const [failed] = flows;

describe("an X-ray on its way out", () => {
  it("is whole, and tells its times as instants", () => {
    const bundle = JSON.parse(bundleOf(failed!)) as { at: string; steps: { at: string }[] };
    expect(bundle.at).toBe("2027-01-15T07:58:55.000Z");
    expect(bundle.steps.map(({ at }) => at).every((at) => at.endsWith("Z"))).toBe(true);
    expect(bundle).toMatchObject({
      state: "failed",
      steps: [{}, {}, { claims: { sub: "user-123" } }],
    });
  });

  it("becomes a curl line that a shell reads as what was sent", () => {
    const request = {
      line: "POST https://login.example/token",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: {
        grant_type: "client_credentials",
        scope: "it's $(whoami) `id`",
        client_secret: "[secret]",
      },
    };
    // A shell function in place of curl prints each argument as it came.
    const seen = execFileSync("/bin/sh", [
      "-c",
      `curl() { for one in "$@"; do printf '%s\\n' "$one"; done; }; ${curlOf(request)}`,
    ]).toString();
    expect(seen.split("\n")).toEqual([
      "-X",
      "POST",
      "https://login.example/token",
      "-H",
      "content-type: application/x-www-form-urlencoded",
      "--data-urlencode",
      "grant_type=client_credentials",
      "--data-urlencode",
      "scope=it's $(whoami) `id`",
      "--data-urlencode",
      "client_secret=[secret]",
      "",
    ]);
  });

  it("becomes a curl line through the door for scripts, with the credential as a variable", () => {
    const args = `{"text":"it's $(whoami)"}`;
    const line = curlOfCall("http://127.0.0.1:7717", "crm", "a tool/with 'marks'", args);
    const seen = execFileSync(
      "/bin/sh",
      ["-c", `curl() { for one in "$@"; do printf '%s\\n' "$one"; done; }; ${line}`],
      { env: { COUNTERSIGN_CREDENTIAL: "csa_mine" } },
    ).toString();
    expect(seen.split("\n")).toEqual([
      "http://127.0.0.1:7717/tools/crm/a%20tool%2Fwith%20'marks'/invoke",
      "-H",
      "Authorization: Bearer csa_mine",
      "-H",
      "Content-Type: application/json",
      "-d",
      args,
      "",
    ]);
  });

  it("sends JSON as one body, and never an odd method", () => {
    const json = { headers: { "content-type": "application/json" }, body: { a: [1] } };
    expect(curlOf({ line: "POST https://x/register", ...json })).toContain(`-d '{"a":[1]}'`);
    expect(curlOf({ line: "x;rm https://x/", headers: {}, body: null })).toBe(
      "curl -X GET 'https://x/'",
    );
  });

  it("knows the marks that the recorder leaves", () => {
    for (const mark of ["[secret]", "[hidden]", "[token]", maskToken("x".repeat(40)), "[2 keys]"]) {
      expect(isMasked(mark), mark).toBe(true);
    }
    for (const other of ["secret", "[secret] or so", "[anything]", 7, null]) {
      expect(isMasked(other), String(other)).toBe(false);
    }
  });

  it("points at the step that failed, if one did", () => {
    expect(flows.map(failedStep)).toEqual([2, -1, -1, -1, -1]);
  });
});

describe("the words of the X-ray", () => {
  // Every rule and step that the flows can record, found in the source: a new one needs its words.
  const room = "electron/core/oauth";
  const source = readdirSync(room, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(path.join(room, name), "utf8"))
    .join("\n");
  it("name every step and rule that a flow records", () => {
    const named = [...source.matchAll(/(?:must|note)\(\s*"([a-z0-9-]+)"/g)].map((m) => m[1] ?? "");
    const steps = [...source.matchAll(/(?:inStep\(ctx, |step: )"([a-z-]+)"/g)].map(
      (m) => m[1] ?? "",
    );
    expect(named.length).toBeGreaterThan(40);
    expect(steps.length).toBeGreaterThan(10);
    expect(named.filter((rule) => words.xray.rules[rule] === undefined)).toEqual([]);
    expect(steps.filter((step) => words.xray.steps[step] === undefined)).toEqual([]);
  });
});

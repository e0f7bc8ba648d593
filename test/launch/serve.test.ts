// What the headless form says and does around the program, with a double in the program's place.
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ComposeOptions } from "../../electron/compose-types.ts";
import { Refusal } from "../../electron/core/errors.ts";
import { serve } from "../../electron/serve.ts";
import { findingsIn } from "../support/content-policy.ts";
import { createDouble, type Double } from "../support/countersign-double.ts";
import { temporaryFolder, until } from "../support/processes.ts";
import { buildPages } from "../host/web/web.ts";

const made: (() => void)[] = [];
afterEach(() => {
  for (const remove of made.splice(0)) remove();
  delete process.env["COUNTERSIGN_DEV_SERVER"];
});

function begin(args: readonly string[], fail?: Refusal) {
  const pages = buildPages();
  const data = temporaryFolder();
  made.push(() => fs.rmSync(pages, { recursive: true, force: true }), data.remove);
  let double: Double | undefined;
  let seen: ComposeOptions | undefined;
  let out = "";
  let err = "";
  let ask = (): void => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const ended = serve(["--port", "0", "--data", data.path, ...args], {
    compose: (options) => {
      seen = options;
      if (fail) return Promise.reject(fail);
      double = createDouble(options);
      return Promise.resolve(double);
    },
    commandLine: ["node", "cli.cjs"],
    assetFolder: path.join(pages, "renderer"),
    out: (text) => (out += text),
    err: (text) => (err += text),
    openTerminal: () => {
      throw new Refusal("terminal_unusable", { reason: "there is none" });
    },
    untilAsked: () => asked,
  });
  const links = (): string[] => [...out.matchAll(/http:\S+#code=\S+/g)].map(([link]) => link);
  return {
    ended,
    ask,
    links,
    out: () => out,
    err: () => err,
    double: () => double,
    seen: () => seen,
  };
}

describe("the headless form", () => {
  it("says where agents go, where the data is, what the vault is, and gives a link to each page", async () => {
    const one = begin(["--vault", "memory"]);
    await until(() => one.links().length > 0);
    expect(one.links()).toHaveLength(2);
    const origins = one.links().map((link) => new URL(link).origin);
    expect(new Set(origins).size).toBe(2);
    for (const page of [...origins, `${origins[0]}/nothing`, `${origins[1]}/approval.html`]) {
      const { headers } = await fetch(page);
      expect([page, findingsIn(headers.get("content-security-policy"))]).toEqual([page, []]);
    }
    expect(one.out()).toMatch(/^Answer it here {6}http:/m);
    expect(one.out()).toContain("Agents use          http://127.0.0.1:0/mcp/<server>");
    expect(one.out()).toContain("no place chosen yet");
    expect(one.seen()).toMatchObject({
      port: 0,
      vault: "memory",
      commandLine: ["node", "cli.cjs"],
    });
    expect(path.isAbsolute(one.seen()?.dataFolder ?? "")).toBe(true);
    one.ask();
    expect(await one.ended).toBe(0);
    expect(one.double()?.closed()).toBe(true);
    expect(one.double()?.listeners()).toBe(0);
  });

  it("makes a fresh link for the command line and for a second start", async () => {
    const one = begin([]);
    await until(() => one.links().length > 0);
    const made = one.double()?.makeLink();
    one.double()?.secondStart();
    expect(one.links()).toHaveLength(3);
    expect(new Set([made, ...one.links()]).size).toBe(4);
    one.ask();
    await one.ended;
  });

  it("points at vite's server under npm run dev", async () => {
    process.env["COUNTERSIGN_DEV_SERVER"] = "http://127.0.0.1:7787";
    const one = begin([]);
    await until(() => one.links().length > 0);
    expect(one.links()[0]).toMatch(/^http:\/\/127\.0\.0\.1:7787\/#code=/);
    one.ask();
    await one.ended;
  });

  it("answers a refused start with sentence, advice and exit code, and prints no link", async () => {
    const one = begin(
      [],
      new Refusal("settings_broken", { file: "agents.json", line: 3, reason: "x" }),
    );
    expect(await one.ended).toBe(65);
    expect(one.err()).toContain("agents.json cannot be read (line 3)");
    expect(one.err()).toContain("Mend that line");
    expect(one.out()).toBe("");
  });

  it.each([
    [["--frobnicate"], 64],
    [["--inspect"], 78],
    [["--ignore-certificate-errors"], 78],
  ] as const)("ends %j with %i before it opens anything", async (args, code) => {
    const one = begin(args);
    expect(await one.ended).toBe(code);
    expect(one.seen()).toBeUndefined();
  });

  it("prints the help without opening anything", async () => {
    const one = begin(["--help"]);
    expect(await one.ended).toBe(0);
    expect(one.out()).toContain("usage: npm start");
    expect(one.seen()).toBeUndefined();
  });
});

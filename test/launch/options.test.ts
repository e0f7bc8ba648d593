import { spawnSync } from "node:child_process";
import path from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refusal } from "../../electron/core/errors.ts";
import { START_OPTIONS } from "../../electron/launch/option-table.mjs";
import { ownArguments } from "../../electron/launch-arguments.ts";
import {
  defaultDataFolder,
  devServerOf,
  parseStartOptions,
  START_HELP,
  type Surroundings,
} from "../../electron/options.ts";

const around: Surroundings = { env: {}, platform: "linux", home: "/home/ada", cwd: "/work" };
const codeOf = (run: () => unknown): string => {
  try {
    run();
    return "accepted";
  } catch (error) {
    return error instanceof Refusal ? error.code : "another error";
  }
};

describe("options of a start", () => {
  it("has a default for everything", () => {
    expect(parseStartOptions([], around)).toEqual({
      help: false,
      headless: false,
      lab: false,
      port: 7717,
      dataFolder: "/home/ada/.config/Countersign",
      vault: undefined,
      approveOnTerminal: false,
    });
  });

  it("takes what the help lists, in any order", () => {
    const read = parseStartOptions(
      [
        "--vault",
        "file",
        "--port=9000",
        "--data",
        "there",
        "--headless",
        "--lab",
        "--approve-on-terminal",
      ],
      around,
    );
    expect(read).toEqual({
      help: false,
      headless: true,
      lab: true,
      port: 9000,
      dataFolder: "/work/there",
      vault: "file",
      approveOnTerminal: true,
    });
    for (const name of Object.keys(START_OPTIONS).map((one) => `--${one}`)) {
      expect(START_HELP).toContain(name);
    }
  });

  it.each([
    ["an unknown option", ["--frobnicate"]],
    ["a stray word", ["now"]],
    ["a vault that does not exist", ["--vault", "plaintext"]],
    ["a port that is no number", ["--port", "http"]],
    ["a port with a sign", ["--port=-1"]],
    ["a port with a fraction", ["--port", "80.5"]],
    ["a port in another notation", ["--port", "0x50"]],
    ["the last port, which leaves none for the browser form", ["--port", "65535"]],
    ["an empty data folder", ["--data", ""]],
    ["a value missing", ["--port"]],
    ["a value for a switch", ["--headless=yes"]],
  ])("refuses %s", (_, args) => {
    expect(codeOf(() => parseStartOptions(args, around))).toBe("usage");
  });

  it("either reads a line or refuses it as usage, whatever it holds", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 6 }), (args) => {
        expect(["accepted", "usage"]).toContain(codeOf(() => parseStartOptions(args, around)));
      }),
    );
  });
});

describe("the default data folder", () => {
  it.each([
    ["linux", {}, "/home/ada", "/home/ada/.config/Countersign"],
    ["linux", { XDG_CONFIG_HOME: "/xdg" }, "/home/ada", "/xdg/Countersign"],
    ["linux", { XDG_CONFIG_HOME: "relative" }, "/home/ada", "/home/ada/.config/Countersign"],
    ["linux", { XDG_CONFIG_HOME: "" }, "/home/ada", "/home/ada/.config/Countersign"],
    [
      "darwin",
      { XDG_CONFIG_HOME: "/xdg" },
      "/Users/ada",
      "/Users/ada/Library/Application Support/Countersign",
    ],
    [
      "win32",
      { APPDATA: "C:\\Users\\ada\\AppData\\Roaming" },
      "C:\\Users\\ada",
      "C:\\Users\\ada\\AppData\\Roaming\\Countersign",
    ],
    ["win32", {}, "C:\\Users\\ada", "C:\\Users\\ada\\AppData\\Roaming\\Countersign"],
  ] as const)("on %s with %o is the system's own place", (platform, env, home, expected) => {
    expect(defaultDataFolder(env, platform, home)).toBe(expected);
  });
});

describe("vite's server", () => {
  it("is believed on loopback, and nowhere else", () => {
    const said = (url: string | undefined): string | undefined =>
      devServerOf({ COUNTERSIGN_DEV_SERVER: url });
    expect(said("http://127.0.0.1:7787")).toBe("http://127.0.0.1:7787");
    for (const url of [
      undefined,
      "",
      "https://evil.test",
      "http://127.0.0.1.evil.test:1",
      "http://localhost:1",
      "http://127.0.0.1:1/x",
    ]) {
      expect([url, said(url)]).toEqual([url, undefined]);
    }
  });
});

describe("Electron's command line", () => {
  const appPaths = ["/work/app"];
  it("gives everything after the app's path", () => {
    const argv = ["/bin/electron", "--no-sandbox", "/work/app", "--data", "x"];
    expect(ownArguments(argv, { packaged: false, appPaths })).toEqual(["--data", "x"]);
  });
  it("gives everything in a package, also what looks like a path", () => {
    const argv = ["/opt/countersign", "/work/app", "--inspect"];
    expect(ownArguments(argv, { packaged: true, appPaths })).toEqual(["/work/app", "--inspect"]);
  });
  it("gives everything when the app's path cannot be found, so that nothing slips by", () => {
    const argv = ["/bin/electron", "--inspect", "elsewhere"];
    expect(ownArguments(argv, { packaged: false, appPaths })).toEqual(["--inspect", "elsewhere"]);
  });
});

describe("the launcher", () => {
  const script = path.resolve(import.meta.dirname, "../../electron/launch/start.mjs");
  it("prints the help without building anything", () => {
    const run = spawnSync(process.execPath, [script, "--help"], { encoding: "utf8" });
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(run.stdout.trim()).toBe(START_HELP.trim());
  });
  it("ends with 64 and the help for an unknown option", () => {
    const run = spawnSync(process.execPath, [script, "--frobnicate"], { encoding: "utf8" });
    expect(run.status).toBe(64);
    expect(run.stderr).toContain("'--frobnicate'");
    expect(run.stderr).toContain("usage: npm start");
  });
});

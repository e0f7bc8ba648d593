import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../electron/cli/commands.ts";
import { REFUSALS } from "../../electron/core/errors.ts";
import { run } from "./desk.ts";

const CANARY = "canary-4f9d2";
const AT = ["--data", "/nonexistent"];
const add = ["server", "add", "notes", "https://notes.example/mcp"];
const local = ["server", "add", "files", "--stdio"];

describe("a secret among the arguments is refused, told how it goes, and not repeated", () => {
  it.each([
    [[...add, "--key", CANARY]],
    [[...add, `--key=${CANARY}`]],
    [[...add, `--api-key=${CANARY}`]],
    [[...add, "--api-key", CANARY]],
    [[...add, "--token", CANARY]],
    [[...add, `--password=${CANARY}`]],
    [[...add, "--secret", CANARY]],
    [[...add, "--bearer", CANARY]],
    [["vault", "unlock", `--passphrase=${CANARY}`]],
    [["vault", "unlock", CANARY]],
    [["stdio", "notes", "--credential", CANARY]],
    [["server", "add", "notes", `https://user:${CANARY}@notes.example/mcp`]],
    [["server", "add", "notes", `https://notes.example/mcp?api_key=${CANARY}`]],
    [[...local, "--env", `GITHUB_TOKEN=${CANARY}`, "--", "x"]],
    [[...local, "--secret-env", `GITHUB_TOKEN=${CANARY}`, "--", "x"]],
    [[...local, "--", "x", "--api-key", CANARY]],
    [[...local, "--", "x", `--token=${CANARY}`]],
    [[...local, "--", "env", `DB_PASSWORD=${CANARY}`, "x"]],
  ])("%j", async (argv) => {
    for (const more of [[], ["--json"]]) {
      const ran = await run([...AT, ...more, ...argv], `${CANARY}\n`);
      expect(ran).toMatchObject({ code: 64, out: "" });
      expect(ran.err).not.toContain(CANARY);
    }
  });

  it("but may be allowed by name for a program that knows no other way", async () => {
    const ran = await run([
      ...AT,
      ...local,
      "--allow-visible-secret",
      "--",
      "x",
      "--token",
      CANARY,
    ]);
    expect(ran.code).toBe(69);
  });
});

describe("a command that is used wrongly ends with 64 and says what is wrong", () => {
  it.each<[string[], string]>([
    [[], "Say which command."],
    [["frobnicate"], "no command “frobnicate”"],
    [["server"], "countersign server does one of: list, add,"],
    [["server", "fly"], "countersign server does one of:"],
    [["status", "--follow"], "no option --follow of countersign status"],
    [["status", "--nonsense"], "no option --nonsense"],
    [["status", "-x"], "no option -x"],
    [["status", "extra"], "countersign status takes no arguments"],
    [["status", "--", "extra"], "takes nothing after --"],
    [["status", "--json=yes"], "--json takes no value"],
    [["status", "--data"], "--data needs a value"],
    [["calls", "--agent", "--server"], "--agent needs a value"],
    [["calls", "--agent=", "x"], "--agent needs a value"],
    [["calls", "--limit", "1", "--limit", "2"], "--limit may be given once"],
    [["calls", "--limit", "0"], "--limit takes a number"],
    [["calls", "--limit", "ten"], "--limit takes a number"],
    [["server", "add", "notes"], "Give the server's address"],
    [["server", "add", "notes", "not a url"], "is not a URL"],
    [[...add, "--stage", "live"], "--stage takes"],
    [[...add, "--header", "A", "--query", "b"], "not in both"],
    [[...add, "--", "x"], "add --stdio"],
    [[...add, "--cwd", "/"], "--cwd belongs to a local server"],
    [[...local], "after --"],
    [[...local, "--header", "A", "--", "x"], "--header belongs to a server over HTTP"],
    [[...local, "--env", "A", "--", "x"], "NAME=VALUE"],
    [[...local, "--env", "A=1", "--env", "A=2", "--", "x"], "twice"],
    [["doctor", "--port", "70000"], "--port takes"],
    [["stdio", "notes"], "COUNTERSIGN_AGENT_CREDENTIAL"],
  ])("%j", async (argv, words) => {
    const ran = await run(argv.length === 0 ? [] : [...AT, ...argv]);
    expect(ran).toMatchObject({ code: 64, out: "" });
    expect(ran.err).toContain(words);
    expect(ran.err).toContain("countersign --help");
  });

  it("whatever the arguments are: it never throws, and an error is one with a known exit code", async () => {
    const word = fc.oneof(
      fc.constantFrom(
        "server",
        "add",
        "--json",
        "--",
        "--stdio",
        "calls",
        "--data",
        "-",
        "--=",
        "--=x",
        "-h",
      ),
      fc.string({ maxLength: 12 }),
    );
    const exits = new Set<number>(Object.values(REFUSALS).map(([, , exit]) => exit));
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (argv) => {
        if (argv.includes("serve") || argv.includes("doctor")) return;
        const ran = await run([...AT, ...argv]);
        expect(ran.code === 0 || exits.has(ran.code)).toBe(true);
        if (ran.code === 0) expect(ran.out).toContain("countersign");
        expect(ran.code).not.toBe(1);
      }),
      { numRuns: 300 },
    );
  });
});

describe("help", () => {
  it("of the whole lists every command and the exit codes", async () => {
    for (const argv of [["--help"], ["help"], ["-h"]]) {
      const ran = await run(argv);
      expect(ran).toMatchObject({ code: 0, err: "" });
      for (const { words } of COMMANDS) expect(ran.out).toContain(`  ${words.join(" ")} `);
      expect(ran.out).toContain("help exit-codes");
    }
  });

  it.each(COMMANDS.map((c) => [c.words.join(" "), c] as const))(
    "of %s shows its options and examples",
    async (words, command) => {
      for (const argv of [
        [...words.split(" "), "--help"],
        ["help", ...words.split(" ")],
      ]) {
        const ran = await run(argv);
        expect(ran).toMatchObject({ code: 0, err: "" });
        expect(ran.out).toContain(`countersign ${words}`);
        for (const option of Object.keys(command.options)) expect(ran.out).toContain(`--${option}`);
        for (const example of command.examples) expect(ran.out).toContain(example);
      }
    },
  );

  it("documents every exit code there is, with the error codes behind it", async () => {
    const { out } = await run(["help", "exit-codes"]);
    for (const [code, [, , exit]] of Object.entries(REFUSALS)) {
      expect(out).toContain(code);
      expect(out).toMatch(new RegExp(`^ +${exit}  (?!see)`, "m"));
    }
  });
});

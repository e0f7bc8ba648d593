import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../electron/cli/commands.ts";
import { REFUSALS } from "../../electron/core/errors.ts";
import { run } from "./desk.ts";

const CANARY = "canary-4f9d2";
const AT = ["--data", "/nonexistent"];
const add = ["server", "add", "notes", "https://notes.example/mcp"];
const issuer = ["issuer", "add", "okta", "https://issuer.example"];
const make = ["certificate", "make", "a", "--common-name", "b"];
const oauth = [...add, "--issuer", "okta", "--auth"];
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
    [[...issuer, "--client-id", "x", `--client-secret=${CANARY}`]],
    [[...issuer, "--client-id", "x", "--secret", CANARY]],
    [[...issuer, "--private-key", CANARY]],
    [[...issuer, `--key=${CANARY}`]],
    [["issuer", "add", "okta", `https://x:${CANARY}@issuer.example`, "--client-id", "x"]],
    [["issuer", "add", "okta", `https://issuer.example/?token=${CANARY}`, "--client-id", "x"]],
    [["certificate", "make", "laptop", "--common-name", "x", "--key", CANARY]],
    [["certificate", "import", "laptop", "/nonexistent", `--passphrase-stdin=${CANARY}`]],
    [["certificate", "import", "laptop", "/nonexistent", "--passphrase", CANARY]],
    [["account", "sign-in", "okta", `--token=${CANARY}`]],
    [["account", "sign-in", "okta", "--resource", `https://x:${CANARY}@crm.example`]],
    [["server", "add", "crm", "https://crm.example", "--auth", CANARY]],
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
    [[...local, "--issuer", "okta", "--", "x"], "--issuer belongs to a server over HTTP"],
    [[...local, "--no-exchange", "--", "x"], "--no-exchange belongs to a server over HTTP"],
    [[...local, "--scope", "a", "--", "x"], "--scope belongs to a server over HTTP"],
    [[...add, "--issuer", "okta"], "--issuer goes with --auth"],
    [[...add, "--no-exchange"], "--no-exchange goes with --auth"],
    [[...add, "--auth", "mtls"], "needs --issuer"],
    [[...oauth, "oauth"], "--auth takes: client-credentials, account,"],
    [[...oauth, "mtls"], "needs --certificate"],
    [[...oauth, "mtls", "--certificate", "a", "--account", "acc_1"], "--account belongs to"],
    [[...oauth, "account", "--actor", "none"], "--actor belongs to"],
    [[...oauth, "client-credentials", "--certificate", "a"], "--certificate belongs to"],
    [[...oauth, "account", "--per-user", "1"], "--per-user belongs to"],
    [[...oauth, "mtls", "--certificate", "a", "--dpop"], "--dpop belongs to"],
    [[...oauth, "account", "--home", "okta"], "--home belongs to"],
    [[...oauth, "token-exchange", "--actor", "maybe"], "--actor takes: required,"],
    [[...oauth, "composite", "--certificate", "a", "--per-user", "0"], "--per-user takes"],
    [[...oauth, "composite", "--certificate", "a", "--no-exchange", "--actor", "none"], "--actor"],
    [[...oauth, "account", "--api-key"], "goes without a key"],
    [issuer, "--client-id is needed"],
    [["issuer", "add", "okta", "issuer", "--client-id", "x"], "is not a URL"],
    [[...issuer, "--client-id", "x", "--auth", "basic"], "--auth takes: none,"],
    [[...issuer, "--client-id", "x", "--key-stdin"], "belong to --auth private_key_jwt"],
    [[...issuer, "--client-id", "x", "--auth", "tls_client_auth"], "needs --certificate"],
    [[...issuer, "--client-id", "x", "--certificate", "a"], "--certificate belongs to"],
    [
      [...issuer, "--client-id", "x", "--auth", "private_key_jwt", "--alg", "HS256"],
      "--alg takes: ES256,",
    ],
    [["certificate", "make", "a"], "--common-name is needed"],
    [[...make, "--request", "--self-signed"], "say one of the two"],
    [[...make, "--request", "--days", "3"], "the authority sets the days"],
    [[...make, "--days", "826"], "--days takes"],
    [[...make, "--key", "EC-P384"], "--key takes: EC-P256,"],
    [["certificate", "accept", "a"], "<certificate> <file>"],
    [["flow", "show", "crm"], "flow_…"],
    [["calls", "show", "crm"], "call_…"],
    [["lab"], "countersign lab does one of: start, stop, status, tour"],
    [["account", "sign-out"], "<account id>"],
    [["doctor", "--port", "70000"], "--port takes"],
    [["stdio", "notes"], "COUNTERSIGN_AGENT_CREDENTIAL"],
  ])("%j", async (argv, words) => {
    const ran = await run(argv.length === 0 ? [] : [...AT, ...argv]);
    expect(ran).toMatchObject({ code: 64, out: "" });
    expect(ran.err).toContain(words);
    // The help of the very command, or of its group; of all where none can be made out.
    expect(ran.err).toMatch(/\nHow it is used: countersign( [a-z-]+){0,2} --help\n$/);
    const [first = "", second = ""] = argv;
    if (/^[a-z]+$/.test(first) && first !== "frobnicate")
      expect(ran.err).toContain(`countersign ${first} `);
    if (first === "server" && second === "add") expect(ran.err).toContain("server add --help");
  });

  it.each<readonly string[]>([
    [...issuer, "--client-id", "x", "--trust", "/nonexistent"],
    ["certificate", "accept", "a", "/nonexistent"],
    ["certificate", "import", "a", "/nonexistent"],
  ])("a file that is not there is named, and the command was used rightly: %j", async (...argv) => {
    const ran = await run([...AT, ...argv]);
    expect(ran).toMatchObject({ code: 66, out: "" });
    expect(ran.err).toBe(
      "The file /nonexistent cannot be used: it is not there.\nCheck its name and its rights.\n",
    );
  });

  it("advice is what can be typed here: behind npm from a checkout", async () => {
    const typed = "npm run -s countersign --";
    const wrong = await run(["server", "add"], "", { npm_lifecycle_event: "countersign" });
    expect(wrong.err).toContain(`${typed} server add takes <name>`);
    expect(wrong.err).toContain(`How it is used: ${typed} server add --help\n`);
    const help = await run(["server", "add", "--help"], "", { npm_lifecycle_event: "countersign" });
    expect(help.out).toContain(`${typed} server add <name>`);
    expect(help.out).not.toMatch(/(?<!-s )\bcountersign /);
    expect((await run(["server", "add"])).err).toContain("How it is used: countersign server add");
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

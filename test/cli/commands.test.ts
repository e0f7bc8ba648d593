import fs from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AppStatus, DoctorReport, Issued } from "../../electron/contract.ts";
import type { AgentView } from "../../electron/core/agents.ts";
import type { ServerView } from "../../electron/core/servers.ts";
import { ask, echoServer, toolCall, upstream } from "../support/house.ts";
import { until } from "../support/processes.ts";
import { openDesk, run, type TestDesk } from "./desk.ts";

const KEY = "canary-key-7f3a91";
let desk: TestDesk;
let real: Awaited<ReturnType<typeof upstream>>;
let n = 0;
let name = "";

beforeAll(async () => {
  desk = await openDesk();
  real = await upstream(echoServer);
});
beforeEach(() => {
  n += 1;
  name = `server-${n}`;
});
afterAll(async () => {
  await desk.close();
  await real.close();
});

const addHttp = (...more: string[]) =>
  desk.cli(
    ["server", "add", name, real.url, "--allow-plain-http-on-loopback", ...more],
    `${KEY}\n`,
  );
const find = async (): Promise<ServerView> =>
  (await desk.house.call("servers.list", {})).find((s) => s.name === name)!;

describe("status, open, doctor", () => {
  it("prints the status for people and for programs", async () => {
    const people = await desk.cli(["status"]);
    expect(people).toMatchObject({ code: 0, err: "" });
    expect(people.out).toContain(`Agents use   ${desk.house.door}/mcp/<server>`);
    const programs = await desk.cli(["status", "--json"]);
    expect(programs.json<AppStatus>().door).toBe(desk.house.door);
    expect(programs.out.trimEnd()).not.toContain("\n");
  });

  it("passes on the sentence of the program that refused", async () => {
    desk.house.countersign.setLinkMaker(() => "http://127.0.0.1:1/#once");
    expect(await desk.cli(["open"])).toMatchObject({ code: 0, out: "http://127.0.0.1:1/#once\n" });
  });

  it("asks the running one for its doctor", async () => {
    const ran = await desk.cli(["doctor", "--json"]);
    expect(ran.json<DoctorReport>().findings.map((f) => f.id)).toContain("keychain");
    const people = await desk.cli(["doctor"]);
    expect(people.out).toContain("Countersign is running");
  });
});

describe("where Countersign does not run", () => {
  it.each([["status"], ["server list"], ["calls"], ["open"]])(
    "%s ends with 69 and says how to start it",
    async (words) => {
      const ran = await run(["--data", "/nonexistent/countersign", ...words.split(" ")]);
      expect(ran).toMatchObject({ code: 69, out: "" });
      expect(ran.err).toContain("not running on the data folder /nonexistent/countersign");
      expect(ran.err).toContain("countersign serve");
    },
  );

  it("does not ask for a secret before it knows that somebody takes it", async () => {
    const ran = await run(
      ["--data", "/nonexistent", "server", "add", "x", "https://x.example/", "--api-key"],
      KEY,
    );
    expect(ran.code).toBe(69);
  });

  it("prints errors for programs as one JSON value on standard error", async () => {
    const ran = await run(["--data", "/nonexistent", "--json", "status"]);
    expect(ran.out).toBe("");
    expect(JSON.parse(ran.err)).toEqual({
      error: {
        code: "not_running",
        sentence: "Countersign is not running on the data folder /nonexistent.",
        advice: expect.stringContaining("countersign serve") as string,
      },
    });
  });

  it("doctor looks by itself, changes nothing, and finds the broken file", async () => {
    const folder = path.join(desk.folder, "..", `countersign-doctor-${process.pid}`);
    await fs.mkdir(folder, { mode: 0o700 });
    try {
      await fs.writeFile(path.join(folder, "agents.json"), `{\n  "format": 1,\n  "agents": 7\n}`);
      const ran = await run(["--data", folder, "doctor"]);
      expect(ran.code).toBe(1);
      expect(ran.out).toContain("Countersign is not running");
      expect(ran.out).toMatch(/Settings +PROBLEM +.*agents\.json, line 3/);
      expect(await fs.readdir(folder)).toEqual(["agents.json"]);
    } finally {
      await fs.rm(folder, { recursive: true });
    }
  });
});

describe("server", () => {
  it("add reads the key from standard input and strips one newline", async () => {
    const ran = await addHttp("--api-key");
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toContain(`Agents use ${desk.house.door}/mcp/${name}`);
    expect(await find()).toMatchObject({
      pattern: { type: "api-key", in: "header", name: "X-API-Key" },
    });
    const test = await desk.cli(["server", "test", name]);
    expect(test).toMatchObject({ code: 0 });
    expect(test.out).toContain("echo");
    expect(real.seen.at(-1)?.headers["x-api-key"]).toBe(KEY);
  });

  it("add puts the key where it is told", async () => {
    await addHttp("--header", "Authorization", "--prefix", "Bearer ", "--stage=development");
    expect(await find()).toMatchObject({
      stage: "development",
      pattern: { in: "header", name: "Authorization", prefix: "Bearer " },
    });
    name = `${name}-q`;
    await addHttp("--query", "api_key");
    expect(await find()).toMatchObject({ pattern: { in: "query", name: "api_key" } });
  });

  it("add refuses a key where the stage wants a token", async () => {
    const ran = await addHttp("--api-key", "--stage=staging");
    expect(ran).toMatchObject({ code: 64, out: "" });
    expect(await find()).toBeUndefined();
  });

  it("add takes a server without a key", async () => {
    const ran = await desk.cli(["server", "add", name, real.url, "--json"]);
    expect(ran.json<ServerView>()).toMatchObject({ name, kind: "http", pattern: { type: "none" } });
  });

  it("add --stdio takes the command after -- as it stands, and one line for each secret", async () => {
    const argv = ["server", "add", name, "--stdio", "--env", "A=1=2", "--secret-env", "ONE_KEY"];
    const ran = await desk.cli(
      [
        ...argv,
        "--secret-env",
        "TWO_TOKEN",
        "--cwd",
        "/",
        "--",
        "node",
        "-e",
        "1",
        "--json",
        "--",
        "x y",
      ],
      "first\nsecond\n",
    );
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(await find()).toMatchObject({
      kind: "stdio",
      command: "node",
      args: ["-e", "1", "--json", "--", "x y"],
      cwd: "/",
      env: { A: "1=2" },
    });
    expect(Object.keys(((await find()) as { secretEnv: object }).secretEnv)).toEqual([
      "ONE_KEY",
      "TWO_TOKEN",
    ]);
  });

  it("list shows where each stands, and no key", async () => {
    await addHttp("--api-key");
    const ran = await desk.cli(["server", "list"]);
    expect(ran.out).toMatch(
      /^NAME +TENANT +STAGE +STATE +PATTERN +KEY AGE +ON BEHALF OF +AGENTS USE +ADDRESS\n/,
    );
    expect(ran.out).toContain("api-key header X-API-Key");
    expect(ran.out + (await desk.cli(["server", "list", "--json"])).out).not.toContain(KEY);
  });

  it("pause, resume, replace-key, stderr and remove work by name and by id", async () => {
    await addHttp("--api-key");
    const { id } = await find();
    expect((await desk.cli(["server", "pause", name])).code).toBe(0);
    expect((await find()).state).toBe("paused");
    expect((await desk.cli(["server", "resume", id])).code).toBe(0);
    expect((await find()).state).toBe("active");
    expect((await desk.cli(["server", "replace-key", name], "another-key")).code).toBe(0);
    await desk.cli(["server", "test", name]);
    expect(real.seen.at(-1)?.headers["x-api-key"]).toBe("another-key");
    expect((await desk.cli(["server", "remove", name])).out).toContain("were removed");
    expect(await find()).toBeUndefined();
  });

  it("replace-key wants to know which variable of a local server", async () => {
    await desk.cli(["server", "add", name, "--stdio", "--secret-env", "A_KEY", "--", "true"], "x");
    const ran = await desk.cli(["server", "replace-key", name], "y");
    expect(ran).toMatchObject({ code: 64 });
    expect(ran.err).toContain("--secret-env: A_KEY");
    expect(
      (await desk.cli(["server", "replace-key", name, "--secret-env", "A_KEY"], "y")).code,
    ).toBe(0);
    expect((await desk.cli(["server", "stderr", name])).code).toBe(0);
  });

  it("stderr shows what a local server wrote, with nothing that a terminal would obey", async () => {
    const script = `process.stderr.write("\\u001b[2J\\u009b1mhello\\n"); setTimeout(() => process.exit(1), 300)`;
    await desk.cli(["server", "add", name, "--stdio", "--", process.execPath, "-e", script]);
    const testing = desk.cli(["server", "test", name]);
    let out = "";
    await until(async () =>
      (out = (await desk.cli(["server", "stderr", name])).out).includes("hello"),
    );
    // oxlint-disable-next-line no-control-regex -- exactly what must not be there
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect((await testing).code).toBe(76);
  });

  it("that is not there ends with 66", async () => {
    const ran = await desk.cli(["server", "pause", "nobody"]);
    expect(ran).toMatchObject({ code: 66, out: "" });
    expect(ran.err).toContain("no server “nobody”");
  });

  it("that fails its test ends with the code of the reason", async () => {
    await desk.cli(["server", "add", name, "http://127.0.0.1:9/mcp", "--auth", "none"]);
    const ran = await desk.cli(["server", "test", name]);
    expect(ran.code).toBe(76);
    expect(ran.out).toContain("cannot be reached");
  });

  it("of one name in two tenants has to be told apart", async () => {
    await desk.cli(["tenant", "add", `work-${n}`, "Work"]);
    await addHttp();
    await desk.cli(["server", "add", name, real.url, "--tenant", `work-${n}`]);
    const ran = await desk.cli(["server", "pause", name]);
    expect(ran).toMatchObject({ code: 64 });
    expect(ran.err).toContain("--tenant");
    expect((await desk.cli(["server", "pause", name, "--tenant", `work-${n}`])).code).toBe(0);
    expect((await desk.cli(["tenant", "list"])).out).toContain(`work-${n}`);
  });
});

describe("agent", () => {
  it("add shows the credential once, rotate another one, and list neither", async () => {
    const added = await desk.cli(["agent", "add", "Night Owl"]);
    const credential = /csa_[\w-]{43}/.exec(added.out)?.[0] ?? "";
    expect(credential).not.toBe("");
    expect(added.out).toContain("Claude Code");
    const rotated = (await desk.cli(["agent", "rotate", "Night Owl", "--json"])).json<Issued>();
    expect(rotated.credential).not.toBe(credential);
    const listed = await desk.cli(["agent", "list"]);
    expect(listed.out).toContain("Night Owl");
    expect(listed.out).not.toContain(credential);
    expect(listed.out).not.toContain(rotated.credential);
  });

  it("programs lists what a credential is known from, and forget-program says what cannot be", async () => {
    const { credential } = (await desk.cli(["agent", "add", "walker", "--json"])).json<Issued>();
    expect((await desk.cli(["agent", "programs", "walker"])).out).toContain("was not seen yet");
    await desk.cli(["server", "add", name, real.url]);
    await ask(desk.house.door, `/mcp/${name}`, {
      headers: {
        authorization: `Bearer ${credential}`,
        accept: "application/json, text/event-stream",
      },
      body: toolCall(),
    });
    const seen = async () => (await desk.cli(["agent", "programs", "walker"])).out;
    await until(async () => (await seen()).includes("KNOWN SINCE"), 4000, "the program");
    const gone = await desk.cli(["agent", "forget-program", "walker", "/no/such/program"]);
    expect(gone.code).toBe(66);
    expect(gone.err).toContain("not known from the program /no/such/program");
  });

  it("pause and remove work at once", async () => {
    const { credential } = (
      await desk.cli(["agent", "add", "shortlived", "--json"])
    ).json<Issued>();
    await desk.cli(["server", "add", name, real.url]);
    const call = () =>
      ask(desk.house.door, `/mcp/${name}`, {
        headers: {
          authorization: `Bearer ${credential}`,
          accept: "application/json, text/event-stream",
        },
        body: toolCall(),
      });
    expect((await call()).status).toBe(200);
    await desk.cli(["agent", "pause", "shortlived"]);
    expect((await call()).code).toBe("agent_paused");
    await desk.cli(["agent", "resume", "shortlived"]);
    expect((await call()).status).toBe(200);
    expect((await desk.cli(["agent", "remove", "shortlived"])).code).toBe(0);
    expect((await call()).status).toBe(401);
    const all = (await desk.cli(["agent", "list", "--json"])).json<AgentView[]>();
    expect(all.map((a) => a.name)).not.toContain("shortlived");
  });
});

describe("vault", () => {
  it("choose, lock and unlock take the passphrase from standard input", async () => {
    const own = await openDesk();
    try {
      const chosen = await own.cli(["vault", "choose", "file"], "correct horse battery staple\n");
      expect(chosen).toMatchObject({ code: 0, out: "Secrets: sealed file, ready\n" });
      expect((await own.cli(["vault", "lock"])).out).toContain("locked");
      expect(await own.cli(["vault", "unlock"], "wrong horse battery staple\n")).toMatchObject({
        code: 77,
      });
      expect((await own.cli(["vault", "unlock"], "correct horse battery staple\n")).code).toBe(0);
      expect((await own.cli(["vault", "choose", "drawer"])).code).toBe(64);
    } finally {
      await own.close();
    }
  });
});

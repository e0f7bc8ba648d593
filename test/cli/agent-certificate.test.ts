// `agent certificate`: pins, shows how to connect, and takes away. The snippets are run as they stand.
import { execFile, spawnSync } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Issued, Snippet } from "../../electron/contract.ts";
import type { Verdict } from "../../electron/core/permission/questions.ts";
import { makeKey, makeSelfSigned } from "../../electron/host/tls/make.ts";
import { tempFolder } from "../host/store/fixtures.ts";
import { answer, openQuestions } from "../support/asking.ts";
import { echoServer, upstream } from "../support/house.ts";
import { openDesk, type TestDesk } from "./desk.ts";

const run = promisify(execFile);
const has = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;
const RUNNERS = [
  ["curl", "sh", "call.sh", has("curl")],
  ["Node", process.execPath, "call.mjs", true],
  ["Python", "python3", "call.py", has("python3")],
] as const;

let desk: TestDesk;
let server: Awaited<ReturnType<typeof upstream>>;
let folder: string;
let issued: Issued;
const at = (name: string): string => path.join(folder, name);

/** Each snippet is another program with the same credential: the person is asked about all but the first. */
async function knowIts(running: Promise<unknown>): Promise<void> {
  const state = { over: false };
  void running.catch(() => undefined).finally(() => (state.over = true));
  while (!state.over) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [question] = await openQuestions(desk.house);
    if (question === undefined) continue;
    expect(question.matter.kind).toBe("anomaly");
    const verdict: Verdict = { type: "allow", lifetime: "always", scope: "tool" };
    expect(await answer(desk.house, question, verdict)).toMatchObject({ ok: true });
  }
}

beforeAll(async () => {
  server = await upstream(echoServer);
  desk = await openDesk();
  folder = await tempFolder();
  const auth = { type: "none" } as const;
  await desk.house.call("servers.add", { kind: "http", name: "echo", url: server.url, auth });
  issued = (await desk.cli(["agent", "add", "nightly", "--json"])).json<Issued>();
  const key = await makeKey();
  const { chainPem } = await makeSelfSigned(key, {
    subject: [[{ type: "2.5.4.3", value: "nightly" }]],
    use: "client",
    days: 30,
    now: Date.now(),
  });
  await fs.writeFile(at("agent.crt"), chainPem);
  await fs.writeFile(at("agent.key"), key.reveal());
});
afterAll(async () => {
  await desk.close();
  await server.close();
  await fs.rm(folder, { recursive: true, force: true });
});

describe("agent certificate", () => {
  it("wants a file or --none, and never takes a private key", async () => {
    const argv = ["agent", "certificate", "nightly"];
    expect((await desk.cli(argv)).code).toBe(64);
    expect((await desk.cli([...argv, at("agent.crt"), "--none"])).code).toBe(64);
    const slip = await desk.cli([...argv, at("agent.key")]);
    expect(slip).toMatchObject({ code: 66, out: "" });
    expect(slip.err).toContain("private key");
  });

  it("pins it, and says where and how the agent connects", async () => {
    const { code, out } = await desk.cli(["agent", "certificate", "nightly", at("agent.crt")]);
    expect(code).toBe(0);
    expect(out).toMatch(/^CERTIFICATE +CN=nightly$/m);
    expect(out).toContain(`https://127.0.0.1:${desk.house.port + 2}/tools/echo/TOOL/invoke`);
    expect((await desk.cli(["agent", "list"])).out).toMatch(/ CN=nightly until \d{4}-\d\d-\d\d /);
    const again = (await desk.cli(["agent", "rotate", "nightly", "--json"])).json<Issued>();
    expect(again.snippets.map(({ id }) => id)).toEqual(["mtls-curl", "mtls-node", "mtls-python"]);
    expect(JSON.stringify(again.snippets)).not.toContain("csa_");
  });

  for (const [title, program, file, there] of RUNNERS) {
    it.skipIf(!there)(
      there ? `gives a ${title} snippet that works` : `${title}: not on this machine`,
      async () => {
        const agent = issued.agent.id;
        const all: readonly Snippet[] = await desk.house.call("mtls.snippets", { agent });
        const text = all.find((one) => one.title === title)?.text ?? "";
        await fs.writeFile(at(file), text.replace("/TOOL/", "/echo/"));
        const running = run(program, [at(file)], { cwd: folder, timeout: 15_000 });
        const [{ stdout }] = await Promise.all([running, knowIts(running)]);
        expect(JSON.parse(stdout)).toHaveProperty("content");
      },
      30_000,
    );
  }

  it("--none takes it away", async () => {
    const ran = await desk.cli(["agent", "certificate", "nightly", "--none"]);
    expect(ran.out).toContain("works alone again");
    const agent = issued.agent.id;
    expect(await desk.house.call("mtls.snippets", { agent })).toEqual([]);
  });
});

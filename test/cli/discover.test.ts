// `server add NAME URL` without a pattern: the practice company and a paper one, the real control socket, the person
// at the terminal or a script.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../electron/cli/run.ts";
import type { ServerView } from "../../electron/core/servers.ts";
import { type Lab, startLab } from "../../electron/lab/index.ts";
import { type PaperCompany, paperCompany } from "../support/paper-company.ts";
import { until } from "../support/processes.ts";
import { openDesk, streams, type TestDesk } from "./desk.ts";

let desk: TestDesk;
let lab: Lab;
let paper: PaperCompany;
let name = "";
let n = 0;

beforeAll(async () => {
  desk = await openDesk();
  lab = await startLab({ log: { info: () => undefined, warn: () => undefined } });
  paper = await paperCompany();
});
beforeEach(() => {
  n += 1;
  name = `found-${n}`;
});
afterAll(async () => {
  await desk?.close();
  await lab?.stop();
  await paper?.close();
});

const find = async (): Promise<ServerView | undefined> =>
  (await desk.house.call("servers.list", {})).find((s) => s.name === name);

/** A person at a terminal, who answers each question as it comes. */
async function typing(argv: readonly string[], answers: readonly string[]) {
  const { stdin, stdout, stderr, out, err } = streams();
  Object.assign(stdin, { isTTY: true, setRawMode: () => undefined });
  Object.assign(stderr, { isTTY: true });
  const ended = runCli(["--data", desk.folder, ...argv], { stdin, stdout, stderr, env: {} });
  const asked = (): number => err().split(/\[[Yy]\/[Nn]\] /).length - 1;
  for (const [i, answer] of answers.entries()) {
    await until(() => asked() > i, 10_000, `question ${i + 1}: ${out()}${err()}`);
    stdin.write(`${answer}\n`);
  }
  return { code: await ended, out: out(), err: err() };
}

describe("a script", () => {
  it("is shown the proposal, and nothing is added without --yes", async () => {
    const argv = ["server", "add", name, paper.url, "--confirm-issuer", paper.issuer];
    const ran = await desk.cli(argv);
    expect(ran.code).toBe(64);
    expect(ran.out).toContain("Pattern     account");
    expect(ran.out).toContain("A thief     What the person granted");
    expect(ran.out).toContain(
      `Issuer      ${paper.issuer} (another host than the server's, on this machine)`,
    );
    expect(ran.out).toContain("Countersign registers itself there (RFC 7591)");
    expect(ran.err).toContain("Take it with --yes");
    const json = await desk.cli([...argv, "--json"]);
    expect(json.code).toBe(64);
    expect(json.json()).toMatchObject({ pattern: "account", issuer: { way: "dynamic" } });
    expect(await find()).toBeUndefined();
    expect(paper.asked.filter((line) => line.startsWith("POST"))).toEqual([]);
  });

  it("takes it with --yes, registered by itself, over plain HTTP only where it says so", async () => {
    const argv = ["server", "add", name, paper.url, "--confirm-issuer", paper.issuer, "--yes"];
    const without = await desk.cli([...argv, "--no-sign-in"]);
    expect(without.code).toBe(64);
    expect(without.err).toContain("unencrypted");
    const ran = await desk.cli([
      ...argv,
      "--no-sign-in",
      "--allow-plain-http-on-loopback",
      "--json",
    ]);
    expect(ran.code).toBe(0);
    expect(ran.json<ServerView>()).toMatchObject({
      name,
      pattern: { type: "account", scopes: ["notes:read", "notes:write"], resource: paper.url },
    });
  });

  it("cannot agree to an issuer of this machine by --yes (threat 30)", async () => {
    const other = await paperCompany();
    const ran = await desk.cli(["server", "add", name, other.url, "--yes"]);
    expect(ran.code).toBe(64);
    expect(ran.err).toContain(`--confirm-issuer ${other.issuer}`);
    const wrong = await desk.cli([
      "server",
      "add",
      name,
      other.url,
      "--yes",
      "--confirm-issuer",
      `${other.issuer}/`,
    ]);
    expect(wrong.code).toBe(64);
    expect(other.asked).toEqual([]);
    expect(await find()).toBeUndefined();
    await other.close();
  });

  it("gives the key where the server names no issuer, and adds nothing where nobody answers", async () => {
    const { url } = lab.server("notes");
    const key = lab.server("notes").key?.value ?? "";
    const more = ["--yes", "--allow-plain-http-on-loopback"];
    const ran = await desk.cli(["server", "add", name, url, ...more], `${key}\n`);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain("names no issuer");
    expect(await desk.cli(["server", "test", name])).toMatchObject({ code: 0 });
    expect(ran.out + ran.err).not.toContain(key);
    const gone = await desk.cli(["server", "add", `${name}-x`, "http://127.0.0.1:9/mcp"]);
    expect(gone.code).toBe(76);
    expect(gone.err).toContain("cannot be reached");
  });

  it("is told what goes with what", async () => {
    for (const [more, reason] of [
      [["--yes", "--api-key"], "leave the pattern out"],
      [["--auth", "none", "--api-key"], "without a key"],
      [["--auth", "none", "--scope", "x"], "without an issuer"],
    ] as const) {
      const ran = await desk.cli(["server", "add", name, paper.url, ...more], "k\n");
      expect(ran.code).toBe(64);
      expect(ran.err).toContain(reason);
    }
  });
});

describe("a person", () => {
  it("agrees to the issuer, takes the proposal, and signs in", async () => {
    const { url } = lab.server("crm");
    const { stdin, stdout, stderr, out, err } = streams();
    Object.assign(stdin, { isTTY: true, setRawMode: () => undefined });
    Object.assign(stderr, { isTTY: true });
    const argv = ["--data", desk.folder, "server", "add", name, url];
    const ended = runCli(argv, { stdin, stdout, stderr, env: {} });
    await until(() => err().includes("may it be asked? [y/N]"), 10_000, "the first question");
    expect(out()).toContain(`names the issuer ${lab.issuer.url}, which lies on this machine`);
    stdin.write("y\n");
    await until(() => err().includes("Add it so? [Y/n]"), 10_000, "the second question");
    stdin.write("\n");
    await until(() => /^http\S+$/m.test(out()), 10_000, "an address");
    // Whoever is at the browser follows the address that was printed.
    const page = /^http\S+$/m.exec(out())?.[0] ?? "";
    await fetch((await lab.signIn(page, "ada")) ?? "");
    expect(await ended).toBe(0);
    expect(out()).toContain("is signed in at");
    const tested = await desk.cli(["server", "test", name]);
    expect(tested.code).toBe(0);
    expect(tested.out).toContain("Tools:");

    // What was registered by itself is taken back with it, and that is said.
    await desk.cli(["server", "remove", name]);
    const issuer = (await desk.house.call("issuers.list", {})).find(
      (one) => one.issuer === lab.issuer.url,
    );
    const removed = await desk.cli(["issuer", "remove", issuer?.name ?? ""]);
    expect(removed.out).toContain("Its registration there was taken back.");
  }, 60_000);

  it("says no, and nothing is changed", async () => {
    const other = await paperCompany();
    const no = await typing(["server", "add", name, other.url], ["n"]);
    expect(no.code).toBe(64);
    expect(other.asked).toEqual([]);
    const later = await typing(["server", "add", name, other.url], ["y", "n"]);
    expect(later.code).toBe(64);
    expect(later.err).toContain("Nothing was added");
    expect(other.asked.filter((line) => line.startsWith("POST"))).toEqual([]);
    expect(await find()).toBeUndefined();
    await other.close();
  });
});

it("server discover shows the same for a server that is there, and changes nothing", async () => {
  await desk.cli(["server", "add", name, paper.url, "--auth", "none"]);
  const tested = await desk.cli(["server", "test", name]);
  expect(tested.out).toContain(`countersign server discover ${name}`);
  const ran = await desk.cli(["server", "discover", name, "--confirm-issuer", paper.issuer]);
  expect(ran).toMatchObject({ code: 0, err: "" });
  expect(ran.out).toContain("Pattern     account");
  const id = /countersign flow show (flow_\S+)/.exec(ran.out)?.[1] ?? "";
  const flow = await desk.cli(["flow", "show", id]);
  expect(flow.out).toContain("discover-resource");
  expect(await find()).toMatchObject({ pattern: { type: "none" } });
});

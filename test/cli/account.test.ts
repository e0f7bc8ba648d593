// Accounts: signing in and out, in a real browser's stead, at a real issuer.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../electron/cli/run.ts";
import type { AccountView, SignedOut } from "../../electron/contract.ts";
import type { Issuer } from "../../electron/core/issuers.ts";
import { answer, asked } from "../support/asking.ts";
import { until } from "../support/processes.ts";
import { streams } from "./desk.ts";
import { openPractice, type Practice } from "./practice.ts";
import { openStage } from "./stage.ts";

let practice: Practice;
let desk: Practice["desk"];
let lab: Practice["lab"];
beforeAll(async () => {
  practice = await openPractice();
  ({ desk, lab } = practice);
  const { basic } = lab.issuer.clients;
  const auth = ["--client-id", basic.id, "--auth", "client_secret_basic"];
  await practice.addIssuer("home", auth, basic.secret);
}, 60_000);
afterAll(() => practice.close());

describe("account", () => {
  const SCOPES = ["--scope", "openid", "--scope", "offline_access email"];
  const signInAs = async (url: string, person: string, agree = true) => {
    const back = await lab.signIn(url, person, agree);
    return fetch(back ?? "nowhere");
  };
  const begin = (...more: string[]) => {
    const io = streams();
    io.stdin.end();
    const argv = ["--data", desk.folder, "account", "sign-in", "home", ...SCOPES, ...more];
    return { ...io, done: runCli(argv, { ...io, env: {} }) };
  };
  const urlOf = async (out: () => string): Promise<string> => {
    await until(() => /^http\S+\n/m.test(out()), 10_000, `an address (${out()})`);
    return /^http\S+$/m.exec(out())?.[0] ?? "";
  };
  const accounts = async () =>
    (await desk.cli(["account", "list", "--json"])).json<AccountView[]>();

  it("sign-in prints the address, waits, and says who came back", { timeout: 60_000 }, async () => {
    const { out, err, done } = begin();
    const url = await urlOf(out);
    expect(out()).toContain("Open this address in your browser");
    expect(new URL(url).searchParams.get("code_challenge_method")).toBe("S256");
    await signInAs(url, "ada");
    expect(await done).toBe(0);
    expect(err()).toBe("");
    const [ada] = await accounts();
    expect(out()).toContain(`ada@larkspur.example is signed in at ${lab.issuer.url} (${ada!.id})`);
    expect(out()).not.toMatch(/eyJ/);
  });

  it(
    "sign-in of a known account waits until it has signed in anew",
    { timeout: 60_000 },
    async () => {
      const [ada] = await accounts();
      const { out, done } = begin("--account", ada!.id);
      const url = await urlOf(out);
      // It was signed in before: that alone must not end the wait.
      await expect(
        Promise.race([done, new Promise((r) => setTimeout(r, 1500, "waits"))]),
      ).resolves.toBe("waits");
      await signInAs(url, "ada");
      expect(await done).toBe(0);
      expect((await accounts())[0]!.signedInAt > ada!.signedInAt).toBe(true);
    },
  );

  it(
    "a sign-in that comes back as somebody else ends with 77 and names its flow",
    { timeout: 60_000 },
    async () => {
      const [ada] = await accounts();
      const { out, err, done } = begin("--account", ada!.id);
      await signInAs(await urlOf(out), "grace");
      const { house } = desk;
      await answer(house, await asked(house, "account-changed"), { type: "deny" });
      expect(await done).toBe(77);
      expect(err()).toContain("came back as someone else");
      const flow = /countersign flow show (flow_\w+)/.exec(err())?.[1] ?? "";
      expect((await desk.cli(["flow", "show", flow])).code).toBe(0);
      expect(await accounts()).toHaveLength(1);
    },
  );

  it("a sign-in that the person refuses ends with 77", { timeout: 60_000 }, async () => {
    const { out, err, done } = begin("--json");
    await until(() => out().includes("\n"), 10_000, "an address");
    await signInAs((JSON.parse(out()) as { url: string }).url, "ada", false);
    expect(await done).toBe(77);
    expect(JSON.parse(err())).toMatchObject({ error: { code: "sign_in_failed" } });
    expect(err()).toContain("it was declined");
  });

  it("sign-in --no-wait prints the address and ends", async () => {
    const ran = await desk.cli(["account", "sign-in", "home", "--no-wait", "--json"]);
    expect(ran.code).toBe(0);
    expect(ran.json<{ url: string }>().url).toMatch(/^http/);
  });

  it(
    "--device prints code and address, waits, and says who came",
    { timeout: 60_000 },
    async () => {
      const { desktop } = lab.issuer.clients;
      await practice.addIssuer("screen", ["--client-id", desktop.id, "--auth", "none"]);
      const io = streams();
      io.stdin.end();
      const argv = [
        "--data",
        desk.folder,
        "account",
        "sign-in",
        "screen",
        "--scope",
        "openid email",
      ];
      const done = runCli([...argv, "--device"], { ...io, env: {} });
      await until(() => io.out().includes("Waiting"), 10_000, "a code");
      expect(io.out()).toContain("open this address and type the code");
      expect(io.out()).toMatch(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/m);
      expect(io.out()).toMatch(/The code is good for \d+ minutes\./);
      const complete = /^http\S+user_code=\S+$/m.exec(io.out())?.[0] ?? "";
      await lab.signIn(complete, "grace");
      expect(await done).toBe(0);
      expect(io.err()).toBe("");
      expect(io.out()).toContain(`grace@larkspur.example is signed in at ${lab.issuer.url}`);
      expect(io.out()).not.toMatch(/eyJ/);
    },
  );

  it("Ctrl-C gives the code up, and so does cancel-sign-in", { timeout: 60_000 }, async () => {
    const io = streams();
    io.stdin.end();
    const argv = ["--data", desk.folder, "account", "sign-in", "screen", "--device"];
    const before = new Set(process.listeners("SIGINT"));
    const done = runCli(argv, { ...io, env: {} });
    const ours = () => process.listeners("SIGINT").filter((one) => !before.has(one));
    await until(() => ours().length === 1, 10_000, "somebody who heeds Ctrl-C");
    ours()[0]?.("SIGINT");
    expect(await done).toBe(130);
    expect(ours()).toEqual([]);
    const [flow] = (await desk.cli(["flow", "list", "--json"])).json<{ state: string }[]>();
    expect(flow).toMatchObject({ state: "failed" });

    const begun = await desk.cli([...argv.slice(2), "--no-wait", "--json"]);
    const id = begun.json<{ flow: string }>().flow;
    expect((await desk.cli(["account", "cancel-sign-in", id])).out).toContain("given up");
    expect((await desk.cli(["account", "cancel-sign-in", "flow_00000000"])).code).toBe(66);
    expect((await desk.cli(["account", "cancel-sign-in", "x"])).code).toBe(64);
  });

  it("sign-out works by id alone, and says what was revoked", async () => {
    const [ada] = await accounts();
    expect((await desk.cli(["account", "sign-out", "ada@larkspur.example"])).code).toBe(66);
    const ran = await desk.cli(["account", "sign-out", ada!.id]);
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toMatch(/is signed out at .*\.\nRevoked there \(RFC 7009\): .*refresh token/);
  });

  it("sign-out names what could not be revoked", async () => {
    const ada = { ...(await accounts())[0], id: "acc_00000001" } as AccountView;
    const result: SignedOut = {
      revoked: [],
      notRevoked: [{ what: "refresh token", why: "issuer_unreachable\u001b[2J" }],
    };
    const stage = await openStage({
      "accounts.list": () => [ada],
      "accounts.signOut": () => result,
    });
    const ran = await stage.cli(["account", "sign-out", ada.id]);
    await stage.close();
    expect(ran.out).toContain("NOT revoked there: refresh token (issuer_unreachable\\u{1b}[2J).");
  });

  it("sign-in ends with 69 when Countersign ends meanwhile", { timeout: 60_000 }, async () => {
    const issuer = {
      ...(await desk.cli(["issuer", "list", "--json"])).json<Issuer[]>()[0],
      id: "iss_00000001",
      name: "home",
    } as Issuer;
    const stage = await openStage({
      "issuers.list": () => [issuer],
      "accounts.list": () => [],
      "flows.list": () => [],
      "accounts.signIn": () => ({ url: "https://issuer.example/auth", flow: "flow_00000001" }),
      "accounts.signInState": () => ({ state: "waiting", device: null }),
    });
    const io = streams();
    const done = runCli(["--data", stage.folder, "account", "sign-in", "home"], { ...io, env: {} });
    await urlOf(io.out);
    await stage.close();
    expect(await done).toBe(69);
  });
});

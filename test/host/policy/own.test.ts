// Policies of the person's own: what they say, how they are bounded, and what their files are worth.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { asRefusal } from "../../../electron/core/errors.ts";
import { readOwn } from "../../../electron/core/policy/own-answer.ts";
import { decideAll, readSets } from "../../../electron/core/policy/judge.ts";
import { Secret } from "../../../electron/core/secret.ts";
import { readBundle } from "../../../electron/host/policy/bundle.ts";
import { compileRego } from "../../../electron/host/policy/compile.ts";
import { loadEngine, shippedPolicy } from "../../../electron/host/policy/engine.ts";
import { createOpaServer, type OpaServerEngine } from "../../../electron/host/policy/opa-server.ts";
import { openOwnFiles } from "../../../electron/host/policy/own-files.ts";
import { createWorkerEngine } from "../../../electron/host/policy/worker-engine.ts";
import { freePort, temporaryFolder, until } from "../../support/processes.ts";
import { rule } from "../../support/rules.ts";

const FIXTURES = path.resolve(import.meta.dirname, "fixtures");
const article = fs.readFileSync(path.join(FIXTURES, "article.wasm"));
const source = fs.readFileSync(path.join(FIXTURES, "article.rego"), "utf8");
const opa = spawnSync("opa", ["version"]).status === 0;
const WITHOUT = opa ? "" : " (skipped: there is no opa on this machine)";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const codeOf = async (work: Promise<unknown> | (() => unknown)): Promise<string> => {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    return asRefusal(error).code;
  }
  return "none";
};

const input = (tool: string, certificate = false, tenant = "personal") => ({
  agent: { id: "agt_0000000001", tenant: "personal", scopes: ["mcp:invoke"] },
  server: { id: "srv_0000000001", target: "t", practice: false, stage: "development" },
  tool: { name: tool, namespace: tenant, destructive: tool === "delete-user" },
  credential: { bound: false },
  request: { cert_verified: certificate, arguments: {} },
});
/** What the article's policy means, by its own words. */
const MEANT = [
  [input("search"), "allow"],
  [input("delete-user"), "deny"],
  [input("delete-user", true), "allow"],
  [input("search", false, "other"), "deny"],
] as const;

function own(
  bundle = readBundle(article),
  rules = [rule(1)],
  limits?: { answerMs: number; startMs: number },
) {
  const engine = createWorkerEngine(bundle, rules, limits);
  closers.push(() => engine.close());
  return engine;
}
const part = (engine: ReturnType<typeof own>) => ({ name: "article", engine, read: readOwn });

/** As policy-engines.ts puts it together. */
const serverPart = (name: string, engine: OpaServerEngine) => ({
  name,
  engine,
  read: (answer: unknown) => readOwn(engine.result(answer)),
  mark: (answer: unknown) => engine.mark(answer),
});

describe("what a policy of the person's own says", () => {
  it("in sets, or as the article's allow and deny; nothing is a no where allow is a yes or a no", () => {
    const said = (answer: unknown) => readOwn(answer);
    expect(said(true)).toEqual({ deny: [], ask: [], allow: ["allow"] });
    for (const no of [
      undefined,
      false,
      { allow: false },
      { allow: false, deny: false },
      { deny: false },
    ]) {
      expect(said(no)?.deny).toEqual(["not-allowed"]);
    }
    expect(said({ allow: true, deny: true })).toEqual({
      deny: ["deny"],
      ask: [],
      allow: ["allow"],
    });
    expect(said({ deny: [], ask: [], allow: [] })).toEqual({ deny: [], ask: [], allow: [] });
    expect(said({ deny: ["no\u202e such\nthing"], helper: 7 })?.deny).toEqual(["no  such thing"]);
    expect(said({ deny: ["x".repeat(500)] })?.deny[0]).toHaveLength(96);
  });
  it("is a denial where it cannot be read", () => {
    for (const odd of [
      null,
      1,
      "allow",
      [],
      {},
      { denny: true },
      { deny: [1] },
      { allow: "yes" },
      { deny: [""] },
    ]) {
      expect(readOwn(odd), JSON.stringify(odd)).toBeNull();
    }
    const sums = Object.create({ allow: true }) as object;
    expect(readOwn(sums), "what is inherited is not said").toBeNull();
  });
});

describe("the article's policy, as it was published", () => {
  it("replaces the shipped one, and says what it means; each rule under its name", async () => {
    const engine = own();
    await engine.ready();
    for (const [asked, effect] of MEANT) {
      expect((await decideAll([part(engine)], asked)).effect, asked.tool.name).toBe(effect);
    }
    expect((await decideAll([part(engine)], input("search"))).rules).toEqual(["article/allow"]);
    expect(engine.hash()).toMatch(/^[0-9a-f]{64}$/);
  });

  it("joins it: it can allow and deny, never let through what the shipped one asks about or denies", async () => {
    const shipped = { name: null, engine: await loadEngine(shippedPolicy(), []), read: readSets };
    const both = [shipped, part(own())];
    const effects = await Promise.all(
      MEANT.map(async ([asked]) => (await decideAll(both, asked)).effect),
    );
    // The shipped one asks about what cannot be taken back, and denies what crosses a tenant.
    expect(effects).toEqual(["allow", "deny", "ask", "deny"]);
    const [, second] = both;
    const broken = {
      name: "broken",
      engine: { evaluate: () => Promise.reject(new Error("no")), hash: () => "" },
      read: readOwn,
    };
    if (second === undefined) throw new Error("no second");
    expect(await decideAll([shipped, second, broken], input("search"))).toEqual({
      effect: "deny",
      rules: ["built-in/policy-failed"],
    });
  });

  it.skipIf(!opa)(`compiled here says what the real OPA says${WITHOUT}`, async () => {
    const engine = own(await compileRego(source));
    for (const [asked, effect] of MEANT) {
      const args = ["eval", "-d", path.join(FIXTURES, "article.rego"), "-I", "data.stoa.mcp.authz"];
      const real = JSON.parse(
        execFileSync("opa", args, { input: JSON.stringify(asked), encoding: "utf8" }),
      ) as {
        result: { expressions: { value: { allow?: boolean; deny?: boolean } }[] }[];
      };
      const value = real.result[0]?.expressions[0]?.value;
      expect(value?.deny !== true && value?.allow === true).toBe(effect === "allow");
      expect((await decideAll([part(engine)], asked)).effect).toBe(effect);
    }
  });
});

describe("a policy in a thread of its own", () => {
  /** `(module (import "env" "memory" …) … eval that never ends)`, made from Rego that takes very long. */
  const slow = `package slow
import rego.v1
decision := {"deny": [x | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000); x := a * b; x == -1], "ask": [], "allow": []}
`;
  it.skipIf(!opa)(
    `that takes too long is ended; the call is denied, and others are answered after it${WITHOUT}`,
    async () => {
      const engine = own(await compileRego(slow), [], { answerMs: 300, startMs: 5000 });
      await engine.ready();
      const begun = performance.now();
      const say = decideAll([{ name: "slow", engine, read: readOwn }], input("x"));
      // Meanwhile this thread goes on.
      let beats = 0;
      const beat = setInterval(() => beats++, 10);
      expect(await say).toEqual({ effect: "deny", rules: ["built-in/policy-failed"] });
      clearInterval(beat);
      expect(performance.now() - begun).toBeLessThan(3000);
      expect(beats).toBeGreaterThan(3);
      await expect(engine.evaluate(input("x"))).rejects.toThrow(/within 300 ms/);
    },
  );

  /** Takes memory without end for one tool, and answers for the others. */
  const greedy = `package greedy
import rego.v1
decision := {"deny": [], "ask": [], "allow": [sprintf("n%d", [count(all)])]} if {
	input.tool.name == "greedy"
	all := [[a, b, "some text that takes its room"] | some a in numbers.range(1, 5000); some b in numbers.range(1, 5000)]
}
decision := {"deny": [], "ask": [], "allow": ["modest"]} if input.tool.name != "greedy"
`;
  it.skipIf(!opa)(
    `that takes memory without end is denied at its limit, and the next call is answered${WITHOUT}`,
    async () => {
      // Time enough: it is the memory that ends it.
      const engine = own(await compileRego(greedy), [], { answerMs: 30_000, startMs: 5000 });
      const asking = [{ name: "greedy", engine, read: readOwn }];
      expect(await decideAll(asking, input("search"))).toMatchObject({ rules: ["greedy/modest"] });
      const before = process.memoryUsage().rss;
      await expect(engine.evaluate(input("greedy"))).rejects.not.toThrow(/within/);
      expect(await decideAll(asking, input("greedy"))).toEqual({
        effect: "deny",
        rules: ["built-in/policy-failed"],
      });
      // 64 MiB is all that it gets, and a thread around it.
      expect(process.memoryUsage().rss - before).toBeLessThan(250 * 1024 * 1024);
      expect(await decideAll(asking, input("search"))).toMatchObject({ effect: "allow" });
    },
    60_000,
  );

  it.skipIf(!opa)(
    `asked about many at once, says of each what it says of it alone, also where one takes too long${WITHOUT}`,
    async () => {
      const odd = `package odd
import rego.v1
decision := {"deny": [x | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000); x := a * b; x == -1], "ask": [], "allow": []} if input.tool.name == "slow"
decision := {"deny": [], "ask": [], "allow": [input.tool.name]} if input.tool.name != "slow"
`;
      const bundle = await compileRego(odd);
      const many = createWorkerEngine(bundle, [], { answerMs: 400, startMs: 5000 }, 32);
      closers.push(() => many.close());
      await many.ready();
      const tools = Array.from({ length: 70 }, (_, i) => (i === 40 ? "slow" : `tool-${i}`));
      const found = await Promise.allSettled(tools.map((tool) => many.evaluate(input(tool))));
      expect(found.map((one) => one.status === "fulfilled")).toEqual(
        tools.map((tool) => tool !== "slow"),
      );
      expect(found.map((one) => (one.status === "fulfilled" ? one.value : null))).toEqual(
        tools.map((tool) => (tool === "slow" ? null : { deny: [], ask: [], allow: [tool] })),
      );
    },
    20_000,
  );

  it("answers calls that come together in order, and with the rules of now", async () => {
    const engine = own();
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        engine.evaluate(input(i % 2 === 0 ? "search" : "delete-user")),
      ),
    );
    expect(all.map((one) => (one as { deny: boolean }).deny)).toEqual(
      Array.from({ length: 50 }, (_, i) => i % 2 === 1),
    );
    const before = engine.hash();
    engine.setRules([rule(1), rule(2)]);
    expect(engine.hash()).not.toBe(before);
    expect(await engine.evaluate(input("search"))).toEqual({ allow: true, deny: false });
  });

  it("that is no policy is refused, and what is closed answers nobody", async () => {
    const none = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    expect(await codeOf(own({ wasm: none, data: {}, rego: null }).ready())).toBe(
      "policy_file_invalid",
    );
    const engine = own();
    await engine.ready();
    engine.close();
    await expect(engine.evaluate(input("x"))).rejects.toThrow("closed");
  });
});

/** One file in a tar archive. */
function tar(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(`${content.length.toString(8).padStart(11, "0")} `, 124);
  header.write("0", 156);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

describe("a policy's file", () => {
  it("is a bundle, the bare policy.wasm, and nothing else; sizes are bounded", async () => {
    const bundle = gzipSync(
      Buffer.concat([
        tar("/data.json", Buffer.from(`{"limit": 3}`)),
        tar("/policy.wasm", article),
        Buffer.alloc(1024),
      ]),
    );
    expect(readBundle(bundle)).toMatchObject({ data: { limit: 3 }, rego: null });
    expect(Buffer.from(readBundle(bundle).wasm).equals(article)).toBe(true);
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024));
    for (const bad of [
      Buffer.from("hello"),
      gzipSync(Buffer.from("no tar at all")),
      gzipSync(tar("/other", article)),
      gzipSync(tar("/policy.wasm", Buffer.from("not wasm"))),
      gzipSync(Buffer.concat([tar("/policy.wasm", article), tar("/data.json", Buffer.from("[]"))])),
      gzipSync(tar("/policy.wasm", article).subarray(0, 2000)),
      bomb,
    ]) {
      expect(await codeOf(() => readBundle(bad))).toBe("policy_file_invalid");
    }
  });

  it("is used only while its hash fits", async () => {
    const folder = temporaryFolder();
    closers.push(() => folder.remove());
    const files = openOwnFiles(path.join(folder.path, "policies"));
    const hash = await files.keep({ wasm: article, data: { a: 1 }, rego: source });
    expect(await files.read(hash, "x")).toMatchObject({ data: { a: 1 }, rego: source });
    const file = path.join(folder.path, "policies", `${hash}.json`);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    fs.appendFileSync(file, " ");
    expect(await codeOf(files.read(hash, "x"))).toBe("policy_broken");
    await files.remove(hash);
    expect(await codeOf(files.read(hash, "x"))).toBe("policy_broken");
  });

  it("of Rego needs opa, and says so; the name of a file is never an option", async () => {
    expect(await codeOf(compileRego(source, "no-such-opa-here"))).toBe("policy_compiler_missing");
  });

  it.skipIf(!opa)(
    `of Rego that is wrong is refused with the compiler's own words${WITHOUT}`,
    async () => {
      try {
        await compileRego("package x\nimport rego.v1\nallow if {");
        throw new Error("compiled");
      } catch (error) {
        const { code, facts } = asRefusal(error);
        expect([code, facts["reason"]]).toEqual([
          "policy_source_invalid",
          expect.stringMatching(/^line 3: /),
        ]);
        expect(String(facts["reason"])).not.toContain("countersign-rego");
      }
      expect(await codeOf(compileRego("package x\nimport rego.v1\nhelper if true"))).toBe(
        "policy_source_invalid",
      );
    },
  );
});

describe("an OPA server", () => {
  async function peer(handle: http.RequestListener) {
    const server = http.createServer(handle);
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/data/x/decision`;
  }
  function ask(url: string, token: string | null = null, timeoutMs = 400) {
    const engine = createOpaServer({
      url,
      timeoutMs,
      token: async () => (token === null ? null : new Secret(token)),
    });
    closers.push(() => engine.close());
    return decideAll([serverPart("company", engine)], input("search"));
  }
  const failed = { effect: "deny", rules: ["built-in/policy-failed"] };

  it("is asked with its token and the whole document", async () => {
    let seen = { path: "", token: "", body: "" };
    const url = await peer((request, response) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        seen = { path: request.url ?? "", token: request.headers.authorization ?? "", body };
        response.end(JSON.stringify({ decision_id: "d1", result: { allow: ["r1"] } }));
      });
    });
    expect(await ask(url, "t0ken")).toEqual({
      effect: "allow",
      rules: ["company/r1"],
      marks: [{ policy: "company", decisionId: "d1", revision: null }],
    });
    expect(seen.path).toBe("/v1/data/x/decision?provenance=true");
    expect(seen.token).toBe("Bearer t0ken");
    expect(JSON.parse(seen.body)).toEqual({ input: input("search") });
  });

  it("denies by silence, by every status but 200, by a redirect, and by what cannot be read", async () => {
    const silent = await peer(() => undefined);
    expect(await ask(silent, null, 100)).toEqual(failed);
    const trickling = await peer((_request, response) => {
      const timer = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(timer));
    });
    expect(await ask(trickling, null, 150)).toEqual(failed);
    for (const status of [201, 204, 302, 401, 500]) {
      const url = await peer((_request, response) => {
        response.writeHead(status, { location: "http://127.0.0.1:1/" });
        response.end(status === 204 ? undefined : `{"result": true}`);
      });
      expect(await ask(url), String(status)).toEqual(failed);
    }
    for (const body of [
      "",
      "no",
      "[]",
      "null",
      `{"result": "yes"}`,
      `{"result": {}}`,
      `{"result": 1}`,
    ]) {
      expect(await ask(await peer((_request, response) => response.end(body))), body).toEqual(
        failed,
      );
    }
    const large = await peer((_request, response) =>
      response.end(`{"x": "${"x".repeat(300_000)}"}`),
    );
    expect(await ask(large)).toEqual(failed);
    const gone = `http://127.0.0.1:${await freePort()}/v1/data/x`;
    expect(await ask(gone)).toEqual(failed);
    // No `result`: undefined in OPA, and so a no.
    const undefinedOne = await peer((_request, response) => response.end("{}"));
    expect(await ask(undefinedOne)).toEqual({ effect: "deny", rules: ["company/not-allowed"] });
  });

  it("names its decision and its bundles, where they are names that may be written down", async () => {
    const marks = async (more: object) => {
      const text = JSON.stringify({ result: true, ...more });
      return (await ask(await peer((_request, response) => response.end(text)))).marks;
    };
    const mark = (decisionId: string | null, revision: string | null) => [
      { policy: "company", decisionId, revision },
    ];
    expect(await marks({})).toBeUndefined();
    const bundles = { authz: { revision: "r7" }, data: { revision: "2026-11-28" }, none: {} };
    expect(await marks({ decision_id: "d-1", provenance: { bundles } })).toEqual(
      mark("d-1", "authz=r7,data=2026-11-28"),
    );
    expect(await marks({ provenance: { version: "1.2", revision: "abc" } })).toEqual(
      mark(null, "abc"),
    );
    for (const odd of ["", 7, null, "x".repeat(129), "a\u202eb", "two words"]) {
      expect(await marks({ decision_id: odd, provenance: odd }), String(odd)).toBeUndefined();
    }
  });

  it.skipIf(!opa)(`that is the real one says what the article means${WITHOUT}`, async () => {
    const port = await freePort();
    const args = [
      "run",
      "--server",
      "--addr",
      `127.0.0.1:${port}`,
      // With a decision log each answer has an id.
      "--set",
      "decision_logs.console=true",
      path.join(FIXTURES, "article.rego"),
    ];
    const child = spawn("opa", args, { stdio: "ignore" });
    closers.push(() => child.kill("SIGKILL"));
    await until(
      async () => (await fetch(`http://127.0.0.1:${port}/health`).catch(() => null))?.ok === true,
      8000,
      "OPA",
    );
    const engine = createOpaServer({
      url: `http://127.0.0.1:${port}/v1/data/stoa/mcp/authz`,
      timeoutMs: 2000,
      token: async () => null,
    });
    closers.push(() => engine.close());
    for (const [asked, effect] of MEANT) {
      const said = await decideAll([serverPart("opa", engine)], asked);
      expect(said.effect, asked.tool.name).toBe(effect);
      expect(said.marks).toEqual([
        {
          policy: "opa",
          decisionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          revision: null,
        },
      ]);
    }
  });
});

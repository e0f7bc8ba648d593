// The shipped policy as it runs: compiled by OPA, evaluated in this process, held against its source.
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { loadPolicy } from "@open-policy-agent/opa-wasm";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PolicyInput } from "../../../electron/core/policy/input.ts";
import { decide, NOTHING_SAID, POLICY_FAILED } from "../../../electron/core/policy/judge.ts";
import type { Rule } from "../../../electron/core/policy/rules.ts";
import {
  loadEngine,
  loadShippedForMany,
  shippedPolicy,
} from "../../../electron/host/policy/engine.ts";

const SOURCE = path.resolve(import.meta.dirname, "../../../electron/host/policy/default.rego");
const ARTICLE = path.resolve(import.meta.dirname, "fixtures/article");
const opa = spawnSync("opa", ["version"]).status === 0;
const WITHOUT = opa ? "" : " (skipped: there is no opa on this machine)";

const input = (given: {
  agent?: Partial<PolicyInput["agent"]>;
  server?: Partial<PolicyInput["server"]>;
  tool?: Partial<PolicyInput["tool"]>;
  bound?: boolean;
  certificate?: boolean;
}): PolicyInput => ({
  agent: {
    id: "agt_0000000001",
    name: "Claude Code",
    tenant: "personal",
    scopes: ["mcp:invoke"],
    auth_method: "bearer",
    ...given.agent,
  },
  server: {
    id: "srv_0000000001",
    name: "crm",
    kind: "http",
    stage: "development",
    target: "https://crm.example/mcp",
    practice: false,
    ...given.server,
  },
  tool: {
    name: "search_contacts",
    namespace: "personal",
    destructive: false,
    labels: [],
    fingerprint: null,
    ...given.tool,
  },
  account: null,
  credential: { pattern: "api-key", bound: given.bound ?? false },
  request: {
    cert_verified: given.certificate ?? false,
    via: "mcp",
    method: "tools/call",
    arguments: { query: "Jane" },
  },
  program: null,
  history: { calls_last_hour: 0, calls_in_run: 1 },
  time: "2026-11-28T12:00:00.000Z",
});

let count = 0;
const rule = (given: Partial<Rule> = {}): Rule => ({
  id: `rule_${String(++count).padStart(10, "0")}`,
  tenant: "personal",
  effect: "allow",
  agent: null,
  server: null,
  target: null,
  tool: null,
  note: null,
  createdAt: "2026-11-28T12:00:00.000Z",
  ...given,
});

describe("the shipped policy", () => {
  it("asks where nothing is said", async () => {
    const engine = await loadEngine(shippedPolicy(), []);
    expect(decide(engine, input({}))).toEqual({ effect: "ask", rules: [NOTHING_SAID] });
  });

  it("applies the person's rules by agent, server, address and tool", async () => {
    const engine = await loadEngine(shippedPolicy(), []);
    const effect = (rules: Rule[], asked = input({})): string => {
      engine.setRules(rules);
      return decide(engine, asked).effect;
    };
    expect(effect([rule()])).toBe("allow");
    expect(effect([rule({ tenant: "work" })])).toBe("ask");
    expect(effect([rule({ agent: "agt_0000000001" })])).toBe("allow");
    expect(effect([rule({ agent: "agt_0000000002" })])).toBe("ask");
    expect(effect([rule({ server: "srv_0000000002" })])).toBe("ask");
    expect(effect([rule({ target: "https://crm.example/mcp" })])).toBe("allow");
    expect(effect([rule({ target: "https://crm.example.evil/mcp" })])).toBe("ask");
    expect(effect([rule({ tool: "search_*" })])).toBe("allow");
    expect(effect([rule({ tool: "search" })])).toBe("ask");
    expect(effect([rule({ tool: "*" })], input({ tool: { name: "a.b/c:d e" } }))).toBe("allow");
    expect(effect([rule({ tool: "search_contact?" })])).toBe("allow");
    const [was, is] = ["a".repeat(64), "b".repeat(64)];
    expect(effect([rule({ fingerprint: was })], input({ tool: { fingerprint: was } }))).toBe(
      "allow",
    );
    expect(effect([rule({ fingerprint: was })], input({ tool: { fingerprint: is } }))).toBe("ask");
    expect(effect([rule({ fingerprint: was })]), "of a tool that was never listed").toBe("ask");
    expect(effect([rule({ fingerprint: null })], input({ tool: { fingerprint: is } }))).toBe(
      "allow",
    );
    expect(effect([rule(), rule({ effect: "ask", tool: "search_*" })])).toBe("ask");
    expect(effect([rule(), rule({ effect: "deny", tool: "search_*" })])).toBe("deny");
  });

  it("asks about what cannot be taken back, whatever a wide rule allows", async () => {
    const engine = await loadEngine(shippedPolicy(), [rule()]);
    const asked = input({ tool: { name: "delete_user", destructive: true } });
    expect(decide(engine, asked)).toEqual({ effect: "ask", rules: ["built-in/destructive"] });
  });

  it("denies it in production without a credential that is bound", async () => {
    const engine = await loadEngine(shippedPolicy(), [rule()]);
    const asked = (bound: boolean) =>
      input({
        bound,
        server: { stage: "production" },
        tool: { name: "delete_user", destructive: true },
      });
    expect(decide(engine, asked(false))).toEqual({
      effect: "deny",
      rules: ["built-in/destructive-unbound"],
    });
    expect(decide(engine, asked(true)).effect).toBe("ask");
  });

  it("lets nothing cross a tenant, whatever a rule says", async () => {
    const engine = await loadEngine(shippedPolicy(), [rule()]);
    expect(decide(engine, input({ tool: { namespace: "work" } }))).toEqual({
      effect: "deny",
      rules: ["built-in/another-tenant"],
    });
  });

  it("does not ask in the practice company", async () => {
    const engine = await loadEngine(shippedPolicy(), []);
    const asked = input({
      server: { practice: true },
      tool: { name: "delete_note", destructive: true },
    });
    expect(decide(engine, asked)).toEqual({ effect: "allow", rules: ["built-in/practice"] });
  });

  it("denies what it cannot read", async () => {
    const engine = await loadEngine(shippedPolicy(), [rule()]);
    const failed = { effect: "deny", rules: [POLICY_FAILED] };
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    expect(decide(engine, circle)).toEqual(failed);
    // And is well again after that.
    expect(decide(engine, input({})).effect).toBe("allow");
  });

  it("says by its hash which policy and which rules spoke", async () => {
    const engine = await loadEngine(shippedPolicy(), []);
    const empty = engine.hash();
    expect(empty).toMatch(/^[0-9a-f]{64}$/);
    const rules = [rule()];
    engine.setRules(rules);
    expect(engine.hash()).not.toBe(empty);
    expect((await loadEngine(shippedPolicy(), rules)).hash()).toBe(engine.hash());
  });

  it("a deny that is added never widens what any rules allow (R23, 500 cases)", async () => {
    const engine = await loadEngine(shippedPolicy(), []);
    const rank = { allow: 0, ask: 1, deny: 2 };
    const some = fc.record({
      effect: fc.constantFrom("allow", "ask", "deny"),
      tool: fc.constantFrom(null, "*", "search_*", "delete_user", "x"),
      agent: fc.constantFrom(null, "agt_0000000001", "agt_0000000002"),
    });
    fc.assert(
      fc.property(
        fc.array(some, { maxLength: 5 }),
        some,
        fc.constantFrom("search_contacts", "delete_user", "x"),
        (rules, more, name) => {
          const asked = input({ tool: { name, destructive: name === "delete_user" } });
          engine.setRules(rules.map(rule));
          const before = decide(engine, asked).effect;
          engine.setRules([...rules, { ...more, effect: "deny" as const }].map(rule));
          const after = decide(engine, asked).effect;
          expect(rank[after]).toBeGreaterThanOrEqual(rank[before]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.skipIf(!opa)(`is what its source compiles to${WITHOUT}`, () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "policy-"));
    try {
      execFileSync("opa", ["check", "--strict", SOURCE]);
      const bundle = path.join(folder, "bundle.tar.gz");
      // The source's path stands in what is compiled: it is built from beside it.
      const build = ["build", "-t", "wasm", "-e", "countersign/decision", "-o", bundle];
      execFileSync("opa", [...build, path.basename(SOURCE)], { cwd: path.dirname(SOURCE) });
      execFileSync("tar", [
        "-xzf",
        bundle,
        "-C",
        folder,
        "-P",
        "/policy.wasm",
        "--transform=s,^/,,",
      ]);
      const compiled = fs.readFileSync(path.join(folder, "policy.wasm"));
      expect(compiled.equals(shippedPolicy())).toBe(true);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("the policy that was published with the five patterns", () => {
  it("runs as it is; where it says allow and deny at once, deny wins outside", async () => {
    const policy = await loadPolicy(fs.readFileSync(`${ARTICLE}.wasm`));
    const says = (asked: PolicyInput): unknown =>
      ["stoa/mcp/authz/allow", "stoa/mcp/authz/deny"].map((entry) => {
        const [found] = policy.evaluate(asked, entry) as { result: unknown }[];
        return found?.result;
      });
    const plain = input({});
    const unverified = input({ tool: { name: "delete-user" } });
    const verified = input({ tool: { name: "delete-user" }, certificate: true });
    expect(says(plain)).toEqual([true, undefined]);
    expect(says(unverified)).toEqual([true, true]);
    expect(says(verified)).toEqual([true, undefined]);
    expect(says(input({ tool: { namespace: "other" } }))).toEqual([undefined, undefined]);
  });

  it.skipIf(!opa)(`agrees with the real OPA${WITHOUT}`, () => {
    const asked = JSON.stringify(input({ tool: { name: "delete-user" } }));
    const answer = JSON.parse(
      execFileSync("opa", ["eval", "-d", `${ARTICLE}.rego`, "-I", "data.stoa.mcp.authz"], {
        input: asked,
        encoding: "utf8",
      }),
    ) as { result: { expressions: { value: unknown }[] }[] };
    expect(answer.result[0]?.expressions[0]?.value).toEqual({ allow: true, deny: true });
  });
});

describe("the shipped policy, asked about many calls", () => {
  it("is handed all that it looks at: its source names nothing else of the document", async () => {
    const { whatShippedSees } = await import("../../../electron/host/policy/engine.ts");
    const source = fs.readFileSync(SOURCE, "utf8").replaceAll(/#.*/g, "");
    // `object.get(input.tool, "fingerprint", …)` is the one other way in which it looks.
    const plain = source.replaceAll(/object\.get\(input\.(\w+), "(\w+)",/g, "(input.$1.$2,");
    const named = new Set(
      [...plain.matchAll(/\binput\b((?:\.\w+)*)/g)].map(([, path]) => (path ?? "").slice(1)),
    );
    const given = whatShippedSees({}) as Record<string, Record<string, unknown>>;
    const handed = Object.entries(given).flatMap(([name, part]) =>
      Object.keys(part).map((field) => `${name}.${field}`),
    );
    expect([...named].sort()).toEqual(handed.sort());
  });

  it("says the same as asked about each, whatever else differs", async () => {
    const rules: Rule[] = [
      { effect: "deny", tool: "drop_*", agent: null },
      { effect: "ask", tool: "list", agent: "agt_0000000001" },
      { effect: "allow", tool: "s*", agent: null },
    ].map((given, i) => ({
      id: `rule_00000000000${i}`,
      tenant: "personal",
      server: null,
      target: null,
      note: null,
      createdAt: "2026-11-28T12:00:00.000Z",
      ...given,
      effect: given.effect as Rule["effect"],
    }));
    const [plain, many] = [
      await loadEngine(shippedPolicy(), rules),
      await loadShippedForMany(rules),
    ];
    expect(many.hash()).toBe(plain.hash());
    const one = fc.record({
      agent: fc.constantFrom("agt_0000000001", "agt_0000000002"),
      tool: fc.constantFrom("drop_table", "list", "search", "other"),
      stage: fc.constantFrom("development", "production"),
      destructive: fc.boolean(),
      bound: fc.boolean(),
      practice: fc.boolean(),
      namespace: fc.constantFrom("personal", "personal", "work"),
      calls: fc.nat(1000),
    });
    fc.assert(
      fc.property(one, ({ agent, tool, stage, destructive, bound, practice, namespace, calls }) => {
        const asked = {
          ...input({
            agent: { id: agent },
            server: { stage, practice },
            tool: { name: tool, destructive, namespace },
            bound,
          }),
          history: { calls_last_hour: calls, calls_in_run: 1 },
          time: new Date(calls * 1000).toISOString(),
        };
        expect(many.evaluate(asked)).toEqual(plain.evaluate(asked));
      }),
      { numRuns: 300 },
    );
    // Other rules, other answers: nothing of before is kept.
    many.setRules([]);
    plain.setRules([]);
    const again = input({ tool: { name: "drop_table" } });
    expect(many.evaluate(again)).toEqual(plain.evaluate(again));
  });
});

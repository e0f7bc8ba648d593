import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Agent } from "../../../electron/core/agents.ts";
import {
  changedTerms,
  type Consent,
  consentSchema,
  covers,
  letThrough,
  termsOf,
} from "../../../electron/core/consent/consents.ts";
import { standingOf, type StandingSources } from "../../../electron/core/consent/standing.ts";
import type { Issuer } from "../../../electron/core/issuers.ts";
import type { Account } from "../../../electron/core/oauth/keeping/accounts.ts";
import type { HttpServer, Server, StdioServer } from "../../../electron/core/servers.ts";
import { digest } from "../../support/ports.ts";
import { rule } from "../../support/rules.ts";

const AT = "2026-11-28T12:00:00.000Z";
const agent: Agent = {
  id: "agt_0000000001",
  tenant: "personal",
  name: "Claude Code",
  credentialHash: "a".repeat(43),
  credentialHint: "aaaa",
  state: "active",
  createdAt: AT,
  rotatedAt: null,
};
const issuer: Issuer = {
  id: "iss_0000000001",
  tenant: "personal",
  name: "home",
  issuer: "https://id.example",
  clientId: "countersign",
  auth: { method: "none" },
  allowPlainHttpOnLoopback: false,
  trustPem: null,
  createdAt: AT,
};
const account: Account = {
  id: "acc_0000000001",
  tenant: "personal",
  issuer: issuer.issuer,
  sub: "248289",
  subFrom: "id-token",
  idpTenant: "tid=1",
  name: "Jane Doe",
  email: "jane@acme.example",
  clientId: issuer.clientId,
  scopes: ["openid"],
  signedInAt: AT,
  state: "signed-in",
  secret: "sec_0000000001",
};
const server: HttpServer = {
  id: "srv_0000000001",
  tenant: "personal",
  name: "crm",
  stage: "production",
  state: "active",
  createdAt: AT,
  kind: "http",
  url: "https://crm.example/mcp",
  pattern: {
    type: "token-exchange",
    issuer: issuer.id,
    scopes: ["read", "write"],
    resource: "https://crm.example/mcp",
    audience: null,
    account: null,
    actor: "required",
    perUserPerMinute: null,
    home: null,
    bound: "none",
    boundTo: { origin: "https://crm.example", path: "/mcp" },
  },
  allowPlainHttpOnLoopback: false,
  trustPem: null,
};
const local: StdioServer = {
  id: "srv_0000000002",
  tenant: "personal",
  name: "files",
  stage: "development",
  state: "active",
  createdAt: AT,
  kind: "stdio",
  command: "/usr/bin/files",
  args: ["--root", "/home"],
  cwd: null,
  env: { MODE: "ro" },
  secretEnv: {},
};
const world = (accounts: readonly Account[] = [account], issuers = [issuer]): StandingSources => ({
  issuers: () => issuers,
  accounts: () => accounts,
});
const terms = (of: Server, from = world(), who = agent) =>
  termsOf(of, standingOf(who, of, from), digest);
const given = (of: Server, from = world()): Consent => ({
  id: "cns_0000000001",
  tenant: of.tenant,
  agent: agent.id,
  server: of.id,
  terms: terms(of, from),
  createdAt: AT,
  ended: null,
});
const withPattern = (change: Partial<Extract<HttpServer["pattern"], { type: "token-exchange" }>>) =>
  ({ ...server, pattern: { ...server.pattern, ...change } }) as HttpServer;

describe("standing: on whose behalf, without a token", () => {
  it("names account, audience, scopes and that the agent acts", () => {
    expect(standingOf(agent, server, world())).toMatchObject({
      pattern: "token-exchange",
      issuer: "https://id.example",
      account: { sub: "248289", tenant: "tid=1", who: "jane@acme.example", claimed: true },
      missing: null,
      audience: "https://crm.example/mcp",
      scopes: ["read", "write"],
      acts: "required",
    });
  });

  it("gives a narrowed agent its own scopes, and none where nothing is left", () => {
    const narrow = withPattern({ agentScopes: { [agent.id]: ["read"] } });
    expect(standingOf(agent, narrow, world()).scopes).toEqual(["read"]);
    const stray = withPattern({ agentScopes: { [agent.id]: ["gone"] } });
    expect(standingOf(agent, stray, world()).scopes).toEqual([]);
  });

  it("says that nobody, somebody signed out, or more than one could be meant, and never guesses", () => {
    const out = { ...account, state: "signed-out" as const };
    const second = { ...account, id: "acc_0000000002", sub: "other" };
    const missing = (accounts: readonly Account[]) =>
      standingOf(agent, server, world(accounts)).missing;
    expect([missing([]), missing([out]), missing([account, second])]).toEqual([
      "none",
      "signed-out",
      "several",
    ]);
    expect(standingOf(agent, server, world([account, second])).account).toBeNull();
    const elsewhere = { ...account, tenant: "work" };
    expect(missing([elsewhere]), "another tenant's account").toBe("none");
  });
});

describe("a consent", () => {
  it("is kept as it is shown", () => {
    for (const of of [server, local]) {
      expect(consentSchema.parse(given(of))).toEqual(given(of));
    }
  });

  const CHANGES: Record<string, [Server, StandingSources, string]> = {
    address: [{ ...server, url: "https://crm.example.evil/mcp" }, world(), "target"],
    pattern: [{ ...server, pattern: { type: "none" } }, world(), "pattern"],
    scopes: [withPattern({ scopes: ["read", "write", "admin"] }), world(), "scopes"],
    narrowed: [withPattern({ agentScopes: { [agent.id]: ["read"] } }), world(), "scopes"],
    audience: [withPattern({ resource: null, audience: "https://b.example" }), world(), "audience"],
    account: [server, world([{ ...account, sub: "somebody else" }]), "account"],
    organisation: [server, world([{ ...account, idpTenant: "tid=2" }]), "account"],
    "signed out": [server, world([]), "account"],
    issuer: [
      server,
      world([account], [{ ...issuer, issuer: "https://id.example.evil" }]),
      "issuer",
    ],
    registration: [server, world([account], [{ ...issuer, clientId: "other" }]), "clientId"],
    trust: [{ ...server, trustPem: "-----BEGIN CERTIFICATE-----" }, world(), "setup"],
  };
  it.each(Object.entries(CHANGES))("does not cover a change of %s", (_, [of, from, term]) => {
    const use = { agent: agent.id, server: of, terms: terms(of, from) };
    expect(covers(given(server), use)).toBe(false);
    expect(changedTerms(given(server).terms, use.terms)).toContain(term);
  });

  it("does not cover another program, its folder or its variables", () => {
    const changes: Partial<StdioServer>[] = [
      { command: "/tmp/files" },
      { args: ["--root", "/"] },
      { cwd: "/tmp" },
      { env: { MODE: "ro", LD_PRELOAD: "/tmp/x.so" } },
      { secretEnv: { TOKEN: { secret: "sec_0000000009", secretAddedAt: AT } } },
    ];
    for (const change of changes) {
      const of = { ...local, ...change };
      const use = { agent: agent.id, server: of, terms: terms(of) };
      expect(covers(given(local), use), JSON.stringify(change)).toBe(false);
    }
  });

  it("holds for what was shown and for nothing else (property, 1,000 cases)", () => {
    const text = fc.string({ minLength: 1, maxLength: 12 });
    const some = fc.record({
      url: fc.constantFrom("https://a.example/mcp", "https://a.example/mcp/", "https://b.example/"),
      sub: fc.constantFrom("1", "2"),
      idpTenant: fc.constantFrom(null, "tid=1"),
      scopes: fc.uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 3 }),
      audience: fc.option(text),
      clientId: fc.constantFrom("x", "y"),
      agent: fc.constantFrom("agt_0000000001", "agt_0000000002"),
      key: fc.constantFrom("sec_0000000001", "sec_0000000002"),
    });
    const build = (s: Parameters<Parameters<typeof some.map>[0]>[0]) => {
      const of: HttpServer = {
        ...withPattern({ scopes: s.scopes, audience: s.audience, resource: null }),
        url: s.url,
      };
      const who = { ...agent, id: s.agent };
      const from = world(
        [{ ...account, sub: s.sub, idpTenant: s.idpTenant, clientId: s.clientId, secret: s.key }],
        [{ ...issuer, clientId: s.clientId }],
      );
      return { of, who, now: terms(of, from, who) };
    };
    fc.assert(
      fc.property(some, some, (a, b) => {
        const before = build(a);
        const after = build(b);
        const consent: Consent = { ...given(before.of), agent: a.agent, terms: before.now };
        const same =
          a.url === b.url &&
          a.sub === b.sub &&
          a.idpTenant === b.idpTenant &&
          a.audience === b.audience &&
          a.clientId === b.clientId &&
          a.agent === b.agent &&
          JSON.stringify(a.scopes.toSorted()) === JSON.stringify(b.scopes.toSorted());
        const use = { agent: b.agent, server: after.of, terms: after.now };
        expect(covers(consent, use)).toBe(same);
        expect(covers({ ...consent, ended: { at: AT, why: "revoked" } }, use)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});

it("a rule stands in for it only where it allows this agent this server, as it is", () => {
  const target = server.url;
  const cases: [Parameters<typeof rule>[1], boolean][] = [
    [{}, true],
    [{ agent: agent.id, server: server.id, target, tool: "search" }, true],
    [{ effect: "ask" }, false],
    [{ effect: "deny" }, false],
    [{ tenant: "work" }, false],
    [{ agent: "agt_0000000002" }, false],
    [{ server: "srv_0000000009", target }, false],
    [{ server: server.id, target: "https://elsewhere.example/mcp" }, false],
  ];
  for (const [of, expected] of cases) {
    expect(letThrough([rule(1, of)], agent.id, server), JSON.stringify(of)).toBe(expected);
  }
});

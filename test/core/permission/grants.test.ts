import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GrantLifetime, Scope } from "../../../electron/core/permission/grants.ts";
import type { Allow } from "../../../electron/core/permission/matter.ts";
import { openPermissions, subject } from "./stage.ts";

const HARD: Record<GrantLifetime, number> = {
  "this-run": 12 * 60 * 60_000,
  "5-minutes": 5 * 60_000,
  "1-hour": 60 * 60_000,
  "until-lock": 12 * 60 * 60_000,
};
const allow = (lifetime: GrantLifetime, scope: Scope, more: Partial<Allow> = {}) =>
  ({ type: "allow", ...more, lifetime, scope }) as const;
const lifetimes = Object.keys(HARD) as GrantLifetime[];

describe("a grant", () => {
  it("covers the same tool of the same server for the same agent, and no other", () => {
    const { grants } = openPermissions();
    const grant = grants.add(subject(), allow("1-hour", "tool"));
    expect(grants.use(subject({ argumentsHash: "c".repeat(64) }))?.id).toBe(grant.id);
    expect(grants.use(subject({ tool: "search_contacts2" }))).toBeUndefined();
    expect(
      grants.use(subject({ agent: { ...subject().agent, id: "agt_0000000002" } })),
    ).toBeUndefined();
    expect(
      grants.use(subject({ server: { ...subject().server, id: "srv_0000000002" } })),
    ).toBeUndefined();
  });

  it("for these arguments alone covers these bytes alone (approvals 10)", () => {
    const { grants } = openPermissions();
    grants.add(subject(), allow("1-hour", "arguments"));
    expect(grants.use(subject())).toBeDefined();
    expect(grants.use(subject({ argumentsHash: "c".repeat(64) }))).toBeUndefined();
  });

  it("is void once the agent's credential or anything about the server changed (approvals 13)", () => {
    const { grants } = openPermissions();
    grants.add(subject(), allow("1-hour", "tool"));
    expect(grants.use(subject({ stamp: "s2" }))).toBeUndefined();
  });

  it("ends when it lies unused for ten minutes, and lives on while it is used", () => {
    const { grants, time } = openPermissions();
    grants.add(subject(), allow("1-hour", "tool"));
    for (let i = 0; i < 6; i++) {
      time.advance(9 * 60_000);
      expect(grants.use(subject()), `after ${(i + 1) * 9} minutes`).toBeDefined();
    }
    time.advance(10 * 60_000);
    expect(grants.use(subject())).toBeUndefined();
    expect(grants.list()).toEqual([]);
  });

  it("is revoked at once, and lapses with the lock", () => {
    const { grants } = openPermissions();
    const { id } = grants.add(subject(), allow("1-hour", "tool"));
    grants.revoke(id);
    expect(grants.use(subject())).toBeUndefined();
    expect(() => grants.revoke(id)).toThrow("grant_unknown");
    grants.add(subject(), allow("until-lock", "tool"));
    grants.lapseAll();
    expect(grants.use(subject())).toBeUndefined();
  });

  it("lapses with the sign-in of its account, and with no other's", () => {
    const { grants } = openPermissions();
    const account = (id: string) => ({
      id,
      issuer: "https://id.example",
      sub: id,
      tenant: null,
      who: "jane",
      claimed: false,
    });
    for (const id of ["acc_1", "acc_2"]) {
      grants.add(subject({ stamp: id, account: account(id) }), allow("1-hour", "tool"));
    }
    grants.add(subject(), allow("1-hour", "tool"));
    const left = () => grants.list().map((grant) => grant.account?.id ?? null);
    expect(left()).toEqual(["acc_1", "acc_2", null]);
    grants.keepAccounts(new Set(["acc_2", "acc_3"]));
    expect(left()).toEqual(["acc_2", null]);
    expect(grants.use(subject({ stamp: "acc_1", account: account("acc_1") }))).toBeUndefined();
    expect(grants.use(subject({ stamp: "acc_2", account: account("acc_2") }))).toBeDefined();
    grants.lapseOf("acc_2");
    expect(left()).toEqual([null]);
  });

  it("holds to chosen fields: other arguments are free, a field that is missing or different is not (RFC 6901)", () => {
    const { grants } = openPermissions();
    const text = `{"repo":"acme/app","a/b":{"~x":[1,{"y":null}]},"note":"one"}`;
    const fields = ["/repo", "/a~1b/~0x/1/y"];
    grants.add(subject({ argumentsText: text }), allow("1-hour", "fields", { fields }));
    const used = (argumentsText: string) => grants.use(subject({ argumentsText })) !== undefined;
    expect(used(`{"note":2,"a/b":{"~x":[9,{"y":null}]},"repo":"acme/app"}`)).toBe(true);
    expect(used(`{"repo":"acme/app2","a/b":{"~x":[1,{"y":null}]}}`)).toBe(false);
    expect(used(`{"repo":"acme/app","a/b":{"~x":[1,{"y":0}]}}`)).toBe(false);
    expect(used(`{"repo":"acme/app"}`)).toBe(false);
    expect(used(`{"repo":["acme/app"],"a/b":{"~x":[1,{"y":null}]}}`)).toBe(false);
    expect(grants.list()[0]?.conditions).toEqual([
      { pointer: "/repo", equals: `"acme/app"` },
      { pointer: "/a~1b/~0x/1/y", equals: "null" },
    ]);
    for (const pointer of ["/nope", "repo", "/a~1b/~0x/01", "/a~1b/~0x/-", "/a~2b", "/__proto__"]) {
      expect(
        () =>
          grants.add(
            subject({ argumentsText: text }),
            allow("1-hour", "fields", { fields: [pointer] }),
          ),
        pointer,
      ).toThrow("verdict_not_offered");
    }
  });

  it("ends with its run, and never covers a call of another", () => {
    const { grants, endRun } = openPermissions();
    grants.add(subject(), allow("this-run", "tool"));
    expect(grants.use(subject())).toBeDefined();
    const other = { id: "run_0000000002", startedAt: "2026-11-28T00:00:00.000Z", calls: 1 };
    expect(grants.use(subject({ run: other }))).toBeUndefined();
    endRun("run_0000000001");
    expect(grants.use(subject())).toBeUndefined();
    expect(grants.list()).toEqual([]);
  });

  it("is used up after its number of calls; one that is not counted goes first", () => {
    const { grants } = openPermissions();
    const counted = grants.add(subject(), allow("1-hour", "tool", { atMost: 2 })).id;
    const free = grants.add(subject(), allow("5-minutes", "tool")).id;
    expect(grants.use(subject())?.id).toBe(free);
    grants.revoke(free);
    expect([1, 2, 3].map(() => grants.use(subject())?.id)).toEqual([counted, counted, undefined]);
  });

  it("shows no secret of ours in a value that it holds to", () => {
    const { grants } = openPermissions((text) => text.replaceAll("s3cret", "[secret]"));
    const text = `{"key":"s3cret"}`;
    grants.add(subject({ argumentsText: text }), allow("1-hour", "fields", { fields: ["/key"] }));
    expect(JSON.stringify(grants.list())).not.toContain("s3cret");
    expect(grants.use(subject({ argumentsText: text })), "it still compares").toBeDefined();
  });

  it("never outlives its hard limit on either clock, however they jump (R11, 1,000 cases)", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...lifetimes),
        fc.array(
          fc.record({
            pass: fc.integer({ min: 0, max: 40 * 60_000 }),
            jump: fc.oneof(fc.constant(0), fc.integer({ min: -24 * 3600_000, max: 24 * 3600_000 })),
          }),
          { maxLength: 40 },
        ),
        (lifetime, steps) => {
          const { grants, time } = openPermissions();
          grants.add(subject(), allow(lifetime, "tool"));
          const born = { wall: time.clock.now(), mono: time.clock.monotonic() };
          for (const { pass, jump } of steps) {
            time.advance(pass);
            time.setWall(jump);
            if (grants.use(subject()) === undefined) {
              expect(grants.list(), "a grant that lapsed comes back").toEqual([]);
              return;
            }
            expect(time.clock.monotonic() - born.mono).toBeLessThan(HARD[lifetime]);
            expect(time.clock.now() - born.wall).toBeLessThan(HARD[lifetime]);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GrantLifetime } from "../../../electron/core/permission/grants.ts";
import { openPermissions, subject } from "./stage.ts";

const HARD: Record<GrantLifetime, number> = {
  "5-minutes": 5 * 60_000,
  "1-hour": 60 * 60_000,
  "until-quit": 12 * 60 * 60_000,
};
const lifetimes = Object.keys(HARD) as GrantLifetime[];

describe("a grant", () => {
  it("covers the same tool of the same server for the same agent, and no other", () => {
    const { grants } = openPermissions();
    const grant = grants.add(subject(), "1-hour", "tool");
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
    grants.add(subject(), "1-hour", "arguments");
    expect(grants.use(subject())).toBeDefined();
    expect(grants.use(subject({ argumentsHash: "c".repeat(64) }))).toBeUndefined();
  });

  it("is void once the agent's credential or anything about the server changed (approvals 13)", () => {
    const { grants } = openPermissions();
    grants.add(subject(), "1-hour", "tool");
    expect(grants.use(subject({ stamp: "s2" }))).toBeUndefined();
  });

  it("ends when it lies unused for ten minutes, and lives on while it is used", () => {
    const { grants, time } = openPermissions();
    grants.add(subject(), "1-hour", "tool");
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
    const { id } = grants.add(subject(), "1-hour", "tool");
    grants.revoke(id);
    expect(grants.use(subject())).toBeUndefined();
    expect(() => grants.revoke(id)).toThrow("grant_unknown");
    grants.add(subject(), "until-quit", "tool");
    grants.lapseAll();
    expect(grants.use(subject())).toBeUndefined();
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
          grants.add(subject(), lifetime, "tool");
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

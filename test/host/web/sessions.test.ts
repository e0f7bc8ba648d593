import { describe, expect, it } from "vitest";
import { createSessions } from "../../../electron/host/web/sessions.ts";

const MINUTE = 60_000;

describe("one-time codes", () => {
  it("are 256 random bits, never the same", () => {
    const sessions = createSessions(() => 0);
    const codes = new Set(Array.from({ length: 500 }, () => sessions.makeCode()));
    expect(codes.size).toBe(500);
    for (const code of codes) expect(Buffer.from(code, "base64url")).toHaveLength(32);
  });

  it("work once", () => {
    const sessions = createSessions(() => 0);
    const code = sessions.makeCode();
    expect(sessions.redeem(code)).toBeDefined();
    expect(sessions.redeem(code)).toBeUndefined();
  });

  it("work for ten minutes and not a moment longer", () => {
    let now = 0;
    const sessions = createSessions(() => now);
    const [early, late] = [sessions.makeCode(), sessions.makeCode()];
    now = 10 * MINUTE - 1;
    expect(sessions.redeem(early)).toBeDefined();
    now = 10 * MINUTE;
    expect(sessions.redeem(late)).toBeUndefined();
  });

  it("are few: the oldest unused one goes", () => {
    const sessions = createSessions(() => 0);
    const codes = Array.from({ length: 9 }, () => sessions.makeCode());
    expect(codes.map((code) => sessions.redeem(code) !== undefined)).toEqual([
      false,
      ...Array(8).fill(true),
    ]);
  });
});

describe("sessions", () => {
  it("live while they are used, and end after twelve hours of silence", () => {
    let now = 0;
    const sessions = createSessions(() => now);
    const session = sessions.redeem(sessions.makeCode()) ?? "";
    for (let i = 0; i < 5; i++) {
      now += 11 * 60 * MINUTE;
      expect(sessions.alive(session)).toBe(true);
    }
    now += 12 * 60 * MINUTE;
    expect(sessions.alive(session)).toBe(false);
    now -= 60 * MINUTE;
    expect(sessions.alive(session)).toBe(false);
  });

  it("are few: the one that was used longest ago goes", () => {
    let now = 0;
    const sessions = createSessions(() => now);
    const open = (): string => {
      now += 1;
      return sessions.redeem(sessions.makeCode()) ?? "";
    };
    const all = Array.from({ length: 6 }, open);
    now += 1;
    expect(sessions.alive(all[0] ?? "")).toBe(true);
    all.push(open());
    expect(all.map((session) => sessions.alive(session))).toEqual([
      true,
      false,
      true,
      true,
      true,
      true,
      true,
    ]);
  });

  it("are not codes, and codes are not sessions", () => {
    const sessions = createSessions(() => 0);
    const code = sessions.makeCode();
    expect(sessions.alive(code)).toBe(false);
    const session = sessions.redeem(code) ?? "";
    expect(sessions.redeem(session)).toBeUndefined();
    expect(sessions.alive("")).toBe(false);
  });
});

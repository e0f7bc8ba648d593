import { describe, expect, it } from "vitest";
import { Refusal } from "../../../electron/core/errors.ts";
import {
  clockSkewOf,
  type FlowKind,
  judgeFailure,
  LONGEST_WAIT_MS,
  retryAfterOf,
  retryOf,
  waitOf,
} from "../../../electron/core/oauth/failures.ts";
import type { FlowResponse } from "../../../electron/core/oauth/types.ts";
import { json } from "../../support/flow-net.ts";
import { fc, test } from "../property.ts";
import { ISSUER } from "./peer.ts";

const NOW = Date.UTC(2026, 10, 24);
const judge = (response: FlowResponse, kind: FlowKind = "account"): Refusal => {
  const refusal = judgeFailure(ISSUER, response, kind, "mail", NOW);
  if (refusal === null) throw new Error("it was accepted");
  return refusal;
};
const plain = (status: number, headers: Record<string, string> = {}): FlowResponse => ({
  status,
  headers,
  body: "",
});

describe("failures, by what to do next", () => {
  it.each<[string, number, FlowKind, string, string]>([
    ["invalid_client", 401, "service", "issuer_refused_client", "never"],
    ["unauthorized_client", 400, "account", "issuer_refused_client", "never"],
    ["invalid_grant", 400, "account", "sign_in_needed", "after-sign-in"],
    ["invalid_grant", 400, "sign-in", "sign_in_failed", "after-sign-in"],
    ["invalid_grant", 400, "service", "issuer_error", "never"],
    ["login_required", 400, "account", "sign_in_needed", "after-sign-in"],
    ["access_denied", 400, "sign-in", "sign_in_failed", "after-sign-in"],
    ["expired_token", 400, "sign-in", "sign_in_failed", "after-sign-in"],
    ["invalid_scope", 400, "account", "issuer_error", "never"],
    ["invalid_target", 400, "account", "issuer_error", "never"],
    ["server_error", 400, "account", "issuer_error", "later"],
    ["temporarily_unavailable", 400, "service", "issuer_error", "later"],
    ["invalid_grant", 503, "account", "issuer_error", "later"],
    ["invalid_grant", 429, "account", "issuer_error", "later"],
  ])("%s with %i in a flow of kind %s is %s: %s (103)", (error, status, kind, code, retry) => {
    const refusal = judge(json({ error }, status), kind);
    expect([refusal.code, retryOf(refusal)]).toEqual([code, retry]);
  });

  it("a bare challenge is a refused credential", () => {
    const refusal = judge(plain(401, { "www-authenticate": 'Basic realm="issuer"' }), "service");
    expect(refusal.code).toBe("issuer_refused_client");
    expect(refusal.facts["error"]).toBe("HTTP 401, basic challenge");
  });

  it.each([301, 302, 307, 404, 403])(
    "HTTP %i without a word is never tried again by itself",
    (status) => {
      const refusal = judge(plain(status, { location: "https://evil.example" }));
      expect([refusal.code, retryOf(refusal)]).toEqual(["issuer_error", "never"]);
    },
  );

  it.each([500, 502, 503, 504, 429, 408])(
    "HTTP %i keeps what we have and is tried later (103)",
    (status) => {
      expect(retryOf(judge(plain(status)))).toBe("later");
    },
  );

  it("what is not known is not tried again", () => {
    expect(retryOf(new Refusal("internal"))).toBe("never");
    expect(retryOf(new Refusal("issuer_unreachable"))).toBe("later");
    expect(retryOf(new Refusal("issuer_tls_failed"))).toBe("never");
  });

  test(
    "an error is a code of RFC 6749's grammar or is not repeated",
    [fc.oneof(fc.string(), fc.jsonValue()), fc.constantFrom(400, 401, 403)],
    (error, status) => {
      const refusal = judge(json({ error, error_description: "canary-7Q" }, status));
      expect(String(refusal.facts["error"])).toMatch(/^(?:HTTP \d{3}|[\x20-\x7e]{1,64})$/);
      expect(JSON.stringify(refusal.facts)).not.toContain("canary-7Q");
    },
  );
});

describe("Retry-After (105)", () => {
  const after = (text: string): number | null =>
    retryAfterOf(plain(429, { "retry-after": text }), NOW);

  it("seconds or a date, never more than the cap, never less than nothing", () => {
    expect(after("7")).toBe(7000);
    expect(after(new Date(NOW + 30_000).toUTCString())).toBe(30_000);
    expect(after(new Date(NOW - 30_000).toUTCString())).toBe(0);
    expect(after("999999999")).toBe(LONGEST_WAIT_MS);
    for (const odd of ["", "-5", "soon", "1.5", "2026-11-24", "0x10"])
      expect(after(odd)).toBeNull();
  });

  it("reaches whoever keeps tokens", () => {
    expect(waitOf(judge(plain(429, { "retry-after": "12" })))).toBe(12_000);
    expect(waitOf(judge(plain(503)))).toBeNull();
  });
});

describe("the issuer's clock (108)", () => {
  const skew = (date: string | undefined): number | null =>
    clockSkewOf(plain(400, date === undefined ? {} : { date }), NOW);

  it("is read from the Date field", () => {
    expect(skew(new Date(NOW + 300_000).toUTCString())).toBeGreaterThanOrEqual(300_000);
    expect(skew(new Date(NOW - 300_000).toUTCString())).toBeLessThan(-298_000);
    expect(skew(new Date(NOW).toUTCString())).toBe(0);
    expect(skew(undefined)).toBeNull();
    expect(skew("yesterday")).toBeNull();
  });

  it("is named only where it matters", () => {
    const at = (ms: number): Refusal =>
      judge(json({ error: "invalid_grant" }, 400, { date: new Date(NOW + ms).toUTCString() }));
    expect(at(30_000).facts["clockSkewMs"]).toBeUndefined();
    expect(String(at(-300_000).facts["reason"])).toMatch(/ahead of the issuer's/);
  });
});

import { describe, expect, it } from "vitest";
import { Refusal } from "../../../electron/core/errors.ts";
import {
  checkToken,
  DEFAULT_LIFETIME_MS,
  isChecked,
  LONGEST_LIFETIME_MS,
  readmit,
  type TokenWant,
} from "../../../electron/core/oauth/check-token.ts";
import { judgeIntrospection } from "../../../electron/core/oauth/introspection.ts";
import { Ruling } from "../../../electron/core/oauth/ruling.ts";
import { readTokenAnswer } from "../../../electron/core/oauth/token-answer.ts";
import type { CheckedToken, FlowResponse } from "../../../electron/core/oauth/types.ts";
import { json } from "../../support/flow-net.ts";
import { refusalOf } from "../bytes.ts";
import { fc, test } from "../property.ts";
import { ISSUER, jwt, THUMBPRINT } from "./peer.ts";

const NOW = Date.UTC(2026, 10, 24);
const seconds = NOW / 1000;
const mtls = { type: "mtls", thumbprint: THUMBPRINT } as const;

const want = (change: Partial<TokenWant> = {}): TokenWant => ({
  issuer: ISSUER,
  scope: [],
  binding: { type: "none" },
  audience: [],
  audienceDecides: false,
  widerScopeAllowed: true,
  obtainedAt: NOW,
  skewMs: 0,
  ...change,
});

function judge(
  response: FlowResponse,
  wanted = want(),
  introspected: Record<string, unknown> | null = null,
): CheckedToken {
  const ruling = new Ruling();
  const answer = readTokenAnswer(ISSUER, response, ruling);
  return checkToken(answer, wanted, { introspected, idClaims: null }, ruling);
}

const body = (change: Record<string, unknown> = {}): FlowResponse =>
  json({
    access_token: "opaque-token-of-the-issuer",
    token_type: "Bearer",
    expires_in: 600,
    ...change,
  });
const claims = (payload: Record<string, unknown>): FlowResponse =>
  body({ access_token: jwt(payload) });
const codeOf = (run: () => unknown): string | undefined => refusalOf(run)?.code;

describe("an answer that is no token", () => {
  it.each<[string, FlowResponse]>([
    ["HTML", { status: 200, headers: { "content-type": "text/html" }, body: "<h1>Hello</h1>" }],
    [
      "HTML that calls itself JSON",
      { status: 200, headers: { "content-type": "application/json" }, body: "<h1>" },
    ],
    ["JSON that calls itself HTML", { ...body(), headers: { "content-type": "text/html" } }],
    ["10 MB", body({ padding: "x".repeat(10_000_000) })],
    [
      "two tokens of one name",
      { ...body(), body: '{"access_token":"a","access_token":"b","token_type":"Bearer"}' },
    ],
    ["a list", json([{ access_token: "a", token_type: "Bearer" }])],
    ["no token", json({ token_type: "Bearer" })],
    ["an empty token", body({ access_token: "" })],
    ["a number as token", body({ access_token: 7 })],
    ["a token with a line break", body({ access_token: "a\r\nX-Injected: 1" })],
    ["a token with a space", body({ access_token: "a b" })],
    ["no type", json({ access_token: "abc" })],
  ])("%s is refused (109)", (_name, response) => {
    expect(codeOf(() => judge(response))).toBe("token_refused");
  });

  test(
    "whatever an issuer answers, it is a checked token or a refusal, and nothing else",
    [
      fc.record(
        {
          access_token: fc.oneof(fc.string(), fc.constant(jwt({ sub: "a" })), fc.jsonValue()),
          token_type: fc.oneof(
            fc.constantFrom("Bearer", "bearer", "DPoP", "N_A", "mac"),
            fc.jsonValue(),
          ),
          expires_in: fc.oneof(fc.double(), fc.integer(), fc.string(), fc.jsonValue()),
          scope: fc.oneof(fc.string(), fc.jsonValue()),
          refresh_token: fc.jsonValue(),
          id_token: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    ],
    (value) => {
      let token: CheckedToken | null = null;
      const refusal = refusalOf(() => (token = judge(json(value))));
      if (token === null) expect(refusal).toBeInstanceOf(Refusal);
      else {
        const made = token as CheckedToken;
        expect(isChecked(made)).toBe(true);
        expect(made.value.reveal()).toMatch(/^[\x21-\x7e]+$/);
        expect(made.expiresAt).toBeGreaterThan(made.obtainedAt);
        expect(made.expiresAt - made.obtainedAt).toBeLessThanOrEqual(LONGEST_LIFETIME_MS);
      }
    },
  );

  test(
    "whatever claims a token holds, no error but a refusal comes of them",
    [
      fc.dictionary(
        fc.constantFrom("sub", "aud", "exp", "scope", "scp", "act", "cnf", "iss"),
        fc.jsonValue(),
      ),
    ],
    (payload) => {
      refusalOf(() => judge(claims(payload), want({ binding: mtls })));
      refusalOf(() => judge(claims(payload)));
    },
  );
});

describe("token_type", () => {
  it.each(["mac", "Basic", "N_A", "bearer dpop", "DPoP"])(
    "%s is refused without a key for it (47, 100)",
    (token_type) => {
      expect(codeOf(() => judge(body({ token_type })))).toBe("token_refused");
    },
  );

  it("is compared without regard to case, and written as the header wants it", () => {
    expect(judge(body({ token_type: "bEARER" })).scheme).toBe("Bearer");
  });

  it("Bearer, where a DPoP key was offered, means: not bound", () => {
    const dpop = { type: "dpop", jkt: THUMBPRINT } as const;
    expect(codeOf(() => judge(body(), want({ binding: dpop })))).toBe("token_not_bound");
    const other = body({ token_type: "DPoP", access_token: jwt({ cnf: { jkt: "other" } }) });
    expect(codeOf(() => judge(other, want({ binding: dpop })))).toBe("token_binding_mismatch");
    const without = body({ token_type: "DPoP", access_token: jwt({}) });
    expect(codeOf(() => judge(without, want({ binding: dpop })))).toBe("token_not_bound");
  });
});

describe("expires_in (101)", () => {
  const lifeOf = (expires_in: unknown): number => judge(body({ expires_in })).expiresAt - NOW;

  it("missing, or not a number: five minutes", () => {
    for (const odd of [undefined, null, "soon", "1e9", {}, [], true, "-5"]) {
      expect(lifeOf(odd)).toBe(DEFAULT_LIFETIME_MS);
    }
  });
  it("digits in a string are what they say", () => expect(lifeOf("900")).toBe(900_000));
  it("huge: a day at most", () => {
    for (const huge of [1e9, 1e300, "999999999999"]) expect(lifeOf(huge)).toBe(LONGEST_LIFETIME_MS);
    const long = {
      ...body(),
      body: '{"access_token":"a","token_type":"Bearer","expires_in":9223372036854775807}',
    };
    expect(judge(long).expiresAt - NOW).toBe(LONGEST_LIFETIME_MS);
  });
  it("nothing or less: the token had expired, and is refused", () => {
    for (const gone of [0, -1, -3600]) expect(codeOf(() => lifeOf(gone))).toBe("token_refused");
  });
  it("never longer than the token says of itself", () => {
    expect(judge(claims({ exp: seconds + 60 })).expiresAt).toBe(NOW + 60_000);
  });
  it("an exp that has passed is refused, unless it is our clock that is wrong (108)", () => {
    expect(codeOf(() => judge(claims({ exp: seconds - 100 })))).toBe("token_refused");
    const behind = judge(claims({ exp: seconds - 100 }), want({ skewMs: -300_000 }));
    expect(behind.expiresAt).toBe(NOW + 200_000);
  });
});

describe("a token bound to a certificate", () => {
  it("is taken when it names exactly ours", () => {
    const token = judge(claims({ cnf: { "x5t#S256": THUMBPRINT } }), want({ binding: mtls }));
    expect(token.binding).toEqual(mtls);
  });

  it.each<[string, unknown]>([
    ["another certificate", `A${THUMBPRINT.slice(1)}`],
    ["padding", `${THUMBPRINT}=`],
    ["hexadecimal", Buffer.from(THUMBPRINT, "base64url").toString("hex")],
    ["plain base64", Buffer.from(THUMBPRINT, "base64url").toString("base64")],
    ["SHA-1", "K5rZ0bP1cmXnq1z1xqJ0v7c1Q2k"],
    ["a list", [THUMBPRINT]],
    ["a number", 7],
    ["another spelling of the last bits", `${THUMBPRINT.slice(0, -1)}1`],
  ])("is refused with %s (63, 65, 66)", (_name, value) => {
    const response = claims({ cnf: { "x5t#S256": value } });
    expect(codeOf(() => judge(response, want({ binding: mtls })))).toBe("token_binding_mismatch");
  });

  it("is refused with x5t (SHA-1) alone (65)", () => {
    const response = claims({ cnf: { x5t: "K5rZ0bP1cmXnq1z1xqJ0v7c1Q2k" } });
    expect(codeOf(() => judge(response, want({ binding: mtls })))).toBe("token_binding_mismatch");
  });

  it.each([{}, { cnf: {} }, { cnf: "text" }, { cnf: { jkt: THUMBPRINT } }])(
    "is refused where %j binds it to nothing of ours (74)",
    (payload) => {
      expect(codeOf(() => judge(claims(payload), want({ binding: mtls })))).toBe("token_not_bound");
    },
  );

  it("is refused while opaque, unless its issuer tells (67, 74)", () => {
    const wanted = want({ binding: mtls });
    expect(codeOf(() => judge(body(), wanted))).toBe("token_not_bound");
    expect(codeOf(() => judge(body(), wanted, { active: true }))).toBe("token_not_bound");
    const other = { active: true, cnf: { "x5t#S256": `A${THUMBPRINT.slice(1)}` } };
    expect(codeOf(() => judge(body(), wanted, other))).toBe("token_binding_mismatch");
    const ours = { active: true, cnf: { "x5t#S256": THUMBPRINT } };
    expect(judge(body(), wanted, ours).binding).toEqual(mtls);
  });

  it("is refused when its own issuer calls it inactive (67)", () => {
    for (const answer of [{ active: false }, { active: "true" }, {}]) {
      expect(codeOf(() => judgeIntrospection(ISSUER, json(answer), new Ruling()))).toBe(
        "token_refused",
      );
    }
  });

  it("for somebody else's key is not used as an unbound one", () => {
    for (const cnf of [{ "x5t#S256": THUMBPRINT }, { jkt: THUMBPRINT }]) {
      expect(codeOf(() => judge(claims({ cnf })))).toBe("token_binding_mismatch");
    }
  });

  test("no other thumbprint passes for ours", [fc.base64String({ maxLength: 48 })], (other) => {
    fc.pre(other !== THUMBPRINT);
    const response = claims({ cnf: { "x5t#S256": other } });
    expect(codeOf(() => judge(response, want({ binding: mtls })))).toBe("token_binding_mismatch");
  });
});

describe("scope and audience", () => {
  it("left out means as asked; where the token says less, less is what it opens (48)", () => {
    const asked = want({ scope: ["a", "b"] });
    expect(judge(body(), asked).scope).toEqual(["a", "b"]);
    expect(judge(claims({ scope: "a" }), asked).scope).toEqual(["a"]);
    expect(judge(claims({ scp: ["a"] }), asked).scope).toEqual(["a"]);
    expect(judge(body({ scope: "b" }), asked).scope).toEqual(["b"]);
  });

  it("more than was asked is refused where narrowing was the point", () => {
    const narrow = want({ scope: ["a"], widerScopeAllowed: false });
    expect(codeOf(() => judge(body({ scope: "a admin" }), narrow))).toBe("token_refused");
    expect(judge(body({ scope: "a admin" }), want({ scope: ["a"] })).scope).toEqual(["a", "admin"]);
  });

  it("another server's token is refused where the audience was the point", () => {
    const strict = want({ audience: ["https://a"], audienceDecides: true });
    expect(codeOf(() => judge(claims({ aud: "https://b" }), strict))).toBe("token_refused");
    expect(judge(claims({ aud: ["https://b", "https://a"] }), strict).audience).toHaveLength(2);
  });
});

describe("proof", () => {
  const token = judge(claims({ sub: "ada", exp: seconds + 600 }));

  it("is not carried by a copy", () => {
    expect(isChecked(token)).toBe(true);
    expect(isChecked({ ...token })).toBe(false);
  });

  it("is given again to the same facts, and to no others", () => {
    expect(isChecked(readmit({ ...token, refreshToken: null }, NOW))).toBe(true);
    const bad: [Partial<CheckedToken>, number][] = [
      [{}, token.expiresAt],
      [{ expiresAt: NOW + 2 * LONGEST_LIFETIME_MS }, NOW],
      [{ expiresAt: Number.NaN }, NOW],
      [{ scheme: "DPoP" }, NOW],
      [{ binding: mtls }, NOW],
    ];
    for (const [change, now] of bad) {
      expect(refusalOf(() => readmit({ ...token, ...change }, now))).not.toBeNull();
    }
  });
});

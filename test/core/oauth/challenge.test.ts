import { describe, expect, it } from "vitest";
import { challengeOf, parseChallenges, scopesOf } from "../../../electron/core/oauth/challenge.ts";
import { cpu } from "../bytes.ts";
import { fc, test } from "../property.ts";

describe("WWW-Authenticate", () => {
  it("holds several challenges, separated by the commas of their parameters", () => {
    const found = parseChallenges(
      'Negotiate YWJj==, Basic realm="a, \\"b\\"", Bearer error=invalid_token , scope="x y",DPoP algs="ES256"',
    );
    expect(found.map((c) => c.scheme)).toEqual(["negotiate", "basic", "bearer", "dpop"]);
    expect(found[1]?.params.get("realm")).toBe('a, "b"');
    expect(found[2]?.params.get("scope")).toBe("x y");
    expect(challengeOf("Basic, Bearer error=x", "bearer")?.params.get("error")).toBe("x");
  });

  it("the first of two parameters of one name counts", () => {
    const field = 'Bearer resource_metadata="https://a", resource_metadata="https://b"';
    expect(challengeOf(field, "bearer")?.params.get("resource_metadata")).toBe("https://a");
  });

  test("is read without an error whatever it holds", [fc.string({ maxLength: 400 })], (text) => {
    expect(Array.isArray(parseChallenges(text))).toBe(true);
  });

  test(
    "gives back what a server wrote",
    [fc.string({ maxLength: 60 }).filter((s) => !/[\p{Cc}]/u.test(s))],
    (value) => {
      const written = `Bearer scope="${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
      expect(challengeOf(written, "bearer")?.params.get("scope")).toBe(value);
    },
  );

  it("costs little even when it is made to cost much", () => {
    const spent = cpu();
    for (const piece of ["a ", "a=", 'a="', "a,", "Bearer a", "=,", '\\"']) {
      parseChallenges(piece.repeat(20_000));
    }
    expect(spent()).toBeLessThan(1);
  });

  test("scopes are tokens, each once", [fc.string()], (text) => {
    const scopes = scopesOf(text);
    expect(new Set(scopes).size).toBe(scopes.length);
    for (const one of scopes) expect(one).toMatch(/^[\x21-\x7e]+$/);
  });
});

import { describe, expect, it } from "vitest";
import { parseObject } from "../../../electron/core/oauth/answer.ts";
import { decodeJwt } from "../../../electron/core/oauth/jwt.ts";
import { fc, test } from "../property.ts";
import { jwt } from "./peer.ts";

describe("an issuer's JSON", () => {
  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"x":[{"a":1,"b":"\\"","a":2}]}',
    '{"a":{"b":1},"c":[1],"a":2}',
  ])("with two members of one name is none: %s", (text) => {
    expect(parseObject(text, 20)).toBeNull();
  });

  it("may use a name again in another object, and a name as a value", () => {
    expect(parseObject('{"a":{"a":"a"},"b":["a","a",{"a":"}"}],"c":"a"}', 20)).not.toBeNull();
  });

  it("is not read at any depth", () => {
    expect(parseObject(`{"a":${"[".repeat(50)}${"]".repeat(50)}}`, 20)).toBeNull();
    expect(parseObject(`{"a":${"[".repeat(100_000)}`, 20)).toBeNull();
  });

  test(
    "every object that JSON.stringify writes is read as it was",
    [fc.dictionary(fc.string(), fc.jsonValue())],
    (value) => {
      const text = JSON.stringify(value);
      expect(parseObject(text, 1000)).toEqual(JSON.parse(text));
    },
  );

  test(
    "a doubled name is found wherever it stands",
    [fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat()],
    (value, pick) => {
      const names = Object.keys(value);
      const name = JSON.stringify(names[pick % names.length]);
      const text = `${JSON.stringify(value).slice(0, -1)},${name}:1}`;
      expect(parseObject(text, 1000)).toBeNull();
      expect(parseObject(`{"outer":[${text}]}`, 1000)).toBeNull();
    },
  );

  test("any text is an object or null, without an error", [fc.string()], (text) => {
    const value = parseObject(text, 20);
    expect(value === null || typeof value === "object").toBe(true);
  });
});

describe("looking into a token", () => {
  it("reads UTF-8 and numbers of any size", () => {
    expect(decodeJwt(jwt({ name: "Åsa", id: 2 ** 60 }))?.payload).toEqual({
      name: "Åsa",
      id: 2 ** 60,
    });
  });

  test(
    "any text is a token with claims or none, without an error",
    [
      fc.oneof(
        fc.string(),
        fc.array(fc.base64String()).map((p) => p.join(".")),
      ),
    ],
    (text) => {
      const found = decodeJwt(text);
      expect(found === null || typeof found.payload === "object").toBe(true);
    },
  );
});

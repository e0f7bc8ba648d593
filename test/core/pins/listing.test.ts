// Lists found in answers, and single tools cut out of them by their bytes.
import { describe, expect, it } from "vitest";
import { readListing } from "../../../electron/core/pins/listing.ts";
import { fc, test } from "../property.ts";

const listing = (text: string) => {
  const found = readListing(text);
  if (found === null || found === "unreadable") throw new Error(`no list: ${String(found)}`);
  return found;
};

describe("a list of tools", () => {
  const space = fc.constantFrom("", " ", "\n  ", "\t", "\r\n");
  const element = fc
    .record({ name: fc.string({ maxLength: 8 }), description: fc.string({ maxLength: 12 }) })
    .map((one) => JSON.stringify(one));

  test(
    "keeps every byte but those of the tools that are held back",
    [
      fc.array(element, { maxLength: 7 }),
      fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
      space,
      space,
    ],
    (elements, goes, before, after) => {
      const write = (list: readonly string[]): string =>
        `${before}{"id":1,"result":{"_meta":{"x":1.50},"tools":[${list.join(",")}],"nextCursor":"a"}}${after}`;
      const text = write(elements);
      const withhold = new Set([...elements.keys()].filter((i) => goes[i] === true));
      const kept = elements.filter((_, i) => goes[i] !== true);
      expect(listing(text).without(withhold)).toBe(write(kept));
      expect(listing(text).without(new Set())).toBe(text);
    },
  );

  it("may stand in a batch, and may not be said twice or in other case", () => {
    const one = `{"id":1,"result":{"tools":[{"name":"a"}]}}`;
    expect(
      listing(`[${one},{"id":2,"result":{"tools":[{"name":"b"}]}}]`).tools.map(({ name }) => name),
    ).toEqual(["a", "b"]);
    for (const odd of [
      `{"result":{"tools":[],"tools":[]}}`,
      `{"result":{"tools":[],"TOOLS":[]}}`,
      `{"result":{"tool\u017f":[]}}`,
      `{"result":{},"result":{"tools":[]}}`,
      `{"Result":{"tools":[]}}`,
      `{"result":`,
      `NaN`,
    ]) {
      expect(readListing(odd), odd).toBe("unreadable");
    }
    for (const none of [
      `{"result":{}}`,
      `{"error":{"code":1}}`,
      `{"method":"x","params":{"tools":[]}}`,
      "7",
    ]) {
      expect(readListing(none), none).toBeNull();
    }
  });

  it("marks what two readers could take for two tools", () => {
    const ambiguous = (tool: string): boolean | undefined =>
      listing(`{"result":{"tools":[${tool}]}}`).tools[0]?.ambiguous;
    expect(ambiguous(`{"name":"a","description":"b"}`)).toBe(false);
    expect(ambiguous(`{"name":"a","Name":"b"}`)).toBe(true);
    expect(ambiguous(`{"name":"a","description":"b","description":"c"}`)).toBe(true);
    expect(ambiguous(`{"name":"a","inputSchema":{"type":"object","\\u0074ype":"array"}}`)).toBe(
      true,
    );
    expect(ambiguous(`{"name":"a","INPUTSCHEMA":{}}`)).toBe(true);
    expect(listing(`{"result":{"tools":[7,{"name":3},{}]}}`).tools.map(({ name }) => name)).toEqual(
      [null, null, null],
    );
  });
});

import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createLines } from "../../../electron/host/control/lines.ts";

it("finds the same lines however the bytes are cut", () => {
  const line = fc.string({ minLength: 1, maxLength: 40 }).map((s) => s.replaceAll("\n", "·"));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.array(fc.nat(20)), (wanted, cuts) => {
      const bytes = Buffer.from(wanted.map((one) => `${one}\n`).join(""));
      const found: string[] = [];
      const lines = createLines(1000, (one) => found.push(Buffer.from(one).toString()));
      let at = 0;
      for (const size of [...cuts, bytes.length]) {
        expect(lines.push(bytes.subarray(at, at + size))).toBe(true);
        at += size;
      }
      expect(found).toEqual(wanted);
      expect(lines.pending()).toBe(false);
    }),
  );
});

it("gives nothing more after a line that is too long, wherever it was cut", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), (size) => {
      const found: string[] = [];
      const lines = createLines(4, (one) => found.push(Buffer.from(one).toString()));
      const bytes = Buffer.from("ok\nfour\nfive5\nno\n");
      let good = true;
      for (let at = 0; at < bytes.length; at += size)
        good = lines.push(bytes.subarray(at, at + size));
      expect(good).toBe(false);
      expect(found).toEqual(["ok", "four"]);
    }),
  );
});

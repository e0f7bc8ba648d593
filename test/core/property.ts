import * as fc from "fast-check";
import { it } from "vitest";

export { fc };

/** How many cases each property tries: `FUZZ=100000 npx vitest run test/core` digs deeper. */
const RUNS = Number(process.env["FUZZ"] ?? 1000);

/** A test whose name is a law and whose cases are made up. */
export function test<T extends [unknown, ...unknown[]]>(
  law: string,
  inputs: { [K in keyof T]: fc.Arbitrary<T[K]> },
  check: (...values: T) => void,
  runs = RUNS,
): void {
  it(law, { timeout: 60_000 + runs * 10 }, () => {
    fc.assert(fc.property(...inputs, check), { numRuns: runs });
  });
}

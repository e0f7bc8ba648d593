// Types of environment.mjs, for the tests that hold it against electron/host/env.ts.
export declare function cleanEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined>;

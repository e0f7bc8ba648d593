import type { Facts } from "./errors.ts";

/** Port: the program's own log. Facts are short and never hold a secret or what an agent sent. */
export interface Log {
  info(event: string, facts?: Facts): void;
  warn(event: string, facts?: Facts): void;
  /** `error` is reduced to its name, code and stack frames: messages of libraries can quote what they were given. */
  error(event: string, error: unknown, facts?: Facts): void;
}

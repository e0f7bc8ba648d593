// What the composition root hands to host/stdio: every decision about the protocol, none about processes.
import { type Backoff, type BackoffOptions, createBackoff } from "./backoff.ts";
import { legacyRouter } from "./legacy.ts";
import { modernRouter } from "./modern.ts";
import type { Router } from "./router.ts";

export interface StdioRules {
  legacy(): Router;
  modern(): Router;
  backoff(options: BackoffOptions): Backoff;
}

export const stdioRules: StdioRules = {
  legacy: legacyRouter,
  modern: modernRouter,
  backoff: createBackoff,
};

// What core asks of the platform, for every composition root.
import crypto from "node:crypto";
import { performance } from "node:perf_hooks";
import type { Clock } from "./core/clock.ts";
import type { Digest } from "./core/digest.ts";
import type { Timers } from "./core/oauth/keeping/token-keeper.ts";

export const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
export const digest: Digest = {
  sha256: (data) => crypto.createHash("sha256").update(data).digest(),
  equal: (a, b) => a.length === b.length && crypto.timingSafeEqual(a, b),
  random: (n) => crypto.randomBytes(n),
};
export const timers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

// Time as a token's life is measured: never slower than what really passed, whatever is done to the clocks.
import type { Clock } from "../../clock.ts";

/**
 * Milliseconds by which the wall clock may lead the monotonic one before that counts as time that passed.
 * Above the resolution of Date.now() and the slewing of NTP (500 ppm is 1.8 s an hour), below any token's life.
 */
const JUMP_MS = 2_000;

/**
 * Makes a clock that only goes forward. It follows the monotonic clock, and adds what the wall clock jumped
 * ahead: on Linux and macOS the monotonic clock stands still while the machine sleeps, and the wall clock is
 * then the only witness. A person who sets the clock a day ahead costs one early renewal; one who sets it
 * back cannot make a token live longer.
 * @returns reader of milliseconds from an arbitrary origin, with fractions
 */
export function createLifeClock(clock: Clock): () => number {
  let jumped = 0;
  let offset = clock.now() - clock.monotonic();
  return () => {
    const mono = clock.monotonic();
    const ahead = clock.now() - mono - offset;
    if (ahead > JUMP_MS) jumped += ahead;
    // Measured from the least lead that was seen: a clock set back must not hide the next sleep.
    if (ahead > JUMP_MS || ahead < 0) offset += ahead;
    return mono + jumped;
  };
}

// Limits on calls that follow the original user, whichever agent acts: a stolen agent cannot outrun its person.
import type { Clock } from "./clock.ts";
import type { Attachment } from "./credentials.ts";
import { createLimiter, limitReached, userMeter } from "./oauth/keeping/limits.ts";
import type { Server } from "./servers.ts";

/** @returns what counts one call, and throws Refusal `call_limit_reached` where it is one too many */
export function createCallLimits(clock: Clock): (server: Server, attachment: Attachment) => void {
  const limiter = createLimiter(clock);
  return (server, attachment) => {
    if (server.kind !== "http" || !("perUserPerMinute" in server.pattern)) return;
    const { perUserPerMinute } = server.pattern;
    if (perUserPerMinute === null || attachment.type !== "token") return;
    const { evidence } = attachment.brokered;
    const sub = evidence.account?.sub ?? evidence.subject ?? evidence.clientId;
    // A minute's worth may come at once; after that, evenly.
    const limit = { burst: perUserPerMinute, ratePerSecond: perUserPerMinute / 60 };
    const taken = limiter.take([userMeter(server.tenant, evidence.issuer, sub, limit)]);
    if (!taken.allowed) throw limitReached(taken, evidence.account?.who ?? sub);
  };
}

// What the contract's methods about everything together do.
import type { Clock } from "./core/clock.ts";
import type { Journal } from "./core/journal.ts";
import { waitingTools } from "./core/pins/waiting.ts";
import type { Store } from "./core/registry.ts";
import { secretEntries } from "./core/secret-entries.ts";
import { bucketsOf } from "./core/statistics.ts";
import type { Handlers } from "./surface.ts";

export interface OverviewPorts {
  readonly journal: Pick<Journal, "statistics">;
  readonly clock: Clock;
  readonly store: Pick<Store, "read">;
  /** @throws Refusal `tenant_unknown` */
  readonly known: (tenant: string | undefined) => void;
}

export function overviewHandlers({ journal, clock, store, known }: OverviewPorts) {
  return {
    "calls.statistics": ({ tenant, range, offsetMinutes }) => {
      known(tenant);
      return journal.statistics({ tenant, ...bucketsOf(range, clock.now(), offsetMinutes) });
    },
    "tools.waiting": ({ tenant }) => {
      known(tenant);
      return waitingTools(store, tenant);
    },
    "secrets.list": ({ tenant }) => {
      known(tenant);
      return secretEntries(store, tenant);
    },
  } satisfies Partial<Handlers>;
}

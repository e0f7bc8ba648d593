// Newer versions: where they are looked for and what is fetched, put together with this machine.
import path from "node:path";
import type { Clock } from "./core/clock.ts";
import type { Digest } from "./core/digest.ts";
import type { Log } from "./core/log.ts";
import type { Timers } from "./core/oauth/keeping/token-keeper.ts";
import type { Questions } from "./core/permission/questions.ts";
import type { Store } from "./core/registry.ts";
import type { Shell } from "./core/shell.ts";
import { createUpdates, type UpdateRegister } from "./core/update/updates.ts";
import { verifyEd25519 } from "./host/update/ed25519.ts";
import { createUpdateNet } from "./host/update/net.ts";
import { targetsOf } from "./host/update/targets.ts";

export interface UpdateRoomsPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly timers: Timers;
  readonly questions: Questions;
  readonly version: string;
  /** The data folder. */
  readonly folder: string;
  /** Without one, files go into the data folder. */
  readonly shell: Shell | undefined;
  readonly changed: () => void;
  readonly log: Log;
}

export function createUpdateRooms(ports: UpdateRoomsPorts): UpdateRegister {
  const { shell, folder } = ports;
  const into = (): string => shell?.downloads() ?? path.join(folder, "updates");
  return createUpdates({
    ...ports,
    random: Math.random,
    verify: verifyEd25519,
    net: createUpdateNet(into),
    targets: targetsOf(),
  });
}

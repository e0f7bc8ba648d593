// What the stand-in says of newer versions: what its world says, and what a person does to it.
import type { AppEvent } from "../../electron/contract.ts";
import { Refusal } from "../../electron/core/errors.ts";
import { complaint } from "../../electron/core/sentences.ts";
import type { UpdatesView } from "../../electron/core/update/views.ts";
import type { Handlers } from "../../electron/surface.ts";
import type { World } from "./double.ts";

export const NO_UPDATE_SOURCE: UpdatesView = {
  state: "off",
  checking: false,
  running: "0.1.0",
  source: null,
  checkedAt: null,
  unreachableSince: null,
  found: null,
  complaint: null,
  download: { state: "none" },
};
const SOURCE = {
  url: "https://releases.countersign.example/stable/countersign.json",
  fingerprint: "9f2c41d07be8a355".repeat(4),
  ownAuthority: false,
};
const at = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

export const UP_TO_DATE: UpdatesView = {
  ...NO_UPDATE_SOURCE,
  state: "current",
  source: SOURCE,
  checkedAt: at(3),
};
export const NEWER: UpdatesView = {
  ...UP_TO_DATE,
  state: "available",
  found: {
    version: "0.2.0",
    publishedAt: at(30),
    expiresAt: at(-500),
    file: { target: "linux-x64-deb", bytes: 91_226_112 },
  },
};
export const DOWNLOADED: UpdatesView = {
  ...NEWER,
  download: {
    state: "done",
    version: "0.2.0",
    form: "deb",
    path: "/home/ada/Downloads/Countersign-0.2.0-linux-x64.deb",
  },
};
export const REFUSED: UpdatesView = {
  ...UP_TO_DATE,
  state: "refused",
  complaint: complaint(
    new Refusal("update_refused", { reason: "it is older than one that was seen before" }),
  ),
};
export const UNREACHABLE: UpdatesView = {
  ...UP_TO_DATE,
  state: "unreachable",
  unreachableSince: at(50),
  complaint: complaint(
    new Refusal("update_unreachable", {
      host: "releases.countersign.example",
      reason: "nothing listens there (ECONNREFUSED)",
    }),
  ),
};

export function updateAnswers(world: Pick<World, "updates">, emit: (event: AppEvent) => void) {
  const put = (next: UpdatesView): UpdatesView => {
    world.updates = next;
    emit({ type: "changed", what: "updates" });
    return next;
  };
  return {
    "updates.status": () => world.updates,
    "updates.check": () => put({ ...world.updates, checkedAt: new Date().toISOString() }),
    "updates.setSource": ({ url }) => put({ ...UP_TO_DATE, source: { ...SOURCE, url } }),
    "updates.off": () => put(NO_UPDATE_SOURCE),
    "updates.download": () =>
      put({
        ...world.updates,
        download: { state: "running", version: "0.2.0", received: 31_457_280, bytes: 91_226_112 },
      }),
    "updates.cancelDownload": () => put({ ...world.updates, download: { state: "none" } }),
    "updates.showFile": () => ({ shown: true }),
  } satisfies Partial<Handlers>;
}

// The contract's methods about newer versions: where they are looked for, what was found, and its file.
import { z } from "zod";
import type { UpdatesView } from "../core/update/views.ts";
import { type MethodShape, returns } from "./shape.ts";

const nothing = z.strictObject({});
const view = returns<UpdatesView>();

export const updateMethods = {
  "updates.status": { surfaces: ["app", "cli"], input: nothing, output: view },
  /** Looks now. What it came to is in the view. */
  "updates.check": { surfaces: ["app", "cli"], input: nothing, output: view },
  /** Waits for the person's yes on the surface that asks: what comes from there may replace Countersign one day. */
  "updates.setSource": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      url: z.url().max(1000),
      /** The publisher's Ed25519 key: PEM, or Base64 of 32 bytes. */
      key: z.string().min(1).max(4096),
      /** PEM of authorities for this address. */
      trustPem: z.string().max(65_536).optional(),
    }),
    output: view,
  },
  /** Nothing is looked for any more. */
  "updates.off": { surfaces: ["app", "cli"], input: nothing, output: view },
  /** Begins to fetch the newest version's file; `changed` events and updates.status tell of it. */
  "updates.download": { surfaces: ["app", "cli"], input: nothing, output: view },
  "updates.cancelDownload": { surfaces: ["app", "cli"], input: nothing, output: view },
  /** Shows the downloaded file in its folder; only in the desktop app. */
  "updates.showFile": { surfaces: ["app"], input: nothing, output: returns<{ shown: true }>() },
} as const satisfies Record<string, MethodShape>;

// What Countersign wrote into an assistant's file: enough to undo it, to renew it and to take it out again. No
// secret is in here; the copy of the file as it was lies in the data folder.
import { z } from "zod";
import { idOf, instant, slug } from "../names.ts";
import { ASSISTANT_IDS } from "./assistants.ts";

const hash = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

export const connectionSchema = z.strictObject({
  assistant: z.enum(ASSISTANT_IDS),
  /** With links followed. */
  file: z.string().min(1).max(4096),
  tenant: slug,
  agent: idOf("agt"),
  /** The agent was made for this connection, and goes when it is undone. */
  made: z.boolean(),
  /** Names of our entries in the file. */
  entries: z.array(z.string().min(1).max(200)).max(1000),
  /** SHA-256 of the file as we left it. */
  wrote: hash,
  wroteBytes: z.number().int().nonnegative(),
  /** The file before us; null where there was none. */
  before: z
    .strictObject({
      /** Name of the copy in the data folder. */
      copy: z.string().regex(/^[a-z0-9-]{1,80}\.bak$/),
      bytes: z.number().int().nonnegative(),
      mode: z.number().int().min(0).max(0o7777).nullable(),
    })
    .nullable(),
  at: instant,
});
export type Connection = z.infer<typeof connectionSchema>;

/**
 * `none`: nothing of ours is in it. `ours`: it holds what the agent needs now. `outdated`: it did, and no longer does.
 * `foreign`: it leads to a Countersign with a credential that is none of ours. `unusable`: it cannot be read or edited.
 */
export type TargetState = "none" | "ours" | "outdated" | "foreign" | "unusable";

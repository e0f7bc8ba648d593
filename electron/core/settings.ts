// Settings of the installation: few, and none of them secret.
import { z } from "zod";

export const settingsSchema = z.strictObject({
  /** Random; keeps two data folders apart in one keychain. */
  installation: z.string().regex(/^[A-Za-z0-9_-]{16}$/),
  /** Chosen by the person. `null` until then: nothing falls back silently. */
  vault: z.enum(["keychain", "file", "memory"]).nullable(),
  /** Which reminder was told last, by thumbprint or secret id (reminders.ts). */
  told: z
    .record(z.string().regex(/^[A-Za-z0-9_-]{8,60}$/), z.number().int().min(0).max(90))
    .optional(),
  /** Address of a document in which the person published what Countersign is (CIMD); without one there is none. */
  metadataDocument: z
    .url({ protocol: /^https$/ })
    .max(1024)
    .optional(),
});
export type Settings = z.infer<typeof settingsSchema>;

// What the person agreed to: the tools of each server as they were then, and what the server has said since.
import { z } from "zod";
import { idOf, instant } from "../names.ts";

/**
 * `accepted`: as agreed to. `changed`: it is another now, and held back. `new`: it came after the person agreed to the
 * others. `rejected`: the person said no, or Countersign did (`by`).
 */
export const STANDINGS = ["accepted", "changed", "new", "rejected"] as const;
export type Standing = (typeof STANDINGS)[number];

/** Longer definitions are kept by their fingerprint alone: their change is seen, but not what changed. */
export const KEPT_DEFINITION = 64 * 1024;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const version = z.strictObject({
  /** SHA-256 of the canonical definition, hex. */
  fingerprint: hash,
  /** Canonical JSON; null where it is too long to keep. */
  definition: z.string().max(KEPT_DEFINITION).nullable(),
  at: instant,
});
export type Version = z.infer<typeof version>;

export const pinSchema = z.strictObject({
  name: z.string().max(1024),
  standing: z.enum(STANDINGS),
  by: z.enum(["person", "countersign"]).nullable(),
  /** What was agreed to; null where nothing was. */
  accepted: version.nullable(),
  /** What the server says now, where that is something else. */
  seen: version.nullable(),
});
export type Pin = z.infer<typeof pinSchema>;

export const serverPinsSchema = z.strictObject({
  server: idOf("srv"),
  /** Its address or command: pointed elsewhere, it is another server, and nothing was agreed to. */
  target: z.string().max(16_384),
  since: instant,
  tools: z.array(pinSchema).max(20_000),
});
export type ServerPins = z.infer<typeof serverPinsSchema>;

/** The definition that a standing is about: what the server says now. */
export const currentOf = (pin: Pin): Version | null => pin.seen ?? pin.accepted;

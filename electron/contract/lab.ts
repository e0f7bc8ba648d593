// The contract's methods about the practice company's credentials: looking into one, and stealing one.
import { z } from "zod";
import { type MethodShape, returns } from "./shape.ts";

/** One thing that stands in a token. */
export interface ToldClaim {
  /** Its path: `exp`, `cnf.jkt`. */
  readonly name: string;
  readonly value: string;
  /** Null where nobody but its issuer knows. */
  readonly meaning: string | null;
  readonly source: string | null;
}

/** What a credential says. The credential itself is not in here, and neither is its signature. */
export interface LabDecoded {
  readonly server: string;
  /** `opaque`: there is nothing to decode. */
  readonly kind: "token" | "opaque";
  /** How it goes to the server: `Authorization: Bearer`, or a header's name. */
  readonly sentAs: string;
  readonly binding: "none" | "mtls" | "dpop";
  readonly header: readonly ToldClaim[];
  readonly payload: readonly ToldClaim[];
  /** Length of the signature; null without one. */
  readonly signatureBytes: number | null;
}

export const BESIDES = [
  "nothing",
  "right-certificate",
  "other-certificate",
  "other-proof",
] as const;
/** What a thief shows besides what was stolen. */
export type Besides = (typeof BESIDES)[number];

export interface LabReplay {
  readonly stolen: string;
  readonly at: string;
  readonly besides: Besides;
  readonly accepted: boolean;
  readonly status: number;
  /** Of the server's challenge (RFC 6750 section 3); null where it named none. */
  readonly error: string | null;
  readonly description: string | null;
  /** What there is to learn from it. */
  readonly why: string;
  readonly ms: number;
}

const server = z.string().min(1).max(80);

export const labMethods = {
  /** @throws `lab_off`, `lab_server_unknown` for any server but a practice one */
  "lab.decode": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ server }),
    output: returns<LabDecoded>(),
  },
  /** One at a time. @throws `lab_off`, `lab_server_unknown`, `lab_busy`, `lab_replay_unfit` */
  "lab.replay": {
    surfaces: ["app", "cli"],
    /** The practice server whose credential is stolen, and the one where it is used. */
    input: z.strictObject({
      stolen: server,
      at: server,
      besides: z.enum(BESIDES).default("nothing"),
    }),
    output: returns<LabReplay>(),
  },
} as const satisfies Record<string, MethodShape>;

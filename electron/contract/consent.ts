// The contract's methods about which agent may use which server. A consent is given on the surface that asks, and nowhere else.
import { z } from "zod";
import type { ConsentView } from "../core/consent/consent-register.ts";
import type { Question } from "../core/permission/questions.ts";
import { idOf } from "../core/names.ts";
import { nonceText, tenantScope } from "./inputs.ts";
import { type MethodShape, returns } from "./shape.ts";

export const consentMethods = {
  "consents.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly ConsentView[]>(),
  },
  /** What the server of this question offers is looked up; the question is shown anew with it. */
  "questions.lookUp": {
    surfaces: ["approval"],
    input: z.strictObject({ id: idOf("qst"), nonce: nonceText }),
    output: returns<Question>(),
  },
  /** The agent is asked about anew before it uses the server again. */
  "consents.revoke": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("cns") }),
    output: returns<{ revoked: true }>(),
  },
} as const satisfies Record<string, MethodShape>;

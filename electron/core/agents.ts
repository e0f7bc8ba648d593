// An agent: a local MCP client that holds a credential issued by Countersign. Only the hash of the
// credential is kept; the credential itself is shown once.
import { z } from "zod";
import { agentCertificateSchema } from "./certificates/peer.ts";
import { idOf, instant, label, slug } from "./names.ts";

export const agentSchema = z.strictObject({
  id: idOf("agt"),
  tenant: slug,
  name: label,
  /** SHA-256 of the credential, base64url. The credential has 256 random bits, so a fast hash is enough. */
  credentialHash: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** The last four characters, so that a person can tell two credentials apart. */
  credentialHint: z.string().length(4),
  /** With one, the agent is let in by it and at the mTLS door only: its credential alone is refused. */
  certificate: agentCertificateSchema.optional(),
  state: z.enum(["active", "paused"]),
  createdAt: instant,
  rotatedAt: instant.nullable(),
});
export type Agent = z.infer<typeof agentSchema>;

/** How an agent proved who it is at the front door. */
export type AgentAuthMethod = "bearer" | "api-key" | "certificate";

/** The certificate by which an agent proved itself in the handshake. */
export interface AgentProof {
  /** RFC 4514 text. */
  readonly subject: string;
  /** x5t#S256 */
  readonly thumbprint: string;
}

/** An agent as surfaces see it: no hash. */
export type AgentView = Omit<Agent, "credentialHash"> & {
  /** UTC instant of the last admitted request since start, or of the last call in the journal. */
  readonly lastSeenAt: string | null;
  /** Programs that its credential is known from, the first one first. `path` null: one that could not be found out. */
  readonly programs: readonly { readonly path: string | null; readonly since: string }[];
};

/** `csa_` and 32 random bytes as base64url. The prefix lets secret scanners find a leaked one. */
export const AGENT_CREDENTIAL = /^csa_[A-Za-z0-9_-]{43}$/;

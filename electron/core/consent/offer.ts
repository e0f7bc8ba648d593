// What the person is shown before an agent may use a server, and what their yes covers.
import type { AdmittedAgent } from "../agent-register.ts";
import { type ServerFace, serverFace } from "../permission/subject.ts";
import type { Subject } from "../permission/subject.ts";
import type { OfferedTool } from "../permission/tool-choice.ts";
import type { Server } from "../servers.ts";
import { changedTerms, type Consent, type Term, type Terms } from "./consents.ts";
import type { AccountFact, Standing } from "./standing.ts";

export interface ConsentOffer {
  readonly tenant: string;
  readonly agent: Subject["agent"];
  readonly server: ServerFace;
  readonly account: AccountFact | null;
  readonly acts: Standing["acts"];
  readonly terms: Terms;
  /** What the server offers, as it told Countersign; null while that is not known. */
  readonly tools: readonly OfferedTool[] | null;
  /** What was agreed to before, and what of it changed; null where the two meet for the first time. */
  readonly before: { readonly terms: Terms; readonly changed: readonly Term[] } | null;
}

export function offerOf(
  { agent, authMethod }: AdmittedAgent,
  server: Server,
  standing: Standing,
  terms: Terms,
  before: Consent | undefined,
  tools: readonly OfferedTool[] | null,
): ConsentOffer {
  return {
    tenant: server.tenant,
    agent: { id: agent.id, name: agent.name, authMethod },
    server: serverFace(server),
    account: standing.account,
    acts: standing.acts,
    terms,
    tools,
    before:
      before === undefined || before.ended?.why === "revoked"
        ? null
        : { terms: before.terms, changed: changedTerms(before.terms, terms) },
  };
}

// Which practice servers there are, and what each of them wants.
import type { CertificateRule, LabPattern } from "../types.ts";
import { archiveTools } from "./archive.ts";
import { crmTools } from "./crm.ts";
import { scopesOf } from "./door.ts";
import { mailTools } from "./mail.ts";
import { notesTools } from "./notes.ts";
import { payrollTools } from "./payroll.ts";
import type { Tool } from "./tool.ts";
import { treasuryTools } from "./treasury.ts";
import { wikiTools } from "./wiki.ts";

export interface ServerPlan {
  readonly name: string;
  readonly title: string;
  readonly pattern: LabPattern;
  readonly generation: "legacy" | "modern";
  readonly issuer: "home" | "partner" | null;
  readonly certificate: CertificateRule;
  readonly wantsActor: boolean;
  readonly wantsProof: boolean;
  readonly instructions: string;
  readonly scopes: readonly string[];
  /** Fresh for every lab: what one practice run destroys is there again in the next. */
  tools(): readonly Tool[];
}

const plan = (
  facts: Omit<ServerPlan, "scopes" | "wantsProof"> & { readonly wantsProof?: true },
): ServerPlan => ({
  wantsProof: false,
  ...facts,
  scopes: scopesOf(facts.tools(), "all"),
});

export const SERVERS: readonly ServerPlan[] = [
  plan({
    name: "notes",
    title: "Notes (key)",
    pattern: "api-key",
    generation: "legacy",
    issuer: null,
    certificate: "none",
    wantsActor: false,
    instructions: "Practice notes. Nothing here is real.",
    tools: notesTools,
  }),
  plan({
    name: "crm",
    title: "Customers (client credentials)",
    pattern: "client-credentials",
    generation: "modern",
    issuer: "home",
    certificate: "none",
    wantsActor: false,
    instructions: "Practice customers. Nothing here is real.",
    tools: crmTools,
  }),
  plan({
    name: "archive",
    title: "Archive (client credentials, DPoP)",
    pattern: "dpop",
    generation: "modern",
    issuer: "home",
    certificate: "none",
    wantsActor: false,
    wantsProof: true,
    instructions: "Practice files behind a proxy that ends TLS. Nothing here is real.",
    tools: archiveTools,
  }),
  plan({
    name: "mail",
    title: "Mail (token exchange)",
    pattern: "token-exchange",
    generation: "modern",
    issuer: "home",
    certificate: "none",
    wantsActor: true,
    instructions: "Practice letters, on somebody's behalf. Nothing here is real.",
    tools: mailTools,
  }),
  plan({
    name: "payroll",
    title: "Payroll (mTLS)",
    pattern: "mtls",
    generation: "legacy",
    issuer: "home",
    certificate: "company",
    wantsActor: false,
    instructions: "Practice salaries. Nothing here is real.",
    tools: payrollTools,
  }),
  plan({
    name: "treasury",
    title: "Treasury (exchange + certificate)",
    pattern: "composite",
    generation: "modern",
    issuer: "home",
    certificate: "any",
    wantsActor: true,
    instructions: "Practice money. Nothing here is real.",
    tools: treasuryTools,
  }),
  plan({
    name: "wiki",
    title: "Wiki of the other company (ID-JAG)",
    pattern: "id-jag",
    generation: "modern",
    issuer: "partner",
    certificate: "none",
    wantsActor: false,
    instructions: "Practice wiki of another practice company. Nothing here is real.",
    tools: wikiTools,
  }),
];

// Every sentence and label of the interface, in one catalogue, ready for translation. What a refusal
// says comes ready-made from the app; nothing here repeats it.
import { localeOf, pseudoCatalogue } from "./lib/pseudo.ts";
import { accountWords } from "./words/account.ts";
import { approvalWords } from "./words/approval.ts";
import { askingWords } from "./words/asking.ts";
import { apiWords } from "./words/apis.ts";
import { burstWords } from "./words/burst.ts";
import { agentWords } from "./words/agents.ts";
import { consentWords } from "./words/consent.ts";
import { connectWords } from "./words/connect.ts";
import { doctorWords } from "./words/doctor.ts";
import { findingWords } from "./words/finding.ts";
import { identityWords } from "./words/identities.ts";
import { keyWords } from "./words/keys.ts";
import { labWords } from "./words/lab.ts";
import { learningWords } from "./words/learning.ts";
import { logWords } from "./words/log.ts";
import { overviewWords } from "./words/overview.ts";
import { ownPolicyWords } from "./words/own-policy.ts";
import { patternWords } from "./words/patterns.ts";
import { policyWords } from "./words/policy.ts";
import { regoWords } from "./words/rego.ts";
import { refusalWords } from "./words/refusals.ts";
import { rehearsalWords } from "./words/rehearsal.ts";
import { renewalWords } from "./words/renewal.ts";
import { serverWords } from "./words/servers.ts";
import { settingsWords } from "./words/settings.ts";
import { shellWords } from "./words/shell.ts";
import { updateWords } from "./words/updates.ts";
import { toolWords } from "./words/tools.ts";
import { vaultWords } from "./words/vault.ts";
import { xrayWords } from "./words/xray.ts";

const catalogue = {
  ...shellWords,
  overview: overviewWords,
  log: logWords,
  servers: serverWords,
  apis: apiWords,
  finding: findingWords,
  agents: agentWords,
  connect: connectWords,
  doctor: doctorWords,
  vault: vaultWords,
  patterns: patternWords,
  identities: identityWords,
  keys: keyWords,
  settings: settingsWords,
  lab: labWords,
  xray: xrayWords,
  approval: approvalWords,
  consent: consentWords,
  account: accountWords,
  asking: askingWords,
  burst: burstWords,
  policy: policyWords,
  refusals: refusalWords,
  rego: regoWords,
  rehearsal: rehearsalWords,
  learning: learningWords,
  ownPolicy: ownPolicyWords,
  renewal: renewalWords,
  tools: toolWords,
  updates: updateWords,
} as const;

/** Tests ask for a language that nobody speaks. */
export const locale = localeOf(typeof location === "undefined" ? "" : location.search);
export const words: typeof catalogue = locale === "en" ? catalogue : pseudoCatalogue(catalogue);

// The schemas of the settings files: for the store, and for looking at the files while nothing runs.
import { z } from "zod";
import { agentSchema } from "./core/agents.ts";
import { certificateSchema } from "./core/certificates.ts";
import { connectionSchema } from "./core/connect/connections.ts";
import { consentSchema } from "./core/consent/consents.ts";
import { issuerSchema } from "./core/issuers.ts";
import { labelsSchema } from "./core/labels/labels.ts";
import { apiSchema } from "./core/openapi/api.ts";
import { accountsSchema } from "./core/oauth/keeping/accounts.ts";
import { actorKeysSchema } from "./core/oauth/keeping/actor-keys.ts";
import { knownProgramSchema } from "./core/permission/known-programs.ts";
import { serverPinsSchema } from "./core/pins/document.ts";
import { learningSchema } from "./core/policy/learning.ts";
import { MOST_POLICIES, ownPolicySchema } from "./core/policy/own.ts";
import { ruleSchema } from "./core/policy/rules.ts";
import { serverSchema } from "./core/servers.ts";
import { settingsSchema } from "./core/settings.ts";
import { tenantSchema } from "./core/tenants.ts";
import { updatesSchema } from "./core/update/document.ts";
import type { Schemas } from "./host/store/document.ts";

export const documentSchemas: Schemas = {
  settings: settingsSchema,
  tenants: z.array(tenantSchema),
  agents: z.array(agentSchema),
  servers: z.array(serverSchema),
  apis: z.array(apiSchema),
  issuers: z.array(issuerSchema),
  accounts: accountsSchema,
  certificates: z.array(certificateSchema),
  actors: actorKeysSchema,
  rules: z.array(ruleSchema),
  policies: z.array(ownPolicySchema).max(MOST_POLICIES),
  learning: learningSchema,
  connections: z.array(connectionSchema),
  labels: z.array(labelsSchema),
  consents: z.array(consentSchema),
  programs: z.array(knownProgramSchema),
  pins: z.array(serverPinsSchema),
  updates: updatesSchema,
};

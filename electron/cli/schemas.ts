// The schemas of the settings files, for looking at them while nothing runs.
import { z } from "zod";
import { agentSchema } from "../core/agents.ts";
import { serverSchema } from "../core/servers.ts";
import { settingsSchema } from "../core/settings.ts";
import { tenantSchema } from "../core/tenants.ts";
import type { Schemas } from "../host/store/document.ts";

export const documentSchemas: Schemas = {
  settings: settingsSchema,
  tenants: z.array(tenantSchema),
  agents: z.array(agentSchema),
  servers: z.array(serverSchema),
};

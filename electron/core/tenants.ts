// A tenant is the boundary that nothing crosses: every agent, server and call carries one.
import { z } from "zod";
import { instant, label, slug } from "./names.ts";

export const tenantSchema = z.strictObject({ id: slug, name: label, createdAt: instant });
export type Tenant = z.infer<typeof tenantSchema>;

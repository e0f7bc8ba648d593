// Customers: the practice server for machines that come in their own name (client credentials).
import { z } from "zod";
import { onBehalfOf, tool, type Tool } from "./tool.ts";

export function crmTools(): Tool[] {
  const customers = new Map([
    ["c-1", { name: "Difference Engines Ltd", city: "London", stage: "negotiating" }],
    ["c-2", { name: "Moth & Relay Co.", city: "Arlington", stage: "won" }],
    ["c-3", { name: "Orbital Sums", city: "Hampton", stage: "first call" }],
  ]);
  const id = z.object({ id: z.string().max(20).describe("Customer number, such as c-1") });
  return [
    tool(
      {
        name: "search_customers",
        title: "Search customers",
        description: "Finds practice customers by name or city",
        kind: "read",
        scope: "crm:read",
        input: z.object({ text: z.string().max(80) }),
      },
      ({ text }, caller) => {
        const found = [...customers].filter(([, c]) =>
          `${c.name} ${c.city}`.toLowerCase().includes(text.toLowerCase()),
        );
        return JSON.stringify({
          askedBy: onBehalfOf(caller),
          found: found.map(([number, c]) => ({ number, ...c })),
        });
      },
    ),
    tool(
      {
        name: "update_stage",
        title: "Move a deal",
        description: "Sets the stage of a practice deal",
        kind: "write",
        scope: "crm:write",
        input: id.extend({ stage: z.string().max(40) }),
      },
      ({ id, stage }) => {
        const customer = customers.get(id);
        if (!customer) return `No customer ${id}.`;
        customer.stage = stage;
        return `${customer.name} is now: ${stage}.`;
      },
    ),
    tool(
      {
        name: "delete_customer",
        title: "Delete a customer",
        description: "Removes a practice customer and all that is known of them",
        kind: "destructive",
        scope: "crm:write",
        input: id,
      },
      ({ id }) => (customers.delete(id) ? `${id} is gone.` : `No customer ${id}.`),
    ),
  ];
}

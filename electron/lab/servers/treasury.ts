// Treasury: everything at once. An agent acts for a person, and the token is worth nothing without the certificate.
import { z } from "zod";
import { onBehalfOf, tool, type Tool } from "./tool.ts";

export function treasuryTools(): Tool[] {
  let balance = 1_843_000;
  return [
    tool(
      {
        name: "read_balance",
        title: "Read the balance",
        description: "Practice balance of the company, in guineas",
        kind: "read",
        scope: "treasury:read",
        input: z.object({}),
      },
      (_input, caller) => `${balance} guineas (asked on behalf of ${onBehalfOf(caller)})`,
    ),
    tool(
      {
        name: "transfer",
        title: "Transfer money",
        description: "Moves practice money out of the company",
        kind: "write",
        scope: "treasury:transfer",
        input: z.object({ to: z.string().max(80), amount: z.number().int().min(1).max(1_000_000) }),
      },
      ({ to, amount }, caller) => {
        if (amount > balance) return "Not that much is left.";
        balance -= amount;
        return `${amount} guineas to ${to}, on behalf of ${onBehalfOf(caller)}. ${balance} left.`;
      },
    ),
    tool(
      {
        name: "close_account",
        title: "Close the account",
        description: "Closes the practice account and gives everything away",
        kind: "destructive",
        scope: "treasury:transfer",
        input: z.object({}),
      },
      (_input, caller) => {
        balance = 0;
        return `Closed on behalf of ${onBehalfOf(caller)}. Nothing is left.`;
      },
    ),
  ];
}

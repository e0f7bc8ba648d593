// Payroll: the practice server that wants a certificate of the company, and a token bound to it (RFC 8705).
import { z } from "zod";
import { tool, type Tool } from "./tool.ts";

export function payrollTools(): Tool[] {
  const pay = new Map([
    ["ada", 9100],
    ["grace", 9400],
    ["katherine", 9300],
  ]);
  const who = z.object({ person: z.string().max(40) });
  return [
    tool(
      {
        name: "read_salary",
        title: "Read a salary",
        description: "Practice salary of one person, in guineas",
        kind: "read",
        scope: "payroll:read",
        input: who,
      },
      ({ person }, caller) =>
        `${person}: ${pay.get(person) ?? "not on the payroll"} (shown to ${caller?.certificateSubject ?? "nobody"})`,
    ),
    tool(
      {
        name: "raise_salary",
        title: "Raise a salary",
        description: "Raises a practice salary",
        kind: "write",
        scope: "payroll:pay",
        input: who.extend({ by: z.number().int().min(1).max(1000) }),
      },
      ({ person, by }) => {
        const now = pay.get(person);
        if (now === undefined) return `${person} is not on the payroll.`;
        pay.set(person, now + by);
        return `${person} now earns ${now + by}.`;
      },
    ),
    tool(
      {
        name: "delete_employee",
        title: "Delete an employee",
        description: "Strikes a person off the practice payroll",
        kind: "destructive",
        scope: "payroll:pay",
        input: who,
      },
      ({ person }) =>
        pay.delete(person) ? `${person} is off the payroll.` : `${person} was not on it.`,
    ),
  ];
}

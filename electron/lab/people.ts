// The people of the practice company. None of them has a password: a click signs in.
import type { LabPerson } from "./types.ts";

export const people: readonly LabPerson[] = [
  {
    sub: "ada",
    name: "Ada Lovelace",
    email: "ada@larkspur.example",
    tenant: "larkspur",
    role: "Finance",
    mayAct: null,
  },
  {
    sub: "grace",
    name: "Grace Hopper",
    email: "grace@larkspur.example",
    tenant: "larkspur",
    role: "Operations",
    // Grace has named one agent: every other one is refused when it asks to act for her.
    mayAct: "agent:compiler",
  },
  {
    sub: "katherine",
    name: "Katherine Johnson",
    email: "katherine@larkspur.example",
    tenant: "larkspur",
    role: "Sales",
    mayAct: null,
  },
  {
    sub: "alan",
    name: "Alan Turing",
    email: "alan@osprey.example",
    tenant: "osprey",
    role: "Auditor from another company",
    mayAct: null,
  },
];

/** Null for somebody who does not work here. */
export function personOf(sub: string): LabPerson | null {
  return people.find((person) => person.sub === sub) ?? null;
}

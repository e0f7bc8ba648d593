// Rules as a file that people keep, send and review: by the names of agents and servers, so that it is good on another
// machine, too. What a rule allows is bound to the server that has that name here.
import { z } from "zod";
import type { Agent } from "../agents.ts";
import { Refusal } from "../errors.ts";
import { locate, parseStrict } from "../json/document.ts";
import { label, slug } from "../names.ts";
import type { Server } from "../servers.ts";
import type { NewRule } from "./rule-register.ts";
import { effect, type Rule, toolPattern } from "./rules.ts";

const fileSchema = z.strictObject({
  countersign: z.literal("rules"),
  format: z.literal(1),
  rules: z
    .array(
      z.strictObject({
        effect,
        /** Its name; null or left out: any. */
        agent: label.nullable().default(null),
        server: slug.nullable().default(null),
        tool: toolPattern.nullable().default(null),
        note: label.nullable().default(null),
      }),
    )
    .max(1000),
});

interface Parties {
  readonly agents: readonly Pick<Agent, "id" | "name" | "tenant">[];
  readonly servers: readonly Pick<Server, "id" | "name" | "tenant">[];
}

/** Writes the rules of one tenant. A rule for an agent or a server that is gone is left out: it covers nothing. */
export function writeRulesFile(
  rules: readonly Rule[],
  parties: Parties,
): { readonly text: string; readonly leftOut: number } {
  const nameOf = (id: string | null, all: Parties["agents"]) =>
    id === null ? null : all.find((one) => one.id === id)?.name;
  const written = rules.flatMap(({ effect, agent, server, tool, note }) => {
    const named = { agent: nameOf(agent, parties.agents), server: nameOf(server, parties.servers) };
    if (named.agent === undefined || named.server === undefined) return [];
    return [{ effect, ...named, tool, note }];
  });
  const file = { countersign: "rules", format: 1, rules: written };
  return {
    text: `${JSON.stringify(file, null, 2)}\n`,
    leftOut: rules.length - written.length,
  };
}

/** @throws Refusal `rules_file_invalid`, with the line that is wrong */
export function readRulesFile(text: string, tenant: string, parties: Parties): readonly NewRule[] {
  const bytes = new TextEncoder().encode(text);
  const wrong = (path: readonly PropertyKey[], reason: string): Refusal =>
    new Refusal("rules_file_invalid", { reason: `line ${locate(bytes, path).line}: ${reason}` });
  let value: unknown;
  try {
    value = parseStrict(bytes);
  } catch (error) {
    throw error instanceof Refusal ? wrong([], "this is not plain JSON") : error;
  }
  const read = fileSchema.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw wrong(issue?.path ?? [], issue?.message ?? "it is not a rules file");
  }
  return read.data.rules.map((rule, i) => {
    const idOf = (what: "agent" | "server", all: Parties["agents"]): string | null => {
      const name = rule[what];
      if (name === null) return null;
      const found = all.filter((one) => one.tenant === tenant && one.name === name);
      if (found[0] === undefined) throw wrong(["rules", i, what], `there is no ${what} “${name}”`);
      if (found.length > 1) throw wrong(["rules", i, what], `several are called “${name}”`);
      return found[0].id;
    };
    return {
      ...rule,
      tenant,
      agent: idOf("agent", parties.agents),
      server: idOf("server", parties.servers),
    };
  });
}

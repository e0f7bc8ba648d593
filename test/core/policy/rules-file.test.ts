import { describe, expect, it } from "vitest";
import { Refusal } from "../../../electron/core/errors.ts";
import { readRulesFile, writeRulesFile } from "../../../electron/core/policy/rules-file.ts";
import { rule } from "../../support/rules.ts";

const parties = {
  agents: [
    { id: "agt_0000000001", name: "Claude Code", tenant: "personal" },
    { id: "agt_0000000002", name: "twin", tenant: "personal" },
    { id: "agt_0000000003", name: "twin", tenant: "personal" },
    { id: "agt_0000000004", name: "elsewhere", tenant: "work" },
  ],
  servers: [{ id: "srv_0000000001", name: "crm", tenant: "personal" }],
};
const read = (text: string) => readRulesFile(text, "personal", parties);
const reason = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof Refusal && error.code === "rules_file_invalid") {
      return String(error.facts["reason"]);
    }
    throw error;
  }
  return "read";
};
const file = (...rules: readonly string[]): string =>
  `{\n"countersign": "rules",\n"format": 1,\n"rules": [\n${rules.join(",\n")}\n]\n}`;

describe("a file of rules", () => {
  it("comes back as what was written, by names", () => {
    const rules = [
      rule(1, { agent: "agt_0000000001", server: "srv_0000000001", tool: "search_*" }),
      rule(2, { effect: "deny", tool: "*_production_*", note: "Never" }),
      rule(3, { server: "srv_gone000001" }),
    ];
    const { text, leftOut } = writeRulesFile(rules, parties);
    expect(leftOut).toBe(1);
    expect(text).toContain(`"agent": "Claude Code"`);
    expect(text).not.toMatch(/agt_|srv_|rule_/);
    expect(read(text)).toEqual(
      rules.slice(0, 2).map(({ tenant, effect, agent, server, tool, note }) => ({
        tenant,
        effect,
        agent,
        server,
        tool,
        note,
      })),
    );
  });

  it("is refused with the line that is wrong", () => {
    expect(reason("{")).toMatch(/^line 1: this is not plain JSON/);
    expect(reason(`{"countersign": "rules", "format": 2, "rules": []}`)).toMatch(/^line 1: /);
    expect(reason(file(`{"effect": "deny"}`, `{"effect": "never"}`))).toMatch(/^line 6: /);
    expect(reason(file(`{"effect": "deny", "tool": "a[b]"}`))).toMatch(/^line 5: use a tool's/);
    expect(reason(file(`{"effect": "deny", "agent": "nobody"}`))).toBe(
      "line 5: there is no agent “nobody”",
    );
    expect(reason(file(`{"effect": "deny", "agent": "twin"}`))).toMatch(/several are called/);
    expect(reason(file(`{"effect": "deny", "agent": "elsewhere"}`))).toMatch(/there is no agent/);
    expect(reason(file(`{"effect": "deny", "effect": "allow"}`))).toMatch(/not plain JSON/);
    expect(reason(file(`{"effect": "deny", "surprise": 1}`))).toMatch(/^line 5: /);
  });
});

import { expect, it } from "vitest";
import { labelsOf, type ToolLabels } from "../../../electron/core/labels/labels.ts";
import { suggestLabels } from "../../../electron/core/labels/suggest.ts";

it.each([
  ["read_customer", ["private"]],
  ["fetchPage", ["untrusted", "egress"]],
  ["web-search", ["untrusted"]],
  ["send_mail", ["egress"]],
  ["read_inbox", ["private", "untrusted"]],
  ["webhook.post", ["egress"]],
  ["get-sum", []],
  // Words, not letters within words.
  ["spreadsheet", []],
  ["sendai_weather", []],
])("the name %s suggests %j", (name, labels) => {
  expect(suggestLabels(name)).toEqual(labels);
});

it("a tool has its own labels and those of its whole server, and no other's", () => {
  const one = (server: string, tool: string | null, ...labels: ToolLabels["labels"]) => ({
    tenant: "personal",
    server,
    tool,
    labels,
    setAt: "2026-11-28T00:00:00.000Z",
  });
  const all = [
    one("srv_a", null, "egress"),
    one("srv_a", "t", "private"),
    one("srv_b", "t", "untrusted"),
  ];
  expect(labelsOf(all, "srv_a", "t")).toEqual(["private", "egress"]);
  expect(labelsOf(all, "srv_a", "u")).toEqual(["egress"]);
  expect(labelsOf(all, "srv_c", "t")).toEqual([]);
});

// Stops of the tour in the editor of Rego.
import type { World } from "./double.ts";
import { full, nav, type Stop } from "./tour-base.ts";
import { ARTICLE, SERVER } from "./tour-policy.ts";

/** With a long line, and a character that no eye sees. */
const WRITTEN = `# What this house allows.
package house

import rego.v1

deny contains "deletes" if startswith(input.tool.name, "delete")

allow contains "reads" if begins(input.tool.name, "search_everything_that_there_is_to_search_in_this_company") and input.history.calls_last_hour < 200

ask contains "sends-‮out" if {
	"egress" in input.tool.labels
	count(input.tool.labels, 1)
}
`;
const FAULTY: World["rego"] = {
  compiler: "ready",
  faults: [
    { row: 8, column: 27, message: "undefined function begins" },
    { row: 12, column: 2, message: "count: arity mismatch" },
  ],
};

export const REGO_STOPS: readonly Stop[] = [
  {
    name: "policy-write",
    world: () => full({ rego: FAULTY }),
    async go(page) {
      await nav(page, "Policy");
      await page.getByRole("button", { name: "Write a policy" }).click();
      const field = page.getByRole("textbox", { name: "Rego source" });
      await field.fill(WRITTEN);
      await page.getByText("3 problems").waitFor();
      await page.getByRole("button", { name: /Line 8/ }).click();
    },
  },
  {
    name: "policy-write-tried",
    world: () => full({ policies: [ARTICLE, SERVER] }),
    async go(page) {
      await nav(page, "Policy");
      await page.getByRole("button", { name: "Edit the policy article" }).click();
      await page.getByText("It compiles").waitFor();
      await page.getByRole("button", { name: "Try on past calls" }).click();
      await page.getByText("would have been denied").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "policy-write-missing",
    world: () => full({ rego: { compiler: "missing", faults: [] } }),
    async go(page) {
      await nav(page, "Policy");
      await page.getByRole("button", { name: "Write a policy" }).click();
      await page.getByText("This machine has no opa").waitFor();
    },
  },
];

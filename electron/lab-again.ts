// A call of the practice company once more: same server, tool and arguments, by the practice agent through the front door.
// Calls of other servers are never repeated: what they did, they would do again.
import { Refusal } from "./core/errors.ts";
import type { CallRow } from "./core/journal.ts";
import { MARK } from "./core/redact/mask.ts";
import { LAB_TENANT } from "./lab-sweep.ts";

/** A call that may be made again. */
export interface Repeatable {
  readonly server: string;
  readonly tool: string;
  readonly args: object;
}

/**
 * What the row says was called, whole.
 * @throws Refusal `lab_not_repeatable`, with the reason
 */
export function repeatable(row: CallRow): Repeatable {
  const refuse = (reason: string): never => {
    throw new Refusal("lab_not_repeatable", { reason });
  };
  const { serverName: server, tool, input } = row;
  if (row.tenant !== LAB_TENANT)
    return refuse("it went to a server of yours, and would do again what it did");
  if (row.kind !== "call" || server === null || tool === null) return refuse("it called no tool");
  if (row.inputCut) return refuse("its arguments were too long to be kept whole");
  if (input !== null && input.includes(MARK))
    return refuse("something in its arguments was masked");
  const args: unknown = JSON.parse(input ?? "{}");
  if (typeof args !== "object" || args === null) return refuse("its arguments are no object");
  return { server, tool, args };
}

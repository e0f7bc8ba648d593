// Questions about calls of one agent, as the stores of the page that asks get them.
import type { Question, ShownQuestion } from "../../renderer/types.ts";
import { asks } from "./tour-policy.ts";

export const question = (n: number): Question => ({
  id: `que_${n}`,
  askedAt: new Date().toISOString(),
  deadlineAt: new Date(Date.now() + 45_000).toISOString(),
  waiting: 1,
  matter: asks({ tool: `tool_${n}` }),
  revision: null,
  deadTime: { once: 500, always: 3000 },
});

export function shownOf(open: readonly Question[], id: string): ShownQuestion {
  const found = open.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no question ${id}`);
  return { ...found, nonce: `nonce of ${id}` };
}

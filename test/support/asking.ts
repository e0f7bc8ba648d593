// The person, as the page that asks lets them act: sees what is open, and answers it.
import type { InputOf, Method, OutputOf, Reply } from "../../electron/contract.ts";
import type { Question, Verdict } from "../../electron/core/permission/questions.ts";
import { clock } from "../../electron/platform.ts";
import type { House } from "./house.ts";
import { until } from "./processes.ts";

export const asking = async <M extends Method>(
  house: House,
  method: M,
  input: InputOf<M>,
): Promise<Reply<OutputOf<M>>> =>
  (await house.countersign.desk.call("approval", method, input)) as Reply<OutputOf<M>>;

export async function openQuestions(house: House): Promise<readonly Question[]> {
  const reply = await asking(house, "questions.list", {});
  return reply.ok ? reply.value : [];
}

/** Waits for a question, the oldest one of this kind where one is named. */
export async function asked(house: House, kind?: Question["matter"]["kind"]): Promise<Question> {
  let found: Question | undefined;
  await until(
    async () => {
      found = (await openQuestions(house)).find(
        ({ matter }) => kind === undefined || matter.kind === kind,
      );
      return found !== undefined;
    },
    8000,
    `a question${kind === undefined ? "" : `: ${kind}`}`,
  );
  return found as Question;
}

/** The hash that a yes has to name: of the bytes on the screen. */
export const hashOf = ({
  matter,
  revision,
}: Pick<Question, "matter" | "revision">): string | undefined =>
  matter.kind === "call" ? (revision?.argumentsHash ?? matter.subject.argumentsHash) : undefined;

let passed = 0;
const monotonic = clock.monotonic.bind(clock);
/** Lets milliseconds pass by the clock that measures how long a question is shown, and waits for none of them. */
export function pass(ms: number): void {
  passed += ms;
  Object.assign(clock, { monotonic: () => monotonic() + passed });
}

/**
 * Shows the question and answers it.
 * @param wait milliseconds between the two; the time in which a yes is dead passes at once unless said otherwise
 */
export async function answer(house: House, question: Question, verdict: Verdict, wait?: number) {
  const { id } = question;
  const shown = await asking(house, "questions.show", { id });
  if (!shown.ok) throw new Error(shown.error.sentence);
  const { nonce, deadTime } = shown.value;
  const dead =
    verdict.type !== "allow" ? 0 : deadTime[verdict.lifetime === "always" ? "always" : "once"] + 30;
  if (wait === undefined) pass(dead);
  else await new Promise((resolve) => setTimeout(resolve, wait));
  return asking(house, "questions.answer", { id, nonce, verdict, hash: hashOf(shown.value) });
}

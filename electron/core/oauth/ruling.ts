// The rules that one step checked, in order. Judging functions write here and throw: what the person sees in
// the X-ray is what was decided by, not a retelling of it.
import type { Refusal } from "../errors.ts";
import type { FlowRule } from "./types.ts";

export interface RuleWords {
  readonly expected?: string | null;
  readonly found?: unknown;
}

const LONGEST = 200;

const textOf = (value: unknown): string =>
  typeof value === "string"
    ? value
    : value === undefined
      ? "nothing"
      : (JSON.stringify(value) ?? "nothing");

const oneLine = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, "�");

/**
 * Any value as one short line: no control, format or line-breaking characters, cut where it is long. Only for what
 * secrets were taken out of before: half a secret is not found any more.
 */
export function plain(value: unknown): string {
  const text = textOf(value);
  return text.length > LONGEST ? `${oneLine(text.slice(0, LONGEST))}…` : oneLine(text);
}

/** The same for facts of a refusal, which are searched for secrets later: a long text is not cut but described. */
export function quoted(value: unknown): string {
  const text = textOf(value);
  return text.length > LONGEST ? `a text of ${text.length} characters` : oneLine(text);
}

export class Ruling {
  readonly rules: FlowRule[] = [];
  claims: Readonly<Record<string, unknown>> | null = null;
  /** The answer was foreseen by its RFC and is nobody's failure, though the step goes no further. */
  remark = false;
  readonly #clean: (text: string) => string;

  /** @param clean takes secrets out of a text before it is cut */
  constructor(clean: (text: string) => string = (text) => text) {
    this.#clean = clean;
  }

  /**
   * Records a rule that decides.
   * @throws what `refusal` makes, when the rule does not hold
   */
  must(
    id: string,
    source: string,
    ok: boolean,
    words: RuleWords,
    refusal: () => Refusal,
  ): asserts ok {
    this.note(id, source, ok, words);
    if (!ok) throw refusal();
  }

  /** Records a rule that informs: a breach is shown and nothing is refused for it. */
  note(id: string, source: string, ok: boolean, words: RuleWords = {}): void {
    this.rules.push({
      id,
      source,
      ok,
      expected:
        words.expected === undefined || words.expected === null ? null : this.#show(words.expected),
      found: "found" in words ? this.#show(words.found) : null,
    });
  }

  #show(value: unknown): string {
    return plain(this.#clean(textOf(value)));
  }
}

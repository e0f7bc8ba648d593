// What `opa check --format json` says, as faults with their places. The text is another program's: it is read as unknown.
import { z } from "zod";

/** One fault of a Rego source. */
export interface RegoFault {
  /** Line, from 1; 0 where it concerns the whole source. */
  readonly row: number;
  /** Character of the line (code points), from 1; 0 where it concerns the whole line. */
  readonly column: number;
  readonly message: string;
}

/** What is known of a Rego source. */
export interface RegoCheck {
  /** `missing`: the program opa was not found, and nothing was checked. */
  readonly compiler: "ready" | "missing";
  /** In the order of their places. */
  readonly faults: readonly RegoFault[];
}

const MOST_FAULTS = 50;
const MOST_MESSAGE = 300;

const answer = z.object({
  errors: z.array(
    z.object({
      message: z.string(),
      location: z
        .object({ row: z.number().int().catch(0), col: z.number().int().catch(0) })
        .optional(),
    }),
  ),
});

/**
 * @param text standard output or error of `opa check --format json`
 * @param source what was checked: a place behind its end is moved to its last line
 * @returns null where the text is something else
 */
export function readFaults(text: string, source: string): RegoFault[] | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = answer.safeParse(json);
  if (!parsed.success) return null;
  // The end of the text is told as the line after it.
  const lines = source.replace(/\n+$/, "").split("\n").length;
  const all = parsed.data.errors.map(({ message, location }): RegoFault => {
    const { row = 0, col = 0 } = location ?? {};
    const beyond = row > lines;
    return {
      row: Math.max(0, Math.min(row, lines)),
      column: beyond ? 0 : Math.max(0, col),
      message: message.slice(0, MOST_MESSAGE),
    };
  });
  // One slip is often told twice, the second time in full.
  const saidBetter = (one: RegoFault, i: number): boolean =>
    all.some(
      (other, j) =>
        i !== j &&
        other.row === one.row &&
        other.message.startsWith(one.message) &&
        (other.message !== one.message || j < i),
    );
  return all
    .filter((one, i) => !saidBetter(one, i))
    .sort((a, b) => a.row - b.row || a.column - b.column)
    .slice(0, MOST_FAULTS);
}

// The program's own log on standard error: one line per event, nothing that a library said about its input.
import type { Facts } from "./core/errors.ts";
import type { Log } from "./core/log.ts";

/** `quiet` leaves out `info`, for a terminal that a person reads. */
export function stderrLog({ quiet }: { readonly quiet: boolean }): Log {
  const write = (level: string, event: string, facts: Facts | undefined): void => {
    const rest = facts === undefined ? "" : ` ${JSON.stringify(facts)}`;
    process.stderr.write(`${new Date().toISOString()} ${level} ${event}${rest}\n`);
  };
  return {
    info: (event, facts) => {
      if (!quiet) write("info", event, facts);
    },
    warn: (event, facts) => write("warn", event, facts),
    error: (event, error, facts) => write("error", event, { ...facts, ...reduced(error) }),
  };
}

/** Name, code and frames. The message stays out: it can quote what the library was given. */
function reduced(error: unknown): Facts {
  if (!(error instanceof Error)) return { thrown: typeof error };
  const { code } = error as NodeJS.ErrnoException;
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...(typeof code === "string" && { code }),
    at: frames
      .slice(0, 4)
      .map((line) => line.trim())
      .join(" < "),
  };
}

// Words of the doctor screen.
import { plural } from "../lib/format.ts";

export const doctorWords = {
  title: "Doctor",
  subtitle: "What this machine gives Countersign, and what to do about the rest.",
  again: "Check again",
  checking: "Checking this machine",
  fine: "Everything is in order",
  fineText: "Countersign found nothing to mend on this machine.",
  found: (problems: number, warnings: number) =>
    [
      problems > 0 ? plural(problems, { one: "# problem", other: "# problems" }) : "",
      warnings > 0 ? plural(warnings, { one: "# warning", other: "# warnings" }) : "",
    ]
      .filter((part) => part !== "")
      .join(" and "),
  foundText: "Each says what to do. The rest is in order.",
  state: { ok: "In order", warning: "Warning", problem: "Problem" },
  remedy: "Remedy",
} as const;

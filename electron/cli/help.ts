// What `--help` prints.
import { REFUSALS } from "../core/errors.ts";
import { GLOBAL_OPTIONS } from "./parse.ts";
import type { Command, OptionTable } from "./types.ts";

const columns = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join("");
};

const optionRows = (table: OptionTable): [string, string][] =>
  Object.entries(table).map(([name, { value, help }]) => [
    `--${name}${value === undefined ? "" : ` ${value}`}`,
    help,
  ]);

export function overview(commands: readonly Command[]): string {
  const rows = commands.map((c): [string, string] => [c.words.join(" "), c.summary]);
  return `Countersign holds the keys of your AI assistants and shows every call they make.

usage: countersign <command> [options]

${columns([...rows, ["help exit-codes", "what each exit code means"]])}
Options of every command:
${columns(optionRows(GLOBAL_OPTIONS))}
Servers, agents, issuers and certificates are named by their name or id. Secrets come from standard input, never from arguments.
Exit codes: 0 done, 1 refused or failed, 64 usage, 66 no such name, 69 not running, 72 already running,
77 vault or sign-in; all of them: countersign help exit-codes
`;
}

export function helpOf({ words, synopsis, summary, options, notes, examples }: Command): string {
  const usage = ["countersign", ...words, ...(synopsis === "" ? [] : [synopsis])].join(" ");
  return `${usage}

  ${summary.replace(/^./, (first) => first.toUpperCase())}.${notes === undefined ? "" : ` ${notes}`}

Options:
${columns(optionRows({ ...options, ...GLOBAL_OPTIONS }))}
Examples:
${examples.map((example) => `  ${example}\n`).join("")}`;
}

/** From sysexits.h where one fits. */
const EXITS: Readonly<Record<number, string>> = {
  1: "refused, failed, or a problem was found",
  64: "the command was used wrongly, or its input is not valid",
  65: "a file, message or certificate cannot be read",
  66: "there is no such server, agent, tenant, issuer, account, certificate, flow, call or file",
  69: "Countersign is not running on this data folder, or its lab is off",
  71: "the data folder cannot be used",
  72: "Countersign is already running on this data folder",
  73: "a settings file cannot be written",
  74: "the journal cannot be written",
  75: "the port is taken",
  76: "a server or issuer could not be reached, or did not answer as it should",
  77: "the place for secrets is not ready, a sign-in is needed, or a certificate has expired",
  78: "a launch switch was refused",
};

/** Made from the table of refusals: a code that nobody described is still listed. */
export function exitCodes(): string {
  const byExit = new Map<number, string[]>([[0, []]]);
  for (const [code, [, , exit]] of Object.entries(REFUSALS)) {
    byExit.set(exit, [...(byExit.get(exit) ?? []), code]);
  }
  const rows = [...byExit].sort(([a], [b]) => a - b);
  return `Exit codes, and the error codes behind them (\`--json\` prints those):

${rows
  .map(([exit, codes]) => {
    const what = exit === 0 ? "done" : (EXITS[exit] ?? "see the error code");
    const list = codes.join(", ").replaceAll(/(.{1,88})(?:, |$)/g, "      $1\n");
    return `  ${String(exit).padStart(3)}  ${what}\n${list}`;
  })
  .join("")}  130  ended by Ctrl-C while a secret was typed
`;
}

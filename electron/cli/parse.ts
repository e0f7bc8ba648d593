// Reads the arguments against the tables of commands. What is refused is never quoted back beyond the name of
// an option: a stray word may be a secret that was meant for somewhere else.
import { parseArgs } from "node:util";
import { asTyped } from "../core/command-line.ts";
import { Refusal } from "../core/errors.ts";
import { visible } from "./text.ts";
import type { Command, Given, OptionTable } from "./types.ts";

export const GLOBAL_OPTIONS: OptionTable = {
  data: {
    type: "string",
    value: "DIR",
    help: "the data folder (default: your system's place for app data)",
  },
  tenant: { type: "string", value: "ID", help: "the tenant to work in" },
  json: { type: "boolean", help: "one JSON value per line on standard output; errors as JSON too" },
  help: { type: "boolean", help: "how the command is used" },
};

/** Names under which people expect to give a secret. */
const SECRET_NAME =
  /(^|[-_])(api-?key|key|secret|token|password|passwd|passphrase|credentials?|bearer|authorization|pat)$/i;

/** How a command is not used. Options and names in it are what a person typed; words of ours are as they are typed here. */
export const usage = (reason: string): Refusal => new Refusal("usage", { reason: asTyped(reason) });

export const looksSecret = (name: string): boolean => SECRET_NAME.test(name);

const noSecrets = (name: string): Refusal =>
  usage(
    `A secret never goes on the command line, where other programs can read it. Leave out the value of --${name}: it is asked for, or read from standard input, as in: printf %s "$KEY" | countersign …`,
  );

export interface Parsed {
  readonly command: Command | null;
  /** What stood there instead of a command, for the message. */
  readonly words: readonly string[];
  readonly given: Given;
  readonly help: boolean;
}

interface OptionToken {
  readonly kind: "option";
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function split(argv: readonly string[]): [string[], string[] | null] {
  const at = argv.indexOf("--");
  return at === -1 ? [[...argv], null] : [argv.slice(0, at), argv.slice(at + 1)];
}

/** The command that the first words name; the longest one, so that `server add` is not `server`. */
function commandOf(words: readonly string[], commands: readonly Command[]): Command | null {
  const matching = commands.filter((c) => c.words.every((word, i) => words[i] === word));
  return matching.sort((a, b) => b.words.length - a.words.length)[0] ?? null;
}

function checkOption(token: OptionToken, table: OptionTable, command: Command | null): void {
  const shown = visible(token.rawName).slice(0, 40);
  const spec = table[token.name];
  const own = command === null ? GLOBAL_OPTIONS : { ...GLOBAL_OPTIONS, ...command.options };
  if (spec === undefined || !Object.hasOwn(own, token.name)) {
    if (looksSecret(token.name)) throw noSecrets(token.name.slice(0, 40));
    const where = command === null ? "" : ` of countersign ${command.words.join(" ")}`;
    throw usage(`There is no option ${shown}${where}.`);
  }
  if (spec.type === "boolean") {
    if (token.value === undefined) return;
    throw looksSecret(token.name) ? noSecrets(token.name) : usage(`${shown} takes no value.`);
  }
  const { value, inlineValue } = token;
  if (value === undefined || value === "" || (inlineValue !== true && /^-./.test(value))) {
    throw usage(
      `${shown} needs a value${value ? `; where it begins with a dash, write ${shown}=VALUE` : ""}.`,
    );
  }
}

/** @throws Refusal `usage` */
export function parse(argv: readonly string[], commands: readonly Command[]): Parsed {
  const [head, rest] = split(argv);
  // One table for all: how many words an option takes must be known before the command is.
  const table: OptionTable = Object.assign({}, GLOBAL_OPTIONS, ...commands.map((c) => c.options));
  const { values, positionals, tokens } = parseArgs({
    args: head.map((arg) => (arg === "-h" ? "--help" : arg)),
    options: Object.fromEntries(
      Object.entries(table).map(([name, { type }]) => [name, { type, multiple: true }]),
    ),
    strict: false,
    tokens: true,
    allowPositionals: true,
  });

  const command = commandOf(positionals, commands);
  const options = tokens.filter((token) => token.kind === "option") as OptionToken[];
  for (const token of options) checkOption(token, table, command);
  for (const { name, rawName } of options) {
    const times = options.filter((other) => other.name === name).length;
    if (times > 1 && table[name]?.multiple !== true) throw usage(`${rawName} may be given once.`);
  }

  const lists = values as Record<string, (string | boolean)[] | undefined>;
  const texts = (name: string): string[] =>
    (lists[name] ?? []).filter((value) => typeof value === "string");
  const given: Given = {
    args: positionals.slice(command?.words.length ?? 0),
    rest,
    flag: (name) => (lists[name] ?? []).includes(true),
    text: (name) => texts(name)[0],
    texts,
  };
  return { command, words: positionals, given, help: given.flag("help") };
}

/** Whether there are as many arguments as the command takes. @throws Refusal `usage` */
export function checkArity({ words, synopsis, arity, rest }: Command, given: Given): void {
  const name = words.join(" ");
  const [least, most] = arity;
  if (given.args.length < least || given.args.length > most) {
    throw usage(`countersign ${name} takes ${synopsis === "" ? "no arguments" : synopsis}.`);
  }
  if (given.rest !== null && rest !== true)
    throw usage(`countersign ${name} takes nothing after --.`);
}

// The command line: finds the command, loads it, runs it, and turns whatever happens into words and an exit code.
import os from "node:os";
import { asTyped, commandLineIs } from "../core/command-line.ts";
import { asRefusal, REFUSALS, Refusal } from "../core/errors.ts";
import { complaint, type Complaint } from "../core/sentences.ts";
import { commandLineOf, defaultDataFolder } from "../options.ts";
import { COMMANDS } from "./commands.ts";
import { pathFor } from "./given.ts";
import { exitCodes, helpOf, overview } from "./help.ts";
import { createOutput, ReaderGone } from "./output.ts";
import { checkArity, parse, type Parsed, usage } from "./parse.ts";
import { Complained, connectRemote, type Remote } from "./remote.ts";
import { createSecretInput, Interrupted } from "./secret-input.ts";
import { jsonLine, visible } from "./text.ts";
import type { Io } from "./types.ts";

const INTERRUPTED = 130;

function folderFor(io: Io, data: string | undefined): string {
  if (data === undefined) return defaultDataFolder(io.env, process.platform, os.homedir());
  return pathFor(io, data);
}

/** `--help`, `help` and their topics; null where something is to be done. */
function helpFor({ command, words, help }: Parsed): string | null {
  if (words[0] === "help") {
    if (words[1] === "exit-codes") return exitCodes();
    const topic = COMMANDS.filter((c) => words.slice(1).every((word, i) => c.words[i] === word));
    return words.length > 1 && topic.length > 0 ? topic.map(helpOf).join("\n") : overview(COMMANDS);
  }
  if (!help) return null;
  if (command !== null) return helpOf(command);
  const group = words.length === 0 ? [] : COMMANDS.filter((c) => c.words[0] === words[0]);
  return group.length > 0 ? group.map(helpOf).join("\n") : overview(COMMANDS);
}

function unknownCommand(words: readonly string[]): Refusal {
  const [first] = words;
  if (first === undefined) return usage("Say which command.");
  const group = COMMANDS.filter((c) => c.words.length > 1 && c.words[0] === first);
  if (group.length > 0) {
    const known = group.map((c) => c.words[1]).join(", ");
    return usage(`countersign ${first} does one of: ${known}.`);
  }
  return usage(`There is no command “${first.slice(0, 24)}”.`);
}

/** A wrong use is answered with the help of the very command, where it is known which. */
function toComplaint(error: unknown, about: readonly string[]): Complaint {
  if (error instanceof Complained) return error.complaint;
  const refusal = asRefusal(error);
  if (refusal.code !== "usage" || about.length === 0) return complaint(refusal);
  const help = asTyped(`countersign ${about.join(" ")} --help`);
  return complaint(new Refusal("usage", { help, ...refusal.facts }));
}

/** The first words that are a command's, or the beginning of several. */
function commandIn(argv: readonly string[]): readonly string[] {
  const known = (words: readonly string[]): boolean =>
    COMMANDS.some((c) => words.every((word, i) => c.words[i] === word));
  // A value of an option may stand before it: `--data DIR server add`.
  const at = argv.findIndex((word) => known([word]));
  if (at === -1) return [];
  const two = argv.slice(at, at + 2);
  return known(two) ? two : two.slice(0, 1);
}

/** A newer Countersign may answer with a code that this one does not know. */
function exitOf({ code }: Complaint): number {
  return Object.hasOwn(REFUSALS, code) ? REFUSALS[code][2] : 1;
}

function complain(error: unknown, argv: readonly string[], io: Io, json: boolean): number {
  const said = toComplaint(error, commandIn(argv));
  const { code, sentence, advice } = said;
  const text = json
    ? jsonLine({ error: { code, sentence, advice } })
    : `${visible(sentence)}\n${visible(advice)}\n`;
  io.stderr.write(text);
  return exitOf(said);
}

/**
 * Runs one command to its end.
 * @param argv without program and script
 * @returns the exit code: 0, that of the refusal (electron/core/errors.ts), or 130 after Ctrl-C at a prompt
 */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  // Until the arguments are read, how errors are to be printed can only be guessed from them.
  const end = argv.indexOf("--");
  commandLineIs(commandLineOf(io.env));
  let json = argv.slice(0, end === -1 ? argv.length : end).includes("--json");
  let remote: Promise<Remote> | null = null;
  try {
    const parsed = parse(argv, COMMANDS);
    const { command, given } = parsed;
    json = given.flag("json");
    const colour =
      io.stdout.isTTY === true && !io.env["NO_COLOR"] && io.env["TERM"] !== "dumb" && !json;
    const out = createOutput(io.stdout, { json, colour });
    const help = helpFor(parsed);
    if (help !== null) {
      await out.lines(asTyped(help.replace(/\n$/, "")));
      return 0;
    }
    if (command === null) throw unknownCommand(parsed.words);
    checkArity(command, given);
    const run = await command.load();
    const folder = folderFor(io, given.text("data"));
    const code = await run({
      ...given,
      io,
      out,
      folder,
      tenant: given.text("tenant"),
      secrets: createSecretInput(io),
      connect: () => (remote ??= connectRemote(folder)),
    });
    return code ?? 0;
  } catch (error) {
    if (error instanceof ReaderGone) return 0;
    if (error instanceof Interrupted) return INTERRUPTED;
    return complain(error, argv, io, json);
  } finally {
    // oxlint-disable-next-line typescript/no-unnecessary-condition -- assigned in the closure above
    await (remote as Promise<Remote> | null)?.then(
      (open) => open.close(),
      () => undefined,
    );
  }
}

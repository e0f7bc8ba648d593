// The surface that asks, on the terminal that Countersign was started on: for a machine with neither display nor browser. A
// yes is a code that is drawn anew for each showing and written to that terminal alone, so that a program that can only
// type, or only run commands, cannot say it.
import type { Reply, ShownQuestion } from "./contract.ts";
import type { Question, Verdict } from "./core/permission/questions.ts";
import type { Terminal } from "./host/terminal/terminal.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import type { Desk } from "./surface.ts";
import { MOST_TEXT, questionText } from "./terminal-text.ts";

export interface TerminalAskingParts {
  readonly desk: Desk;
  readonly terminal: Terminal;
  /** A number from 0 up to this one, from the system's own randomness. */
  readonly draw: (below: number) => number;
  /** Milliseconds that never jump. */
  readonly monotonic: () => number;
  /** The terminal is gone: what waits is denied. */
  readonly gone: () => void;
}

/** Without letters and digits that look alike. Six of them: 1 in 887 million for each guess. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const LENGTH = 6;
/** Lines that are no answer, before the answer is no. */
const TRIES = 3;

interface Showing {
  readonly question: ShownQuestion;
  readonly code: string;
  /** The tool whose name a yes needs besides the code. */
  readonly name: string | null;
  /** It was too long to be shown whole. */
  readonly onlyDeny: boolean;
  readonly aliveAt: number;
  step: "code" | "name" | "answered";
  triesLeft: number;
}

/** Asks until it is closed. */
export function approveOnTerminal(parts: TerminalAskingParts): { close(): void } {
  const { desk, terminal } = parts;
  let showing: Showing | null = null;
  let stopListening: (() => void) | null = null;
  let closed = false;

  const call = async <T>(method: string, input: unknown): Promise<Reply<T>> =>
    (await desk.call("approval", method, input)) as Reply<T>;
  const say = (line: string): void => terminal.write(`${line}\n`);
  const prompt = (text = "> "): void => terminal.write(text);

  const settle = oneAtATime(async () => {
    const reply = await call<readonly Question[]>("questions.list", {});
    if (closed || !reply.ok) return;
    const open = reply.value;
    if (showing !== null) {
      const { id } = showing.question;
      if (open.some((one) => one.id === id)) return;
      if (showing.step !== "answered") say("\nThis question is over, and was denied.");
      showing = null;
    }
    const [first] = open;
    if (first !== undefined) return show(first.id, open.length - 1);
    // What is typed while nothing is asked is nobody's answer: it is not read until something is.
    stopListening?.();
    stopListening = null;
  });

  async function show(id: string, more: number): Promise<void> {
    const reply = await call<ShownQuestion>("questions.show", { id });
    if (closed || !reply.ok) return;
    const question = reply.value;
    const { matter, deadTime } = question;
    const text = questionText(question, more);
    const subject = matter.kind === "call" ? matter.subject : null;
    const code = Array.from({ length: LENGTH }, () => LETTERS[parts.draw(LETTERS.length)]).join("");
    const onlyDeny = text.length > MOST_TEXT;
    showing = {
      question,
      code,
      name: subject?.destructive === true ? subject.tool : null,
      onlyDeny,
      aliveAt: parts.monotonic() + (isForGood(matter.kind) ? deadTime.always : deadTime.once),
      step: "code",
      triesLeft: TRIES,
    };
    // The bell, as a terminal's badge.
    terminal.write(`\u0007${onlyDeny ? `${text.slice(0, 2048)}\n…\n` : text}`);
    say(
      onlyDeny
        ? "It is too long to be read here, and can only be denied: press Enter."
        : `To allow it${isForGood(matter.kind) ? "" : " this once"}, type  ${code}  and press Enter.`,
    );
    say("n or Enter alone denies. p denies and pauses the agent. Silence for 45 seconds denies.");
    prompt();
    stopListening ??= terminal.listen((line) => void take(line));
  }

  async function take(line: string): Promise<void> {
    const now = showing;
    if (now === null || now.step === "answered") return;
    if (parts.monotonic() < now.aliveAt) {
      // Typed before anybody could have read it.
      say("Too early: read it first.");
      return prompt();
    }
    const text = line.trim();
    const word = text.toLowerCase();
    if (now.step === "name") {
      return text === "" ? answer(now, { type: "deny" }) : answer(now, yesTo(now, line));
    }
    if (word === "" || word === "n" || word === "no") return answer(now, { type: "deny" });
    if (word === "p") return answer(now, { type: "deny-and-pause" });
    if (word === now.code && !now.onlyDeny) {
      if (now.name === null) return answer(now, yesTo(now, null));
      now.step = "name";
      say("Now type the tool's name, exactly as it is shown.");
      return prompt("name> ");
    }
    now.triesLeft--;
    if (now.triesLeft <= 0) return answer(now, { type: "deny" });
    const { id, nonce } = now.question;
    await call("questions.hold", { id, nonce });
    say(`That is not the code. Tries left: ${now.triesLeft}.`);
    prompt();
  }

  async function answer(now: Showing, verdict: Verdict): Promise<void> {
    now.step = "answered";
    const { question } = now;
    const { id, nonce, matter, revision } = question;
    const hash =
      matter.kind === "call"
        ? (revision?.argumentsHash ?? matter.subject.argumentsHash)
        : undefined;
    const reply = await call<{ url: string | null }>("questions.answer", {
      id,
      nonce,
      verdict,
      hash,
    });
    if (reply.ok) {
      say(verdict.type === "allow" ? "Allowed." : "Denied.");
      if (reply.value.url !== null) say(`Sign in here:  ${reply.value.url}`);
    } else {
      say(`${reply.error.sentence} ${reply.error.advice}`);
      // It waits on, and is shown anew with another code.
      if (reply.error.code !== "question_closed") showing = null;
    }
    void settle();
  }

  const unwatch = desk.watch((event) => {
    if (event.type === "changed" && event.what === "questions") void settle();
  });
  terminal.onGone(() => {
    if (!closed) parts.gone();
  });
  void settle();
  return {
    close() {
      closed = true;
      unwatch();
      stopListening?.();
      terminal.close();
    },
  };
}

/** What is no call and no sign-in stands until it is taken back. */
const isForGood = (kind: Question["matter"]["kind"]): boolean =>
  kind !== "call" && kind !== "sign-in" && kind !== "page";

function yesTo({ question }: Showing, typed: string | null): Verdict {
  return {
    type: "allow",
    ...(isForGood(question.matter.kind)
      ? { lifetime: "always", scope: "tool" }
      : { lifetime: "once", scope: "arguments" }),
    ...(typed === null ? {} : { typed }),
  };
}

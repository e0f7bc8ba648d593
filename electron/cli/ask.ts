// A question to the person at the terminal. What is typed is shown; a secret is never asked for here.
import { createInterface } from "node:readline";
import { Interrupted } from "./secret-input.ts";
import { visible } from "./text.ts";
import type { Io } from "./types.ts";

/** Whether somebody is there to answer. */
export const isAttended = ({ stdin, stderr }: Io): boolean =>
  stdin.isTTY === true && stderr.isTTY === true;

/**
 * @param fallback what Enter alone means
 * @throws Interrupted on Ctrl-C
 */
export async function agrees(io: Io, question: string, fallback: boolean): Promise<boolean> {
  const reader = createInterface({ input: io.stdin, output: io.stderr, terminal: false });
  io.stderr.write(`${visible(question)} [${fallback ? "Y/n" : "y/N"}] `);
  try {
    const line = await new Promise<string>((resolve, reject) => {
      reader.once("line", resolve);
      reader.once("SIGINT", () => reject(new Interrupted()));
      // The end of the input is no answer, and no answer is no.
      reader.once("close", () => resolve("n"));
    });
    const typed = line.trim().toLowerCase();
    return typed === "" ? fallback : typed === "y" || typed === "yes";
  } finally {
    reader.close();
    io.stdin.pause();
  }
}

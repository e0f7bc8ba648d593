// What is said while a sign-in is waited for: a countdown on a terminal, and a line for whatever changes.
import type { SignInState } from "../contract.ts";
import { visible } from "./text.ts";
import type { Context } from "./types.ts";

export interface WaitLine {
  show(state: SignInState & { state: "waiting" }): Promise<void>;
  /** Takes the countdown away. */
  clear(): void;
}

const ASKS = "Another account came back. Countersign asks about it where it asks its questions.";
const CLEAR = "\r\u001b[K";

const clock = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};

export function createWaitLine({ io, out }: Context): WaitLine {
  // Beside the output, so that a pipe gets nothing of it.
  const live = !out.json && io.stderr.isTTY === true && io.stdout.isTTY === true;
  let told = "";
  const clear = (): void => {
    if (live) io.stderr.write(CLEAR);
  };
  return {
    clear,
    async show({ device, asks }) {
      if (asks === true && !out.json) {
        if (told !== ASKS) await out.line(ASKS);
        told = ASKS;
        return;
      }
      if (device === null || out.json) return;
      const news = device.slowed
        ? `The issuer wants to be asked less often: every ${device.everySeconds} s now.`
        : (device.trouble?.sentence ?? "");
      if (news !== told && news !== "") {
        clear();
        await out.line(news);
      }
      told = news;
      if (live) {
        const left = clock(device.expiresAt - Date.now());
        io.stderr.write(`${CLEAR}${visible(`${left} left, asked every ${device.everySeconds} s`)}`);
      }
    },
  };
}

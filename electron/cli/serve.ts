// `serve`: the headless form, in this process.
import path from "node:path";
import { createCountersign } from "../compose.ts";
import { openTerminal } from "../host/terminal/terminal.ts";
import { serve } from "../serve.ts";
import type { Run } from "./types.ts";

/** Asked once to end, it ends cleanly; what opened half-way is closed, too. */
function asked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(signal, () => resolve());
    }
    if (process.connected) process.once("disconnect", () => resolve());
  });
}

export const serveCommand: Run = ({ folder, io, text, flag }) => {
  const until = asked();
  const port = text("port");
  const vault = text("vault");
  const args = [
    `--data=${folder}`,
    ...(port === undefined ? [] : [`--port=${port}`]),
    ...(vault === undefined ? [] : [`--vault=${vault}`]),
    ...(flag("approve-on-terminal") ? ["--approve-on-terminal"] : []),
  ];
  return serve(args, {
    compose: createCountersign,
    commandLine: [process.execPath, path.join(__dirname, "cli.cjs")],
    assetFolder: path.join(__dirname, "../renderer"),
    out: (words) => io.stdout.write(words),
    err: (words) => io.stderr.write(words),
    openTerminal: () => openTerminal(process.env),
    untilAsked: () => until,
  });
};

// Composition root without Electron.
import path from "node:path";
import { createCountersign } from "./compose.ts";
import { openTerminal } from "./host/terminal/terminal.ts";
import { complain, serve } from "./serve.ts";

/**
 * SIGINT and SIGTERM ask for a clean end, and so does the launcher's own end, whatever ended it. Listened for
 * from the first moment: a start that is broken off half-way must close what it opened, too.
 */
const asked = new Promise<void>((resolve) => {
  const ask = (): void => resolve();
  process.once("SIGINT", ask).once("SIGTERM", ask).once("SIGHUP", ask);
  if (process.connected) process.once("disconnect", ask);
});

// An error that nothing caught leaves the program in an unknown state: it says so and ends.
process.on("uncaughtException", (error) => {
  process.exit(complain(error, (text) => process.stderr.write(text)));
});

const ended = serve(process.argv.slice(2), {
  compose: createCountersign,
  commandLine: [process.execPath, path.join(__dirname, "cli.cjs")],
  assetFolder: path.join(__dirname, "../renderer"),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  openTerminal: () => openTerminal(process.env),
  untilAsked: () => asked,
});
void ended.then((code) => {
  process.exitCode = code;
  // What still runs now is a leak; a person who pressed Ctrl-C should not have to wait for it.
  setTimeout(() => process.exit(code), 3000).unref();
  if (process.connected) process.disconnect();
});

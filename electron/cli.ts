// The command line's entry. What it does is in cli/run.ts, which tests call with streams of their own.
import { runCli } from "./cli/run.ts";

void runCli(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
}).then((code) => {
  process.exitCode = code;
  // A pipe that nobody closes must not keep a command alive that has nothing left to do.
  process.stdin.destroy();
});

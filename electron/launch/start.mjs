#!/usr/bin/env node
// `npm start`: builds what is stale, then opens the desktop app, or says why not and serves the browser.
import path from "node:path";
import { parseArgs } from "node:util";
import { buildIfStale } from "./build.mjs";
import { findDesktop } from "./desktop.mjs";
import { cleanEnvironment } from "./environment.mjs";
import { START_HELP, START_OPTIONS } from "./option-table.mjs";
import { handOver, root } from "./process.mjs";

const args = process.argv.slice(2);
const say = (line) => console.error(line);

process.exitCode = await start();

async function start() {
  let values;
  try {
    ({ values } = parseArgs({ args, options: START_OPTIONS, allowPositionals: false }));
  } catch (error) {
    say(`${error.message.split(". ")[0].replace(/\.$/, "")}.\n\n${START_HELP}`);
    return 64;
  }
  if (values.help) {
    console.log(START_HELP);
    return 0;
  }
  if (!(await buildIfStale(say))) return 1;

  const env = cleanEnvironment(process.env);
  // Questions on a terminal are for a start without a window.
  if (!values.headless && !values["approve-on-terminal"]) {
    const desktop = await findDesktop({ env, say });
    if (desktop.program !== null) return handOver(desktop.program, [root, ...args], { env });
    say(`No window: ${desktop.reason}. The same interface is served to your browser.`);
  }
  const script = path.join(root, "dist", "main", "headless.cjs");
  return handOver(process.execPath, [script, ...args], { env, channel: true });
}

#!/usr/bin/env node
// `npm run -s countersign -- …`: the command line from a checkout.
import path from "node:path";
import { buildIfStale } from "./build.mjs";
import { cleanEnvironment } from "./environment.mjs";
import { handOver, root } from "./process.mjs";

// Quiet: standard output belongs to the command, and a build is worth a line only where it fails.
let words = "";
const good = await buildIfStale((line) => {
  words += `${line}\n`;
});
if (good) {
  const script = path.join(root, "dist", "main", "cli.cjs");
  process.exitCode = await handOver(process.execPath, [script, ...process.argv.slice(2)], {
    env: cleanEnvironment(process.env),
  });
} else {
  process.stderr.write(words);
  process.exitCode = 1;
}

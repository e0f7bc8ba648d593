#!/usr/bin/env node
// The part of 7-Zip's command line that electron-builder speaks for a tar.gz, done with zlib: for machines that cannot
// download 7-Zip. electron-builder finds it through ELECTRON_BUILDER_7ZIP_PATH.
import fs from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

const args = process.argv.slice(2);
const [to, from] = args.slice(-2);
if (args[0] !== "a" || !to.endsWith(".tar.gz")) {
  throw new Error("this makes only a tar.gz: set ELECTRON_BUILDER_7ZIP_PATH to a real 7za");
}
const level = Number(args.find((word) => /^-mx=?\d$/.test(word))?.at(-1) ?? 6);
await pipeline(fs.createReadStream(from), createGzip({ level }), fs.createWriteStream(to));

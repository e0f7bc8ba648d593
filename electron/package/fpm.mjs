#!/usr/bin/env node
// The part of fpm's command line that electron-builder speaks, done with what the systems themselves make packages
// with: for machines that have no fpm and cannot download it. electron-builder finds it through CUSTOM_FPM_PATH.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { makeDeb } from "./deb.mjs";
import { makeRpm } from "./rpm.mjs";

const MAKERS = { deb: makeDeb, rpm: makeRpm };

const WITH_VALUE = new Set([
  "-s",
  "-t",
  "-d",
  "--deb-recommends",
  "--deb-compression",
  "--deb-priority",
  "--rpm-compression",
  "--rpm-os",
  "--rpm-summary",
  "--architecture",
  "--after-install",
  "--after-remove",
  "--description",
  "--version",
  "--package",
  "--name",
  "--maintainer",
  "--vendor",
  "--url",
  "--license",
  "--category",
]);

/**
 * What is asked for, read once for both makers.
 * @typedef {object} Asked
 * @property {string} tree holds the files in their places
 * @property {string[]} places what was put there, by its path in the tree
 * @property {(name: string) => string | undefined} one the last value of an option
 * @property {(name: string) => string[]} all all its values
 * @property {string | undefined} level how hard to compress, 0 to 9, where somebody says so
 */

const { options, places } = readArguments(process.argv.slice(2));
const all = (name) => options[name] ?? [];
const one = (name) => all(name).at(-1);
const make = MAKERS[one("-t")];
if (one("-s") !== "dir" || make === undefined)
  throw new Error("this makes only a deb or an rpm of a folder: set CUSTOM_FPM_PATH to a real fpm");

const work = fs.mkdtempSync(path.join(os.tmpdir(), "package-"));
try {
  const tree = path.join(work, "tree");
  fs.mkdirSync(tree, { mode: 0o755 });
  for (const [from, to] of places) put(from, path.join(tree, to));
  fs.rmSync(one("--package"), { force: true });
  make({
    tree,
    places: places.map(([, to]) => to),
    one,
    all,
    level: process.env.ELECTRON_BUILDER_COMPRESSION_LEVEL || undefined,
  });
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}

/** Unknown words end it: what is not understood must not silently be missing from the package. */
function readArguments(args) {
  const options = {};
  const places = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i];
    const [, name, value] = /^(--[a-z-]+)=(.*)$/s.exec(word) ?? [];
    if (WITH_VALUE.has(word)) (options[word] ??= []).push(args[++i]);
    else if (WITH_VALUE.has(name)) (options[name] ??= []).push(value);
    else if (!word.startsWith("-") && word.includes("=")) places.push(word.split("="));
    else if (word !== "--force") throw new Error(`fpm: unknown argument ${word}`);
  }
  return { options, places };
}

function put(from, to) {
  if (from.endsWith("/")) {
    fs.cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    return;
  }
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, to);
  fs.chmodSync(to, 0o644);
}

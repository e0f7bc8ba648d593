#!/usr/bin/env node
// The part of fpm's command line that electron-builder speaks for a .deb, done with dpkg-deb: for machines that have no
// fpm and cannot download it. electron-builder finds it through CUSTOM_FPM_PATH.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const WITH_VALUE = new Set([
  "-s",
  "-t",
  "-d",
  "--deb-recommends",
  "--deb-compression",
  "--deb-priority",
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
const COMPRESSION = { gz: "gzip", xz: "xz", zst: "zstd" };

const { options, places } = readArguments(process.argv.slice(2));
if (one("-s") !== "dir" || one("-t") !== "deb")
  throw new Error("this makes only a deb of a folder");

const work = fs.mkdtempSync(path.join(os.tmpdir(), "deb-"));
try {
  fs.chmodSync(work, 0o755);
  for (const [from, to] of places) put(from, path.join(work, to));
  writeControl(work);
  fs.rmSync(one("--package"), { force: true });
  const compression = COMPRESSION[one("--deb-compression") ?? "xz"] ?? "xz";
  const asked = process.env.ELECTRON_BUILDER_COMPRESSION_LEVEL;
  const level = asked ? [`-z${asked}`] : [];
  execFileSync(
    "dpkg-deb",
    ["--root-owner-group", `-Z${compression}`, ...level, "--build", work, one("--package")],
    { stdio: "inherit" },
  );
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
    else if (word !== "--force") throw new Error(`fpm-deb: unknown argument ${word}`);
  }
  return { options, places };
}

function one(name) {
  return options[name]?.at(-1);
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

/** The DEBIAN folder: control (Debian policy 5.3), md5sums, and what runs after installing and removing. */
function writeControl(folder) {
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
  const kib = files.reduce((sum, file) => sum + Math.ceil(fs.statSync(file).size / 1024), 0);
  const sums = files.map((file) => {
    const sum = createHash("md5").update(fs.readFileSync(file)).digest("hex");
    return `${sum}  ${path.relative(folder, file)}\n`;
  });
  const [head, ...rest] = (one("--description") ?? one("--name")).trim().split("\n");
  const fields = [
    ["Package", one("--name")],
    ["Version", one("--version")],
    ["Architecture", one("--architecture")],
    ["Maintainer", one("--maintainer")],
    ["Installed-Size", kib],
    ["Depends", options["-d"]?.join(", ")],
    ["Recommends", options["--deb-recommends"]?.join(", ")],
    ["Section", one("--category") ?? "utils"],
    ["Priority", one("--deb-priority") ?? "optional"],
    ["Homepage", one("--url")],
    ["Description", [head, ...rest.map((line) => ` ${line.trim() || "."}`)].join("\n")],
  ];
  const debian = path.join(folder, "DEBIAN");
  fs.mkdirSync(debian);
  const control = fields.filter(([, value]) => value !== undefined);
  fs.writeFileSync(
    path.join(debian, "control"),
    control.map(([name, value]) => `${name}: ${value}\n`).join(""),
  );
  fs.writeFileSync(path.join(debian, "md5sums"), sums.join(""));
  for (const [option, name] of [
    ["--after-install", "postinst"],
    ["--after-remove", "postrm"],
  ]) {
    if (one(option) === undefined) continue;
    fs.copyFileSync(one(option), path.join(debian, name));
    fs.chmodSync(path.join(debian, name), 0o755);
  }
}

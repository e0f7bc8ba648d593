#!/usr/bin/env node
// `npm run audit:electron`: what a static scanner finds in the built program, held against what was argued before; whether
// Electron still gets updates; whether the registry vouches for every package. Needs the network, and is no part of CI:
// the scanner brings 400 packages, which no dependency of this program shall.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const SCANNER = "@doyensec/electronegativity@1.10.3";
/** What is built, and what it is built from: the scanner reads TypeScript, and says more of it than of a bundle. */
const SCANNED = { dist: ["dist"], source: ["electron", "renderer"] };

const root = path.resolve(import.meta.dirname, "..");
const { devDependencies } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
const version = devDependencies.electron;
const argued = JSON.parse(fs.readFileSync(path.join(root, ".ci/electronegativity.json"), "utf8"));

const faults = [];
const findings = Object.entries(SCANNED).flatMap(scan);
/** Lines and the hashes in built names move with every change; what is found, where and in which words stays. */
const keyOf = ({ check, file }) => `${check} in ${file}`;
const known = new Map(argued.map((one) => [keyOf(one), one]));
for (const finding of findings) {
  if (!known.has(keyOf(finding))) {
    faults.push(`new: ${keyOf(finding)}, ${finding.severity}: ${finding.sample}`);
  }
}
for (const key of known.keys()) {
  if (!findings.some((finding) => keyOf(finding) === key)) faults.push(`argued, but gone: ${key}`);
}
console.log(`${findings.length} findings, ${known.size} kinds of them argued.`);

const newest = run("npm", ["view", "electron", "version"]).stdout.trim();
const behind = Number.parseInt(newest, 10) - Number.parseInt(version, 10);
console.log(`Electron ${version}; the newest is ${newest}.`);
if (!(behind <= 2)) faults.push(`Electron ${version} no longer gets updates`);

const signatures = run("npm", ["audit", "signatures"]);
if (/ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT/.test(signatures.stderr)) {
  console.log("Signatures were not checked: sigstore's keys cannot be fetched from here.");
} else if (signatures.status === 0) console.log(signatures.stdout.trim());
else faults.push(`npm audit signatures: ${signatures.stderr.trim() || signatures.stdout.trim()}`);

for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

function run(program, args) {
  return spawnSync(program, args, { cwd: root, encoding: "utf8" });
}

/** @returns what the scanner says of these folders; it ends with 0 whatever it finds, so its table is read */
function scan([whole, folders]) {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), "countersign-audit-"));
  try {
    const copy = path.join(work, "scanned");
    for (const name of folders) {
      fs.cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
    }
    // It passes over files that end in .cjs, which is what is built.
    for (const name of fs.readdirSync(copy, { recursive: true, encoding: "utf8" })) {
      if (!name.endsWith(".cjs")) continue;
      fs.renameSync(path.join(copy, name), path.join(copy, name.replace(/cjs$/, "js")));
    }
    const out = path.join(work, "found.csv");
    const ran = run("npx", ["--yes", SCANNER, "-i", copy, "-o", out, "-e", version]);
    if (!fs.existsSync(out)) {
      throw new Error(`the scanner did not run: ${ran.stderr || ran.stdout}`);
    }
    const [head = [], ...rows] = parse(fs.readFileSync(out, "utf8"));
    const at = (row, name) => row[head.indexOf(name)] ?? "";
    return rows.map((row) => ({
      check: at(row, "issue"),
      severity: at(row, "severity"),
      file: fileOf(at(row, "filename"), copy, whole),
      sample: at(row, "sample").replaceAll(/\s+/g, " ").slice(0, 120),
    }));
  } finally {
    fs.rmSync(work, { recursive: true });
  }
}

function fileOf(name, copy, whole) {
  // What is missing altogether is found in no file.
  if (name === "N/A") return whole;
  return path.relative(copy, name).replace(/-[\w-]{8}\.(js|css)$/, "-*.$1");
}

/** Rows of a CSV text (RFC 4180). */
function parse(text) {
  const rows = [[""]];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const row = rows.at(-1);
    const c = text[i];
    if (quoted) {
      if (c !== '"') row[row.length - 1] += c;
      else if (text[i + 1] === '"') row[row.length - 1] += text[i++];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ",") row.push("");
    else if (c === "\n") rows.push([""]);
    else if (c !== "\r") row[row.length - 1] += c;
  }
  return rows.filter((row) => row.length > 1).map((row) => row.map((cell) => cell.trim()));
}

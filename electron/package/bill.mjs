// The bill of materials (CycloneDX): what is inside a package, with its hashes, so that it can be held against
// advisories for as long as somebody runs it.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { root } from "../launch/process.mjs";

/**
 * npm lists everything in the lockfile. Of that the bundles hold a part, which the build wrote down; the native
 * modules and Electron itself are inside beside them.
 * @param {string} file where it is written
 * @throws Error where npm cannot make it, or the build left no list
 */
export function writeBill(file) {
  const bill = npmSbom();
  const { dependencies } = readJson(path.join(root, "package.json"));
  const inside = new Set(
    ["electron", ...Object.keys(dependencies), ...bundledPackages()].map(nameAndVersion),
  );
  const byNpm = new Map(bill.components.map((one) => [`${one.name}@${one.version}`, one]));
  const missing = [...inside].filter((one) => !byNpm.has(one));
  if (missing.length > 0) throw new Error(`not in the lockfile, yet inside: ${missing.join(" ")}`);
  // What a native module needs of its own (npm marks it as not for development only) is inside as well.
  bill.components = bill.components.filter(
    (one) => inside.has(`${one.name}@${one.version}`) || !isForDevelopment(one),
  );
  for (const component of bill.components) delete component.scope;
  const own = bill.metadata.component["bom-ref"];
  const kept = new Set([own, ...bill.components.map((component) => component["bom-ref"])]);
  bill.dependencies = bill.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((to) => kept.has(to)) }));
  // npm takes the folder's name for the program's.
  Object.assign(bill.metadata.component, { type: "application", name: "countersign" });
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
}

function npmSbom() {
  const npm = process.env.npm_execpath?.endsWith("npm-cli.js")
    ? [process.execPath, process.env.npm_execpath]
    : ["npm"];
  const made = spawnSync(
    npm[0],
    [...npm.slice(1), "sbom", "--sbom-format=cyclonedx", "--package-lock-only", "--silent"],
    {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 1 << 26,
      timeout: 60_000,
      shell: process.platform === "win32",
    },
  );
  if (made.status !== 0) throw new Error(`npm sbom failed: ${made.stderr?.slice(-1000)}`);
  return JSON.parse(made.stdout);
}

/** @returns {string[]} places below node_modules, such as `react` or `a/node_modules/b`: see vite.config.ts */
const bundledPackages = () =>
  ["main", "preload", "client"].flatMap((part) =>
    readJson(path.join(root, "dist", `${part}.packages.json`)),
  );

function nameAndVersion(place) {
  const { version } = readJson(path.join(root, "node_modules", place, "package.json"));
  return `${place.split("/node_modules/").at(-1)}@${version}`;
}

const isForDevelopment = (component) =>
  component.properties?.some(
    ({ name, value }) => name === "cdx:npm:package:development" && value === "true",
  );

const readJson = (file) => JSON.parse(fs.readFileSync(file, "utf8"));

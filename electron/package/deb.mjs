// A .deb by dpkg-deb.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

const COMPRESSION = { gz: "gzip", xz: "xz", zst: "zstd" };

/** @param {import("./fpm.mjs").Asked} asked */
export function makeDeb({ tree, one, all, level }) {
  writeControl(tree, one, all);
  const compression = COMPRESSION[one("--deb-compression") ?? "xz"] ?? "xz";
  const hard = level === undefined ? [] : [`-z${level}`];
  execFileSync(
    "dpkg-deb",
    ["--root-owner-group", `-Z${compression}`, ...hard, "--build", tree, one("--package")],
    { stdio: "inherit" },
  );
}

/** The DEBIAN folder: control (Debian policy 5.3), md5sums, and what runs after installing and removing. */
function writeControl(folder, one, all) {
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  const kib = files.reduce((sum, file) => sum + Math.ceil(fs.statSync(file).size / 1024), 0);
  const sums = files.map((file) => {
    const sum = createHash("md5").update(fs.readFileSync(file)).digest("hex");
    return `${sum}  ${path.relative(folder, file)}\n`;
  });
  const [head, ...rest] = (one("--description") ?? one("--name")).trim().split("\n");
  const listed = (name) => (all(name).length > 0 ? all(name).join(", ") : undefined);
  const fields = [
    ["Package", one("--name")],
    ["Version", one("--version")],
    ["Architecture", one("--architecture")],
    ["Maintainer", one("--maintainer")],
    ["Installed-Size", kib],
    ["Depends", listed("-d")],
    ["Recommends", listed("--deb-recommends")],
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

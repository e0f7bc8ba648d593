#!/usr/bin/env node
// `npm run package:manifest`: the manifest of updates for what lies in dist/package, and its signature beside it.
//   npm run package:manifest -- --key publisher.key --sequence 8 --base https://releases.example/0.2.0/
// A key is made by: openssl genpkey -algorithm ed25519 -out publisher.key; it is read from a file that nobody else may
// read, or from standard input (--key -). Upload the files first, then both that are written here.
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { root } from "../launch/process.mjs";

const USAGE =
  "usage: npm run package:manifest -- --key FILE|- --sequence N --base https://… [--days 30] [--in FOLDER] [--out FILE]";

/** As electron-builder.yml names its files. */
const NAME =
  /^Countersign-(\d+\.\d+\.\d+)-(linux|mac|win)-(x64|amd64|x86_64|arm64|aarch64)(-setup|-portable)?\.(deb|rpm|AppImage|tar\.gz|dmg|zip|exe)$/;
const SYSTEMS = { linux: "linux", mac: "darwin", win: "win32" };

class Wrong extends Error {}

/** `linux-x64-deb`, as the app asks for it; null for a file that is no package of this version. */
function targetOf(name, version) {
  const [, of, system, machine, kind, end] = NAME.exec(name) ?? [];
  if (of !== version) return null;
  const arch = machine === "arm64" || machine === "aarch64" ? "arm64" : "x64";
  const form = end === "exe" ? { "-setup": "nsis", "-portable": "portable" }[kind] : end;
  return form === undefined ? null : `${SYSTEMS[system]}-${arch}-${form.toLowerCase()}`;
}

function whole(text, name, most) {
  if (!/^[1-9]\d*$/.test(text ?? "") || Number(text) > most) {
    throw new Wrong(`--${name} takes a whole number from 1 to ${most}.`);
  }
  return Number(text);
}

function readKey(file) {
  if (file === undefined) throw new Wrong(USAGE);
  if (file !== "-" && process.platform !== "win32" && (fs.statSync(file).mode & 0o077) !== 0) {
    throw new Wrong(`Others may read ${file}: chmod 600 it first.`);
  }
  const pem = fs.readFileSync(file === "-" ? 0 : file);
  let key;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new Wrong("The key is no private key in PEM.");
  }
  if (key.asymmetricKeyType !== "ed25519") throw new Wrong("The key is no Ed25519 key.");
  return key;
}

function filesIn(folder, base, version) {
  return fs
    .readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const target = targetOf(name, version);
      if (target === null) return [];
      const bytes = fs.readFileSync(path.join(folder, name));
      const sha512 = createHash("sha512").update(bytes).digest("hex");
      return [{ target, url: new URL(name, base).href, sha512, bytes: bytes.length }];
    });
}

/** Never half of it under its name. */
function put(file, bytes) {
  fs.writeFileSync(`${file}.new`, bytes);
  fs.renameSync(`${file}.new`, file);
}

function main(args) {
  const { values } = parseArgs({
    args,
    options: {
      key: { type: "string" },
      sequence: { type: "string" },
      base: { type: "string" },
      days: { type: "string", default: "30" },
      in: { type: "string", default: path.join(root, "dist", "package") },
      out: { type: "string" },
      // Left out: the one of package.json.
      version: { type: "string" },
    },
  });
  const pkg = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
  const version = values.version ?? pkg.version;
  const base = URL.canParse(values.base ?? "") ? new URL(values.base) : null;
  if (base?.protocol !== "https:" || !base.pathname.endsWith("/")) {
    throw new Wrong(
      "--base takes the https address of the folder with the files, with / at its end.",
    );
  }
  const sequence = whole(values.sequence, "sequence", Number.MAX_SAFE_INTEGER);
  const days = whole(values.days, "days", 3650);
  const files = filesIn(values.in, base, version);
  if (files.length === 0) throw new Wrong(`No package of version ${version} lies in ${values.in}.`);
  const twice = files.find(({ target }, i) => files.findIndex((f) => f.target === target) !== i);
  if (twice !== undefined) throw new Wrong(`Two files are for ${twice.target}.`);
  const key = readKey(values.key);
  const now = Date.now();
  const manifest = {
    product: "countersign",
    version,
    sequence,
    publishedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + days * 86_400_000).toISOString(),
    files,
  };
  const bytes = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  const out = values.out ?? path.join(values.in, "countersign.json");
  put(out, bytes);
  put(`${out}.sig`, `${sign(null, bytes, key).toString("base64")}\n`);
  const raw = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  console.log(`${out} and ${out}.sig: version ${version}, sequence ${sequence}`);
  for (const { target, bytes: size } of files) console.log(`  ${target}  ${size} bytes`);
  console.log(`Public key (Base64): ${raw.toString("base64")}`);
  console.log(
    `Its SHA-256, which people compare: ${createHash("sha256").update(raw).digest("hex")}`,
  );
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Wrong || error.code !== undefined ? error.message : error);
  process.exitCode = error instanceof Wrong ? 64 : 1;
}

// The small app that makes a bare Electron take a folder or a file on its command line, as the official
// one does, and the archive format that it must come in.

/** Files of the default app: what `electron <folder>` and `electron -r <file> <folder>` run. */
export const DEFAULT_APP = {
  "package.json": JSON.stringify({ name: "electron", productName: "Electron", main: "main.js" }),
  "main.js": `
'use strict';
const { app } = require('electron');
const path = require('node:path');
const fs = require('node:fs');
const Module = require('node:module');
const argv = process.argv.slice(1);
let target = null;
for (let i = 0; i < argv.length; i++) {
  const a = argv[i];
  if (a === '-r' || a === '--require') { Module._preloadModules([path.resolve(argv[++i])]); continue; }
  if (a === '-v' || a === '--version') { console.log('v' + process.versions.electron); process.exit(0); }
  if (a[0] === '-') continue;
  target = a; break;
}
if (!target) { console.error('usage: electron [options] <folder or file>'); process.exit(1); }
// Electron shows an uncaught error in a dialog that waits for a click: a test would hang on it.
function fail(error) { console.error(error); process.exit(1); }
let full;
try { full = require.resolve(path.resolve(target)); } catch (error) { fail(error); }
let folder = path.resolve(target);
if (fs.statSync(folder).isFile()) folder = path.dirname(folder);
const manifest = path.join(folder, 'package.json');
if (fs.existsSync(manifest)) {
  const json = JSON.parse(fs.readFileSync(manifest, 'utf8'));
  if (json.version) app.setVersion(json.version);
  if (json.productName || json.name) app.setName(json.productName || json.name);
  app.setAppPath(folder);
}
process.defaultApp = true;
try { Module._load(full, Module, true); } catch (error) { fail(error); }
`,
};

/**
 * One asar archive: the pickled header's size, the pickled JSON header, then the files' bytes.
 * @param {Record<string, string>} files name → text
 */
export function asar(files) {
  const header = { files: {} };
  const bodies = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const body = Buffer.from(text);
    header.files[name] = { size: body.length, offset: String(offset) };
    offset += body.length;
    bodies.push(body);
  }
  const json = Buffer.from(JSON.stringify(header));
  const pad = (4 - (json.length % 4)) % 4;
  const head = Buffer.alloc(16);
  head.writeUInt32LE(4, 0);
  head.writeUInt32LE(json.length + pad + 8, 4);
  head.writeUInt32LE(json.length + pad + 4, 8);
  head.writeUInt32LE(json.length, 12);
  return Buffer.concat([head, json, Buffer.alloc(pad), ...bodies]);
}

// The licences of what ships, gathered while the interface is built: from the packages themselves, word for word.
import fs from "node:fs";
import path from "node:path";

/** What is bundled or packed, without what it brings along. `dependencies` of package.json come on top. */
const ROOTS = [
  "@base-ui/react",
  "@fontsource-variable/inter",
  "@fontsource-variable/jetbrains-mono",
  "@modelcontextprotocol/client",
  "@modelcontextprotocol/node",
  "@modelcontextprotocol/sdk",
  "@modelcontextprotocol/server",
  "@open-policy-agent/opa-wasm",
  "@peculiar/x509",
  "@tanstack/react-virtual",
  "jose",
  "jsonc-parser",
  "lucide-react",
  "node-forge",
  "oauth4webapi",
  "oidc-provider",
  "react",
  "react-dom",
  "reflect-metadata",
  "smol-toml",
  // Not named by anyone who ships: `debug` takes it where it finds it, and with it the bundle does.
  "supports-color",
  "yaml",
  "zod",
];
/** Its own packages only unpack it at install time and stay behind. */
const ALONE = ["electron"];
/** What is in the code itself and no package: the table of look-alikes (core/pins/flags/confusables.ts). */
const INSIDE = [
  {
    name: "Unicode confusables (UTS 39)",
    version: "13.0.0",
    licence: "Unicode-3.0",
    text: "unicode.txt",
  },
  { name: "unhomoglyph (data)", version: "1.0.6", licence: "MIT", text: "unhomoglyph.txt" },
];
const NOTICES = "electron/launch/notices";
const FILE = /^(?:licen[cs]e|copying|notice)(?:[-.].*)?$/i;

const readJson = (file) => JSON.parse(fs.readFileSync(file, "utf8"));

/** Where Node would find a package that is needed from `from`. Null for one that is not installed. */
function placeOf(name, from, root) {
  for (let at = from; at.startsWith(root); at = path.dirname(at)) {
    const place = path.join(at, "node_modules", name);
    if (fs.existsSync(path.join(place, "package.json"))) return place;
  }
  return null;
}

function nameOf(licence) {
  if (typeof licence === "string") return licence;
  return typeof licence?.type === "string" ? licence.type : null;
}

/**
 * Every package that ships, with the text of its licence.
 * @param {string} root the checkout
 * @returns {{ packages: { name: string, version: string, licence: string, texts: number[] }[], texts: string[],
 *   places: Set<string> }} sorted by name; `texts` are named by their index, since many packages share one
 */
export function shippedLicences(root) {
  const { dependencies } = readJson(path.join(root, "package.json"));
  const seen = new Map();
  const walk = (place, isAlone) => {
    if (place === null || seen.has(place)) return;
    const about = readJson(path.join(place, "package.json"));
    seen.set(place, about);
    if (isAlone) return;
    for (const name of Object.keys(about.dependencies ?? {})) walk(placeOf(name, place, root));
  };
  for (const name of [...Object.keys(dependencies), ...ROOTS]) walk(placeOf(name, root, root));
  for (const name of ALONE) walk(placeOf(name, root, root), true);

  const texts = [];
  const indexOf = (text) => {
    const known = texts.indexOf(text);
    return known >= 0 ? known : texts.push(text) - 1;
  };
  const packages = [...seen].map(([place, { name, version, license, licenses }]) => ({
    name,
    version,
    licence: nameOf(license) ?? nameOf(licenses?.[0]) ?? "see its text",
    texts: fs
      .readdirSync(place)
      .filter((file) => FILE.test(file) && fs.statSync(path.join(place, file)).isFile())
      .sort()
      .map((file) => indexOf(fs.readFileSync(path.join(place, file), "utf8").trim())),
  }));
  for (const { text, ...about } of INSIDE) {
    const whole = fs.readFileSync(path.join(root, NOTICES, text), "utf8").trim();
    packages.push({ ...about, texts: [indexOf(whole)] });
  }
  packages.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  // A bundler names what it read by its real path, also where node_modules is a link.
  const places = new Set([...seen.keys()].map((place) => fs.realpathSync(place)));
  return { packages, texts, places };
}

const MODULE = "virtual:licences";

/**
 * Gives the interface the list as a module, and fails a build that bundles a package which is not on it.
 * @param {string} root the checkout
 */
export function licences(root) {
  let shipped = null;
  const list = () => (shipped ??= shippedLicences(root));
  return {
    name: "licences",
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : null),
    load(id) {
      if (id !== `\0${MODULE}`) return null;
      const { packages, texts } = list();
      return `export const packages = ${JSON.stringify(packages)};\nexport const texts = ${JSON.stringify(texts)};`;
    },
    generateBundle(_, bundle) {
      const { places } = list();
      const missing = new Set();
      for (const output of Object.values(bundle)) {
        const files = output.type === "chunk" ? output.moduleIds : [];
        for (const file of files) {
          const place = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(
            file.replace(/^\0+/, "").split(path.sep).join("/"),
          )?.[1];
          if (place !== undefined && !places.has(fs.realpathSync(place))) missing.add(place);
        }
      }
      if (missing.size > 0) {
        this.error(`shipped, and not on the list of licences: ${[...missing].join(", ")}`);
      }
    },
  };
}

// Imports run one way. This test reads every import of the shipped code and holds it to the rooms' rules.
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function sources(dir: string): string[] {
  return fs.readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(dir, entry.name);
    if (entry.isDirectory()) return sources(full);
    return /\.(ts|tsx|mjs|cjs)$/.test(entry.name) ? [full] : [];
  });
}

const STATIC = /^\s*(?:import|export)\s+(type\s+)?([^"';]*?\s*from\s+)?["']([^"']+)["']/gm;
const DYNAMIC = /\b(?:import|require)\(\s*["']([^"']+)["']\s*\)/g;

function importsOf(file: string): Import[] {
  // Comments may quote imports; a string never holds one here.
  const text = fs.readFileSync(file, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const from = path.relative(root, file).split(path.sep).join("/");
  const found: Import[] = [];
  const add = (spec: string, typeOnly: boolean): void => {
    const to = spec.startsWith(".")
      ? path
          .relative(root, path.resolve(path.dirname(file), spec))
          .split(path.sep)
          .join("/")
      : spec;
    found.push({ from, to, typeOnly });
  };
  for (const match of text.matchAll(STATIC)) {
    const clause = match[2] ?? "";
    const names =
      /\{([^}]*)\}/
        .exec(clause)?.[1]
        ?.split(",")
        .map((n) => n.trim())
        .filter(Boolean) ?? [];
    const onlyTypes =
      names.length > 0 && names.every((n) => n.startsWith("type ")) && /^\s*\{/.test(clause);
    add(match[3] ?? "", match[1] !== undefined || onlyTypes);
  }
  for (const match of text.matchAll(DYNAMIC)) add(match[1] ?? "", false);
  return found;
}

const shipped = [...sources(path.join(root, "electron")), ...sources(path.join(root, "renderer"))];
const all = shipped.flatMap(importsOf);
const within = (room: string): Import[] => all.filter((i) => i.from.startsWith(room));
const names = (list: readonly Import[]): string[] => list.map((i) => `${i.from} -> ${i.to}`);

/** The small vocabulary that every room shares: an error's name, and a secret's wrapping. */
const SHARED = new Set(["electron/core/errors.ts", "electron/core/secret.ts"]);

describe("imports run one way", () => {
  it("reads real imports (a reader that finds none would prove nothing)", () => {
    expect(all.length).toBeGreaterThan(100);
    expect(within("electron/core/").some((i) => i.to === "zod")).toBe(true);
    expect(
      within("electron/host/").some((i) => i.typeOnly && i.to.startsWith("electron/core/")),
    ).toBe(true);
  });

  it("core imports core and libraries that know no machine, nothing else", () => {
    const pure = new Set(["zod", "jose", "oauth4webapi", "jsonc-parser", "smol-toml", "yaml"]);
    const foreign = within("electron/core/").filter(
      (i) => !pure.has(i.to) && !i.to.startsWith("electron/core/"),
    );
    expect(names(foreign)).toEqual([]);
  });

  it("host takes types from core, and values only of the shared vocabulary", () => {
    const wrong = within("electron/host/").filter((i) => {
      if (i.to.startsWith("electron/core/")) return !i.typeOnly && !SHARED.has(i.to);
      if (i.to.startsWith("electron/host/")) return false;
      if (i.to.startsWith("electron/"))
        return !(i.typeOnly && /^electron\/(?:contract|contract-views|surface)\.ts$/.test(i.to));
      return i.to === "electron" || i.to.startsWith("renderer/");
    });
    expect(names(wrong)).toEqual([]);
  });

  it("only the desktop's own files know Electron", () => {
    const desktop =
      /^electron\/(?:(?:main|windows|ipc|preload\/[\w-]+|app-[\w-]+)\.ts|launch\/(?:default-app|probe)\.[mc]js)$/;
    const wrong = all.filter((i) => i.to === "electron" && !desktop.test(i.from));
    expect(names(wrong)).toEqual([]);
  });

  it("the renderer takes only types, of the contract and of core, and only its bridge touches window.countersign", () => {
    const wrong = within("renderer/").filter(
      (i) =>
        i.to.startsWith("electron/") &&
        !(i.typeOnly && /^electron\/(?:contract(?:-views)?\.ts|core\/)/.test(i.to)),
    );
    expect(names(wrong)).toEqual([]);
    const bare = within("renderer/").filter((i) => i.to === "electron" || i.to.startsWith("node:"));
    expect(names(bare)).toEqual([]);
    const touching = shipped
      .filter((f) => f.includes(`${path.sep}renderer${path.sep}`))
      .filter((f) => /window\s*\.\s*countersign/.test(fs.readFileSync(f, "utf8")))
      .map((f) => path.basename(f));
    expect(touching).toEqual(["bridge.ts"]);
  });

  it("the lab knows public protocols only, and is loaded only when it runs", () => {
    const inside = within("electron/lab/").filter(
      (i) => i.to.startsWith("electron/") && !i.to.startsWith("electron/lab/"),
    );
    expect(names(inside)).toEqual([]);
    const outside = all.filter(
      (i) => !i.typeOnly && i.to.startsWith("electron/lab/") && !i.from.startsWith("electron/lab/"),
    );
    expect(names(outside)).toEqual(["electron/lab-keeper.ts -> electron/lab/index.ts"]);
    expect(fs.readFileSync(path.join(root, "electron/lab-keeper.ts"), "utf8")).toContain(
      'await import("./lab/index.ts")',
    );
  });

  it("nothing shipped imports from the tests", () => {
    expect(names(all.filter((i) => i.to.startsWith("test/")))).toEqual([]);
  });

  it("no room imports in a circle with core", () => {
    const graph = new Map<string, string[]>();
    for (const i of within("electron/core/")) {
      if (i.typeOnly || !i.to.startsWith("electron/core/")) continue;
      graph.set(i.from, [...(graph.get(i.from) ?? []), i.to]);
    }
    const circles: string[] = [];
    const visit = (node: string, trail: readonly string[]): void => {
      if (trail.includes(node)) {
        circles.push([...trail.slice(trail.indexOf(node)), node].join(" -> "));
        return;
      }
      for (const next of graph.get(node) ?? []) visit(next, [...trail, node]);
    };
    for (const node of graph.keys()) visit(node, []);
    expect(circles).toEqual([]);
  });
});

// Every sentence of the interface comes from the catalogue: no component writes one itself.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "vite";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../../renderer");
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".tsx"))
  .map((file) => path.join(root, file));

/** Attributes that people read or hear. */
const READ = new Set([
  "aria-label",
  "title",
  "placeholder",
  "alt",
  "label",
  "text",
  "hint",
  "action",
]);
/** Examples of what machines read: no translator touches them. */
const EXAMPLE = /^(?:https?:\/\/|-----BEGIN |csa_…$|\/mcp\/$)/;

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}
const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

function plainText(source: string, file: string): string[] {
  const found: string[] = [];
  const say = (value: unknown): void => {
    if (typeof value === "string" && /\p{L}{2}/u.test(value) && !EXAMPLE.test(value.trim())) {
      found.push(`${path.relative(root, file)}: ${value.trim().slice(0, 60)}`);
    }
  };
  const walk = (node: Node): void => {
    if (node.type === "JSXText") {
      say(node["value"]);
      return;
    }
    if (node.type === "JSXAttribute") {
      const { name } = node["name"] as { name: unknown };
      const value = node["value"];
      if (READ.has(String(name)) && isNode(value)) {
        if (value.type === "Literal") say(value["value"]);
        const inner = value["expression"];
        if (isNode(inner) && inner.type === "Literal") say(inner["value"]);
        if (isNode(inner) && inner.type === "TemplateLiteral") {
          for (const quasi of inner["quasis"] as { value: { cooked: string } }[])
            say(quasi.value.cooked);
        }
      }
    }
    for (const value of Object.values(node).flat()) if (isNode(value)) walk(value);
  };
  const { program, errors } = parseSync(file, source);
  expect(errors, file).toEqual([]);
  walk(program as unknown as Node);
  return found;
}

it("finds a sentence that a component writes itself", () => {
  const plain = (jsx: string): string[] => plainText(`const a = ${jsx};`, "a.tsx");
  expect(plain("<p>Hello there</p>")).toHaveLength(1);
  expect(plain('<p title="Copy this now">{words.copy}</p>')).toHaveLength(1);
  expect(plain("<p aria-label={`Remove ${name} now`} />")).toHaveLength(2);
  expect(plain('<p className="card total" title={words.copy}>{words.copy} · </p>')).toEqual([]);
});

it("no component writes one", () => {
  expect(files.length).toBeGreaterThan(60);
  expect(files.flatMap((file) => plainText(readFileSync(file, "utf8"), file))).toEqual([]);
});

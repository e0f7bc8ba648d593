// The lab as a room of its own: what it may import, and that it can be bundled and loaded late.
import { execFile } from "node:child_process";
import fs from "node:fs";
import { builtinModules } from "node:module";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { build } from "vite";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const room = path.join(root, "electron/lab");

const ALLOWED =
  /^(?:node:[\w/]+|oidc-provider|jose|@peculiar\/x509|reflect-metadata|zod|@modelcontextprotocol\/(?:server|node|sdk\/[\w./]+))$/;

it("imports Node, itself and the libraries of public protocols, and nothing else of the program", () => {
  const files = fs
    .readdirSync(room, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(30);
  let seen = 0;
  for (const name of files) {
    const file = path.join(room, name);
    for (const [, spec = ""] of fs
      .readFileSync(file, "utf8")
      .matchAll(/(?:from|import|import\()\s*"([^"]+)"/g)) {
      seen++;
      const inside =
        spec.startsWith(".") && path.resolve(path.dirname(file), spec).startsWith(room + path.sep);
      expect(inside || ALLOWED.test(spec), `${name} imports ${spec}`).toBe(true);
    }
  }
  expect(seen).toBeGreaterThan(100);
});

it(
  "is bundled to CommonJS in a chunk of its own, and runs from there without the sources",
  { timeout: 60_000 },
  async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lab-bundle-"));
    try {
      const entry = path.join(folder, "entry.ts");
      fs.writeFileSync(
        entry,
        `import ${JSON.stringify(path.join(root, "electron/shims.ts"))};
void import(${JSON.stringify(path.join(room, "index.ts"))}).then(async ({ startLab }) => {
  const lab = await startLab({ log: { info() {}, warn() {} } });
  const crm = lab.server("crm");
  const { status } = await fetch(crm.url, { method: "POST" });
  const token = await lab.attacks.mint(crm);
  await lab.stop();
  process.stdout.write(JSON.stringify({ status, parts: token.split(".").length }));
});`,
      );
      await build({
        root: folder,
        configFile: false,
        logLevel: "error",
        ssr: { noExternal: true },
        resolve: { conditions: ["node", "module", "import", "default"] },
        build: {
          ssr: true,
          outDir: path.join(folder, "out"),
          target: "node18",
          minify: false,
          rolldownOptions: {
            input: { entry },
            external: [/^node:/, ...builtinModules],
            // A library of the issuer's library uses eval for its deprecation notices; it is not ours to change.
            onLog: () => undefined,
            output: {
              format: "cjs",
              entryFileNames: "[name].cjs",
              chunkFileNames: "[name]-[hash].cjs",
              dynamicImportInCjs: false,
            },
          },
        },
      });
      const out = path.join(folder, "out");
      expect(fs.statSync(path.join(out, "entry.cjs")).size).toBeLessThan(20_000);
      const { stdout, stderr } = await promisify(execFile)(
        process.execPath,
        [path.join(out, "entry.cjs")],
        { cwd: folder },
      );
      expect(JSON.parse(stdout)).toEqual({ status: 401, parts: 3 });
      expect(stderr).toBe("");
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  },
);

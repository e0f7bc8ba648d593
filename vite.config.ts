import fs from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import react from "@vitejs/plugin-react";
import type { EnvironmentOptions, Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { licences } from "./electron/launch/licences.mjs";

const root = import.meta.dirname;

// Native modules stay outside the bundle: their binaries are found beside their own package.json.
const native = ["electron", "keytar", "@photostructure/sqlite"];
const external = [...native, /^node:/, ...builtinModules];

/**
 * CommonJS for Node: Electron before 28 cannot load an ES module main, and a sandboxed preload script
 * can never be one. Each preload is one file, because a sandboxed script can require nothing beside it.
 */
function forNode(name: string, input: Record<string, string>): EnvironmentOptions {
  return {
    consumer: "server",
    resolve: {
      conditions: ["node", "module", "import", "default"],
      noExternal: true,
      external: native,
    },
    build: {
      outDir: path.join(root, "dist", name),
      emptyOutDir: true,
      target: "node18",
      minify: false,
      sourcemap: true,
      ssr: true,
      rolldownOptions: {
        input: Object.fromEntries(
          Object.entries(input).map(([key, file]) => [key, path.join(root, file)]),
        ),
        external,
        output: {
          format: "cjs",
          entryFileNames: "[name].cjs",
          chunkFileNames: "[name]-[hash].cjs",
          dynamicImportInCjs: false,
        },
      },
    },
  };
}

/**
 * @peculiar/x509 wants reflect-metadata to be there before it. Whoever imports both says so in the right order, but a
 * chunk that two rooms share comes before the importers that said it.
 */
export const reflectFirst = {
  name: "reflect-first",
  transform(code: string, id: string): string | null {
    return /@peculiar[\\/]x509[\\/]/.test(id) ? `import "reflect-metadata";\n${code}` : null;
  },
};

/** Leaves `dist/<environment>.packages.json` behind: the folders below node_modules that something came from. */
const packagesInside: Plugin = {
  name: "packages-inside",
  writeBundle(_, bundle) {
    const files = Object.values(bundle).flatMap((output) =>
      output.type === "chunk" ? output.moduleIds : output.originalFileNames,
    );
    const places = files.flatMap((file) => {
      const below = path
        .resolve(root, "renderer", file)
        .split(path.sep)
        .join("/")
        .split("/node_modules/")
        .slice(1);
      const own = below.at(-1)?.match(/^(?:@[^/]+\/)?[^/]+/)?.[0];
      return own === undefined ? [] : [[...below.slice(0, -1), own].join("/node_modules/")];
    });
    const file = path.join(root, "dist", `${this.environment.name}.packages.json`);
    // A build of one environment alone, as the renderer's tests make it, may be the first.
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, JSON.stringify([...new Set(places)].sort(), null, 1));
  },
};

export default defineConfig({
  root: path.join(root, "renderer"),
  base: "./",
  plugins: [react(), reflectFirst, packagesInside, licences(root)],
  // The compiled policy goes into the bundle (`?inline`): one file less that could be missing or exchanged.
  assetsInclude: ["**/*.wasm"],
  // The dev server is for the renderer alone and stays on loopback.
  server: { host: "127.0.0.1", port: 7787, strictPort: true },
  build: {
    outDir: path.join(root, "dist/renderer"),
    emptyOutDir: true,
    target: "chrome114",
    // A data: URI would need `font-src data:` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  environments: {
    client: {
      build: {
        rolldownOptions: {
          input: {
            index: path.join(root, "renderer/index.html"),
            approval: path.join(root, "renderer/approval.html"),
          },
        },
      },
    },
    main: forNode("main", {
      main: "electron/main.ts",
      headless: "electron/headless.ts",
      cli: "electron/cli.ts",
      stdio: "electron/stdio.ts",
      "policy-worker": "electron/host/policy/worker.mjs",
      "api-worker": "electron/api-worker.ts",
    }),
    preload: forNode("preload", {
      app: "electron/preload/app.ts",
      approval: "electron/preload/approval.ts",
    }),
  },
  builder: {
    async buildApp(builder) {
      await Promise.all(Object.values(builder.environments).map((e) => builder.build(e)));
    },
  },
  test: {
    root,
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    exclude: ["test/app/**", "test/keycloak/**", "node_modules/**"],
    reporters: ["default", path.join(root, "test/closing-line.mjs")],
    // Real sockets, real processes: two cores do better with few workers.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    globalSetup: [path.join(root, "test/build-api-worker.ts")],
    setupFiles: [path.join(root, "test/setup.ts")],
  },
});

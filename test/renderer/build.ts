// Builds the renderer alone, as it ships, into a folder of the tests' own.
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { createBuilder } from "vite";

const root = path.resolve(import.meta.dirname, "../..");
const outDir = path.join(root, ".cache/renderer-under-test");
const stamp = path.join(outDir, ".sources");

/** The folder with index.html. Built only when a source changed since the last time. */
export async function builtRenderer(): Promise<string> {
  const now = fingerprint(path.join(root, "renderer"));
  const fresh = (): boolean => existsSync(stamp) && readFileSync(stamp, "utf8") === now;
  if (fresh()) return outDir;
  // Several test files want it at once, each in a process of its own: one builds, the others wait.
  const lock = `${outDir}.lock`;
  mkdirSync(path.dirname(outDir), { recursive: true });
  for (let waited = 0; ; waited++) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      if (fresh()) return outDir;
      // Whoever held it is gone.
      if (waited > 400) rmSync(lock, { recursive: true, force: true });
      await new Promise((done) => setTimeout(done, 150));
    }
  }
  try {
    return fresh() ? outDir : await build(now);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

async function build(now: string): Promise<string> {
  rmSync(outDir, { recursive: true, force: true });
  mkdirSync(outDir, { recursive: true });
  // Under a test runner NODE_ENV says "test", and React's slow, talkative build would be bundled.
  const before = process.env["NODE_ENV"];
  process.env["NODE_ENV"] = "production";
  const builder = await createBuilder({
    configFile: path.join(root, "vite.config.ts"),
    logLevel: "warn",
    mode: "production",
    build: { outDir, emptyOutDir: true },
  });
  const client = builder.environments["client"];
  if (client === undefined) throw new Error("vite.config.ts has no client environment");
  client.config.build.outDir = outDir;
  await builder.build(client);
  process.env["NODE_ENV"] = before;
  writeFileSync(stamp, now);
  return outDir;
}

function fingerprint(folder: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    const file = path.join(folder, name);
    if (statSync(file).isFile()) hash.update(name).update(readFileSync(file));
  }
  return hash.digest("hex");
}

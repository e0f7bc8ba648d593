// The built interface, read once into memory: a path that was not listed at the start cannot be read later,
// so there is nothing to traverse, and a rebuild underneath a running program cannot mix two versions.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export interface Asset {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface Assets {
  /** By URL path, exactly as it came, still percent-encoded. */
  get(pathname: string): Asset | undefined;
}

/** What vite puts out. Anything else in the folder is not served at all. */
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};

/**
 * Reads every regular file below the folder; symbolic links are left out.
 * @param startPage what `/` is
 * @throws if the folder cannot be read
 */
export function loadAssets(folder: string, startPage = "/index.html"): Assets {
  const files = new Map<string, Asset>();
  const walk = (at: string, prefix: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const file = path.join(at, entry.name);
      if (entry.isDirectory()) walk(file, `${prefix}${entry.name}/`);
      const type = TYPES[path.extname(entry.name)];
      if (entry.isFile() && type !== undefined) {
        files.set(prefix + encodeURI(entry.name), {
          type,
          body: new Uint8Array(readFileSync(file)),
        });
      }
    }
  };
  walk(folder, "/");
  const start = files.get(startPage);
  if (start === undefined) throw new Error("the interface has not been built");
  files.set("/", start);
  return { get: (pathname) => files.get(pathname) };
}

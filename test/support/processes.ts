// Real peers for tests: started here, ended by the process id that was started, never by name.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "../..");

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** A folder that is gone after the test. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "countersign-test-"));
  return { path: folder, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}

export async function until(
  ok: () => boolean | Promise<boolean>,
  ms = 10_000,
  what = "the condition",
): Promise<void> {
  const end = Date.now() + ms;
  for (;;) {
    if (await ok()) return;
    if (Date.now() > end) throw new Error(`${what} did not come true within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export function portAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: "127.0.0.1", port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

export interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  stop(): Promise<void>;
}

export function start(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Started {
  const child = spawn(command, args, {
    env: { PATH: process.env["PATH"] ?? "", HOME: os.tmpdir(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString("utf8")).slice(-64_000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  return {
    child,
    output: () => text,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 3000);
      await gone;
      clearTimeout(timer);
    },
  };
}

export const EVERYTHING = path.join(
  root,
  "node_modules/@modelcontextprotocol/server-everything/dist/index.js",
);

/** The reference server over Streamable HTTP, without any authentication of its own. */
export async function startEverything(): Promise<{
  url: string;
  port: number;
  stop: () => Promise<void>;
}> {
  const port = await freePort();
  const server = start(process.execPath, [EVERYTHING, "streamableHttp"], { PORT: String(port) });
  await until(() => portAnswers(port), 15_000, "server-everything");
  return { url: `http://127.0.0.1:${port}/mcp`, port, stop: () => server.stop() };
}

export const hasNginx = spawnSync("nginx", ["-v"]).status === 0;

/**
 * A real guard: nginx that lets nothing through without the right X-API-Key, and writes down what it saw.
 * @param target port behind it
 */
export async function startNginxGuard(
  key: string,
  target: number,
): Promise<{ url: string; log: () => string; stop: () => Promise<void> }> {
  const port = await freePort();
  const folder = temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  // The key is compared by nginx itself; its own log names only whether a key came.
  fs.writeFileSync(
    at("nginx.conf"),
    `daemon off; worker_processes 1; pid ${at("pid")}; error_log ${at("error.log")} warn;
events { worker_connections 256; }
http {
  access_log off; client_body_temp_path ${at("body")}; proxy_temp_path ${at("proxy")};
  fastcgi_temp_path ${at("f")}; uwsgi_temp_path ${at("u")}; scgi_temp_path ${at("s")};
  log_format seen '$status $request_method auth=[$http_authorization] cookie=[$http_cookie] key=[$http_x_api_key]';
  map $http_x_api_key $refused { default 1; "${key}" 0; }
  server {
    listen 127.0.0.1:${port}; access_log ${at("access.log")} seen; client_max_body_size 32m; client_body_buffer_size 32m;
    location / {
      if ($refused) { return 401 "no key\\n"; }
      proxy_pass http://127.0.0.1:${target}; proxy_http_version 1.1; proxy_buffering off;
      proxy_set_header Host $host:$server_port; proxy_set_header Connection ""; proxy_read_timeout 300s;
      add_header Set-Cookie "upstream=1" always; add_header WWW-Authenticate "Key" always;
    }
  }
}
`,
  );
  const nginx = start("nginx", ["-c", at("nginx.conf"), "-p", folder.path, "-e", at("error.log")]);
  await until(() => portAnswers(port), 5000, `nginx (${nginx.output()})`);
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    log: () => fs.readFileSync(at("access.log"), "utf8"),
    async stop() {
      await nginx.stop();
      folder.remove();
    },
  };
}

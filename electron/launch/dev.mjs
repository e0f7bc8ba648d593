#!/usr/bin/env node
// `npm run dev`: the interface from vite's server with hot reload; the program is built again and restarted
// when its sources change. Only here the page's policy is relaxed, and only for vite's own origin.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { createBuilder, createServer } from "vite";
import { findDesktop } from "./desktop.mjs";
import { cleanEnvironment } from "./environment.mjs";
import { root } from "./process.mjs";

const say = (line) => console.error(line);
const args = process.argv.slice(2);
/** Milliseconds to wait for an editor to finish saving. */
const QUIET = 150;

const portAt = args.findIndex((argument) => argument.startsWith("--port"));
const port = Number(args[portAt]?.split("=")[1] ?? args[portAt + 1] ?? Number.NaN) || 7717;
const program = `http://127.0.0.1:${port + 1}`;
/** Beside the door's, as everything else: two checkouts may run at once. 7787 for the usual one. */
const pagesPort = port + 70;
const PAGES = `http://127.0.0.1:${pagesPort}`;

const desktop = args.includes("--headless")
  ? { program: null, reason: "--headless was asked for" }
  : await findDesktop({ env: cleanEnvironment(process.env), say });
if (desktop.program === null) say(`No window: ${desktop.reason}.`);

const server = await createServer({
  configFile: path.join(root, "vite.config.ts"),
  server: {
    port: pagesPort,
    headers: {
      // React's refresh needs an inline script, vite's client inline styles and a web socket.
      "content-security-policy":
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
        `font-src 'self'; img-src 'self' data:; connect-src 'self' ws://127.0.0.1:${pagesPort}; ` +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    },
    // The browser form goes on checking Host and Origin exactly: vite speaks to it as its own page would.
    proxy: Object.fromEntries(
      ["/session", "/call", "/events"].map((at) => [
        `^${at}$`,
        { target: program, changeOrigin: true, headers: { origin: program } },
      ]),
    ),
  },
});
await server.listen();
await buildProgram(["client", "main", "preload"]);

let child = startProgram();
let restarting = Promise.resolve();
let timer;
fs.watch(path.join(root, "electron"), { recursive: true }, (_, name) => {
  if (!name || /^launch|~$|\.sw.$/.test(name)) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    restarting = restarting.then(restart, restart);
  }, QUIET);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => void end(0));
}

async function restart() {
  try {
    await buildProgram(["main", "preload"]);
  } catch (error) {
    // The old program goes on running until the sources compile again.
    say(error.message);
    return;
  }
  await stop(child);
  child = startProgram();
}

async function buildProgram(environments) {
  const builder = await createBuilder({
    configFile: path.join(root, "vite.config.ts"),
    logLevel: "warn",
  });
  for (const name of environments) await builder.build(builder.environments[name]);
}

function startProgram() {
  const env = { ...cleanEnvironment(process.env), COUNTERSIGN_DEV_SERVER: PAGES };
  const started =
    desktop.program === null
      ? spawn(process.execPath, [path.join(root, "dist/main/headless.cjs"), ...args], {
          env,
          stdio: ["inherit", "inherit", "inherit", "ipc"],
        })
      : spawn(desktop.program, [root, ...args], { env, stdio: "inherit" });
  started.once("exit", (code) => {
    // A person who closes the window, or a start that was refused, ends all of it.
    if (started === child && !started.restarted) void end(code ?? 1);
  });
  return started;
}

function stop(running) {
  running.restarted = true;
  if (running.exitCode !== null || running.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    running.once("exit", resolve);
    running.kill("SIGTERM");
  });
}

async function end(code) {
  await stop(child);
  await server.close();
  process.exit(code);
}

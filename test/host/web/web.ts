// A browser form on a free port with a desk that only notes what reaches it, and a plain HTTP caller.
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { complaint } from "../../../electron/core/sentences.ts";
import { loadAssets } from "../../../electron/host/web/assets.ts";
import { openWebForm, type WebForm, type WebOptions } from "../../../electron/host/web/listener.ts";

export interface TestWeb {
  readonly form: WebForm;
  readonly port: number;
  readonly calls: { method: unknown; input: unknown }[];
  readonly reports: unknown[];
  push(event: unknown): void;
  listeners(): number;
  stop(): Promise<void>;
}

export function buildPages(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "countersign-pages-"));
  fs.mkdirSync(path.join(folder, "renderer/assets"), { recursive: true });
  fs.writeFileSync(path.join(folder, "renderer/index.html"), "<!doctype html><title>ours</title>");
  fs.writeFileSync(
    path.join(folder, "renderer/approval.html"),
    "<!doctype html><title>asks</title>",
  );
  fs.writeFileSync(path.join(folder, "renderer/assets/a b-1.js"), "void 0;");
  fs.writeFileSync(path.join(folder, "renderer/assets/notes.md"), "not for the browser");
  fs.writeFileSync(path.join(folder, "outside.html"), "outside");
  fs.symlinkSync(path.join(folder, "outside.html"), path.join(folder, "renderer/link.html"));
  return folder;
}

export async function openTestWeb(options: Partial<WebOptions> = {}): Promise<TestWeb> {
  const folder = buildPages();
  const calls: TestWeb["calls"] = [];
  const reports: unknown[] = [];
  const listeners = new Set<(event: unknown) => void>();
  const remove = (): void => fs.rmSync(folder, { recursive: true, force: true });
  const form = await openWebForm({
    port: 0,
    assets: loadAssets(path.join(folder, "renderer")),
    desk: {
      call(method, input) {
        calls.push({ method, input });
        return Promise.resolve({ ok: true, value: { echo: input } });
      },
      watch(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    explain: complaint,
    whoHolds: (port) => Promise.resolve(`the test on ${port}`),
    report: (error) => reports.push(error),
    ...options,
  }).catch((error: unknown) => {
    remove();
    throw error;
  });
  return {
    form,
    port: Number(new URL(form.origin).port),
    calls,
    reports,
    push: (event) => {
      for (const listener of listeners) listener(event);
    },
    listeners: () => listeners.size,
    async stop() {
      await form.close();
      remove();
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** One request, exactly as said: nothing is added but Host and a length. */
export function send(
  web: TestWeb,
  method: string,
  target: string,
  headers: http.OutgoingHttpHeaders = {},
  body?: string | Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: "127.0.0.1", port: web.port, method, path: target, headers, agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
        response.on("error", reject);
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

/** Raw bytes in, raw text out until the other side closes or the time is over. */
export function raw(web: TestWeb, bytes: string, ms = 2000): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(web.port, "127.0.0.1");
    let text = "";
    const end = (): void => {
      socket.destroy();
      resolve(text);
    };
    const timer = setTimeout(end, ms);
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => (text += chunk));
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(text);
    });
    socket.on("error", () => {});
    socket.write(bytes);
  });
}

export const JSON_TYPE = { "content-type": "application/json" };

/** Trades a fresh link for a session, as the page does. */
export async function signIn(web: TestWeb): Promise<string> {
  const code = new URLSearchParams(new URL(web.form.makeLink()).hash.slice(1)).get("code");
  const answer = await send(
    web,
    "POST",
    "/session",
    { ...JSON_TYPE, origin: web.form.origin },
    JSON.stringify({ code }),
  );
  const reply = JSON.parse(answer.text) as { value: { session: string } };
  return reply.value.session;
}

export const codeIn = (answer: Answer): string =>
  (JSON.parse(answer.text) as { error: { code: string } }).error.code;

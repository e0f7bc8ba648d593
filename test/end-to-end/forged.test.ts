// Forged verdicts over real sockets (threats 52, 53): from every place that is not the page that asks, and from that page
// with anything about the verdict wrong. All are refused, and the question goes on as if nothing had happened.
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCountersign } from "../../electron/compose.ts";
import type { Reply, ShownQuestion } from "../../electron/contract.ts";
import type { Question } from "../../electron/core/permission/questions.ts";
import { connectControl } from "../../electron/host/control/client.ts";
import { serve } from "../../electron/serve.ts";
import { buildPages } from "../host/web/web.ts";
import { hashOf } from "../support/asking.ts";
import { ask, echoServer, type RawReply, toolCall, upstream } from "../support/house.ts";
import { freePort, temporaryFolder, until } from "../support/processes.ts";
import { ONLY_MET, writeRules } from "../support/rules.ts";

/** One of the two pages as a browser has it: its origin, and the session that its one-time link gave. */
interface Page {
  readonly origin: string;
  readonly session: string;
}
interface Sending {
  /** Where it goes. */
  readonly to: string;
  readonly origin?: string | undefined;
  readonly session?: string | undefined;
}

let app: Page;
let asks: Page;
let door = "";
let credential = "";
const data = temporaryFolder();
const pages = buildPages();
let server: Awaited<ReturnType<typeof upstream>>;
let out = "";
let end = (): void => undefined;
let ended: Promise<number>;

async function post(where: Sending, path: string, body: unknown): Promise<unknown> {
  const reply = await ask(where.to, path, {
    headers: {
      ...(where.origin === undefined ? {} : { origin: where.origin }),
      ...(where.session === undefined ? {} : { authorization: `Bearer ${where.session}` }),
    },
    body: JSON.stringify(body),
  });
  return JSON.parse(reply.body);
}
const from = ({ origin, session }: Page): Sending => ({ to: origin, origin, session });
const call = async <T>(where: Sending, method: string, input: unknown): Promise<Reply<T>> =>
  (await post(where, "/call", { method, input })) as Reply<T>;
const value = async <T>(reply: Promise<Reply<T>>): Promise<T> => {
  const got = await reply;
  if (!got.ok) throw new Error(got.error.sentence);
  return got.value;
};
const send = (args: unknown): Promise<RawReply> =>
  ask(door, "/mcp/crm", {
    headers: { authorization: `Bearer ${credential}` },
    body: toolCall(args),
  });
const list = () => value(call<readonly Question[]>(from(asks), "questions.list", {}));
const show = (id: string) => value(call<ShownQuestion>(from(asks), "questions.show", { id }));

async function openPage(link: string): Promise<Page> {
  const { origin, hash } = new URL(link);
  const code = new URLSearchParams(hash.slice(1)).get("code");
  const reply = (await post({ to: origin, origin }, "/session", { code })) as Reply<{
    session: string;
  }>;
  if (!reply.ok) throw new Error(reply.error.sentence);
  return { origin, session: reply.value.session };
}

beforeAll(async () => {
  server = await upstream(echoServer);
  writeRules(data.path, ONLY_MET);
  const asked = new Promise<void>((resolve) => (end = resolve));
  const port = await freePort();
  ended = serve(["--port", String(port), "--data", data.path, "--vault", "memory"], {
    compose: createCountersign,
    commandLine: ["countersign"],
    assetFolder: path.join(pages, "renderer"),
    out: (text) => (out += text),
    err: (text) => (out += text),
    openTerminal: () => {
      throw new Error("nobody asked for a terminal");
    },
    untilAsked: () => asked,
  });
  const links = () => [...out.matchAll(/http:\S+#code=\S+/g)].map(([link]) => link);
  await until(() => links().length === 2, 10_000, "two links");
  const [first = "", second = ""] = links();
  [app, asks] = [await openPage(first), await openPage(second)];
  door = `http://127.0.0.1:${port}`;
  await value(
    call(from(app), "servers.add", {
      kind: "http",
      name: "crm",
      url: server.url,
      auth: { type: "none" },
      allowPlainHttpOnLoopback: true,
    }),
  );
  const issued = call<{ credential: string }>(from(app), "agents.add", { name: "agent" });
  ({ credential } = await value(issued));
}, 30_000);
afterAll(async () => {
  end();
  await ended;
  await server.close();
  fs.rmSync(pages, { recursive: true, force: true });
  data.remove();
});

describe("a forged verdict", () => {
  it("is refused with its code, wherever it comes from and whatever is wrong with it; the question goes on", async () => {
    const replies = [send({ n: 1 }), send({ n: 2 })];
    await until(async () => (await list()).length === 2, 8000, "two questions");
    const [first, second] = await list();
    if (first === undefined || second === undefined) throw new Error("two questions");
    const earlier = await show(first.id);
    const other = await show(second.id);
    const shown = await show(first.id);
    const { id, nonce } = shown;
    const real = {
      id,
      nonce,
      hash: hashOf(shown),
      verdict: { type: "allow", lifetime: "once", scope: "arguments" },
    };
    // What is right about it is right for long enough.
    await new Promise((resolve) => setTimeout(resolve, 600));

    const page = from(asks);
    const control = await connectControl(data.path);
    const forged: readonly (readonly [string, string, () => Promise<unknown>])[] = [
      ["from the app's page", "surface_refused", () => call(from(app), "questions.answer", real)],
      [
        "at the page that asks, with the app's session",
        "app_session_missing",
        () => call({ ...page, session: app.session }, "questions.answer", real),
      ],
      [
        "at the app's page, with the session of the page that asks",
        "app_session_missing",
        () => call({ ...from(app), session: asks.session }, "questions.answer", real),
      ],
      [
        "without a session",
        "app_session_missing",
        () => call({ ...page, session: undefined }, "questions.answer", real),
      ],
      [
        "from the app's origin, with the right session",
        "origin_refused",
        () => call({ ...page, origin: app.origin }, "questions.answer", real),
      ],
      [
        "from no page at all, with the right session",
        "origin_refused",
        () => call({ ...page, origin: undefined }, "questions.answer", real),
      ],
      [
        "through the command line's socket",
        "surface_refused",
        () => control.call("questions.answer", real),
      ],
      ...(
        [
          ["an invented nonce", "verdict_refused", { nonce: "A".repeat(22) }],
          ["the nonce of an earlier showing", "verdict_refused", { nonce: earlier.nonce }],
          ["the nonce of another question", "verdict_refused", { nonce: other.nonce }],
          ["no nonce", "input_invalid", { nonce: "" }],
          ["the id of another question", "verdict_refused", { id: second.id }],
          ["an id that nothing has", "question_closed", { id: "qst_000000000000" }],
          ["an edited hash", "verdict_other_bytes", { hash: `0${real.hash?.slice(1)}` }],
          ["the hash of another question", "verdict_other_bytes", { hash: hashOf(other) }],
          ["no hash", "verdict_other_bytes", { hash: undefined }],
          [
            "more than a verdict says",
            "input_invalid",
            { verdict: { ...real.verdict, question: second.id } },
          ],
        ] as const
      ).map(
        ([what, code, change]) =>
          [
            `with ${what}`,
            code,
            () => call(page, "questions.answer", { ...real, ...change }),
          ] as const,
      ),
    ];
    for (const [what, code, attempt] of forged) {
      expect(await attempt(), what).toMatchObject({ ok: false, error: { code } });
      expect(await list(), what).toMatchObject([{ id }, { id: second.id }]);
      expect(server.seen, what).toHaveLength(0);
    }
    control.close();

    // The same verdict from the page that asks, as it is: taken, and taken once.
    expect(await call(page, "questions.answer", real)).toMatchObject({ ok: true });
    const sent = await Promise.race(replies);
    expect(sent.status).toBe(200);
    expect(sent.body).toContain(`{\\"n\\":`);
    expect(await call(page, "questions.answer", real), "replayed").toMatchObject({
      ok: false,
      error: { code: "question_closed" },
    });
    const [left] = await list();
    expect(left?.id).toBe(second.id);
    const no = { id: second.id, nonce: other.nonce, verdict: { type: "deny" } };
    expect(await call(page, "questions.answer", no)).toMatchObject({ ok: true });
    const codes = (await Promise.all(replies)).map(({ code }) => code ?? "sent");
    expect(codes.sort()).toEqual(["call_refused", "sent"]);
    expect(server.seen).toHaveLength(1);
  }, 30_000);

  it("is refused too early, and after its question is over", async () => {
    const gone = new AbortController();
    const reply = fetch(`${door}/mcp/crm`, {
      method: "POST",
      headers: { authorization: `Bearer ${credential}`, "content-type": "application/json" },
      body: toolCall({ n: 3 }),
      signal: gone.signal,
    }).catch(() => null);
    await until(async () => (await list()).length === 1, 8000, "a question");
    const shown = await show((await list())[0]?.id ?? "");
    const verdict = {
      id: shown.id,
      nonce: shown.nonce,
      hash: hashOf(shown),
      verdict: { type: "allow", lifetime: "once", scope: "arguments" },
    };
    const before = server.seen.length;
    expect(await call(from(asks), "questions.answer", verdict)).toMatchObject({
      error: { code: "verdict_too_early" },
    });
    gone.abort();
    await reply;
    await until(async () => (await list()).length === 0, 4000, "no question");
    await new Promise((resolve) => setTimeout(resolve, 550));
    expect(await call(from(asks), "questions.answer", verdict)).toMatchObject({
      error: { code: "question_closed" },
    });
    expect(server.seen).toHaveLength(before);
  }, 20_000);
});

// A flood of questions over real sockets (threat 59): what waits is counted, the rest is denied, and the agent is left alone.
import http from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { ask, echoServer, openHouse, type RawReply, toolCall, upstream } from "../support/house.ts";
import { asking, openQuestions } from "../support/asking.ts";
import { until } from "../support/processes.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const FLOOD = 500;
const QUEUE = 20;

/** Sends the flood and looks all the while how many questions there are. */
async function flood(agents: number) {
  const house = await openHouse({ asks: true });
  closers.push(() => house.close());
  const server = await upstream(echoServer);
  closers.push(server.close);
  await house.addServer(server.url);
  const who = await Promise.all(
    Array.from({ length: agents }, (_, i) => house.agent(`agent ${i + 1}`)),
  );
  const codes: string[] = [];
  const look = { most: 0, over: false };
  const watching = (async () => {
    while (!look.over) {
      look.most = Math.max(look.most, (await openQuestions(house)).length);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  // As many at once as wait, and as many again that come and are turned away.
  const sockets = new http.Agent({ keepAlive: true, maxSockets: 3 * QUEUE });
  closers.push(() => Promise.resolve(sockets.destroy()));
  const sent = Array.from({ length: FLOOD }, async (_, i) => {
    const credential = who[i % agents]?.credential ?? "";
    const reply: RawReply = await ask(house.door, "/mcp/crm", {
      headers: { authorization: `Bearer ${credential}` },
      body: toolCall({ i }, i),
      agent: sockets,
    });
    codes.push(reply.code ?? `status ${reply.status}`);
  });
  await until(() => codes.length === FLOOD - QUEUE, 25_000, "all but twenty being denied");
  look.over = true;
  await watching;
  const count = (code: string): number => codes.filter((one) => one === code).length;
  return { house, server, who, sent, codes, count, most: () => look.most };
}

describe("500 questions, as fast as sockets carry them", () => {
  it.each([1, 10])(
    "from %i agent(s): never more than twenty wait, all others are denied, and the agents cool down",
    async (agents) => {
      const one = await flood(agents);
      expect(one.most()).toBe(QUEUE);
      expect(one.count("questions_full") + one.count("agent_cooling_down")).toBe(FLOOD - QUEUE);
      expect(one.count("questions_full")).toBe(20 * agents);
      const waiting = await one.house.call("questions.waiting", {});
      expect(waiting.questions).toBe(QUEUE);
      expect([...waiting.cooling].sort()).toEqual(one.who.map(({ id }) => id).sort());
      // The person denies what waits, and that is no leave for more.
      for (const { id } of await openQuestions(one.house)) {
        const shown = await asking(one.house, "questions.show", { id });
        if (!shown.ok) throw new Error(shown.error.sentence);
        const { nonce } = shown.value;
        const no = { id, nonce, verdict: { type: "deny" } } as const;
        expect(await asking(one.house, "questions.answer", no)).toMatchObject({ ok: true });
      }
      await Promise.all(one.sent);
      expect(one.count("call_refused")).toBe(QUEUE);
      const [first] = one.who;
      const again = () =>
        ask(one.house.door, "/mcp/crm", {
          headers: { authorization: `Bearer ${first?.credential}` },
          body: toolCall({ again: true }),
        });
      expect((await again()).code).toBe("agent_cooling_down");
      expect(one.server.seen, "nothing was sent").toHaveLength(0);
      const rows = await one.house.calls();
      expect(rows.filter(({ outcome }) => outcome === "denied")).toHaveLength(FLOOD);
      // Resume: asked about again.
      const after = await one.house.call("questions.resume", { agent: first?.id ?? "" });
      expect(after.cooling).toHaveLength(agents - 1);
      const reply = again();
      await until(async () => (await openQuestions(one.house)).length === 1, 4000, "a question");
      one.house.countersign.withdrawQuestions();
      expect((await reply).code).toBe("question_withdrawn");
    },
    40_000,
  );
});

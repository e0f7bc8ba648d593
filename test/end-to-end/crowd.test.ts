// Many at once: senders that never finish hold nobody else up, and equal ids of many agents never cross.
import net from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, echoServer, type House, openHouse, toolCall, upstream } from "../support/house.ts";

/** `CROWD=100 npx vitest run test/end-to-end/crowd.test.ts` makes a hundred times as many calls. */
const ROUNDS = 10 * Number(process.env["CROWD"] ?? 1);
let house: House;
let server: Awaited<ReturnType<typeof upstream>>;

beforeAll(async () => {
  server = await upstream((request, response, body) => {
    // Answers overtake each other.
    setTimeout(() => echoServer(request, response, body), Math.random() * 8);
  });
  house = await openHouse();
  await house.call("servers.add", {
    kind: "http",
    name: "echo",
    url: server.url,
    auth: { type: "none" },
  });
});
afterAll(async () => {
  await house.close();
  await server.close();
});

it("threat 15: with 1,000 senders that never finish, a new call is answered within 200 ms", async () => {
  const { credential } = await house.agent("quick");
  const headers = { authorization: `Bearer ${credential}` };
  const call = async (): Promise<number> => {
    const from = performance.now();
    expect((await ask(house.door, "/mcp/echo", { body: toolCall(), headers })).status).toBe(200);
    return performance.now() - from;
  };
  await call();
  const median = (took: number[]): number => took.sort((a, b) => a - b)[took.length >> 1] ?? NaN;
  const alone: number[] = [];
  for (let i = 0; i < 20; i++) alone.push(await call());
  const head = `POST /mcp/echo HTTP/1.1\r\nHost: 127.0.0.1:${house.port}\r\nX-Slow: `;
  const slow = await Promise.all(
    Array.from(
      { length: 1000 },
      () =>
        new Promise<net.Socket>((resolve, reject) => {
          const socket = net.connect(house.port, "127.0.0.1", () => {
            socket.write(head);
            resolve(socket);
          });
          socket.once("error", reject);
        }),
    ),
  );
  // Each of them goes on, a byte at a time.
  const drip = setInterval(() => {
    for (const socket of slow) if (socket.writable) socket.write("a");
  }, 250);
  try {
    const took: number[] = [];
    for (let i = 0; i < 20; i++) {
      took.push(await call());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    // On a machine that is busy with something else, a call alone is slow, too.
    expect(median(took)).toBeLessThan(Math.max(200, 4 * median(alone)));
    // And none of them stays for good.
    await expect
      .poll(() => slow.filter((socket) => !socket.destroyed).length, { timeout: 20_000 })
      .toBe(0);
    const row = await house.row("headers_too_slow");
    expect(row).toMatchObject({ kind: "refusal", httpStatus: 408 });
    const { rows } = await house.call("calls.search", { code: "headers_too_slow", limit: 500 });
    expect(rows.reduce((sum, one) => sum + one.count, 0)).toBe(1000);
  } finally {
    clearInterval(drip);
    for (const socket of slow) socket.destroy();
  }
}, 60_000);

it("threat 16: 200 agents with the same ids get their own answers and nobody else's", async () => {
  const agents: string[] = [];
  for (let i = 0; i < 200; i++) agents.push((await house.agent(`agent ${i}`)).credential);
  let crossed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(
      agents.map(async (credential, i) => {
        const mine = `agent ${i}, round ${round}`;
        const reply = await ask(house.door, "/mcp/echo", {
          body: toolCall({ mine }, 1),
          headers: { authorization: `Bearer ${credential}` },
        });
        const { result } = JSON.parse(reply.body) as { result: { content: { text: string }[] } };
        if (result.content[0]?.text !== JSON.stringify({ mine })) crossed++;
      }),
    );
  }
  expect(crossed).toBe(0);
  const { matched } = await house.call("calls.search", { text: "echo", limit: 1 });
  expect(matched).toBeGreaterThanOrEqual(200 * ROUNDS);
}, 120_000);

// Real agents, a real guard, a real server: the answers through Countersign equal the direct ones, and the key is
// seen by the guard alone.
import fs from "node:fs";
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type House, openHouse } from "../support/house.ts";
import { modernServer } from "../support/modern-server.ts";
import { EVERYTHING, hasNginx, startEverything, startNginxGuard } from "../support/processes.ts";
import { type AnyClient, askableV1, tour } from "../support/tour.ts";

const KEY = "canary-7d1e0b9c4f6a8325-guard";
const ENV_KEY = "canary-55aa10c3e7f29b84-env";
let house: House;
let credential: string;
let everything: Awaited<ReturnType<typeof startEverything>>;
let guard: Awaited<ReturnType<typeof startNginxGuard>>;
let modern: Awaited<ReturnType<typeof modernServer>>;
/** Every byte that agents of this file were sent, as their own fetch saw it. */
let received = "";

const spying: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  received += JSON.stringify([...response.headers]);
  const [mine, theirs] = response.body === null ? [null, null] : response.body.tee();
  if (mine !== null) {
    void (async () => {
      const decoder = new TextDecoder();
      try {
        for await (const chunk of mine as unknown as AsyncIterable<Uint8Array>)
          received += decoder.decode(chunk, { stream: true });
      } catch {
        // The agent closed the stream.
      }
    })();
  }
  return new Response(theirs, {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  });
};
const requestInit = () => ({ headers: { authorization: `Bearer ${credential}` } });
const progressV1 = (onprogress: (p: unknown) => void): unknown[] => [undefined, { onprogress }];
const progressV2 = (onprogress: (p: unknown) => void): unknown[] => [{ onprogress }];

async function v1(url: string, ours: boolean) {
  const { client, asked } = askableV1();
  const transport = ours
    ? new HttpV1(new URL(url), { fetch: spying, requestInit: requestInit() })
    : new HttpV1(new URL(url));
  // The SDK's own types disagree with exactOptionalPropertyTypes.
  await client.connect(transport);
  return { client, asked, transport };
}
async function v2(url: string, ours: boolean, mode: "auto" | { pin: string } = "auto") {
  const client = new ClientV2(
    { name: "tour", version: "1.0.0" },
    { versionNegotiation: { mode }, capabilities: { elicitation: {}, sampling: {} } },
  );
  const transport = ours
    ? new HttpV2(new URL(url), { fetch: spying, requestInit: requestInit() })
    : new HttpV2(new URL(url));
  await client.connect(transport);
  return { client, transport };
}

beforeAll(async () => {
  everything = await startEverything();
  modern = await modernServer();
  house = await openHouse();
  ({ credential } = await house.agent());
  if (hasNginx) {
    guard = await startNginxGuard(KEY, everything.port);
    await house.call("servers.add", {
      kind: "http",
      name: "guarded",
      url: guard.url,
      auth: { type: "api-key", secret: KEY },
      allowPlainHttpOnLoopback: true,
    });
  }
  await house.call("servers.add", {
    kind: "stdio",
    name: "local",
    command: process.execPath,
    args: [EVERYTHING, "stdio"],
    secretEnv: { API_KEY: ENV_KEY },
  });
  await house.call("servers.add", {
    kind: "http",
    name: "modern",
    url: modern.url,
    auth: { type: "api-key", name: "Authorization", prefix: "Bearer ", secret: KEY },
    allowPlainHttpOnLoopback: true,
  });
});
afterAll(async () => {
  await house.close();
  await guard?.stop();
  await everything.stop();
  await modern.close();
});

describe.skipIf(!hasNginx)(
  "server-everything behind nginx that wants X-API-Key (nginx is not installed where this is skipped)",
  () => {
    it("turns away whoever comes without the key", async () => {
      await expect(v1(guard.url, false)).rejects.toThrow();
    });

    it("a v1 agent gets through Countersign what it gets directly", async () => {
      const direct = await v1(everything.url, false);
      const ours = await v1(`${house.door}/mcp/guarded`, true);
      const expected = await tour(direct.client, progressV1);
      const seen = await tour(ours.client, progressV1);
      expect(seen).toEqual(expected);
      expect(
        Object.values(expected).filter((v) => JSON.stringify(v).length > 30).length,
      ).toBeGreaterThan(10);
      await direct.client.close();
      await ours.client.close();
    }, 60_000);

    it("a v2 agent, which tries 2026-07-28 first, gets through Countersign what it gets directly", async () => {
      const direct = await v2(everything.url, false);
      const ours = await v2(`${house.door}/mcp/guarded`, true);
      const expected = await tour(direct.client, progressV2);
      expect(await tour(ours.client as unknown as AnyClient, progressV2)).toEqual(expected);
      await direct.client.close();
      await ours.client.close();
    }, 60_000);

    it("carries what a server asks of its agent: sampling, elicitation, roots", async () => {
      const { client, asked } = await v1(`${house.door}/mcp/guarded`, true);
      const sampled = await client.callTool({
        name: "trigger-sampling-request",
        arguments: { prompt: "say", maxTokens: 10 },
      });
      expect(JSON.stringify(sampled)).toContain("sampled");
      const elicited = await client.callTool({
        name: "trigger-elicitation-request",
        arguments: {},
      });
      expect(JSON.stringify(elicited)).toContain("Ada");
      expect(asked).toContain("sampling");
      expect(asked).toContain("elicitation");
      await client.close();
    }, 30_000);

    it("carries a cancellation, and the session's end", async () => {
      const { client, transport } = await v1(`${house.door}/mcp/guarded`, true);
      const stop = new AbortController();
      const call = client.callTool(
        { name: "trigger-long-running-operation", arguments: { duration: 30, steps: 30 } },
        undefined,
        { signal: stop.signal },
      );
      setTimeout(() => stop.abort(), 200);
      await expect(call).rejects.toThrow();
      await transport.terminateSession();
      expect(transport.sessionId).toBeUndefined();
      await client.close();
    });

    it("the agent's own credential never went up, upstream cookies and challenges never came down", () => {
      const log = guard.log();
      expect(log).toContain(`key=[${KEY}]`);
      expect(log).not.toContain("csa_");
      expect(log).toMatch(/auth=\[-\] cookie=\[-\]/);
      expect(received).not.toContain("upstream=1");
      expect(received.toLowerCase()).not.toContain("www-authenticate");
      expect(received.toLowerCase()).not.toContain("set-cookie");
    });
  },
);

describe("server-everything over stdio, its key in the environment", () => {
  it("a v1 agent gets through Countersign what it gets directly", async () => {
    const { client } = askableV1();
    await client.connect(
      new StdioV1({ command: process.execPath, args: [EVERYTHING, "stdio"], stderr: "ignore" }),
    );
    const ours = await v1(`${house.door}/mcp/local`, true);
    const expected = await tour(client, progressV1);
    expect(await tour(ours.client as unknown as AnyClient, progressV1)).toEqual(expected);
    await client.close();
    await ours.client.close();
  }, 60_000);

  it("a v2 agent is served, too, and the key is in the child's environment, not in its arguments", async () => {
    const { client } = await v2(`${house.door}/mcp/local`, true);
    const env = (await client.callTool({ name: "get-env", arguments: {} })) as {
      content: { text: string }[];
    };
    expect(env.content[0]?.text).toContain('"API_KEY": "[redacted]"');
    for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      let line = "";
      try {
        line = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        continue;
      }
      expect([pid, line.includes(ENV_KEY) || line.includes(KEY)]).toEqual([pid, false]);
    }
    await client.close();
  }, 30_000);
});

describe("a server of 2026-07-28", () => {
  it("a v2 agent pinned to it gets through Countersign what it gets directly", async () => {
    const direct = await v2(modern.openUrl, false, { pin: "2026-07-28" });
    const ours = await v2(`${house.door}/mcp/modern`, true, { pin: "2026-07-28" });
    const expected = await tour(direct.client, progressV2);
    expect(await tour(ours.client as unknown as AnyClient, progressV2)).toEqual(expected);
    expect(JSON.stringify(expected["echo"])).toContain("héllo");
    await direct.client.close();
    await ours.client.close();
  }, 60_000);

  it("closing the stream of a call cancels it upstream within 100 ms (R20)", async () => {
    const { client } = await v2(`${house.door}/mcp/modern`, true, { pin: "2026-07-28" });
    const stop = new AbortController();
    const call = client.callTool({ name: "wait", arguments: {} }, { signal: stop.signal });
    await expect.poll(() => modern.waiting(), { timeout: 5000 }).toBe(1);
    const from = performance.now();
    stop.abort();
    await expect(call).rejects.toThrow();
    await expect.poll(() => modern.waiting(), { interval: 5, timeout: 2000 }).toBe(0);
    expect(performance.now() - from).toBeLessThan(500);
    await client.close();
    expect(
      (await house.calls()).some((row) => row.tool === "wait" && row.outcome === "aborted"),
    ).toBe(true);
  });
});

describe("the canaries", () => {
  it("no agent of this file was sent a key, not even by the tool that prints its own environment (threat 46)", async () => {
    expect(received).not.toContain(KEY);
    expect(received).not.toContain(ENV_KEY);
    expect(received).toContain("[redacted]");
    const [row] = (await house.calls()).filter((one) => one.tool === "get-env");
    expect(row?.detail).toContain("held a secret of this vault, once");
  });

  it("the data folder holds neither", async () => {
    await house.calls();
    for (const file of fs.readdirSync(house.folder)) {
      const full = `${house.folder}/${file}`;
      if (!fs.statSync(full).isFile()) continue;
      const bytes = fs.readFileSync(full);
      for (const secret of [KEY, ENV_KEY, credential])
        expect([file, bytes.includes(secret)]).toEqual([file, false]);
    }
    expect(house.logged.join("\n")).not.toMatch(/canary-/);
  });
});

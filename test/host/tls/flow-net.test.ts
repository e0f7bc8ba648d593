import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import * as fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { asRefusal, Refusal } from "../../../electron/core/errors.ts";
import type { TlsIdentity } from "../../../electron/core/oauth/types.ts";
import { thumbprintOf } from "../../../electron/host/tls/facts.ts";
import { createFlowNet, type FlowNetOptions } from "../../../electron/host/tls/flow-net.ts";
import {
  guardedLookup,
  kindOf,
  mayDial,
  mayDialLiteral,
} from "../../../electron/host/tls/reach.ts";
import { type Authority, authority, selfSigned } from "./people.ts";

let ca: Authority;
let server: TlsIdentity;
let alice: TlsIdentity;
let renewed: TlsIdentity;
let bob: TlsIdentity;
beforeAll(async () => {
  ca = await authority("test root");
  server = await ca.sign("server", "server");
  [alice, renewed, bob] = [
    await selfSigned("crt_alice001"),
    await selfSigned("crt_alice002"),
    await selfSigned("crt_bob00001"),
  ];
});
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Seen {
  readonly port: number | undefined;
  readonly thumbprint: string | null;
  readonly reused: boolean;
}
type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;
async function listen(
  handle: Handler,
  options: https.ServerOptions | null = {},
): Promise<{ origin: string; seen: Seen[]; sockets: () => number }> {
  const seen: Seen[] = [];
  let sockets = 0;
  const onRequest: Handler = (request, response) => {
    const socket = request.socket as TLSSocket;
    const certificate = options === null ? undefined : socket.getPeerX509Certificate();
    seen.push({
      port: socket.remotePort,
      thumbprint: certificate === undefined ? null : thumbprintOf(certificate),
      reused: options !== null && socket.isSessionReused(),
    });
    handle(request, response);
  };
  const own = {
    cert: server.certificateChainPem,
    key: server.privateKey.reveal(),
    requestCert: true,
    rejectUnauthorized: false,
  };
  const listener =
    options === null
      ? http.createServer(onRequest)
      : https.createServer({ ...own, ...options }, onRequest);
  listener.on("connection", () => sockets++);
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    listener.closeAllConnections();
    return new Promise((resolve) => listener.close(resolve));
  });
  const { port } = listener.address() as AddressInfo;
  return {
    origin: `${options === null ? "http" : "https"}://127.0.0.1:${port}`,
    seen,
    sockets: () => sockets,
  };
}
const open = (options: FlowNetOptions = {}) => {
  const flows = createFlowNet({
    trust: { caPem: () => ca.caPem, reach: () => "loopback" },
    ...options,
  });
  closers.push(() => flows.close());
  return flows;
};
const get = { method: "GET", headers: {}, body: null } as const;
const post = (body: string) =>
  ({ method: "POST", headers: { "content-type": "text/plain" }, body }) as const;
const refusalOf = (run: Promise<unknown>): Promise<Refusal> =>
  run.then(
    () => expect.unreachable("it was not refused"),
    (error: unknown) => asRefusal(error),
  );
const echo: Handler = (request, response) => {
  request.resume().on("end", () => response.end("ok"));
};

describe("the HTTP of the flows", () => {
  it("sends what it is told and returns status, headers and body as they are", async () => {
    const { origin } = await listen((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      request.on("end", () => {
        response.writeHead(418, {
          "X-Kind": "tea",
          "WWW-Authenticate": ["Bearer", 'DPoP algs="ES256"'],
        });
        response.end(`${request.method} ${request.headers["content-length"]} ${body}`);
      });
    });
    const answer = await open().fetch(`${origin}/x`, post("grüß"), null);
    expect(answer).toMatchObject({ status: 418, body: "POST 6 grüß" });
    expect(answer.headers).toMatchObject({
      "x-kind": "tea",
      "www-authenticate": 'Bearer, DPoP algs="ES256"',
    });
  });

  it("follows no redirect", async () => {
    const target = await listen(echo);
    const { origin } = await listen((_, response) =>
      response.writeHead(307, { location: target.origin }).end(),
    );
    expect((await open().fetch(origin, post("secret"), alice)).status).toBe(307);
    expect(target.sockets()).toBe(0);
  });

  it("negative 109: reads no more than a mebibyte, declared or not", async () => {
    const { origin } = await listen((request, response) => {
      if (request.url === "/fits") response.end(Buffer.alloc(1_048_576, "a"));
      else if (request.url === "/endless") {
        const timer = setInterval(() => response.write(Buffer.alloc(65_536, "a")), 1);
        response.once("close", () => clearInterval(timer));
      } else response.end(Buffer.alloc(1_048_577, "a"));
    });
    const flows = open();
    expect((await flows.fetch(`${origin}/fits`, get, null)).body).toHaveLength(1_048_576);
    for (const path of ["/large", "/endless"]) {
      expect(await refusalOf(flows.fetch(origin + path, get, null))).toMatchObject({
        code: "issuer_answer_too_large",
        facts: { issuer: origin, limit: 1_048_576 },
      });
    }
    const headers = await listen((_, response) =>
      response.writeHead(200, { "x-long": "a".repeat(40_000) }).end(),
    );
    expect((await refusalOf(flows.fetch(headers.origin, get, null))).code).toBe(
      "issuer_answer_too_large",
    );
  });

  it("R24: silence, a body that stops, a refused port and a reset each have their name", async () => {
    const silent = await listen(() => undefined);
    const stops = await listen(
      (_, response) => void response.writeHead(200, { "content-length": "10" }).write("a"),
    );
    const resets = await listen((request) => request.socket.destroy());
    const breaks = await listen((_, response) =>
      response
        .writeHead(200, { "content-length": "10" })
        .write("a", () => response.socket?.destroy()),
    );
    const held: net.Socket[] = [];
    const mute = net.createServer((socket) => held.push(socket));
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    closers.push(() => {
      for (const socket of held) socket.destroy();
      return new Promise((resolve) => mute.close(resolve));
    });
    const flows = open({ limits: { totalMs: 300 } });
    const code = async (origin: string) =>
      (await refusalOf(flows.fetch(origin, post("x"), null))).code;
    expect(await code(silent.origin)).toBe("issuer_timeout");
    expect(await code(stops.origin)).toBe("issuer_timeout");
    expect(await code(`https://127.0.0.1:${(mute.address() as AddressInfo).port}`)).toBe(
      "issuer_timeout",
    );
    flows.close();
    expect(await code(resets.origin)).toBe("issuer_unreachable");
    expect(await code(breaks.origin)).toBe("issuer_unreachable");
    expect(await code("https://127.0.0.1:1")).toBe("issuer_unreachable");
  });

  it("ends at once when the caller lets go", async () => {
    const { origin } = await listen(() => undefined);
    const controller = new AbortController();
    const pending = open().fetch(origin, { ...get, signal: controller.signal }, null);
    setTimeout(() => controller.abort(new Refusal("agent_removed")), 50);
    const started = performance.now();
    expect((await refusalOf(pending)).code).toBe("agent_removed");
    expect(performance.now() - started).toBeLessThan(500);
    expect(
      (await refusalOf(open().fetch(origin, { ...get, signal: AbortSignal.abort() }, null))).code,
    ).toBe("agent_hung_up");
  });

  it("a token request is never sent twice, even where its idle connection turns out to be closed", async () => {
    let requests = 0;
    const { origin } = await listen((request, response) => {
      requests++;
      if (requests === 1) response.end("ok");
      // The second request of this connection is read and not answered.
      else request.socket.destroy();
    });
    const flows = open();
    await flows.fetch(origin, post("a"), null);
    expect((await refusalOf(flows.fetch(origin, post("b"), null))).code).toBe("issuer_unreachable");
    expect(requests).toBe(2);
  });
});

describe("negative 75: connections of different identities", () => {
  it("are never shared, nor is a TLS session, while one identity keeps its own", async () => {
    const { origin, seen } = await listen(echo);
    const flows = open();
    for (const who of [alice, bob, null, alice, renewed, bob, null, renewed, alice])
      await flows.fetch(origin, post("x"), who);
    expect(seen.map((s) => s.thumbprint)).toEqual(
      [alice, bob, null, alice, renewed, bob, null, renewed, alice].map(
        (w) => w?.thumbprint ?? null,
      ),
    );
    const ports = new Map<string, Set<number | undefined>>();
    for (const { thumbprint, port } of seen)
      ports.set(String(thumbprint), (ports.get(String(thumbprint)) ?? new Set()).add(port));
    // Four identities, four connections, none of them anybody else's.
    expect([...ports.values()].map((set) => set.size)).toEqual([1, 1, 1, 1]);
    expect(new Set([...ports.values()].flatMap((set) => [...set])).size).toBe(4);
  });

  it("a session of one identity is not resumed by another, where every connection is closed after one answer", async () => {
    const { origin, seen } = await listen((request, response) => {
      response.setHeader("connection", "close");
      echo(request, response);
    });
    const flows = open();
    for (const who of [alice, alice, bob, null]) {
      await flows.fetch(origin, post("x"), who);
      // TLS 1.3 hands its tickets over after the handshake.
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    // The second one of Alice's is resumed: so the server offers it, and the others did not take hers.
    expect(seen.map((s) => s.reused)).toEqual([false, true, false, false]);
    expect(seen.map((s) => s.thumbprint)).toEqual([
      alice.thumbprint,
      alice.thumbprint,
      bob.thumbprint,
      null,
    ]);
  });

  it("two certificates under one id are kept apart nevertheless", async () => {
    const { origin, seen } = await listen(echo);
    const flows = open();
    await flows.fetch(origin, get, alice);
    await flows.fetch(origin, get, { ...renewed, id: alice.id });
    expect(seen.map((s) => s.thumbprint)).toEqual([alice.thumbprint, renewed.thumbprint]);
  });

  it("a retired identity's idle connections close, and what is under way ends well", async () => {
    let release = (): void => undefined;
    const { origin, seen } = await listen((request, response) => {
      if (request.url === "/slow") release = () => response.end("late");
      else echo(request, response);
    });
    const flows = open();
    await flows.fetch(origin, get, alice);
    const slow = flows.fetch(`${origin}/slow`, get, alice);
    await expect.poll(() => seen.length).toBe(2);
    flows.retireIdentity(alice.id);
    release();
    expect((await slow).body).toBe("late");
    await flows.fetch(origin, get, alice);
    expect(seen[2]?.port).not.toBe(seen[1]?.port);
  });
});

describe("trust", () => {
  it("an authority counts for the address that a person gave it for, and for no other", async () => {
    const [one, two] = [await listen(echo), await listen(echo)];
    const flows = open({
      trust: {
        caPem: (origin) => (origin === one.origin ? ca.caPem : null),
        reach: () => "loopback",
      },
    });
    expect((await flows.fetch(one.origin, get, alice)).status).toBe(200);
    const refusal = await refusalOf(flows.fetch(two.origin, get, alice));
    expect(refusal.code).toBe("issuer_tls_failed");
    expect(refusal.facts["reason"]).toMatch(/^its authority is not trusted here.* \([A-Z_]+\)$/);
    expect(two.seen).toEqual([]);
  });
  it("an authority that is taken back stops counting, kept connections or not", async () => {
    const { origin } = await listen(echo);
    let caPem: string | null = ca.caPem;
    const flows = open({ trust: { caPem: () => caPem, reach: () => "loopback" } });
    await flows.fetch(origin, get, null);
    caPem = null;
    expect((await refusalOf(flows.fetch(origin, get, null))).code).toBe("issuer_tls_failed");
  });
  it("a certificate for another name, TLS 1.1 and a server that wants no part of ours are TLS failures", async () => {
    const flows = open();
    const wrong = await selfSigned("crt_wrong001");
    const named = await listen(echo, {
      cert: wrong.certificateChainPem,
      key: wrong.privateKey.reveal(),
    });
    expect((await refusalOf(flows.fetch(named.origin, get, null))).code).toBe("issuer_tls_failed");
    const old = await listen(echo, {
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    expect((await refusalOf(flows.fetch(old.origin, get, null))).code).toBe("issuer_tls_failed");
    const strict = await listen(echo, {
      ca: [ca.caPem],
      rejectUnauthorized: true,
      maxVersion: "TLSv1.2",
    });
    const refusal = await refusalOf(flows.fetch(strict.origin, get, alice));
    expect(["issuer_tls_failed", "issuer_unreachable"]).toContain(refusal.code);
    expect(strict.seen).toEqual([]);
  });
  it("threat 36: no environment variable turns the check off", async () => {
    const { origin, seen } = await listen(echo);
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    closers.push(() => delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"]);
    const flows = open({ trust: { caPem: () => null, reach: () => "loopback" } });
    expect((await refusalOf(flows.fetch(origin, get, null))).code).toBe("issuer_tls_failed");
    expect(seen).toEqual([]);
    // The variable works where nobody says otherwise: this test could fail.
    const careless = await new Promise<number | undefined>((resolve, reject) => {
      https
        .get(origin, { agent: false }, (answer) => resolve(answer.resume().statusCode))
        .on("error", reject);
    });
    expect(careless).toBe(200);
  });
  it("threat 37: nothing goes out in the clear, but to this machine where a person agreed", async () => {
    const { origin, sockets } = await listen(echo, null);
    expect((await open().fetch(origin, post("x"), null)).status).toBe(200);
    const before = sockets();
    const shy = open({ trust: { caPem: () => null, reach: () => "private" } });
    expect((await refusalOf(shy.fetch(origin, post("x"), null))).code).toBe("plain_http_refused");
    for (const url of ["http://example.com/", "ftp://127.0.0.1/", "file:///etc/passwd"]) {
      expect((await refusalOf(open().fetch(url, post("x"), null))).code, url).toBe(
        "plain_http_refused",
      );
    }
    expect(sockets()).toBe(before);
  });
  it("a key that TLS cannot use is named as such", async () => {
    const { origin } = await listen(echo);
    const broken = { ...alice, privateKey: bob.privateKey };
    expect((await refusalOf(open().fetch(origin, get, broken))).code).toBe("certificate_invalid");
  });
});

describe("threat 30: where a name may lead", () => {
  const special = [
    "0.0.0.0",
    "169.254.169.254",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "::127.0.0.1",
    "4000::1",
    "fe80::1%lo",
    "no address",
    "",
  ];
  it("knows every kind of address, also IPv4 in IPv6 clothes", () => {
    for (const address of special) expect(kindOf(address), address).toBe("special");
    for (const address of ["127.0.0.1", "127.9.9.9", "::1"])
      expect(kindOf(address), address).toBe("loopback");
    for (const address of [
      "10.0.0.1",
      "172.16.0.1",
      "172.31.255.255",
      "192.168.1.1",
      "100.64.0.1",
      "fc00::1",
      "fd12::1",
    ])
      expect(kindOf(address), address).toBe("private");
    for (const address of [
      "8.8.8.8",
      "172.32.0.1",
      "100.128.0.1",
      "2606:4700::1111",
      "::ffff:8.8.8.8",
      "64:ff9b::8.8.8.8",
    ])
      expect(kindOf(address), address).toBe("public");
  });
  it("this machine is reached by its own names only, and only where a person agreed", () => {
    expect(mayDial("localhost", "127.0.0.1", "loopback")).toBe(true);
    expect(mayDial("localhost", "::1", "loopback")).toBe(true);
    expect(mayDial("localhost", "127.0.0.1", "private")).toBe(false);
    expect(mayDial("localhost", "10.0.0.1", "loopback")).toBe(false);
    expect(mayDial("rebound.example", "127.0.0.1", "loopback")).toBe(false);
    expect(mayDialLiteral("127.0.0.1", "loopback")).toBe(true);
    expect(mayDialLiteral("[::1]", "loopback")).toBe(true);
    expect(mayDialLiteral("127.0.0.1", "public")).toBe(false);
    expect(mayDialLiteral("[::ffff:7f00:1]", "loopback")).toBe(false);
    expect(mayDialLiteral("10.0.0.1", "public")).toBe(false);
    expect(mayDialLiteral("10.0.0.1", "private")).toBe(true);
    expect(mayDialLiteral("169.254.169.254", "loopback")).toBe(false);
  });
  it("no reach ever leads to a special address", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom("public", "private", "loopback"), (address, reach) => {
        const dialled = mayDial("host.example", address, reach);
        if (dialled) expect(["public", "private"]).toContain(kindOf(address));
        // The same address in IPv6 clothes opens nothing more.
        if (mayDial("host.example", `::ffff:${address}`, reach))
          expect(kindOf(address)).toBe("public");
      }),
      { numRuns: 5000 },
    );
  });
  it("a name that resolves to this machine is not dialled: no connection reaches the canary", async () => {
    const canary = await listen(echo);
    const port = new URL(canary.origin).port;
    for (const addresses of [
      ["127.0.0.1"],
      ["8.8.8.8", "127.0.0.1"],
      ["::1"],
      ["169.254.169.254"],
      ["10.0.0.1"],
    ]) {
      const flows = open({
        trust: {
          caPem: () => ca.caPem,
          reach: () => (addresses[0] === "10.0.0.1" ? "public" : "loopback"),
        },
        resolve: (_, answer) =>
          answer(
            null,
            addresses.map((address) => ({ address, family: net.isIP(address) })),
          ),
      });
      const refusal = await refusalOf(
        flows.fetch(`https://rebound.localhost:${port}/`, post("secret"), null),
      );
      expect(refusal.code, addresses.join()).toBe("issuer_unreachable");
      expect(String(refusal.facts["reason"])).toMatch(/nobody allowed/);
    }
    expect(canary.sockets()).toBe(0);
  });
  it("the address that was checked is the one that is dialled, even where a second answer would differ", async () => {
    const { origin, sockets } = await listen(echo);
    let asked = 0;
    const flows = open({
      resolve: (_, answer) =>
        answer(null, [{ address: ++asked === 1 ? "127.0.0.1" : "10.0.0.1", family: 4 }]),
    });
    expect((await flows.fetch(origin.replace("127.0.0.1", "localhost"), get, null)).status).toBe(
      200,
    );
    expect(asked).toBe(1);
    expect(sockets()).toBe(1);
  });
  it("answers sockets in both forms that they ask in, and hands on a resolver's own failure", () => {
    const addresses = [
      { address: "8.8.8.8", family: 4 },
      { address: "2606:4700::1111", family: 6 },
    ];
    const lookup = guardedLookup("public", (_, answer) => answer(null, addresses));
    lookup("x.example", { all: true }, (error, found) =>
      expect([error, found]).toEqual([null, addresses]),
    );
    lookup("x.example", { family: 6 }, (error, found, family) =>
      expect([error, found, family]).toEqual([null, "2606:4700::1111", 6]),
    );
    guardedLookup("public", (_, answer) => answer(new Error("ENOTFOUND"), []))("x", {}, (error) =>
      expect(error?.message).toBe("ENOTFOUND"),
    );
    guardedLookup("public", (_, answer) => answer(null, []))("x", {}, (error) =>
      expect(error).not.toBeNull(),
    );
  });
});

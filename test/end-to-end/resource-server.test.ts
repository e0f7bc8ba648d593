// Countersign's own door as a resource server: the rows of the negative tests that concern it, by their numbers. Its
// credentials are opaque, so every token of somebody else's making is unknown, whatever is wrong with it.
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, echoServer, type House, openHouse, toolCall, upstream } from "../support/house.ts";
import { root, until } from "../support/processes.ts";

let house: House;
let server: Awaited<ReturnType<typeof upstream>>;
let credential: string;

const come = (headers: Record<string, string>, at = "/mcp/echo") =>
  ask(house.door, at, { headers, body: toolCall() });

beforeAll(async () => {
  server = await upstream(echoServer);
  house = await openHouse();
  ({ credential } = await house.agent());
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

describe("at our own door", () => {
  it("negative test 76: no token gets 401 with resource_metadata, and the metadata is there", async () => {
    const reply = await come({});
    const metadata = /resource_metadata="([^"]+)"/.exec(
      reply.headers["www-authenticate"] ?? "",
    )?.[1];
    expect([reply.status, reply.code]).toEqual([401, "agent_credential_missing"]);
    const document = await ask(house.door, new URL(metadata ?? "").pathname, { method: "GET" });
    expect(JSON.parse(document.body)).toMatchObject({ resource: `${house.door}/mcp/echo` });
  });

  it("negative test 77: a token in the query is not looked at", async () => {
    for (const name of ["access_token", "token", "authorization"]) {
      const reply = await come({}, `/mcp/echo?${name}=${credential}`);
      expect([reply.status, reply.code]).toEqual([401, "agent_credential_missing"]);
    }
  });

  it("negative test 78: a token in two places gets 400", async () => {
    const text = await new Promise<string>((resolve) => {
      let answer = "";
      const socket = net.connect(house.port, "127.0.0.1", () =>
        socket.write(
          `POST /mcp/echo HTTP/1.1\r\nHost: 127.0.0.1:${house.port}\r\nContent-Type: application/json\r\nAuthorization: Bearer ${credential}\r\nAuthorization: ApiKey ${credential}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
        ),
      );
      socket.on("data", (chunk) => (answer += String(chunk)));
      socket.on("close", () => resolve(answer));
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 .*agent_credential_twice/s);
  });

  it("negative tests 79 to 84: no JWT opens it, whatever it claims and whoever signed it", async () => {
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: house.door,
      sub: "agent",
      aud: `${house.door}/mcp/echo`,
      iat: now,
      exp: now + 300,
      client_id: "x",
      scope: "mcp",
    };
    const sign = (change: object, header: object = {}) =>
      new SignJWT({ ...claims, ...change })
        .setProtectedHeader({ alg: "RS256", typ: "at+jwt", ...header })
        .sign(privateKey);
    const modulus = new TextEncoder().encode((await exportJWK(publicKey)).n);
    const good = await sign({});
    const tokens: Record<string, string> = {
      "79: another audience": await sign({ aud: "https://other.example/mcp" }),
      "80: another issuer": await sign({ iss: "https://other.example" }),
      "80: a bad signature": `${good.slice(0, -4)}AAAA`,
      "80: alg none": new UnsecuredJWT(claims).encode(),
      "80: HS256 with the RSA key": await new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256" })
        .sign(modulus),
      "80: an unknown crit": await new SignJWT(claims)
        .setProtectedHeader({ alg: "RS256", crit: ["b64"], b64: true })
        .sign(privateKey),
      "81: another typ": await sign({}, { typ: "JWT" }),
      "82: expired": await sign({ exp: now - 3600 }),
      "82: not yet valid": await sign({ nbf: now + 3600 }),
      "82: issued far in the future": await sign({ iat: now + 86_400 }),
      "83: without its scope": await sign({ scope: "" }),
      "84: a server's token": good,
    };
    const before = server.seen.length;
    for (const [what, token] of Object.entries(tokens)) {
      const reply = await come({ authorization: `Bearer ${token}` });
      expect([what, reply.status, reply.code]).toEqual([what, 401, "agent_credential_unknown"]);
      expect(reply.headers["www-authenticate"]).toContain('error="invalid_token"');
    }
    expect(server.seen.length).toBe(before);
  });

  it("negative test 85: a revoked agent gets 401 within a second, and what it had open ends", async () => {
    const events = await upstream((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(": open\n\n");
    });
    await house.call("servers.add", {
      kind: "http",
      name: "events",
      url: events.url,
      auth: { type: "none" },
    });
    const agent = await house.agent("revoked");
    const headers = { authorization: `Bearer ${agent.credential}` };
    const stream = await fetch(`${house.door}/mcp/events`, { headers });
    const ended = stream.text().catch(() => "cut");
    const from = performance.now();
    await house.call("agents.remove", { id: agent.id });
    expect((await come(headers)).status).toBe(401);
    await ended;
    expect(performance.now() - from).toBeLessThan(1000);
    await events.close();
  });
});

describe("signing in", () => {
  it("negative test 98: never in a window of ours: what opens addresses is the system's browser alone", () => {
    const files = ["electron", "renderer"].flatMap((room) =>
      fs
        .readdirSync(path.join(root, room), { recursive: true, encoding: "utf8" })
        .filter((file) => /\.tsx?$/.test(file) && !file.startsWith("lab"))
        .map((file) => path.join(room, file)),
    );
    const holding = (pattern: RegExp): string[] =>
      files.filter((file) => pattern.test(fs.readFileSync(path.join(root, file), "utf8")));
    expect(holding(/<webview|<iframe|BrowserView|WebContentsView|createElement\("iframe/)).toEqual(
      [],
    );
    expect(holding(/\.loadURL\(/)).toEqual(["electron/windows.ts"]);
    expect(holding(/openExternal\(/)).toEqual(["electron/app-browser.ts"]);
    // And what a window shows is the app's own page.
    const windows = fs.readFileSync(path.join(root, "electron/windows.ts"), "utf8");
    expect(windows).toContain("webviewTag: false");
    expect(windows).toContain('contents.on("will-attach-webview", deny)');
  });

  it("negative test 99: the way back is open only while somebody waits, once, and on loopback alone", async () => {
    await house.call("lab.start", {});
    const [practice] = (await house.call("issuers.list", { tenant: "lab" })).filter(
      (one) => one.name === "practice-service",
    );
    const { url } = await house.call("accounts.signIn", { issuer: practice?.id ?? "" });
    const asked = new URL(url).searchParams;
    const back = new URL(asked.get("redirect_uri") ?? "");
    expect(back.origin).toBe(house.door);
    expect(back.hostname).toBe("127.0.0.1");
    const answer = (query: Record<string, string>, at = back.pathname) =>
      ask(house.door, `${at}?${new URLSearchParams(query).toString()}`, { method: "GET" });
    const nobody = /^Nobody is waiting/;
    const state = asked.get("state") ?? "";
    expect((await answer({ code: "x", state: "wrong" })).body).toMatch(nobody);
    expect((await answer({ code: "x", state }, `/oauth/callback/${"A".repeat(22)}`)).body).toMatch(
      nobody,
    );
    const first = await answer({ error: "access_denied", state, iss: practice?.issuer ?? "" });
    expect([first.status, nobody.test(first.body)]).toEqual([400, false]);
    // Answered: the same way back is closed.
    const second = await answer({ error: "access_denied", state, iss: practice?.issuer ?? "" });
    expect([second.status, nobody.test(second.body)]).toEqual([400, true]);

    const others = Object.values(os.networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter((one) => one.address !== "127.0.0.1" && !one.address.startsWith("fe80"));
    let reached = 0;
    let over = 0;
    for (const { address } of others) {
      const socket = new net.Socket();
      socket.once("connect", () => reached++);
      socket.once("error", () => over++);
      socket.setTimeout(1500, () => socket.destroy(new Error("nobody answers")));
      try {
        socket.connect(house.port, address);
      } catch {
        over++;
      }
    }
    await until(() => reached + over === others.length, 5000, "every address answering");
    expect(reached).toBe(0);
  }, 60_000);
});

// How the practice servers judge tokens: lines 76 to 84 of the negative tests, each over a real socket.
import { createHmac, generateKeyPairSync } from "node:crypto";
import http from "node:http";
import { decodeProtectedHeader, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import type { LabServer } from "../../electron/lab/types.ts";
import { dpopKey, signIn } from "./support/flows.ts";
import { type Answer, basic, bearer, call, post, useLab } from "./support/lab.ts";

const house = useLab();
const crm = (): LabServer => house.lab.server("crm");
const search = (
  headers: Record<string, string>,
  server = crm(),
): Promise<Answer & { text: string }> => call(server, "search_customers", { text: "lon" }, headers);
const minted = (changes: Record<string, unknown>, typ?: string): Promise<string> =>
  house.lab.attacks.mint(crm(), changes, typ);
const now = (): number => Math.floor(Date.now() / 1000);
const challenge = (answer: Answer): string => answer.headers.get("www-authenticate") ?? "";

describe("who is let in", () => {
  it("a token that the issuer gave for this server", async () => {
    const { basic: client } = house.lab.issuer.clients;
    const got = await post(
      `${house.lab.issuer.url}/token`,
      { grant_type: "client_credentials", resource: crm().resource, scope: "crm:read" },
      basic(client),
    );
    const answer = await search(bearer(String(got.json["access_token"])));
    expect(answer.status).toBe(200);
    expect(answer.text).toContain("Difference Engines");
  });

  it("a token of the old key after the issuer changed its keys, and one of the new key", async () => {
    const before = await minted({});
    await house.lab.issuer.rotateKeys();
    expect((await search(bearer(before))).status).toBe(200);
    const after = await minted({});
    expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid);
    await expect
      .poll(async () => (await search(bearer(after))).status, { timeout: 3000 })
      .toBe(200);
  });
});

describe("who is not", () => {
  it("76 no token: 401 with resource_metadata and no error, and the metadata leads to the issuer", async () => {
    const answer = await search({});
    expect(answer.status).toBe(401);
    expect(challenge(answer)).not.toContain("error=");
    expect(challenge(answer)).toContain('scope="crm:read"');
    const at = /resource_metadata="([^"]+)"/.exec(challenge(answer))?.[1] ?? "";
    expect(at).toBe(crm().url.replace("/mcp", "/.well-known/oauth-protected-resource/mcp"));
    const metadata = (await (await fetch(at)).json()) as Record<string, unknown>;
    expect(metadata).toMatchObject({
      resource: crm().url,
      authorization_servers: [house.lab.issuer.url],
    });
  });

  it("77 a token in the address is ignored: 401", async () => {
    const server = { ...crm(), url: `${crm().url}?access_token=${await minted({})}` };
    const answer = await search({}, server);
    expect(answer.status).toBe(401);
    expect(answer.json).toMatchObject({ code: "token-in-query" });
  });

  it("78 a token in two places: 400 invalid_request", async () => {
    const token = await minted({});
    const both = await search(bearer(token), {
      ...crm(),
      url: `${crm().url}?access_token=${token}`,
    });
    expect(both.status).toBe(400);
    expect(both.json).toMatchObject({ error: "invalid_request", code: "token-twice" });
    // Two header lines: Node would keep the first and say nothing.
    const { port } = new URL(crm().url);
    const status = await new Promise<number>((resolve, reject) => {
      const headers = [
        "Host",
        `127.0.0.1:${port}`,
        "Authorization",
        `Bearer ${token}`,
        "Authorization",
        "Bearer other",
        "Content-Type",
        "application/json",
      ];
      http
        .request({ host: "127.0.0.1", port, path: "/mcp", method: "POST", headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        })
        .on("error", reject)
        .end("{}");
    });
    expect(status).toBe(400);
  });

  it("79 another audience: 401", async () => {
    const answer = await search(
      bearer(await house.lab.attacks.wrongAudience(crm(), house.lab.server("mail"))),
    );
    expect(answer.status).toBe(401);
    expect(challenge(answer)).toContain('error="invalid_token"');
    expect(answer.json).toMatchObject({ code: "wrong-audience" });
    expect((await search(bearer(await minted({ aud: `${crm().resource}/` })))).json).toMatchObject({
      code: "wrong-audience",
    });
  });

  it("80 another issuer, a bad signature, alg none, HS256 with our public key, an unknown crit: 401", async () => {
    const good = await minted({});
    const [head = "", body = "", signature = ""] = good.split(".");
    const { kid } = decodeProtectedHeader(good);
    const header = (fields: Record<string, unknown>): string =>
      Buffer.from(JSON.stringify({ typ: "at+jwt", kid, ...fields })).toString("base64url");
    const jwks = (await (await fetch(house.lab.issuer.jwksUri)).json()) as {
      keys: Record<string, unknown>[];
    };
    const hmac = `${header({ alg: "HS256" })}.${body}`;
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const crit = await new SignJWT({})
      .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: kid ?? "" })
      .sign(privateKey);
    const cases: readonly (readonly [string, string])[] = [
      ["wrong-issuer", await minted({ iss: house.lab.partner.url })],
      ["wrong-issuer", await minted({ iss: `${house.lab.issuer.url}/` })],
      ["bad-signature", `${head}.${body}.${signature.replace(/^.{6}/, "AAAAAA")}`],
      ["bad-signature", await house.lab.attacks.forgedAct(crm())],
      ["bad-signature", crit],
      ["wrong-algorithm", `${header({ alg: "none" })}.${body}.`],
      [
        "wrong-algorithm",
        `${hmac}.${createHmac("sha256", JSON.stringify(jwks.keys[0])).update(hmac).digest("base64url")}`,
      ],
      [
        "unknown-crit",
        `${header({ alg: "ES256", crit: ["urn:new"], "urn:new": 1 })}.${body}.${signature}`,
      ],
      [
        "unknown-key",
        await house.lab.attacks.mint(
          { ...crm(), issuer: house.lab.partner.url },
          { iss: house.lab.issuer.url },
        ),
      ],
      ["malformed", "one.two.three"],
      ["malformed", "opaque"],
    ];
    for (const [code, token] of cases) {
      const answer = await search(bearer(token));
      expect(answer.json, token.slice(0, 40)).toMatchObject({ code });
      expect(answer.status).toBe(401);
    }
    expect((await search(bearer(good))).status).toBe(200);
  });

  it("81 a type other than at+jwt: 401", async () => {
    for (const typ of ["JWT", "oauth-id-jag+jwt", "dpop+jwt"]) {
      expect((await search(bearer(await minted({}, typ)))).json).toMatchObject({
        code: "wrong-type",
      });
    }
    expect((await search(bearer(await minted({}, "application/at+jwt")))).status).toBe(200);
  });

  it("82 expired beyond the skew, not valid yet, issued in the far future: 401; within 60 seconds: accepted", async () => {
    expect((await search(bearer(await house.lab.attacks.expired(crm())))).json).toMatchObject({
      code: "expired",
    });
    expect((await search(bearer(await minted({ exp: now() - 70 })))).json).toMatchObject({
      code: "expired",
    });
    expect((await search(bearer(await minted({ nbf: now() + 90 })))).json).toMatchObject({
      code: "not-yet-valid",
    });
    expect(
      (await search(bearer(await minted({ iat: now() + 3600, exp: now() + 7200 })))).json,
    ).toMatchObject({ code: "issued-in-future" });
    for (const near of [{ exp: now() - 40 }, { nbf: now() + 40 }, { iat: now() + 40 }]) {
      expect((await search(bearer(await minted(near)))).status, JSON.stringify(near)).toBe(200);
    }
  });

  it("82 a claim that must be there is missing: 401", async () => {
    for (const claim of ["exp", "iat", "sub", "jti", "client_id", "aud", "iss"]) {
      expect(
        (await search(bearer(await minted({ [claim]: undefined })))).json,
        claim,
      ).toMatchObject({ code: "claim-missing" });
    }
  });

  it("83 a scope short: 403 insufficient_scope that names what is needed", async () => {
    const token = bearer(await minted({ scope: "crm:read" }));
    const answer = await call(crm(), "update_stage", { id: "c-1", stage: "won" }, token);
    expect(answer.status).toBe(403);
    expect(challenge(answer)).toContain('error="insufficient_scope"');
    expect(challenge(answer)).toContain('scope="crm:write"');
    expect(challenge(answer)).toContain("resource_metadata=");
    expect((await call(crm(), null, {}, token)).status).toBe(200);
    expect((await call(crm(), null, {}, bearer(await minted({ scope: "openid" })))).status).toBe(
      403,
    );
    expect(house.lab.refusals.last("crm")).toMatchObject({ status: 403, code: "scope-short" });
  });

  it("84 a token for the issuer itself, or for another server, is not taken here", async () => {
    const { tokens } = await signIn(house.lab, house.lab.issuer.clients.basic, "ada");
    expect((await search(bearer(tokens.access_token))).json).toMatchObject({ code: "malformed" });
    expect((await search(bearer(tokens.id_token ?? ""))).json).toMatchObject({
      code: "wrong-type",
    });
    expect(
      (await search(bearer(await house.lab.attacks.mint(house.lab.server("payroll"))))).json,
    ).toMatchObject({ code: "wrong-audience" });
  });

  it("mail refuses a token without an actor, and with an actor that is no agent", async () => {
    const mail = house.lab.server("mail");
    const ask = (token: string): Promise<Answer> => call(mail, "list_letters", {}, bearer(token));
    expect((await ask(await house.lab.attacks.mint(mail, { act: undefined }))).json).toMatchObject({
      code: "no-actor",
    });
    expect(
      (await ask(await house.lab.attacks.mint(mail, { act: { sub: "x" } }))).json,
    ).toMatchObject({ code: "actor-not-agent" });
    expect((await ask(await house.lab.attacks.forgedAct(mail))).json).toMatchObject({
      code: "bad-signature",
    });
    expect((await ask(await house.lab.attacks.mint(mail))).status).toBe(200);
  });

  it("a DPoP-bound token: taken with a fresh proof of its key; refused as Bearer, with a stranger's proof, a used one, or one for elsewhere", async () => {
    const { lab } = house;
    const mine = await dpopKey();
    const thief = await dpopKey();
    const got = await (async () => {
      const form = {
        grant_type: "client_credentials",
        resource: crm().resource,
        scope: "crm:read",
      };
      const ask = async (nonce?: string): Promise<Answer> =>
        post(`${lab.issuer.url}/token`, form, {
          ...basic(lab.issuer.clients.basic),
          dpop: await mine.proof(
            "POST",
            `${lab.issuer.url}/token`,
            undefined,
            nonce === undefined ? {} : { nonce },
          ),
        });
      const first = await ask();
      expect(first.json).toMatchObject({ error: "use_dpop_nonce" });
      return ask(first.headers.get("dpop-nonce") ?? "");
    })();
    const token = String(got.json["access_token"]);
    const send = (proof: string): Promise<Answer> =>
      search({ authorization: `DPoP ${token}`, dpop: proof });
    const proof = await mine.proof("POST", crm().url, token);
    expect((await send(proof)).status).toBe(200);
    expect((await send(proof)).json).toMatchObject({
      code: "wrong-proof",
      error: "invalid_dpop_proof",
    });
    const wrong = [
      await thief.proof("POST", crm().url, token),
      await mine.proof("GET", crm().url, token),
      await mine.proof("POST", lab.server("mail").url, token),
      await mine.proof("POST", crm().url, "another token"),
      await mine.proof("POST", crm().url, token, { iat: now() - 600 }),
      await mine.proof("POST", crm().url, token, { jti: undefined }),
    ];
    for (const each of wrong)
      expect((await send(each)).json).toMatchObject({ code: "wrong-proof" });
    expect((await search(bearer(token))).json).toMatchObject({ code: "no-proof" });
    // A proof beside a token that is bound to nothing makes it no better.
    const plain = await minted({});
    const odd = await search({
      authorization: `DPoP ${plain}`,
      dpop: await mine.proof("POST", crm().url, plain),
    });
    expect(odd.json).toMatchObject({ code: "wrong-proof" });
  });

  it("a page of another origin, or a name that was made to point here, is refused before anything else", async () => {
    const token = bearer(await minted({}));
    expect((await search({ ...token, origin: "https://evil.example" })).status).toBe(403);
    const { port } = new URL(crm().url);
    const status = await new Promise<number>((resolve, reject) => {
      http
        .request(
          { host: "127.0.0.1", port, path: "/mcp", headers: { host: "rebound.example" } },
          (answer) => {
            answer.resume();
            resolve(answer.statusCode ?? 0);
          },
        )
        .on("error", reject)
        .end();
    });
    expect(status).toBe(403);
  });
});

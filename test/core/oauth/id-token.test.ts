import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { Refusal } from "../../../electron/core/errors.ts";
import {
  type IdTokenWant,
  judgeIdToken,
  judgeKeys,
} from "../../../electron/core/oauth/id-token.ts";
import { Ruling } from "../../../electron/core/oauth/ruling.ts";
import { Secret } from "../../../electron/core/secret.ts";
import { json } from "../../support/flow-net.ts";
import { refusalOf as thrownBy } from "../bytes.ts";
import { ISSUER, jwt, refusalOf } from "./peer.ts";

const NOW = Date.now();
const seconds = Math.floor(NOW / 1000);
const want: IdTokenWant = {
  issuer: ISSUER,
  clientId: "cs",
  nonce: "n-1",
  algorithms: null,
  nowMs: NOW,
};
const good = { iss: ISSUER, aud: "cs", sub: "ada", nonce: "n-1", iat: seconds, exp: seconds + 300 };
let pair: Awaited<ReturnType<typeof generateKeyPair>>;
let keys: Parameters<typeof judgeIdToken>[1];

beforeAll(async () => {
  pair = await generateKeyPair("ES256");
  keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: "k", alg: "ES256" }] };
});

type Claims = Record<string, unknown>;
const sign = async (
  payload: Claims,
  key: Parameters<SignJWT["sign"]>[0] = pair.privateKey,
  alg = "ES256",
): Promise<Secret> =>
  new Secret(await new SignJWT(payload).setProtectedHeader({ alg, kid: "k" }).sign(key));
const judge = async (payload: Claims, change: Partial<IdTokenWant> = {}) =>
  judgeIdToken(await sign(payload), keys, { ...want, ...change }, new Ruling());
const codeOf = async (work: Promise<unknown>): Promise<unknown> => (await refusalOf(work)).code;

describe("who signed in", () => {
  it("is who the issuer's signature says", async () => {
    expect(await judge(good)).toMatchObject({ sub: "ada" });
  });

  it.each<[string, Claims]>([
    ["another issuer", { ...good, iss: `${ISSUER}/` }],
    ["another audience", { ...good, aud: "other" }],
    ["another nonce", { ...good, nonce: "n-2" }],
    ["no nonce", { ...good, nonce: undefined }],
    ["nobody", { ...good, sub: "" }],
    ["no sub", { ...good, sub: undefined }],
    ["an exp that has passed", { ...good, exp: seconds - 120 }],
    ["no exp", { ...good, exp: undefined }],
    ["two audiences and no azp", { ...good, aud: ["cs", "other"] }],
    ["another azp", { ...good, azp: "other" }],
    ["an nbf to come", { ...good, nbf: seconds + 300 }],
  ])("is nobody with %s", async (_name, payload) => {
    expect(await codeOf(judge(payload))).toBe("sign_in_failed");
  });

  it("is nobody by another key's signature, by none, or by a shared secret (80)", async () => {
    const stranger = await generateKeyPair("ES256");
    expect(
      await codeOf(judgeIdToken(await sign(good, stranger.privateKey), keys, want, new Ruling())),
    ).toBe("sign_in_failed");
    for (const alg of ["none", "HS256", "ES256"]) {
      const forged = new Secret(jwt(good, { alg, kid: "k" }));
      expect(await codeOf(judgeIdToken(forged, keys, want, new Ruling()))).toBe("sign_in_failed");
    }
    const shared = new TextEncoder().encode(JSON.stringify(keys));
    expect(
      await codeOf(judgeIdToken(await sign(good, shared, "HS256"), keys, want, new Ruling())),
    ).toBe("sign_in_failed");
  });

  it("is nobody by an algorithm that the issuer does not name", async () => {
    expect(await codeOf(judge(good, { algorithms: ["RS256"] }))).toBe("sign_in_failed");
  });

  it("a wrong clock of ours is put right by the issuer's (108)", async () => {
    const past = { ...good, iat: seconds - 1000, exp: seconds - 700 };
    expect(await judge(past, { nowMs: NOW - 800_000 })).toMatchObject({ sub: "ada" });
  });

  it("keys that cannot be read prove nothing", () => {
    for (const answer of [
      json({ keys: {} }),
      json({}),
      json([]),
      json({ keys: [1] }),
      json({ keys: [] }, 404),
    ]) {
      expect(thrownBy(() => judgeKeys(ISSUER, answer, NOW, new Ruling()))).toBeInstanceOf(Refusal);
    }
  });
});

import { createHash } from "node:crypto";
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { clientCredentials } from "../../../electron/core/oauth/client-credentials.ts";
import { newDpopSecret, openDpopKey, wantsNonce } from "../../../electron/core/oauth/dpop.ts";
import { Secret } from "../../../electron/core/secret.ts";
import { flowOver, json, scriptedNet } from "../../support/flow-net.ts";
import { digest } from "../../support/ports.ts";
import { ask, refusalOf } from "./peer.ts";

const NOW = Date.now();
const made = async () => openDpopKey(await newDpopSecret(), digest);
const read = (proof: string) => jwtVerify(proof, EmbeddedJWK, { typ: "dpop+jwt" });

describe("DPoP (RFC 9449)", () => {
  it("proves method, address and token, by the key whose thumbprint the token carries", async () => {
    const key = await made();
    const token = new Secret("access-token");
    const { payload, protectedHeader } = await read(
      await key.proof("POST", "https://api.example/mcp?q=1#f", token, NOW),
    );
    expect(payload).toMatchObject({ htm: "POST", htu: "https://api.example/mcp" });
    expect(payload["ath"]).toBe(createHash("sha256").update("access-token").digest("base64url"));
    expect(payload["nonce"]).toBeUndefined();
    expect(await calculateJwkThumbprint(protectedHeader.jwk!)).toBe(key.jkt);
    expect(protectedHeader.jwk).not.toHaveProperty("d");
  });

  it("no two proofs are the same, and at the token endpoint there is no ath", async () => {
    const key = await made();
    const proofs = await Promise.all(
      [1, 2, 3].map(() => key.proof("POST", "https://a/", null, NOW)),
    );
    const all = await Promise.all(proofs.map(read));
    expect(new Set(all.map((one) => one.payload.jti)).size).toBe(3);
    expect(all[0]?.payload).not.toHaveProperty("ath");
  });

  it("keeps the nonce of an origin for that origin", async () => {
    const key = await made();
    key.heed("https://a.example/token", { "dpop-nonce": "n-1" });
    key.heed("https://a.example/token", { "dpop-nonce": 'bad"nonce\r\n' });
    const nonceAt = async (url: string): Promise<unknown> =>
      (await read(await key.proof("POST", url, null, NOW))).payload["nonce"];
    expect(await nonceAt("https://a.example/other")).toBe("n-1");
    expect(await nonceAt("https://b.example/token")).toBeUndefined();
    for (let i = 0; i < 100; i++) key.heed(`https://h${i}.example/`, { "dpop-nonce": "x" });
    expect(await nonceAt("https://a.example/")).toBeUndefined();
  });

  it("is the same key again from the vault, and a damaged one is called so", async () => {
    const pem = await newDpopSecret();
    expect((await openDpopKey(pem, digest)).jkt).toBe((await openDpopKey(pem, digest)).jkt);
    const broken = await refusalOf(openDpopKey(new Secret("canary-not-a-key"), digest));
    expect(broken.code).toBe("vault_entry_broken");
    expect(JSON.stringify(broken.facts) + String(broken.cause)).not.toContain("canary");
  });

  it("tries once more with the nonce that was asked for, and not twice", async () => {
    const net = scriptedNet(json({ error: "use_dpop_nonce" }, 400, { "dpop-nonce": "n-1" }));
    const refusal = await refusalOf(
      clientCredentials(flowOver(net), { ...ask({ dpop: await made() }), audience: null }),
    );
    expect(refusal.code).toBe("issuer_error");
    expect(net.sent).toHaveLength(2);
    const proof = await read(net.sent[1]?.init.headers["dpop"] ?? "");
    expect(proof.payload["nonce"]).toBe("n-1");
  });

  it("knows a server's wish for a nonce from any other 401", () => {
    const answer = (challenge: string, nonce = true) => ({
      status: 401,
      headers: { "www-authenticate": challenge, ...(nonce ? { "dpop-nonce": "n" } : {}) },
      body: "",
    });
    expect(wantsNonce(answer('DPoP error="use_dpop_nonce"'))).toBe(true);
    expect(wantsNonce(answer('DPoP error="use_dpop_nonce"', false))).toBe(false);
    expect(wantsNonce(answer('DPoP error="invalid_token"'))).toBe(false);
    expect(wantsNonce({ status: 500, headers: { "dpop-nonce": "n" }, body: "" })).toBe(false);
  });
});

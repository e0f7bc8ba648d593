// Agents' own keys: signed here, verified by jose as an issuer would.
import crypto from "node:crypto";
import { createLocalJWKSet, calculateJwkThumbprint, decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import {
  type ActorKey,
  actorKeyRef,
  actorKeysSchema,
} from "../../../../electron/core/oauth/keeping/actor-key-record.ts";
import { createActorKeys } from "../../../../electron/core/oauth/keeping/actor-keys.ts";
import { digest, mapVault } from "../../../support/ports.ts";
import { codeOf, HOUR, ISSUER, Machine, MINUTE } from "./world.ts";

const OURSELVES = "https://countersign.invalid/installations/1";
const crm = { id: "agt_000000001", tenant: "personal" };
const bot = { id: "agt_000000002", tenant: "work" };

function make() {
  const vault = mapVault();
  const machine = new Machine();
  let keys: readonly ActorKey[] = [];
  const open = () =>
    createActorKeys({
      store: {
        read: () => keys,
        write: async (next) => {
          await Promise.resolve();
          keys = actorKeysSchema.parse(next(keys));
        },
      },
      vault,
      clock: machine,
      digest,
      subtle: crypto.webcrypto.subtle,
      issuer: () => OURSELVES,
    });
  return { vault, machine, open, actors: open(), all: () => keys };
}

describe("what is signed for an agent", () => {
  it("verifies with the published keys as this agent's, for this issuer, for one minute", async () => {
    const { actors, machine } = make();
    const jwt = (await actors.sign(crm, ISSUER)).reveal();
    const { payload, protectedHeader } = await jwtVerify(jwt, createLocalJWKSet(actors.jwks()), {
      issuer: OURSELVES,
      audience: ISSUER,
      subject: crm.id,
      algorithms: ["ES256"],
      currentDate: new Date(machine.now() + 59_000),
      requiredClaims: ["jti", "iat", "exp"],
    });
    expect(protectedHeader).toEqual({ alg: "ES256", typ: "JWT", kid: actors.jwks().keys[0]?.kid });
    // 106: one string, not an array.
    expect(payload.aud).toBe(ISSUER);
    expect(payload.exp! - payload.iat!).toBe(60);
    expect(Object.keys(payload).sort()).toEqual(["aud", "exp", "iat", "iss", "jti", "sub"]);
    const late = { currentDate: new Date(machine.now() + 61_000) };
    await expect(jwtVerify(jwt, createLocalJWKSet(actors.jwks()), late)).rejects.toThrow(/exp/);
  });

  it("has a jti of its own each time (negative tests 53 and 107)", async () => {
    const { actors } = make();
    const ids = new Set<unknown>();
    for (let i = 0; i < 200; i++) {
      const part = (await actors.sign(crm, ISSUER)).reveal().split(".")[1]!;
      ids.add((JSON.parse(Buffer.from(part, "base64url").toString()) as { jti: string }).jti);
    }
    expect(ids.size).toBe(200);
  });

  it("cannot be made with another agent's key: each has one, named by its RFC 7638 thumbprint", async () => {
    const { actors, all } = make();
    const [a, b] = await Promise.all([actors.sign(crm, ISSUER), actors.sign(bot, ISSUER)]);
    expect(decodeProtectedHeader(a.reveal()).kid).not.toBe(decodeProtectedHeader(b.reveal()).kid);
    for (const jwk of actors.jwks().keys) expect(await calculateJwkThumbprint(jwk)).toBe(jwk.kid);
    const others = {
      keys: actors.jwks().keys.filter((k) => k.kid === decodeProtectedHeader(b.reveal()).kid),
    };
    await expect(jwtVerify(a.reveal(), createLocalJWKSet(others))).rejects.toThrow(
      /no applicable key/,
    );
    expect(all()).toHaveLength(2);
  });

  it("makes one key however many first calls come at once", async () => {
    const { actors, all, vault } = make();
    const signed = await Promise.all(Array.from({ length: 30 }, () => actors.sign(crm, ISSUER)));
    expect(new Set(signed.map((s) => decodeProtectedHeader(s.reveal()).kid)).size).toBe(1);
    expect(all()).toHaveLength(1);
    expect(vault.entries.size).toBe(1);
  });
});

describe("where the keys are", () => {
  it("publishes nothing private, keeps the private half in the agent's tenant of the vault", async () => {
    const { actors, vault, all } = make();
    await actors.sign(crm, ISSUER);
    const jwk = actors.jwks().keys[0]!;
    expect(Object.keys(jwk).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    const [[address, secret] = ["", undefined]] = [...vault.entries];
    expect(address).toBe(`${crm.tenant}/${actorKeyRef(all()[0]!).id}`);
    const { d } = JSON.parse(secret!.reveal()) as { d: string };
    expect(JSON.stringify([actors.jwks(), all()])).not.toContain(d);
    expect(actors.jwks("work").keys).toEqual([]);
  });

  it("a restart goes on with the same key; a key that the vault has lost is replaced", async () => {
    const { actors, open, vault, all } = make();
    const kidOf = async (a: typeof actors) =>
      decodeProtectedHeader((await a.sign(crm, ISSUER)).reveal()).kid;
    const first = await kidOf(actors);
    expect(await kidOf(open())).toBe(first);
    vault.entries.clear();
    const second = await kidOf(open());
    expect(second).not.toBe(first);
    expect(all().filter((k) => k.publishUntil === null)).toHaveLength(1);
  });

  it("a locked vault is not a lost key: nothing is made, nothing is signed", async () => {
    const { actors, vault, all } = make();
    await actors.sign(crm, ISSUER);
    actors.forgetAll();
    vault.fail = new Error("locked");
    expect(await codeOf(actors.sign(crm, ISSUER))).toBe("internal");
    expect(all()).toHaveLength(1);
  });

  it("a lookup under way when the vault is locked brings no key back", async () => {
    const { actors, open } = make();
    await actors.sign(crm, ISSUER);
    const fresh = open();
    const signing = fresh.sign(crm, ISSUER);
    fresh.forgetAll();
    expect(await codeOf(signing)).toBe("vault_locked");
  });

  it("refuses a private key that is not the published one's", async () => {
    const { actors, open, vault, all } = make();
    await actors.sign(crm, ISSUER);
    await actors.sign(bot, ISSUER);
    const at = (k: ActorKey) => `${k.tenant}/${k.secret}`;
    const [mine, other] = [
      all().find((k) => k.agent === crm.id)!,
      all().find((k) => k.agent === bot.id)!,
    ];
    vault.entries.set(at(mine), vault.entries.get(at(other))!);
    expect(await codeOf(open().sign(crm, ISSUER))).toBe("vault_entry_broken");
  });

  it("goes with the agent, from the key set and from the vault", async () => {
    const { actors, vault } = make();
    await actors.sign(crm, ISSUER);
    await actors.sign(bot, ISSUER);
    await actors.remove(crm.id);
    expect(actors.jwks().keys).toHaveLength(1);
    expect([...vault.entries.keys()].map((k) => k.split("/")[0])).toEqual(["work"]);
  });
});

describe("rotation", () => {
  it("publishes the new key before it signs, and the old one until nothing it signed is valid", async () => {
    const { actors, machine } = make();
    const kid = async (): Promise<string | undefined> =>
      decodeProtectedHeader((await actors.sign(crm, ISSUER)).reveal()).kid;
    const old = await kid();
    const fresh = await actors.rotate(crm, 10 * MINUTE);
    expect(actors.jwks().keys).toHaveLength(2);
    expect(await kid()).toBe(old);
    machine.suspend(10 * MINUTE - 1);
    expect(await kid()).toBe(old);
    const last = await actors.sign(crm, ISSUER);
    expect(decodeProtectedHeader(last.reveal()).kid).toBe(old);
    expect(actors.jwks().keys).toHaveLength(2);
    machine.suspend(1);
    expect(await kid()).toBe(fresh.kid);
    machine.suspend(58_000);
    await jwtVerify(last.reveal(), createLocalJWKSet(actors.jwks()), {
      currentDate: new Date(machine.now()),
    });
    machine.suspend(6 * MINUTE);
    expect(actors.jwks().keys.map((k) => k.kid)).toEqual([fresh.kid]);
  });

  it("keeps no old private key once its time is over", async () => {
    const { actors, machine, vault, all } = make();
    await actors.sign(crm, ISSUER);
    for (let i = 0; i < 5; i++) {
      await actors.rotate(crm);
      machine.suspend(HOUR);
    }
    expect(all()).toHaveLength(2);
    await actors.sign(crm, ISSUER);
    expect(all()).toHaveLength(1);
    expect(vault.entries.size).toBe(1);
  });

  it("the first key signs at once, whatever the lead", async () => {
    const { actors } = make();
    const { kid } = await actors.rotate(crm, 24 * HOUR);
    expect(decodeProtectedHeader((await actors.sign(crm, ISSUER)).reveal()).kid).toBe(kid);
  });
});

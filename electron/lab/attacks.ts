// What a thief or a forger would bring, made to order: the practice servers must refuse every one of these.
import { generateKeyPairSync, randomUUID, X509Certificate } from "node:crypto";
import { decodeProtectedHeader, type JWTPayload, SignJWT } from "jose";
import type { SigningKeys } from "./keys.ts";
import { thumbprintOf } from "./mtls.ts";
import type { LabServer } from "./types.ts";

export interface Attacks {
  /** A token as the issuer would sign it for this server, but for what `changes` says; undefined removes a claim. */
  mint(server: LabServer, changes?: Record<string, unknown>, typ?: string): Promise<string>;
  /** Was good until an hour ago. */
  expired(server: LabServer): Promise<string>;
  /** Good, but for another server. */
  wrongAudience(server: LabServer, other: LabServer): Promise<string>;
  /** Says that an agent may act for Ada; signed by whoever wanted that to be so, under the issuer's key id. */
  forgedAct(server: LabServer): Promise<string>;
  /** A good token bound to this certificate (PEM): worth nothing without its key. */
  bound(server: LabServer, certificatePem: string): Promise<string>;
}

/** @param keysOf the signing keys of an issuer, by its exact identifier. */
export function createAttacks(keysOf: (issuer: string) => SigningKeys): Attacks {
  const claimsFor = (server: LabServer): JWTPayload => {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: server.issuer ?? "",
      sub: server.wantsActor ? "ada" : "practice-basic",
      aud: server.resource,
      client_id: "practice-basic",
      scope: server.scopes.join(" "),
      jti: randomUUID(),
      iat: now,
      exp: now + 300,
      ...(server.wantsActor ? { act: { sub: "agent:compiler", sub_profile: "ai_agent" } } : {}),
    };
  };
  const mint: Attacks["mint"] = (server, changes = {}, typ = "at+jwt") =>
    keysOf(server.issuer ?? "").sign({ ...claimsFor(server), ...changes }, typ);

  return {
    mint,
    expired: (server) => {
      const now = Math.floor(Date.now() / 1000);
      return mint(server, { iat: now - 7200, exp: now - 3600 });
    },
    wrongAudience: (server, other) => mint(server, { aud: other.resource }),
    async forgedAct(server) {
      const { kid } = decodeProtectedHeader(await mint(server));
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const act = { sub: "agent:administrator", sub_profile: "ai_agent" };
      return new SignJWT({ ...claimsFor(server), act })
        .setProtectedHeader({ alg: "ES256", typ: "at+jwt", ...(kid === undefined ? {} : { kid }) })
        .sign(privateKey);
    },
    bound: (server, certificatePem) =>
      mint(server, { cnf: { "x5t#S256": thumbprintOf(new X509Certificate(certificatePem)) } }),
  };
}

// An agent's key as it is kept: the public half in a document, the private half in the vault.
import { z } from "zod";
import { base64url, type Digest } from "../../digest.ts";
import { idOf, instant, slug } from "../../names.ts";
import type { SecretRef } from "../../vault.ts";

/** A coordinate of P-256 or an RFC 7638 thumbprint: 32 bytes as base64url. */
const bytes32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

export const actorKeySchema = z.strictObject({
  /** RFC 7638 thumbprint of the public key. */
  kid: bytes32,
  agent: idOf("agt"),
  tenant: slug,
  x: bytes32,
  y: bytes32,
  /** Private key in the vault, as a JWK. */
  secret: idOf("sec"),
  createdAt: instant,
  /** Signs from then on: issuers keep a copy of the key set, and must have met a key before they see it used. */
  useFrom: instant,
  /** In the key set until then; null while it is the newest. */
  publishUntil: instant.nullable(),
});
export type ActorKey = z.infer<typeof actorKeySchema>;
export const actorKeysSchema = z.array(actorKeySchema);

/** Port: the document of public halves. */
export interface ActorKeyStore {
  read(): readonly ActorKey[];
  /** Durable when it resolves. */
  write(next: (now: readonly ActorKey[]) => readonly ActorKey[]): Promise<void>;
}

/** RFC 7517 public key of an agent. */
export interface PublicJwk {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly use: "sig";
  readonly alg: "ES256";
}

interface KeyShape {
  readonly kty?: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly d?: string;
}

/** Port: the part of Web Crypto's SubtleCrypto that is used. `K` is its CryptoKey. */
export interface SubtleLike<K> {
  generateKey(
    algorithm: { name: "ECDSA"; namedCurve: "P-256" },
    extractable: boolean,
    usages: ["sign", "verify"],
  ): Promise<{ privateKey: K; publicKey: K }>;
  exportKey(format: "jwk", key: K): Promise<KeyShape>;
  importKey(
    format: "jwk",
    key: { kty: "EC"; crv: "P-256"; x: string; y: string; d: string },
    algorithm: { name: "ECDSA"; namedCurve: "P-256" },
    extractable: boolean,
    usages: ["sign"],
  ): Promise<K>;
  sign(
    algorithm: { name: "ECDSA"; hash: "SHA-256" },
    key: K,
    data: Uint8Array,
  ): Promise<ArrayBuffer>;
}

/** RFC 7638 section 3.2: required members in lexicographic order, no white space. */
export const thumbprint = (digest: Digest, x: string, y: string): string =>
  base64url(digest.sha256(JSON.stringify({ crv: "P-256", kty: "EC", x, y })));

/** Where an agent's private keys lie: for moving secrets between vaults. */
export const actorKeyRef = ({ tenant, secret }: ActorKey): SecretRef => ({ tenant, id: secret });

/** The private half as it lies in the vault: an RFC 7517 key and nothing beside it. */
export const privateSchema = z.strictObject({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: bytes32,
  y: bytes32,
  d: bytes32,
});

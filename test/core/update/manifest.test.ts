// A newer version is believed only of its publisher, only forwards, and only for a while (threat 57).
import { beforeAll, describe, expect, it } from "vitest";
import {
  believeUpdate,
  compareVersions,
  type UpdateFacts,
  type UpdateManifest,
  type VerifyEd25519,
} from "../../../electron/core/update/manifest.ts";

const { subtle } = globalThis.crypto;
const verify: VerifyEd25519 = async (key, signature, bytes) =>
  subtle.verify(
    "Ed25519",
    await subtle.importKey("raw", key as BufferSource, "Ed25519", false, ["verify"]),
    signature as BufferSource,
    bytes as BufferSource,
  );

interface Publisher {
  readonly key: Uint8Array;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}
async function publisher(): Promise<Publisher> {
  const pair = await subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  return {
    key: new Uint8Array(await subtle.exportKey("raw", pair.publicKey)),
    sign: async (bytes) =>
      new Uint8Array(await subtle.sign("Ed25519", pair.privateKey, bytes as BufferSource)),
  };
}

const NOW = Date.parse("2026-12-01T12:00:00Z");
const MANIFEST: UpdateManifest = {
  product: "countersign",
  version: "0.2.0",
  sequence: 7,
  publishedAt: "2026-12-01T00:00:00Z",
  expiresAt: "2026-12-15T00:00:00Z",
  files: [
    {
      target: "linux-x64-deb",
      url: "https://releases.example/countersign_0.2.0_amd64.deb",
      sha512: "ab".repeat(64),
      bytes: 90_000_000,
    },
  ],
};

let ours: Publisher;
let other: Publisher;
beforeAll(async () => {
  [ours, other] = await Promise.all([publisher(), publisher()]);
});

async function facts(
  change: Record<string, unknown> = {},
  by: Publisher = ours,
): Promise<UpdateFacts> {
  const bytes = new TextEncoder().encode(JSON.stringify({ ...MANIFEST, ...change }));
  return {
    bytes,
    signature: await by.sign(bytes),
    publishers: [ours.key],
    running: { version: "0.1.0", sequence: 6 },
    now: NOW,
  };
}
const refused = (reason: string) => ({ code: "update_refused", facts: { reason } });

describe("an update manifest", () => {
  it("is believed when it is signed, newer and of today", async () => {
    const found = await believeUpdate(await facts(), verify);
    expect(found).toEqual({ manifest: MANIFEST, newer: true });
  });

  it("says that nothing is newer where the version is the one that runs", async () => {
    const found = await believeUpdate(await facts({ version: "0.1.0" }), verify);
    expect(found.newer).toBe(false);
  });

  it("is believed of the second of two publishers, so that a key can be replaced", async () => {
    const own = { ...(await facts({}, other)), publishers: [ours.key, other.key] };
    expect((await believeUpdate(own, verify)).newer).toBe(true);
  });

  it.each([
    [
      "unsigned",
      async () => ({ ...(await facts()), signature: new Uint8Array() }),
      "it is not signed",
    ],
    ["of another signer", () => facts({}, other), "its publisher is not one of ours"],
    [
      "changed by one byte",
      async () => {
        const own = await facts();
        const bytes = new TextEncoder().encode(
          new TextDecoder().decode(own.bytes).replace("0.2.0", "0.3.0"),
        );
        return { ...own, bytes };
      },
      "its publisher is not one of ours",
    ],
    [
      "without a configured publisher",
      async () => ({ ...(await facts()), publishers: [] }),
      "no publisher is configured",
    ],
    ["an older version", () => facts({ version: "0.0.9" }), "it would go back to an older version"],
    [
      "a replayed older manifest",
      () => facts({ sequence: 5 }),
      "it is older than one that was seen before",
    ],
    ["expired", () => facts({ expiresAt: "2026-12-01T11:59:59Z" }), "it has expired"],
    ["of next week", () => facts({ publishedAt: "2026-12-08T00:00:00Z" }), "its dates do not hold"],
    [
      "ending before it begins",
      () => facts({ publishedAt: "2026-12-02T00:00:00Z", expiresAt: "2026-12-01T13:00:00Z" }),
      "its dates do not hold",
    ],
    ["of another product", () => facts({ product: "other" }), "it holds something unknown"],
    [
      "with something more in it",
      () => facts({ script: "curl | sh" }),
      "it holds something unknown",
    ],
    [
      "with files over plain http",
      () => facts({ files: [{ ...MANIFEST.files[0], url: "http://releases.example/x" }] }),
      "it holds something unknown",
    ],
    [
      "with a version that is none",
      () => facts({ version: "0.2.0-rc1" }),
      "it holds something unknown",
    ],
  ] as const)("is refused when %s", async (_, make, reason) => {
    await expect(believeUpdate(await make(), verify)).rejects.toMatchObject(refused(reason));
  });

  it("is not even parsed before its signature holds", async () => {
    const bytes = new TextEncoder().encode("{not json");
    const unsigned = { ...(await facts()), bytes };
    await expect(believeUpdate(unsigned, verify)).rejects.toMatchObject(
      refused("its publisher is not one of ours"),
    );
    const signed = { ...unsigned, signature: await ours.sign(bytes) };
    await expect(believeUpdate(signed, verify)).rejects.toMatchObject(refused("it is not JSON"));
    const large = new Uint8Array(70_000);
    await expect(
      believeUpdate({ ...unsigned, bytes: large, signature: await ours.sign(large) }, verify),
    ).rejects.toMatchObject(refused("it is too large"));
  });
});

it("versions are compared as numbers", () => {
  const sorted = ["0.10.0", "0.9.12", "1.0.0", "0.9.2"].sort(compareVersions);
  expect(sorted).toEqual(["0.9.2", "0.9.12", "0.10.0", "1.0.0"]);
});

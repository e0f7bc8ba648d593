// A grant as it lies in the vault: strict about whose it is, its shape and its time.
import { describe, expect, it } from "vitest";
import {
  accessOf,
  decodeGrant,
  encodeGrant,
  grantOf,
} from "../../../../electron/core/oauth/keeping/grant-record.ts";
import { Secret } from "../../../../electron/core/secret.ts";
import { fc } from "../../property.ts";
import { HOUR, ISSUER, tokenAt } from "./world.ts";

describe("a grant in the vault", () => {
  const owner = {
    id: "acc_000000001",
    tenant: "personal",
    issuer: ISSUER,
    clientId: "countersign",
    installation: "0123456789abcdef",
  };
  const now = Date.UTC(2026, 10, 24);
  const record = () =>
    grantOf(
      owner,
      tokenAt(now, HOUR, { binding: { type: "mtls", thumbprint: "t".repeat(43) } }),
      null,
      now,
    );

  it("comes back as it went in", () => {
    const grant = record();
    const back = decodeGrant(encodeGrant(grant), owner);
    expect(back).toEqual(grant);
    expect(accessOf(back!, null, now + 1000)).toMatchObject({
      issuer: ISSUER,
      scope: ["mcp:invoke"],
      refreshToken: null,
    });
  });

  it("refuses what is of another installation, tenant, account, issuer or client id", () => {
    const text = encodeGrant(record());
    for (const change of [
      { installation: "another-one-1234" },
      { tenant: "work" },
      { id: "acc_000000002" },
      { issuer: `${ISSUER}/` },
      { clientId: "other" },
    ]) {
      expect(decodeGrant(text, { ...owner, ...change })).toBeNull();
    }
  });

  it("refuses what is expired, from the future, or longer lived than a day", () => {
    const grant = record();
    expect(accessOf(grant, null, now + HOUR - 29_000)).toBeNull();
    expect(accessOf(grant, null, now - 61_000)).toBeNull();
    const long = { ...grant, access: { ...grant.access!, expiresAt: now + 25 * HOUR } };
    expect(accessOf(long, null, now)).toBeNull();
    const inverted = { ...grant, access: { ...grant.access!, obtainedAt: now, expiresAt: now } };
    expect(accessOf(inverted, null, now)).toBeNull();
  });

  it("refuses every text that differs in shape, and never throws", () => {
    const text = encodeGrant(record()).reveal();
    for (const bad of [
      text.replace('"format":1', '"format":2'),
      text.replace('"format":1', '"format":1,"format":1'),
      text.replace('"format":1', '"format":1,"more":1'),
      text.replace('"version":0', '"version":-1'),
      text.replace(/"expiresAt":\d+/, '"expiresAt":"soon"'),
      text.slice(0, -1),
      "",
      "null",
      "refresh-1",
    ]) {
      expect(decodeGrant(new Secret(bad), owner)).toBeNull();
    }
    fc.assert(
      fc.property(fc.string(), fc.nat(text.length), (noise, at) => {
        const broken = text.slice(0, at) + noise + text.slice(at);
        const found = decodeGrant(new Secret(broken), owner);
        if (found !== null) expect(found.installation).toBe(owner.installation);
      }),
    );
  });
});

import crypto from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  admitPeer,
  type AgentCertificate,
  certificateSchema,
  checkInboundBinding,
  expiryOf,
  formatName,
  identityOf,
  issued,
  type IssuedCertificate,
  isThumbprint,
  parseName,
  type Peer,
  type PendingCertificate,
  sameName,
  thumbprintFault,
  warningDue,
} from "../../electron/core/certificates.ts";
import { asRefusal } from "../../electron/core/errors.ts";
import { complaint } from "../../electron/core/sentences.ts";
import { Secret } from "../../electron/core/secret.ts";

const thumbprint = (text: string): string =>
  crypto.createHash("sha256").update(text).digest("base64url");
const codeOf = (run: () => unknown): string => {
  try {
    run();
    return "nothing";
  } catch (error) {
    return asRefusal(error).code;
  }
};
const NOW = Date.parse("2026-11-01T12:00:00.000Z");
const DAY = 86_400_000;
const at = (days: number): string => new Date(NOW + days * DAY).toISOString();

describe("a distinguished name", () => {
  it("is the same in whatever order tools print it", () => {
    expect(sameName("CN=agent,O=Larkspur,C=DE", "C=DE, O=Larkspur, CN=agent")).toBe(true);
    expect(sameName("cn=agent,2.5.4.10=Larkspur", "O=Larkspur,CN=agent")).toBe(true);
    expect(sameName("OU=b+CN=a,O=x", "O=x,CN=a + OU=b")).toBe(true);
    expect(sameName("E=a@b.c", "emailAddress=a@b.c")).toBe(true);
    expect(sameName("1.2.3.4=#0c036f6464", "1.2.3.4=odd")).toBe(true);
    expect(sameName("CN=\\C3\\9Cn", "CN=Ün")).toBe(true);
  });
  it("differs by a part more or less, by a letter, and by how its parts are joined", () => {
    expect(sameName("CN=agent,O=Larkspur", "CN=agent")).toBe(false);
    expect(sameName("CN=agent,CN=agent", "CN=agent")).toBe(false);
    expect(sameName("CN=Agent", "CN=agent")).toBe(false);
    expect(sameName("CN=a+O=b", "CN=a,O=b")).toBe(false);
    expect(sameName("CN=a\\,O=b", "CN=a,O=b")).toBe(false);
    expect(sameName("CN=a", "O=a")).toBe(false);
  });
  it("never equals anything where it cannot be read", () => {
    const broken = [
      "CN",
      "=a",
      "XX=a",
      'CN="a"',
      "CN=a;O=b",
      "CN=\\zz",
      "CN=\\ff",
      "CN=a,",
      "CN=#0c05",
      "CN=\0",
    ];
    for (const text of broken) {
      expect(parseName(text), text).toBeNull();
      expect(sameName(text, text), text).toBe(false);
    }
    expect(parseName(`CN=${"a".repeat(3000)}`)).toBeNull();
  });
  it("is written so that it reads the same again, whatever its values hold", () => {
    const type = fc.constantFrom("2.5.4.3", "2.5.4.10", "2.5.4.11", "1.2.3.4.5");
    const value = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: fc.constantFrom(...Array.from(' \\,+#"=;<>\0\na')) }),
    );
    const name = fc.array(fc.array(fc.record({ type, value }), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(name, (parts) => {
        const text = formatName(parts);
        fc.pre(text.length <= 2048);
        expect(parseName(text)).toEqual(parts);
        expect(sameName(text, formatName([...parts].reverse()))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
  it("any text is read or refused, and never takes long", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 3000, unit: fc.constantFrom(...Array.from('CNO=,+\\ #"0cAz;')) }),
        (text) => {
          const started = performance.now();
          const name = parseName(text);
          if (name !== null) expect(parseName(formatName(name))).toEqual(name);
          expect(performance.now() - started).toBeLessThan(100);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("x5t#S256", () => {
  it("negative 65: padded, hexadecimal and SHA-1 thumbprints are refused, each by its name", () => {
    const digest = crypto.createHash("sha256").update("x").digest();
    const good = digest.toString("base64url");
    expect(thumbprintFault(good)).toBeNull();
    expect(thumbprintFault(`${good}=`)).toBe("padded");
    expect(thumbprintFault(digest.toString("hex"))).toMatch(/^hexadecimal/);
    expect(
      thumbprintFault(
        digest
          .toString("hex")
          .toUpperCase()
          .replaceAll(/..(?=.)/g, "$&:"),
      ),
    ).toMatch(/^hexadecimal/);
    const sha1 = crypto.createHash("sha1").update("x").digest();
    expect(thumbprintFault(sha1.toString("base64url"))).toMatch(/^SHA-1/);
    expect(thumbprintFault(sha1.toString("hex"))).toMatch(/^SHA-1/);
    expect(thumbprintFault("")).not.toBeNull();
    expect(thumbprintFault(7)).toBe("not a text");
  });
  it("every SHA-256 has exactly one text: a spelling with other spare bits is refused", () => {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const good = Buffer.from(bytes).toString("base64url");
        expect(isThumbprint(good)).toBe(true);
        for (const last of letters) {
          const twin = good.slice(0, 42) + last;
          if (twin === good) continue;
          const sameBytes = Buffer.from(twin, "base64url").equals(Buffer.from(bytes));
          if (sameBytes) expect(isThumbprint(twin)).toBe(false);
        }
      }),
    );
  });
});

describe("a token that is bound to a certificate", () => {
  const mine = thumbprint("mine");
  it("is taken over a connection with that certificate", () => {
    expect(checkInboundBinding({ "x5t#S256": mine }, { thumbprint: mine })).toEqual({
      ok: true,
      bound: true,
    });
  });
  it("negative 63: is refused with another certificate", () => {
    expect(
      checkInboundBinding({ "x5t#S256": mine }, { thumbprint: thumbprint("other") }),
    ).toMatchObject({ ok: false, reason: "certificate-differs" });
  });
  it("negative 64: is refused without one", () => {
    expect(checkInboundBinding({ "x5t#S256": mine }, null)).toMatchObject({
      ok: false,
      reason: "certificate-absent",
    });
  });
  it("negative 65: is refused where its thumbprint is padded, hexadecimal, SHA-1 or no text", () => {
    const hex = Buffer.from(mine, "base64url").toString("hex");
    const sha1 = crypto.createHash("sha1").update("mine").digest("base64url");
    for (const wrong of [`${mine}=`, hex, sha1, null, 7, [mine], ""]) {
      // Even where the other side of the comparison is the same malformed text.
      const peer = { thumbprint: String(wrong) };
      expect(checkInboundBinding({ "x5t#S256": wrong }, peer), String(wrong)).toMatchObject({
        ok: false,
        reason: "confirmation-malformed",
      });
    }
  });
  it("is refused where its confirmation is of a kind that nobody here checks", () => {
    const peer = { thumbprint: mine };
    expect(checkInboundBinding({ jwk: {} }, peer)).toMatchObject({
      ok: false,
      reason: "confirmation-unknown",
    });
    expect(checkInboundBinding({ "x5t#S256": mine, jkt: "a" }, peer)).toMatchObject({
      ok: false,
      reason: "confirmation-unknown",
    });
    expect(checkInboundBinding({ "x5t#S256": mine, jkt: "a" }, peer, ["jkt"])).toEqual({
      ok: true,
      bound: true,
    });
    expect(checkInboundBinding({ jkt: "a" }, peer, ["jkt"])).toEqual({ ok: true, bound: false });
    for (const wrong of [null, "x", [], 1, {}]) {
      expect(checkInboundBinding(wrong, peer), JSON.stringify(wrong)).toMatchObject({ ok: false });
    }
  });
  it("does not take a thumbprint that its prototype brings along", () => {
    const cnf: unknown = Object.create({ "x5t#S256": mine });
    expect(checkInboundBinding(cnf, { thumbprint: mine })).toMatchObject({ ok: false });
  });
  it("a token without any confirmation is told from a bound one", () => {
    expect(checkInboundBinding(undefined, { thumbprint: mine })).toEqual({
      ok: true,
      bound: false,
    });
  });
});

describe("R28: the end of a certificate", () => {
  const life = (days: number) => ({ notBefore: at(-10), notAfter: at(days) });
  it.each([
    [40, null, "valid"],
    [30.001, null, "valid"],
    [30, 30, "expiring"],
    [7.001, 30, "expiring"],
    [7, 7, "expiring"],
    [1.001, 7, "expiring"],
    [1, 1, "expiring"],
    [0, 1, "expiring"],
    [-0.001, null, "expired"],
  ] as const)("%d days before it, the warning is %s and the state %s", (days, warning, state) => {
    expect(expiryOf(life(days), NOW)).toMatchObject({ warning, state });
  });
  it("warns once at each step as the clock runs, and after sleeping through some steps with the last one", () => {
    const told: (number | null)[] = [];
    let last: 30 | 7 | 1 | null = null;
    for (let hours = 0; hours <= 50 * 24; hours += 6) {
      const due = warningDue(expiryOf(life(45), NOW + hours * 3_600_000), last);
      if (due !== null) told.push((last = due));
    }
    expect(told).toEqual([30, 7, 1]);
    expect(warningDue(expiryOf(life(45), NOW + 44.5 * DAY), 30)).toBe(1);
  });
  it("dates that cannot be read count as over", () => {
    expect(expiryOf({ notBefore: "x", notAfter: "y" }, NOW).state).toBe("expired");
    expect(expiryOf({ notBefore: "x", notAfter: at(5) }, NOW).state).toBe("not-yet-valid");
  });
});

const PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const pending: PendingCertificate = {
  id: "crt_00000001",
  tenant: "personal",
  label: "Larkspur",
  keyKind: "EC-P256",
  key: "sec_00000001",
  keyAddedAt: at(0),
  createdAt: at(0),
  subject: "CN=agent",
  uris: [],
  state: "csr-pending",
  csr: PEM.replaceAll("CERTIFICATE", "CERTIFICATE REQUEST"),
  replaces: null,
};
const facts = {
  subject: "CN=agent,O=Larkspur",
  issuer: "CN=ca",
  serial: "0a",
  notBefore: at(-1),
  notAfter: at(90),
  thumbprint: thumbprint("a"),
  keyKind: "EC-P256",
  selfSigned: false,
  uris: ["spiffe://x/y"],
};

describe("the record of a certificate", () => {
  it("goes from a request to a certificate under the same id, and holds what the authority made of it", () => {
    const record = issued(pending, facts, PEM, NOW);
    expect(certificateSchema.parse(record)).toEqual(record);
    expect(certificateSchema.parse(pending)).toEqual(pending);
    expect(record).toMatchObject({
      id: pending.id,
      key: pending.key,
      subject: "CN=agent,O=Larkspur",
      state: "active",
    });
  });
  it("is not made of a certificate with another kind of key, or of one that is over", () => {
    expect(codeOf(() => issued(pending, { ...facts, keyKind: "RSA-3072" }, PEM, NOW))).toBe(
      "certificate_invalid",
    );
    expect(codeOf(() => issued(pending, facts, PEM, NOW + 91 * DAY))).toBe("certificate_expired");
  });
  it("has no place for a private key", () => {
    const record: IssuedCertificate = issued(pending, facts, PEM, NOW);
    const key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    expect(certificateSchema.safeParse({ ...record, chain: PEM + key }).success).toBe(false);
    expect(certificateSchema.safeParse({ ...record, chain: key }).success).toBe(false);
    expect(certificateSchema.safeParse({ ...record, privateKey: key }).success).toBe(false);
    expect(certificateSchema.safeParse({ ...pending, csr: key }).success).toBe(false);
    expect(
      certificateSchema.safeParse({ ...record, thumbprint: `${record.thumbprint}=` }).success,
    ).toBe(false);
  });
  it("becomes a TLS identity only while it can be used", () => {
    const record = issued(pending, facts, PEM, NOW);
    const key = new Secret("k");
    expect(identityOf(record, key, NOW)).toMatchObject({
      id: record.id,
      thumbprint: facts.thumbprint,
      notAfter: Date.parse(facts.notAfter),
    });
    expect(codeOf(() => identityOf(pending, key, NOW))).toBe("certificate_invalid");
    expect(codeOf(() => identityOf(record, key, NOW + 90 * DAY + 1))).toBe("certificate_expired");
  });
});

describe("a peer with a certificate", () => {
  const certificate: AgentCertificate = {
    thumbprint: thumbprint("a"),
    subject: "CN=a",
    notAfter: at(90),
    trust: "pinned",
    addedAt: at(0),
  };
  const peer: Peer = {
    thumbprint: thumbprint("a"),
    subject: "CN=a",
    chainTrusted: false,
    notBefore: NOW - DAY,
    notAfter: NOW + DAY,
  };
  const find = (entry: AgentCertificate) => (t: string) =>
    t === entry.thumbprint ? { name: "a", certificate: entry } : undefined;

  it("is let in by the certificate that was registered, chain or no chain", () => {
    expect(admitPeer(peer, find(certificate), NOW).name).toBe("a");
  });
  it("is refused without a certificate, and with one that nobody registered", () => {
    expect(codeOf(() => admitPeer(null, find(certificate), NOW))).toBe("agent_certificate_missing");
    const other = { ...peer, thumbprint: thumbprint("b"), chainTrusted: true };
    expect(codeOf(() => admitPeer(other, find(certificate), NOW))).toBe(
      "agent_certificate_unknown",
    );
    // A lookup that answers with somebody else does not open the door either.
    expect(codeOf(() => admitPeer(other, () => ({ certificate }), NOW))).toBe(
      "agent_certificate_unknown",
    );
  });
  it("needs a chain to a trusted authority where it was registered so", () => {
    const chained = find({ ...certificate, trust: "chain" });
    expect(codeOf(() => admitPeer(peer, chained, NOW))).toBe("agent_certificate_untrusted");
    expect(admitPeer({ ...peer, chainTrusted: true }, chained, NOW).name).toBe("a");
  });
  it("is refused before and after the life of its certificate, pinned or not", () => {
    expect(codeOf(() => admitPeer(peer, find(certificate), NOW + 2 * DAY))).toBe(
      "certificate_expired",
    );
    expect(codeOf(() => admitPeer(peer, find(certificate), NOW - 2 * DAY))).toBe(
      "agent_certificate_untrusted",
    );
  });
  it("is told what to do in a whole sentence", () => {
    for (const run of [
      () => admitPeer(null, find(certificate), NOW),
      () => admitPeer({ ...peer, thumbprint: thumbprint("b") }, find(certificate), NOW),
    ]) {
      try {
        run();
        expect.unreachable();
      } catch (error) {
        const words = complaint(asRefusal(error));
        expect(`${words.sentence} ${words.advice}`).not.toMatch(/[{}]/);
      }
    }
  });
});

import { createPrivateKey, X509Certificate } from "node:crypto";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asRefusal } from "../../../electron/core/errors.ts";
import { Secret } from "../../../electron/core/secret.ts";
import {
  importAuthorities,
  importBundle,
  importSigned,
  LARGEST_FILE,
} from "../../../electron/host/tls/import.ts";
import { rc2NonLatin, rc2With3des } from "./legacy.fixture.ts";
import { type Bench, hasLegacy, hasOpenssl, openBench } from "./openssl.ts";

const reasonOf = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => "nothing",
    (error: unknown) => {
      const refusal = asRefusal(error);
      expect(refusal.code, String(refusal.cause)).toBe("certificate_invalid");
      return String(refusal.facts["reason"]);
    },
  );
const NON_LATIN = "пароль-密码-é😀";
const secret = (text: string): Secret => new Secret(text);

describe("old files, where openssl can no longer write them", () => {
  it("3DES with RC2-40 opens", async () => {
    const { facts, chainPem, privateKey } = await importBundle(rc2With3des, secret("old-secret"));
    expect(facts.subject).toBe("CN=legacy");
    expect(
      new X509Certificate(chainPem).checkPrivateKey(createPrivateKey(privateKey.reveal())),
    ).toBe(true);
  });
  it("RC2-128 opens with a passphrase that is not Latin", async () => {
    expect((await importBundle(rc2NonLatin, secret("пароль-密码"))).facts.subject).toBe(
      "CN=legacy",
    );
  });
  it("a wrong passphrase, none, and a damaged file are three things", async () => {
    expect(await reasonOf(importBundle(rc2With3des, secret("wrong")))).toBe(
      "the passphrase is wrong",
    );
    expect(await reasonOf(importBundle(rc2With3des, null))).toBe("it needs a passphrase");
    expect(await reasonOf(importBundle(rc2With3des.subarray(0, -9), secret("old-secret")))).toMatch(
      /damaged/,
    );
    expect(
      await reasonOf(
        importBundle(Buffer.concat([rc2With3des, Buffer.from("x")]), secret("old-secret")),
      ),
    ).toMatch(/damaged/);
    expect(await reasonOf(importBundle(Buffer.alloc(0), null))).toMatch(/damaged/);
    expect(await reasonOf(importBundle(Buffer.from("hello"), null))).toMatch(/damaged/);
  });
  it("R22: a file with any byte changed opens as it was or is refused", async () => {
    const before = { ...(await importBundle(rc2With3des, secret("old-secret"))).facts };
    await fc.assert(
      fc.asyncProperty(
        fc.nat(rc2With3des.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const bytes = Buffer.from(rc2With3des);
          bytes[at] = (bytes[at] ?? 0) ^ flip;
          const started = performance.now();
          try {
            // The MAC covers all but the MAC's own surroundings: what opens is what was put in.
            expect((await importBundle(bytes, secret("old-secret"))).facts).toEqual(before);
          } catch (error) {
            expect(asRefusal(error).code).toBe("certificate_invalid");
          }
          // The number of rounds may be what was changed; then it takes as long as its bound allows.
          expect(performance.now() - started).toBeLessThan(5000);
        },
      ),
      { numRuns: 400 },
    );
  });
  it("any bytes and any PEM-like text are refused", async () => {
    const pemish = fc.array(
      fc.constantFrom(
        "-----BEGIN CERTIFICATE-----\n",
        "-----END CERTIFICATE-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
        "-----END ENCRYPTED PRIVATE KEY-----\n",
        "MIIB\n",
        "\r\n",
        "-",
      ),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          pemish.map((p) => Buffer.from(p.join(""))),
        ),
        async (bytes) => {
          expect(await reasonOf(importBundle(bytes, secret("x")))).not.toBe("nothing");
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("size and depth", () => {
  it("a file larger than any certificate is refused unread", async () => {
    expect(await reasonOf(importBundle(Buffer.alloc(LARGEST_FILE + 1, "-"), null))).toMatch(
      /larger than/,
    );
  });
  it("a quarter of a megabyte of openings, or of nesting, is refused at once", async () => {
    const started = performance.now();
    const opening = "-----BEGIN CERTIFICATE-----\n";
    await reasonOf(importBundle(Buffer.from(opening.repeat(LARGEST_FILE / opening.length)), null));
    await reasonOf(importBundle(Buffer.alloc(LARGEST_FILE, Buffer.from([0x30, 0x80])), null));
    await reasonOf(importBundle(Buffer.alloc(LARGEST_FILE, Buffer.from([0x02, 0x00])), null));
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe.skipIf(!hasOpenssl)("files that openssl writes", () => {
  let bench: Bench;
  beforeAll(() => {
    bench = openBench(NON_LATIN);
    bench.write(
      "ext",
      "[a]\nbasicConstraints=critical,CA:TRUE\n[l]\nbasicConstraints=CA:FALSE\nsubjectAltName=URI:spiffe://x/y\n",
    );
    const key = (name: string) =>
      bench.run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name);
    key("root.key");
    bench.run(
      "req",
      "-x509",
      "-new",
      "-key",
      "root.key",
      "-subj",
      "/CN=root",
      "-days",
      "99",
      "-out",
      "root.pem",
    );
    const sign = (name: string, by: string, extensions: string) => {
      bench.run(
        "req",
        "-new",
        "-key",
        `${name}.key`,
        "-subj",
        `/O=Larkspur/CN=${name}`,
        "-out",
        `${name}.csr`,
      );
      bench.run(
        "x509",
        "-req",
        "-in",
        `${name}.csr`,
        "-CA",
        `${by}.pem`,
        "-CAkey",
        `${by}.key`,
        "-CAcreateserial",
        "-days",
        "90",
        "-extfile",
        "ext",
        "-extensions",
        extensions,
        "-out",
        `${name}.pem`,
      );
    };
    key("mid.key");
    sign("mid", "root", "a");
    bench.run("genrsa", "-out", "leaf.key", "2048");
    sign("leaf", "mid", "l");
    key("other.key");
    sign("other", "mid", "l");
  }, 60_000);
  afterAll(() => bench.close());
  const text = (...names: string[]): Buffer => Buffer.concat(names.map((name) => bench.read(name)));

  it("PEM: every order of key and chain gives the leaf first, then its signers, without the root", async () => {
    const orders = [
      ["leaf.key", "leaf.pem", "mid.pem", "root.pem"],
      ["root.pem", "mid.pem", "leaf.pem", "leaf.key"],
      ["mid.pem", "leaf.key", "root.pem", "leaf.pem", "mid.pem"],
    ];
    for (const order of orders) {
      const { chainPem, facts } = await importBundle(text(...order), null);
      expect(chainPem.match(/BEGIN/g)).toHaveLength(2);
      expect(new X509Certificate(chainPem).subject).toBe("O=Larkspur\nCN=leaf");
      expect(facts).toMatchObject({
        subject: "CN=leaf,O=Larkspur",
        issuer: "CN=mid,O=Larkspur",
        uris: ["spiffe://x/y"],
        keyKind: "RSA-2048",
        selfSigned: false,
      });
      const second = chainPem.slice(chainPem.lastIndexOf("-----BEGIN"));
      expect(new X509Certificate(second).subject).toBe("O=Larkspur\nCN=mid");
    }
  });
  it("PEM: the key of another certificate, no key, no certificate, two identities are refused by name", async () => {
    expect(await reasonOf(importBundle(text("other.key", "leaf.pem", "mid.pem"), null))).toBe(
      "the key belongs to another certificate",
    );
    expect(await reasonOf(importBundle(text("leaf.pem"), null))).toMatch(/no private key/);
    expect(await reasonOf(importBundle(text("leaf.key"), null))).toMatch(/no certificate/);
    expect(
      await reasonOf(importBundle(text("leaf.key", "leaf.pem", "other.key", "other.pem"), null)),
    ).toMatch(/more than one/);
    expect(
      await reasonOf(
        importBundle(Buffer.from(text("leaf.key", "leaf.pem").toString().slice(0, -60)), null),
      ),
    ).not.toBe("nothing");
  });
  it("PEM: a weak RSA key is refused", async () => {
    bench.run(
      "req",
      "-x509",
      "-newkey",
      "rsa:1024",
      "-nodes",
      "-keyout",
      "weak.key",
      "-out",
      "weak.pem",
      "-subj",
      "/CN=weak",
    );
    expect(await reasonOf(importBundle(text("weak.key", "weak.pem"), null))).toMatch(/1024 bits/);
  });

  it.each([
    ["AES-256 (PBES2)", ["-v2", "aes-256-cbc"]],
    ["AES-128 with SHA-512", ["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"]],
    ["3DES (PBES2) with SHA-1", ["-v2", "des3", "-v2prf", "hmacWithSHA1"]],
    ["3DES (PKCS#12)", ["-v1", "PBE-SHA1-3DES"]],
  ])(
    "PEM: an encrypted PKCS#8 key, %s, with a passphrase that is not Latin",
    async (_, options) => {
      bench.run(
        "pkcs8",
        "-topk8",
        "-in",
        "leaf.key",
        "-out",
        "enc.key",
        "-passout",
        "env:P",
        ...options,
      );
      const file = text("enc.key", "leaf.pem", "mid.pem");
      expect((await importBundle(file, secret(NON_LATIN))).facts.subject).toBe(
        "CN=leaf,O=Larkspur",
      );
      expect(await reasonOf(importBundle(file, secret("wrong")))).toBe("the passphrase is wrong");
      expect(await reasonOf(importBundle(file, null))).toBe("it needs a passphrase");
    },
  );
  it("PEM: an encrypted key in the traditional form", async () => {
    bench.run(
      "rsa",
      "-in",
      "leaf.key",
      "-aes256",
      "-traditional",
      "-out",
      "trad.key",
      "-passout",
      "pass:abc",
    );
    expect(bench.read("trad.key").toString()).toContain("Proc-Type");
    const file = text("trad.key", "leaf.pem");
    expect((await importBundle(file, secret("abc"))).facts.subject).toBe("CN=leaf,O=Larkspur");
    expect(await reasonOf(importBundle(file, secret("wrong")))).toMatch(/passphrase is wrong/);
    expect(await reasonOf(importBundle(file, null))).toBe("it needs a passphrase");
  });

  const modern = [
    ["what openssl 3 writes", []],
    [
      "AES-128 and a MAC with SHA-512",
      ["-keypbe", "AES-128-CBC", "-certpbe", "AES-192-CBC", "-macalg", "sha512"],
    ],
    ["600,000 rounds", ["-iter", "600000", "-nomaciter"]],
    ["certificates in the clear", ["-certpbe", "NONE"]],
    ["nothing encrypted", ["-keypbe", "NONE", "-certpbe", "NONE"]],
    ["no MAC", ["-nomac"]],
    [
      "3DES throughout",
      ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
    ],
  ] as const;
  it.each(modern)(
    "PKCS#12: %s, with a passphrase that is not Latin",
    async (_, options) => {
      bench.write("chain.pem", text("mid.pem", "root.pem"));
      bench.run(
        "pkcs12",
        "-export",
        "-inkey",
        "leaf.key",
        "-in",
        "leaf.pem",
        "-certfile",
        "chain.pem",
        "-out",
        "x.p12",
        "-passout",
        "env:P",
        ...options,
      );
      const file = bench.read("x.p12");
      const { chainPem, facts } = await importBundle(file, secret(NON_LATIN));
      expect(chainPem.match(/BEGIN/g)).toHaveLength(2);
      // Byte for byte: a certificate that was taken apart and written again may have another thumbprint.
      expect(
        new X509Certificate(chainPem).raw.equals(new X509Certificate(bench.read("leaf.pem")).raw),
      ).toBe(true);
      expect(facts.subject).toBe("CN=leaf,O=Larkspur");
      expect(await reasonOf(importBundle(file, secret("wrong")))).toBe("the passphrase is wrong");
      expect(
        await reasonOf(importBundle(file.subarray(0, file.length / 2), secret(NON_LATIN))),
      ).toMatch(/damaged/);
    },
    30_000,
  );
  it.skipIf(!hasLegacy).each([
    ["PBE-SHA1-3DES", "PBE-SHA1-RC2-40"],
    ["PBE-SHA1-RC2-128", "PBE-SHA1-RC2-128"],
    ["PBE-SHA1-2DES", "PBE-SHA1-2DES"],
  ])(
    "PKCS#12: the legacy encryptions %s and %s, with a passphrase that is not Latin",
    async (keypbe, certpbe) => {
      bench.run(
        "pkcs12",
        "-export",
        "-legacy",
        "-inkey",
        "leaf.key",
        "-in",
        "leaf.pem",
        "-out",
        "old.p12",
        "-passout",
        "env:P",
        "-keypbe",
        keypbe,
        "-certpbe",
        certpbe,
      );
      expect((await importBundle(bench.read("old.p12"), secret(NON_LATIN))).facts.subject).toBe(
        "CN=leaf,O=Larkspur",
      );
      expect(await reasonOf(importBundle(bench.read("old.p12"), secret("wrong")))).toBe(
        "the passphrase is wrong",
      );
    },
  );
  it("PKCS#12: no passphrase and an empty one", async () => {
    bench.run(
      "pkcs12",
      "-export",
      "-inkey",
      "leaf.key",
      "-in",
      "leaf.pem",
      "-out",
      "empty.p12",
      "-passout",
      "pass:",
    );
    expect((await importBundle(bench.read("empty.p12"), null)).facts.subject).toBe(
      "CN=leaf,O=Larkspur",
    );
    expect((await importBundle(bench.read("empty.p12"), secret(""))).facts.subject).toBe(
      "CN=leaf,O=Larkspur",
    );
  });
  it("PKCS#12: a passphrase that macOS composed of other characters", async () => {
    const composed = openBench("é".normalize("NFC"));
    try {
      composed.write("k", bench.read("leaf.key"));
      composed.write("c", bench.read("leaf.pem"));
      composed.run(
        "pkcs12",
        "-export",
        "-inkey",
        "k",
        "-in",
        "c",
        "-out",
        "n.p12",
        "-passout",
        "env:P",
      );
      expect(
        (await importBundle(composed.read("n.p12"), secret("é".normalize("NFD")))).facts.subject,
      ).toBe("CN=leaf,O=Larkspur");
    } finally {
      composed.close();
    }
  });
  it("PKCS#12: a file that would keep the program busy for an hour is refused at once", async () => {
    bench.run(
      "pkcs12",
      "-export",
      "-inkey",
      "leaf.key",
      "-in",
      "leaf.pem",
      "-out",
      "slow.p12",
      "-passout",
      "pass:x",
      "-iter",
      "65537",
    );
    const file = bench.read("slow.p12");
    const rounds = Buffer.from([0x02, 0x03, 0x01, 0x00, 0x01]);
    for (let at = file.indexOf(rounds); at >= 0; at = file.indexOf(rounds, at + 1))
      file[at + 2] = 0x7f;
    const started = performance.now();
    expect(await reasonOf(importBundle(file, secret("x")))).toMatch(/stretched 8323073 times/);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it("an authority's answer to our request is taken for our key and no other", async () => {
    const mine = secret(
      createPrivateKey(bench.read("leaf.key")).export({ type: "pkcs8", format: "pem" }).toString(),
    );
    const other = secret(
      createPrivateKey(bench.read("other.key")).export({ type: "pkcs8", format: "pem" }).toString(),
    );
    expect((await importSigned(text("mid.pem", "leaf.pem"), mine)).facts.subject).toBe(
      "CN=leaf,O=Larkspur",
    );
    expect(
      (await importSigned(new X509Certificate(bench.read("leaf.pem")).raw, mine)).chainPem.match(
        /BEGIN/g,
      ),
    ).toHaveLength(1);
    expect(await reasonOf(importSigned(text("leaf.pem"), other))).toBe(
      "the key belongs to another certificate",
    );
  });
  it("authorities are taken without keys, and shown", async () => {
    const { caPem, facts } = await importAuthorities(text("root.pem", "root.key"));
    expect(caPem).not.toContain("PRIVATE");
    expect(facts.map((f) => f.subject)).toEqual(["CN=root"]);
    expect(await reasonOf(importAuthorities(text("root.key")))).toMatch(/no certificate/);
  });
});

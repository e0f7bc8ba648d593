import { createPrivateKey, X509Certificate } from "node:crypto";
import { inspect } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { certificateSchema, madeKey, parseName } from "../../../electron/core/certificates.ts";
import { asRefusal } from "../../../electron/core/errors.ts";
import { Secret } from "../../../electron/core/secret.ts";
import { factsOf, readCertificate, thumbprintOf } from "../../../electron/host/tls/facts.ts";
import { makeKey, makeRequest, makeSelfSigned } from "../../../electron/host/tls/make.ts";
import { hasOpenssl, openBench } from "./openssl.ts";

const bench = openBench();
afterAll(() => bench.close());
const NOW = Date.now();
const nameOf = (text: string) => {
  const name = parseName(text);
  if (name === null) throw new Error(text);
  return name;
};
const SUBJECT = 'CN=agent \\"one\\"\\, Ünï,OU=a+O=b,emailAddress=a@b.c,UID=7,DC=x,C=DE';
const codeOf = (run: Promise<unknown>) =>
  run.then(
    () => "nothing",
    (error: unknown) => asRefusal(error).code,
  );

describe.each(madeKey.options)("a %s key that is made here", (kind) => {
  it("is PKCS#8, and shows itself nowhere", async () => {
    const key = await makeKey(kind);
    expect(key.reveal()).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(createPrivateKey(key.reveal()).type).toBe("private");
    expect(`${key.toString()} ${inspect(key)} ${JSON.stringify({ key })}`).not.toContain("BEGIN");
  });

  it("signs a certificate of its own that says what it was told", async () => {
    const key = await makeKey(kind);
    const uris = ["spiffe://larkspur/agent"];
    const made = await makeSelfSigned(key, {
      subject: nameOf(SUBJECT),
      uris,
      use: "client",
      days: 90,
      now: NOW,
    });
    expect(made.facts).toMatchObject({
      subject: SUBJECT,
      issuer: SUBJECT,
      selfSigned: true,
      keyKind: kind,
      uris,
    });
    expect(Date.parse(made.facts.notAfter) - NOW).toBeGreaterThan(90 * 86_400_000 - 2000);
    const read = new X509Certificate(made.chainPem);
    expect(read.checkPrivateKey(createPrivateKey(key.reveal()))).toBe(true);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.ca).toBe(false);
    // The record's schema takes exactly this form of PEM.
    expect(certificateSchema.options[1].shape.chain.safeParse(made.chainPem).success).toBe(true);
  });

  it.skipIf(!hasOpenssl)("makes a request and a certificate that openssl accepts", async () => {
    const key = await makeKey(kind);
    const naming = { subject: nameOf(SUBJECT), uris: ["spiffe://larkspur/agent", "urn:x:y"] };
    bench.write("r.csr", await makeRequest(key, naming));
    const text = bench.run(
      "req",
      "-in",
      "r.csr",
      "-noout",
      "-verify",
      "-text",
      "-nameopt",
      "RFC2253,utf8,-esc_msb",
    );
    expect(text).toContain("URI:spiffe://larkspur/agent, URI:urn:x:y");
    expect(text).toContain("TLS Web Client Authentication");
    const subject = /Subject: (.*)/.exec(text)?.[1] ?? "";
    // openssl prints the attributes of one part the other way round, which means nothing.
    expect(subject.replace("O=b+OU=a", "OU=a+O=b")).toBe(SUBJECT);
    expect(
      certificateSchema.options[0].shape.csr.safeParse(bench.read("r.csr").toString()).success,
    ).toBe(true);

    const made = await makeSelfSigned(key, { ...naming, use: "client", days: 90, now: NOW });
    bench.write("c.pem", made.chainPem);
    expect(
      bench.run(
        "verify",
        "-x509_strict",
        "-purpose",
        "sslclient",
        "-CAfile",
        "c.pem",
        "-partial_chain",
        "c.pem",
      ),
    ).toContain("OK");
  });
});

describe("what is made", () => {
  it.skipIf(!hasOpenssl)(
    "negative 66: the thumbprint is of the DER, as openssl takes it, not of the PEM text",
    async () => {
      const key = await makeKey();
      const made = await makeSelfSigned(key, {
        subject: nameOf("CN=a"),
        use: "client",
        days: 1,
        now: NOW,
      });
      bench.write("t.pem", made.chainPem);
      const hex =
        /=([0-9A-F:]+)/.exec(
          bench.run("x509", "-in", "t.pem", "-noout", "-fingerprint", "-sha256"),
        )?.[1] ?? "";
      expect(Buffer.from(made.facts.thumbprint, "base64url").toString("hex")).toBe(
        hex.replaceAll(":", "").toLowerCase(),
      );
      // The same certificate in other PEM clothes has the same thumbprint.
      const dressed = `text before\r\n${made.chainPem.replaceAll("\n", "\r\n")}`;
      expect(thumbprintOf(readCertificate(dressed))).toBe(made.facts.thumbprint);
    },
  );

  it("for a listener holds the names of this machine and no others, and is no authority", async () => {
    const made = await makeSelfSigned(await makeKey(), {
      subject: nameOf("CN=Countersign"),
      use: "loopback-server",
      days: 825,
      now: NOW,
    });
    const read = new X509Certificate(made.chainPem);
    expect(read.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(read.checkHost("localhost")).toBe("localhost");
    expect(read.checkHost("example.com")).toBeUndefined();
    expect(read.ca).toBe(false);
  });

  it("refuses names that no certificate can hold, and keys of other kinds", async () => {
    const key = await makeKey();
    for (const uri of ["no scheme", "x:", "a:b c", "a:ü", "a:b\0"]) {
      expect(await codeOf(makeRequest(key, { subject: nameOf("CN=a"), uris: [uri] })), uri).toBe(
        "certificate_invalid",
      );
    }
    const { generateKeyPairSync } = await import("node:crypto");
    const other = generateKeyPairSync("ec", { namedCurve: "secp384r1" })
      .privateKey.export({ type: "pkcs8", format: "pem" })
      .toString();
    expect(await codeOf(makeRequest(new Secret(other), { subject: nameOf("CN=a") }))).toBe(
      "certificate_invalid",
    );
  });

  it("two certificates of one key have serial numbers of their own, positive and of 127 bits", async () => {
    const key = await makeKey();
    const signing = { subject: nameOf("CN=a"), use: "client", days: 1, now: NOW } as const;
    const [a, b] = [await makeSelfSigned(key, signing), await makeSelfSigned(key, signing)];
    expect(a.facts.serial).toMatch(/^[4-7][0-9a-f]{31}$/);
    expect(a.facts.serial).not.toBe(b.facts.serial);
  });
});

describe("the facts of a foreign certificate", () => {
  it.skipIf(!hasOpenssl)("a name cannot pass for two, nor for a URI", () => {
    bench.write(
      "evil.conf",
      "[req]\ndistinguished_name=d\nx509_extensions=e\nprompt=no\n[d]\nCN=a\n[e]\nsubjectAltName=@n\n[n]\n" +
        'DNS.1="x.example, URI:spiffe://forged"\nURI.1="spiffe://real,URI:spiffe://forged2"\nURI.2=spiffe://plain\n',
    );
    bench.run(
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-384",
      "-nodes",
      "-keyout",
      "k",
      "-out",
      "evil.pem",
      "-days",
      "5",
      "-config",
      "evil.conf",
    );
    const facts = factsOf(readCertificate(bench.read("evil.pem")));
    expect(facts.uris).toEqual(["spiffe://real,URI:spiffe://forged2", "spiffe://plain"]);
    expect(facts.keyKind).toBe("EC-P384");
    bench.run(
      "req",
      "-x509",
      "-key",
      "k",
      "-out",
      "lines.pem",
      "-days",
      "5",
      "-subj",
      "/CN=a\nO=forged \\+ OU=x",
    );
    const { subject } = factsOf(readCertificate(bench.read("lines.pem")));
    expect(parseName(subject)).toEqual([[{ type: "2.5.4.3", value: "a\nO=forged + OU=x" }]]);
  });
  it("bytes that are none are refused", async () => {
    for (const junk of ["", "junk", Buffer.alloc(0), Buffer.from("3003020101", "hex")]) {
      expect(await codeOf(Promise.resolve().then(() => readCertificate(junk)))).toBe(
        "certificate_invalid",
      );
    }
  });
});

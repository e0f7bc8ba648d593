// The practice CA, judged by OpenSSL where it is there, and by Node's own TLS everywhere.
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Authority, createAuthority, selfSigned } from "../../electron/lab/ca.ts";
import { subjectMatches } from "../../electron/lab/mtls.ts";

function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

let ca: Authority;
let folder: string;
beforeAll(async () => {
  ca = await createAuthority();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "lab-ca-"));
  fs.writeFileSync(path.join(folder, "ca.pem"), ca.certificatePem);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe.skipIf(!hasOpenssl())("OpenSSL", () => {
  const openssl = (...args: string[]): string =>
    execFileSync("openssl", args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const verify = (pem: string, purpose: string): string => {
    fs.writeFileSync(path.join(folder, "leaf.pem"), pem);
    return openssl("verify", "-x509_strict", "-purpose", purpose, "-CAfile", "ca.pem", "leaf.pem");
  };

  it("verifies clients with EC, RSA and Ed25519 keys, for clients' use only", async () => {
    for (const key of ["ec", "rsa", "ed25519"] as const) {
      const { certificatePem } = await ca.issueFor("CN=leaf,O=Test", { key });
      expect(verify(certificatePem, "sslclient"), key).toContain("OK");
      expect(() => verify(certificatePem, "sslserver"), key).toThrow();
    }
  });

  it("verifies the server for 127.0.0.1 and localhost and no other name", async () => {
    const { certificatePem } = await ca.serverIdentity();
    expect(verify(certificatePem, "sslserver")).toContain("OK");
    expect(openssl("x509", "-in", "leaf.pem", "-noout", "-checkip", "127.0.0.1")).toContain(
      "does match",
    );
    expect(openssl("x509", "-in", "leaf.pem", "-noout", "-checkhost", "localhost")).toContain(
      "does match",
    );
    expect(openssl("x509", "-in", "leaf.pem", "-noout", "-checkhost", "example.org")).toContain(
      "does NOT match",
    );
  });

  it("signs what OpenSSL asks for: EC, RSA and Ed25519 requests with a URI name", async () => {
    const keys = {
      ec: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
      rsa: ["-newkey", "rsa:2048"],
      ed25519: ["-newkey", "ed25519"],
    };
    for (const [kind, args] of Object.entries(keys)) {
      openssl(
        "req",
        "-new",
        "-nodes",
        ...args,
        "-keyout",
        "k.pem",
        "-out",
        "r.pem",
        "-subj",
        "/O=Countersign/CN=agent",
        "-addext",
        "subjectAltName=URI:urn:agent:1",
      );
      const pem = await ca.issue(fs.readFileSync(path.join(folder, "r.pem"), "utf8"), {
        uris: ["urn:agent:2"],
      });
      expect(verify(pem, "sslclient"), kind).toContain("OK");
      const certificate = new X509Certificate(pem);
      expect(
        subjectMatches(certificate, "tls_client_auth_subject_dn", "CN=agent, O=Countersign"),
      ).toBe(true);
      expect(subjectMatches(certificate, "tls_client_auth_san_uri", "urn:agent:1")).toBe(true);
      expect(subjectMatches(certificate, "tls_client_auth_san_uri", "urn:agent:2")).toBe(true);
      expect(subjectMatches(certificate, "tls_client_auth_san_uri", "urn:agent:3")).toBe(false);
      expect(subjectMatches(certificate, "tls_client_auth_san_dns", "urn:agent:1")).toBe(false);
    }
  });

  it("refuses a request that its key did not sign", async () => {
    openssl(
      "req",
      "-new",
      "-nodes",
      "-newkey",
      "rsa:2048",
      "-keyout",
      "k.pem",
      "-out",
      "r.der",
      "-outform",
      "DER",
      "-subj",
      "/CN=honest",
    );
    const der = fs.readFileSync(path.join(folder, "r.der"));
    const at = der.indexOf("honest");
    der.write("wicked", at);
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
    await expect(ca.issue(pem)).rejects.toMatchObject({ code: "certificate-request" });
  });

  it("does not pass for itself what another root signed", async () => {
    const other = await createAuthority();
    const { certificatePem } = await other.issueFor("CN=leaf");
    expect(() => verify(certificatePem, "sslclient")).toThrow();
  });
});

it("refuses what is no request at all", async () => {
  await expect(ca.issue("hello")).rejects.toMatchObject({ code: "certificate-request" });
  await expect(ca.issue(ca.certificatePem)).rejects.toMatchObject({ code: "certificate-request" });
});

it("gives each certificate a positive serial of its own and the life that was asked for", async () => {
  const serials = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const certificate = new X509Certificate(
      (await ca.issueFor("CN=x", { days: 7 })).certificatePem,
    );
    serials.add(certificate.serialNumber);
    expect(certificate.serialNumber.length).toBe(32);
    const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThan(7.1);
  }
  expect(serials.size).toBe(20);
  const late = new X509Certificate((await ca.issueFor("CN=x", { days: -1 })).certificatePem);
  expect(Date.parse(late.validTo)).toBeLessThan(Date.now());
  expect(Date.parse(late.validFrom)).toBeLessThan(Date.parse(late.validTo));
});

it("compares names by their parts: more, fewer or other parts are another name", async () => {
  const certificate = new X509Certificate((await ca.issueFor("CN=a,O=b,OU=c")).certificatePem);
  const matches = (dn: string): boolean =>
    subjectMatches(certificate, "tls_client_auth_subject_dn", dn);
  expect(matches("OU=c, CN=a, O=b")).toBe(true);
  for (const dn of [
    "CN=a,O=b",
    "CN=a,O=b,OU=c,C=DE",
    "CN=A,O=b,OU=c",
    "CN=a,O=c,OU=b",
    "",
    "nonsense",
  ]) {
    expect(matches(dn), dn).toBe(false);
  }
});

it("makes self-signed certificates of all three kinds", async () => {
  for (const key of ["ec", "rsa", "ed25519"] as const) {
    const certificate = new X509Certificate((await selfSigned("CN=alone", key)).certificatePem);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  }
});

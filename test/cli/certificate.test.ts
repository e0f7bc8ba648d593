// Client certificates, made here, signed by a real authority, and brought along.
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CertificateView } from "../../electron/contract.ts";
import { openPractice, type Practice } from "./practice.ts";

let practice: Practice;
let desk: Practice["desk"];

beforeAll(async () => {
  practice = await openPractice();
  ({ desk } = practice);
}, 60_000);
afterAll(() => practice.close());

const certificates = async () =>
  (await desk.cli(["certificate", "list", "--json"])).json<CertificateView[]>();

describe("certificate", () => {
  it("make signs itself by default, and export prints the chain without the key", async () => {
    const made = await desk.cli(["certificate", "make", "own", "--common-name", "own.example"]);
    expect(made).toMatchObject({ code: 0, err: "" });
    expect(made.out).toMatch(/^Signed by +itself$/m);
    expect(made.out).toMatch(/^Key +EC-P256$/m);
    const { out } = await desk.cli(["certificate", "export", "own"]);
    expect(out).toMatch(/^-----BEGIN CERTIFICATE-----\n[\s\S]+-----END CERTIFICATE-----\n$/);
    expect(out).not.toContain("PRIVATE");
    const subject = execFileSync("openssl", ["x509", "-noout", "-subject"], { input: out });
    expect(subject.toString()).toContain("own.example");
    expect((await desk.cli(["certificate", "csr", "own"])).code).toBe(64);
  });

  it("make --request, csr and accept go through a real authority", async () => {
    const made = await desk.cli([
      "certificate",
      "make",
      "signed",
      "--common-name",
      "signed.example",
      "--key",
      "RSA-3072",
      "--request",
    ]);
    expect(made.code).toBe(0);
    expect(made.out).toContain("BEGIN CERTIFICATE REQUEST");
    const { id } = (await certificates()).find((c) => c.label === "signed")!;
    expect(made.out).toContain(`countersign certificate accept ${id} FILE`);
    expect((await desk.cli(["certificate", "list"])).out).toContain("waits for a signature");
    expect((await desk.cli(["certificate", "export", "signed"])).code).toBe(64);

    const csr = await desk.cli(["certificate", "csr", "signed"]);
    const chain = await practice.file("signed.pem", await practice.lab.ca.issue(csr.out));
    const accepted = await desk.cli(["certificate", "accept", "signed", chain]);
    expect(accepted).toMatchObject({ code: 0, err: "" });
    expect(accepted.out).toContain("Thumbprint");
    const stranger = await practice.lab.ca.issueFor("CN=stranger");
    await desk.cli(["certificate", "make", "other", "--common-name", "x", "--request"]);
    const wrong = await practice.file("wrong.pem", stranger.certificatePem);
    expect((await desk.cli(["certificate", "accept", "other", wrong])).code).toBe(65);
  });

  it("import takes PEM with the key, and PKCS#12 with the passphrase from standard input", async () => {
    const { certificatePem, privateKeyPem } = await practice.lab.ca.issueFor("CN=brought");
    const pem = await practice.file("brought.pem", `${certificatePem}\n${privateKeyPem}`);
    expect((await desk.cli(["certificate", "import", "brought", pem])).code).toBe(0);

    const passphrase = "canary-åß漢-51c";
    const p12 = `${pem}.p12`;
    const secret = await practice.file("pass.txt", passphrase);
    execFileSync("openssl", [
      "pkcs12",
      "-export",
      "-in",
      pem,
      "-inkey",
      pem,
      "-out",
      p12,
      "-passout",
      `file:${secret}`,
    ]);
    const argv = ["certificate", "import", "from-p12", p12, "--passphrase-stdin"];
    const wrong = await desk.cli(argv, "another\n");
    expect(wrong.code).toBe(65);
    expect(wrong.err).not.toContain("another");
    expect(await desk.cli(argv, `${passphrase}\n`)).toMatchObject({ code: 0, err: "" });
    expect((await certificates()).map((c) => c.label)).toContain("from-p12");
    const shown = (await desk.cli(["certificate", "list", "--json"])).out;
    expect(shown).not.toMatch(/PRIVATE|"key":|canary/);
  });

  it("a label that two bear has to be told apart by id", async () => {
    for (const n of ["1", "2"]) {
      await desk.cli(["certificate", "make", "twin", "--common-name", `twin-${n}`]);
    }
    const ran = await desk.cli(["certificate", "remove", "twin"]);
    expect(ran).toMatchObject({ code: 64, out: "" });
    expect(ran.err).toContain("by its id");
    for (const { id } of (await certificates()).filter((c) => c.label === "twin")) {
      const removed = await desk.cli(["certificate", "remove", id]);
      expect(removed.code).toBe(0);
      expect(removed.out).toMatch(/serial number [0-9a-f]+, issued by CN=twin-\d/);
    }
    expect((await desk.cli(["certificate", "remove", "twin"])).code).toBe(66);
  });

  it("list says when one is about to end", async () => {
    await desk.cli(["certificate", "make", "brief", "--common-name", "brief", "--days", "2"]);
    expect((await desk.cli(["certificate", "list"])).out).toMatch(/^brief +personal +1 day left/m);
  });
});

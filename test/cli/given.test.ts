import fs from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkUrl, readCertificates, readFile, wholeNumber } from "../../electron/cli/given.ts";
import { tempFolder } from "../host/store/fixtures.ts";
import { streams } from "./desk.ts";

let folder: string;
beforeAll(async () => {
  folder = await tempFolder();
});
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

const io = () => ({ ...streams(), env: { INIT_CWD: folder } });
async function file(name: string, text: string | Buffer): Promise<string> {
  await fs.writeFile(path.join(folder, name), text);
  return name;
}
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";

describe("a file", () => {
  it("is found from where the person stands, not from where npm runs", async () => {
    expect((await readFile(io(), await file("a.bin", "ab"), 2)).toString()).toBe("ab");
  });

  it.each<[string, string, string]>([
    ["that is not there", "nothing-here", "it is not there"],
    ["that is a folder", ".", "it is a folder"],
    ["that is empty", "empty", "is empty"],
    ["that is too large", "large", "larger than 3 bytes"],
  ])("%s is refused in words", async (_, name, words) => {
    await file("empty", "");
    await file("large", "abcd");
    await expect(readFile(io(), name, 3)).rejects.toMatchObject({
      code: "file_unreadable",
      facts: { reason: expect.stringContaining(words) as string },
    });
  });
});

describe("certificates of a file", () => {
  it("are taken without the words around them, in order", async () => {
    const text = `subject=CN=a\r\n${CERTIFICATE.replaceAll("\n", "\r\n")}\r\nand\r\n${CERTIFICATE}`;
    expect(await readCertificates(io(), await file("chain.pem", text))).toBe(
      `${CERTIFICATE}\n${CERTIFICATE}\n`,
    );
  });

  it("are refused where a private key lies among them, which is not repeated", async () => {
    const canary = "canary-2b7e";
    const text = `${CERTIFICATE}\n-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----\n`;
    const reading = readCertificates(io(), await file("mixed.pem", text));
    await expect(reading).rejects.toMatchObject({
      facts: { reason: expect.stringMatching(/private key/) as string },
    });
    await expect(reading).rejects.not.toMatchObject({
      facts: { reason: expect.stringContaining(canary) as string },
    });
  });

  it.each(["", "x", "-----BEGIN CERTIFICATE-----\nAAAA", "\u0000\u0001"])(
    "are missed in %j",
    async (text) => {
      const reading = readCertificates(io(), await file("none.pem", text));
      await expect(reading).rejects.toMatchObject({ code: "file_unreadable" });
    },
  );
});

it.each([
  "nothing",
  "https://user:canary-9@issuer.example",
  "https://canary-9@issuer.example",
  "https://issuer.example/?client_secret=canary-9",
])("an address such as %s is refused and not repeated", (url) => {
  expect(() => checkUrl(url, "issuer", "…")).toThrow("usage");
  try {
    checkUrl(url, "issuer", "…");
  } catch (error) {
    expect(JSON.stringify((error as { facts: unknown }).facts)).not.toContain("canary-9");
  }
});

it("a number is whole and within its bounds", () => {
  expect(wholeNumber("days", "825", 1, 825)).toBe(825);
  for (const text of ["0", "826", "1.5", "1e2", "-1", "", " 1", "0x10"]) {
    expect(() => wholeNumber("days", text, 1, 825)).toThrow("usage");
  }
});

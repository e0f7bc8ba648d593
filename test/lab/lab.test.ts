// The lab as a guest on somebody's machine: loopback only, nobody's files touched, gone without trace.
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Lab, startLab } from "../../electron/lab/index.ts";
import { bearer, call } from "./support/lab.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const folders: string[] = [];
const temporary = (): string => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lab-test-"));
  folders.push(folder);
  return folder;
};
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

const addresses = (lab: Lab): string[] => [
  lab.issuer.url,
  lab.issuer.mtlsUrl,
  lab.partner.url,
  lab.api.url,
  ...lab.servers.map((s) => s.url),
];
const answers = (url: string, host = "127.0.0.1"): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect({ host, port: Number(new URL(url).port) }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });

describe("stopping", () => {
  it("leaves no socket and no file, even with connections open and a request under way", async () => {
    const before = process
      .getActiveResourcesInfo()
      .filter((each) => each === "TCPServerWrap").length;
    const lab = await startLab({ log: quiet });
    expect(fs.existsSync(lab.ca.file)).toBe(true);
    const token = bearer(await lab.attacks.mint(lab.server("crm")));
    expect((await call(lab.server("crm"), null, {}, token)).status).toBe(200);
    const open = await Promise.all(
      addresses(lab).map(
        (url) =>
          new Promise<net.Socket>((resolve) => {
            const socket = net.connect(Number(new URL(url).port), "127.0.0.1", () =>
              resolve(socket),
            );
            socket.on("error", () => undefined);
            socket.write(
              "POST /token HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\nhalf",
            );
          }),
      ),
    );
    const closed = open.map((socket) => new Promise((resolve) => socket.on("close", resolve)));
    await lab.stop();
    await Promise.all(closed);
    for (const url of addresses(lab)) expect(await answers(url), url).toBe(false);
    expect(fs.existsSync(lab.folder)).toBe(false);
    expect(process.getActiveResourcesInfo().filter((each) => each === "TCPServerWrap").length).toBe(
      before,
    );
    await lab.stop();
  });

  it("takes away its own files and nobody else's", async () => {
    const folder = path.join(temporary(), "lab");
    const lab = await startLab({ folder, log: quiet });
    fs.writeFileSync(path.join(folder, "mine.txt"), "kept");
    await lab.stop();
    expect(fs.readdirSync(folder)).toEqual(["mine.txt"]);
  });
});

describe("starting", () => {
  it("refuses a folder with something in it, and leaves it as it was", async () => {
    const folder = temporary();
    fs.writeFileSync(path.join(folder, "mine.txt"), "kept");
    await expect(startLab({ folder, log: quiet })).rejects.toMatchObject({ code: "folder-in-use" });
    expect(fs.readdirSync(folder)).toEqual(["mine.txt"]);
  });

  it("writes no key and no secret to its folder, readable by its owner alone", async () => {
    const lab = await startLab({ log: quiet });
    try {
      for (const name of fs.readdirSync(lab.folder)) {
        const file = path.join(lab.folder, name);
        const text = fs.readFileSync(file, "utf8");
        expect(text, name).not.toContain("PRIVATE");
        expect(fs.statSync(file).mode & 0o077, name).toBe(0);
        for (const client of Object.values(lab.issuer.clients)) {
          if (client.secret !== undefined) expect(text).not.toContain(client.secret);
        }
      }
    } finally {
      await lab.stop();
    }
  });

  it("listens on 127.0.0.1 and on no other address", async () => {
    const lab = await startLab({ log: quiet });
    try {
      const listening = new Set(addresses(lab).map((url) => Number(new URL(url).port)));
      for (const url of addresses(lab)) {
        expect(await answers(url)).toBe(true);
        expect(await answers(url, "::1")).toBe(false);
      }
      if (process.platform !== "linux") return;
      // The kernel's own list: address and port in hexadecimal, state 0A for listening.
      const rows = fs
        .readFileSync("/proc/net/tcp", "utf8")
        .matchAll(/: ([0-9A-F]{8}):([0-9A-F]{4}) \S+ 0A /g);
      const bound = [...rows].filter((row) => listening.has(Number.parseInt(row[2] ?? "", 16)));
      expect(bound.map((row) => row[1])).toEqual(Array.from(listening, () => "0100007F"));
    } finally {
      await lab.stop();
    }
  });

  it("two labs know nothing of each other: a token of one is refused by the other", async () => {
    const one = await startLab({ log: quiet });
    const two = await startLab({ log: quiet });
    try {
      const foreign = await one.attacks.mint(two.server("crm"), { iss: two.issuer.url });
      expect((await call(two.server("crm"), null, {}, bearer(foreign))).json).toMatchObject({
        code: "unknown-key",
      });
      expect(one.ca.certificatePem).not.toBe(two.ca.certificatePem);
      await one.stop();
      const own = await two.attacks.mint(two.server("crm"));
      expect((await call(two.server("crm"), null, {}, bearer(own))).status).toBe(200);
    } finally {
      await one.stop();
      await two.stop();
    }
  });

  it("tells its refusals as they happen, and remembers the latest only", async () => {
    const lab = await startLab({ log: quiet });
    try {
      const heard: string[] = [];
      const off = lab.refusals.on((refusal) => heard.push(`${refusal.server} ${refusal.code}`));
      await call(lab.server("crm"), null, {}, {});
      await call(lab.server("notes"), null, {}, { "x-api-key": "stolen" });
      off();
      await call(lab.server("crm"), null, {}, {});
      expect(heard).toEqual(["crm no-token", "notes wrong-key"]);
      expect(lab.refusals.all()).toHaveLength(3);
      for (let i = 0; i < 600; i++)
        lab.refusals.note({ at: 0, server: "x", status: 401, code: "expired", reason: "" });
      expect(lab.refusals.all()).toHaveLength(500);
    } finally {
      await lab.stop();
    }
  });
});

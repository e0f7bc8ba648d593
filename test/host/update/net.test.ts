// Manifests and files over real TLS: what is believed to have come, what is thrown away, and what a request tells of us.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Refusal } from "../../../electron/core/errors.ts";
import { verifyEd25519 } from "../../../electron/host/update/ed25519.ts";
import { createUpdateNet } from "../../../electron/host/update/net.ts";
import { targetsOf } from "../../../electron/host/update/targets.ts";
import { openPublisher, type Publisher, type Route } from "../../support/publisher.ts";
import { temporaryFolder, until } from "../../support/processes.ts";

let publisher: Publisher;
let folder: ReturnType<typeof temporaryFolder>;
beforeAll(async () => {
  publisher = await openPublisher();
});
afterAll(() => publisher.close());
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** @param ms that the other side may be silent */
const net = (into = folder.path, ms = 20_000) =>
  createUpdateNet(() => into, { documentMs: ms, pauseMs: ms });
const order = (route: string, stop = new AbortController()) => ({
  url: publisher.origin + route,
  source: { url: publisher.url, trustPem: publisher.trustPem },
  signal: stop.signal,
});
const serve = (route: string, how: Route): string => {
  publisher.routes.set(route, how);
  return route;
};
const refusal = (code: string, reason: string | RegExp) => ({
  code,
  facts: expect.objectContaining({
    reason: typeof reason === "string" ? reason : expect.stringMatching(reason),
  }),
});

describe("a document", () => {
  const read = (route: string, ms?: number) => net(folder.path, ms).read(order(route), 1000);

  it("comes whole, or is said not to be there", async () => {
    const text = await read(serve("/text", (_, response) => response.end("signed bytes")));
    expect(Buffer.from(text ?? []).toString()).toBe("signed bytes");
    expect(await read("/nothing")).toBeNull();
  });

  it("is asked for without a word about who asks, each time over a connection of its own", async () => {
    serve("/text", (_, response) => response.end("x"));
    publisher.seen.splice(0);
    await read("/text");
    await read("/text");
    const { host } = new URL(publisher.origin);
    for (const { headers, method, reusedTls } of publisher.seen) {
      // The server has set a cookie at the first one. No user agent, no language, no version, nothing else.
      expect({ ...headers }).toEqual({ host, "accept-encoding": "identity", connection: "close" });
      expect([method, reusedTls]).toEqual(["GET", false]);
    }
    expect(publisher.seen).toHaveLength(2);
  });

  it.each<[string, Route, ReturnType<typeof refusal>]>([
    [
      "too large",
      (_, response) => response.end("x".repeat(1001)),
      refusal("update_refused", "it is too large"),
    ],
    [
      "too large, in pieces and without an end",
      (_, response) => {
        const more = setInterval(() => response.write("x".repeat(400)), 5);
        response.on("close", () => clearInterval(more));
      },
      refusal("update_refused", "it is too large"),
    ],
    [
      "elsewhere",
      (_, response) => response.writeHead(302, { location: "/text" }).end(),
      refusal("update_refused", /leads to another one/),
    ],
    [
      "packed, which nobody asked for",
      (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end("x"),
      refusal("update_refused", /encoding/),
    ],
    [
      "in trouble",
      (_, response) => response.writeHead(503).end(),
      refusal("update_unreachable", "it answered 503"),
    ],
    ["silent", () => undefined, refusal("update_unreachable", "it does not answer")],
    [
      "slow",
      (_, response) => {
        const more = setInterval(() => response.write("x"), 50);
        response.on("close", () => clearInterval(more));
      },
      refusal("update_unreachable", "it does not come to an end"),
    ],
    [
      "cut short",
      (_, response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("x", () => response.destroy());
      },
      refusal("update_unreachable", /closed the connection/),
    ],
  ])("that is %s is refused, or called out of reach", async (name, route, expected) => {
    serve("/text", (_request, response) => response.end("not this"));
    publisher.seen.splice(0);
    const ms = ["silent", "slow"].includes(name) ? 400 : undefined;
    await expect(read(serve("/doc", route), ms)).rejects.toMatchObject(expected);
    expect(publisher.seen.map((one) => one.path)).toEqual(["/doc"]);
  });

  it("is out of reach where nobody listens, and where the authority is not trusted", async () => {
    serve("/text", (_, response) => response.end("x"));
    const strange = { ...order("/text"), source: { url: publisher.url, trustPem: null } };
    await expect(net().read(strange, 10)).rejects.toMatchObject(
      refusal("update_unreachable", /certificate|authority/),
    );
    const gone = "https://127.0.0.1:1/x";
    const nobody = { ...order("/"), url: gone, source: { url: gone, trustPem: null } };
    await expect(net().read(nobody, 10)).rejects.toMatchObject(
      refusal("update_unreachable", /ECONNREFUSED/),
    );
  });

  it("may lead into this machine only where the source is on it; plain http nowhere else", async () => {
    const from = (url: string, source: string) =>
      net().read(
        { url, source: { url: source, trustPem: null }, signal: AbortSignal.timeout(5000) },
        10,
      );
    const server = http.createServer((_, response) => response.end("x"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
    expect(await from(here, here)).toHaveLength(1);
    for (const far of ["https://releases.example/x", "http://127.0.0.1:9/x"]) {
      await expect(from(here, far)).rejects.toMatchObject(
        refusal("update_unreachable", /private network/),
      );
    }
    await expect(from("http://8.8.8.8/x", here)).rejects.toMatchObject(
      refusal("update_refused", /plain http/),
    );
    server.close();
  });
});

describe("a file", () => {
  const sha512 = (bytes: Buffer): string => createHash("sha512").update(bytes).digest("hex");
  const wish = (change: { bytes?: number; sha512?: string } = {}) => ({
    name: "Countersign-0.2.0-linux-x64.deb",
    bytes: publisher.file.length,
    sha512: sha512(publisher.file),
    ...change,
  });
  const save = (
    route = "/file",
    file = wish(),
    stop = new AbortController(),
    told: (bytes: number) => void = () => undefined,
    ms?: number,
  ) => net(folder.path, ms).save(order(route, stop), file, told);
  const here = (): string[] => fs.readdirSync(folder.path);

  it("comes whole under its name, readable by its owner only, and is counted on its way", async () => {
    const told: number[] = [];
    const file = await save("/file", wish(), new AbortController(), (n) => told.push(n));
    expect(path.basename(file)).toBe("Countersign-0.2.0-linux-x64.deb");
    expect(fs.readFileSync(file).equals(publisher.file)).toBe(true);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(told.at(-1)).toBe(publisher.file.length);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(here()).toEqual([path.basename(file)]);
    // A second time nothing is fetched.
    publisher.seen.splice(0);
    expect(await save()).toBe(file);
    expect(publisher.seen).toEqual([]);
  });

  it("is never written over another one, nor through a link", async () => {
    fs.writeFileSync(path.join(folder.path, "precious"), "mine");
    fs.symlinkSync("precious", path.join(folder.path, wish().name));
    const file = await save();
    expect(path.basename(file)).toBe("Countersign-0.2.0-linux-x64 (2).deb");
    expect(fs.readFileSync(path.join(folder.path, "precious"), "utf8")).toBe("mine");
  });

  it.each<[string, () => Route, ReturnType<typeof refusal>]>([
    [
      "with one bit flipped",
      () => {
        const other = Buffer.from(publisher.file);
        other[1_234_567] = (other[1_234_567] ?? 0) ^ 1;
        return (_, response) => response.end(other);
      },
      refusal("update_file_wrong", /not the file that its publisher signed/),
    ],
    [
      "longer",
      () => (_, response) => response.end(Buffer.concat([publisher.file, Buffer.from("x")])),
      refusal("update_file_wrong", /longer/),
    ],
    [
      "shorter",
      () => (_, response) => response.end(publisher.file.subarray(1)),
      refusal("update_file_wrong", /shorter/),
    ],
    [
      "cut off",
      () => (_, response) => {
        response.writeHead(200, { "content-length": String(publisher.file.length) });
        response.write(publisher.file.subarray(0, 100_000), () => response.destroy());
      },
      refusal("update_unreachable", /closed the connection/),
    ],
    [
      "stuck in the middle",
      () => (_, response) => void response.write(publisher.file.subarray(0, 100_000)),
      refusal("update_unreachable", "it stopped in the middle"),
    ],
    [
      "elsewhere",
      () => (_, response) => response.writeHead(307, { location: "/file" }).end(),
      refusal("update_refused", /leads to another one/),
    ],
    [
      "gone",
      () => (_, response) => response.writeHead(404).end(),
      refusal("update_unreachable", "the file is not there"),
    ],
  ])("%s is deleted", async (name, route, expected) => {
    const ms = name.startsWith("stuck") ? 1000 : undefined;
    const saving = save(serve("/other", route()), wish(), undefined, undefined, ms);
    await expect(saving).rejects.toMatchObject(expected);
    expect(here()).toEqual([]);
  });

  it("that is ended in the middle leaves nothing", async () => {
    serve("/slow", (_, response) => void response.write(publisher.file.subarray(0, 100_000)));
    const stop = new AbortController();
    let came = 0;
    const saving = save("/slow", wish(), stop, (n) => (came = n));
    saving.catch(() => undefined);
    await until(() => Promise.resolve(came > 0), 3000, "the first bytes");
    expect(here()).toEqual([expect.stringMatching(/^\.countersign-update\.[0-9a-f]{16}\.part$/)]);
    stop.abort(new Refusal("update_cancelled"));
    await expect(saving).rejects.toMatchObject({ code: "update_cancelled" });
    expect(here()).toEqual([]);
  });

  it("sweeps away what a killed program left a day ago, and nothing younger or of another name", async () => {
    const [old, young, other] = [1, 2, 3].map((n) =>
      path.join(
        folder.path,
        `.countersign-update.${String(n).repeat(16)}.${n === 3 ? "txt" : "part"}`,
      ),
    ) as [string, string, string];
    for (const file of [old, young, other]) fs.writeFileSync(file, "half");
    const before = new Date(Date.now() - 2 * 86_400_000);
    for (const file of [old, other]) fs.utimesSync(file, before, before);
    await save();
    expect([old, young, other].map((file) => fs.existsSync(file))).toEqual([false, true, true]);
  });

  it("says where it cannot be kept", async () => {
    const file = path.join(folder.path, "a-file");
    fs.writeFileSync(file, "");
    await expect(net(file).save(order("/file"), wish(), () => undefined)).rejects.toMatchObject(
      refusal("update_unwritable", "it is no folder"),
    );
  });

  const canMount =
    process.platform === "linux" &&
    process.getuid?.() === 0 &&
    spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;
  it.skipIf(!canMount)("on a disk that gets full leaves nothing", async () => {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", folder.path]);
    try {
      await expect(save()).rejects.toMatchObject(refusal("update_unwritable", "the disk is full"));
      expect(here()).toEqual([]);
    } finally {
      execFileSync("umount", [folder.path]);
    }
  });
});

it("a signature is of 64 bytes, of this key and these bytes", async () => {
  const bytes = Buffer.from("signed");
  const [key, signature] = [Buffer.from(publisher.key, "base64"), publisher.sign(bytes)];
  expect(await verifyEd25519(key, signature, bytes)).toBe(true);
  expect(await verifyEd25519(key, signature, Buffer.from("Signed"))).toBe(false);
  expect(await verifyEd25519(key, signature.subarray(1), bytes)).toBe(false);
  expect(await verifyEd25519(key.subarray(1), signature, bytes)).toBe(false);
});

it("knows which packages would do here, the form that runs first", () => {
  const on = (change: Partial<Parameters<typeof targetsOf>[0] & object>) =>
    targetsOf({
      platform: "linux",
      arch: "x64",
      program: "/opt/Countersign/countersign-desktop",
      env: {},
      exists: (file) => file === "/var/lib/dpkg/status",
      ...change,
    });
  expect(on({})[0]).toBe("linux-x64-deb");
  expect(on({ exists: (file) => file === "/var/lib/rpm" })[0]).toBe("linux-x64-rpm");
  expect(on({ program: "/home/ada/Countersign/countersign-desktop" })[0]).toBe("linux-x64-tar.gz");
  expect(on({ env: { APPIMAGE: "/home/ada/C.AppImage" } })[0]).toBe("linux-x64-appimage");
  expect(on({ platform: "darwin", arch: "arm64" })).toEqual([
    "darwin-arm64-dmg",
    "darwin-arm64-zip",
  ]);
  expect(on({ platform: "win32" })).toEqual(["win32-x64-nsis"]);
  expect(on({ platform: "win32", env: { PORTABLE_EXECUTABLE_FILE: "C:\\c.exe" } })[0]).toBe(
    "win32-x64-portable",
  );
  expect([on({ arch: "ia32" }), on({ platform: "freebsd" })]).toEqual([[], []]);
});

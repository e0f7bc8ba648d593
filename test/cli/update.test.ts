// `update` from the command line, with the pair that the publisher's own script made.
import { spawnSync } from "node:child_process";
import { createHash, generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { answer, asked } from "../support/asking.ts";
import { openPublisher, type Publisher } from "../support/publisher.ts";
import { root, temporaryFolder } from "../support/processes.ts";
import { openDesk, type TestDesk } from "./desk.ts";

const SCRIPT = path.join(root, "electron/package/manifest.mjs");
let desk: TestDesk;
let publisher: Publisher;
const folder = temporaryFolder();
beforeAll(async () => {
  publisher = await openPublisher();
});
afterEach(() => desk.close());
afterAll(async () => {
  folder.remove();
  await publisher.close();
});
const at = (name: string): string => path.join(folder.path, name);

it("looks, tells and downloads what the publisher's script signed", async () => {
  desk = await openDesk();
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  fs.writeFileSync(at("publisher.pem"), publicKey.export({ format: "pem", type: "spki" }));
  fs.writeFileSync(at("ca.pem"), publisher.trustPem);
  const dist = at("dist");
  fs.mkdirSync(dist);
  // As electron-builder names them.
  const names = [
    "Countersign-0.3.0-linux-amd64.deb",
    "Countersign-0.3.0-linux-x86_64.AppImage",
    "Countersign-0.3.0-linux-x86_64.rpm",
    "Countersign-0.3.0-linux-x64.tar.gz",
    "Countersign-0.3.0-linux-arm64.tar.gz",
    "Countersign-0.3.0-mac-arm64.dmg",
    "Countersign-0.3.0-mac-x64.zip",
    "Countersign-0.3.0-win-x64-setup.exe",
    "Countersign-0.3.0-win-x64-portable.exe",
  ];
  for (const name of names) {
    fs.writeFileSync(path.join(dist, name), `the bytes of ${name}`);
    publisher.routes.set(`/${name}`, (_, response) =>
      fs.createReadStream(path.join(dist, name)).pipe(response),
    );
  }
  for (const other of ["Countersign-0.2.9-linux-amd64.deb", "builder-debug.yml"]) {
    fs.writeFileSync(path.join(dist, other), "not this");
  }
  const script = (args: string[], input = "") =>
    spawnSync(process.execPath, [SCRIPT, "--in", dist, "--version", "0.3.0", ...args], {
      input,
      encoding: "utf8",
    });
  const base = ["--base", `${publisher.origin}/`];
  const made = script(["--key", "-", "--sequence", "3", ...base], pem);
  expect([made.status, made.stderr]).toEqual([0, ""]);
  const written = JSON.parse(fs.readFileSync(path.join(dist, "countersign.json"), "utf8")) as {
    files: { target: string }[];
  };
  expect(written.files.map(({ target }) => target).sort()).toEqual(
    [
      "linux-x64-deb",
      "linux-x64-appimage",
      "linux-x64-rpm",
      "linux-x64-tar.gz",
      "linux-arm64-tar.gz",
      "darwin-arm64-dmg",
      "darwin-x64-zip",
      "win32-x64-nsis",
      "win32-x64-portable",
    ].sort(),
  );
  for (const name of ["countersign.json", "countersign.json.sig"]) {
    publisher.routes.set(`/${name}`, (_, response) =>
      fs.createReadStream(path.join(dist, name)).pipe(response),
    );
  }
  // What it cannot do, it says; a key that others may read is not used.
  fs.writeFileSync(at("open.key"), pem, { mode: 0o644 });
  expect(script(["--key", at("open.key"), "--sequence", "4", ...base])).toMatchObject({
    status: 64,
    stderr: expect.stringContaining("chmod 600"),
  });
  expect(script(["--key", "-", "--sequence", "0", ...base], pem).status).toBe(64);
  expect(script(["--key", "-", "--sequence", "4", "--base", "http://x/"], pem).status).toBe(64);

  const first = await desk.cli(["update", "status"]);
  expect(first.out).toMatch(/Updates\s+not looked for\s+Last look\s+never/);
  const none = await desk.cli(["update", "check"]);
  expect([none.code, none.err]).toEqual([64, expect.stringContaining("no source of updates")]);
  expect(await desk.cli(["update", "source", publisher.url])).toMatchObject({ code: 64 });
  // The private key, by mistake: nothing of it goes anywhere.
  fs.writeFileSync(at("wrong.pem"), pem);
  const wrong = await desk.cli(["update", "source", publisher.url, "--key", at("wrong.pem")]);
  expect([wrong.code, wrong.err]).toEqual([65, expect.stringContaining("private key")]);

  const source = ["update", "source", publisher.url, "--key", at("publisher.pem")];
  const setting = desk.cli([...source, "--ca", at("ca.pem")]);
  const question = await asked(desk.house, "update-source");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const fingerprint = createHash("sha256").update(raw).digest("hex");
  expect(question.matter).toMatchObject({ source: { fingerprint } });
  expect(made.stdout).toContain(fingerprint);
  await answer(desk.house, question, { type: "allow", lifetime: "always", scope: "tool" });
  expect(await setting).toMatchObject({
    code: 0,
    err: expect.stringContaining("Answer in the window of Countersign that asks."),
    out: expect.stringContaining("from now on"),
  });
  const checked = await desk.cli(["update", "check"]);
  expect([checked.code, checked.out]).toEqual([
    0,
    expect.stringMatching(/a newer version is available\s+Newer\s+0\.3\.0/),
  ]);
  const fetched = await desk.cli(["update", "download", "--json"]);
  const { download } = fetched.json<{ download: { path: string; form: string } }>();
  expect(fs.readFileSync(download.path, "utf8")).toMatch(/^the bytes of Countersign-0\.3\.0/);
  expect((await desk.cli(["update", "status"])).out).toContain(download.path);

  publisher.routes.set("/countersign.json", (_, response) => response.writeHead(503).end());
  const away = await desk.cli(["update", "check"]);
  expect([away.code, away.err]).toEqual([76, expect.stringContaining("it answered 503")]);
  expect((await desk.cli(["update", "off"])).code).toBe(0);
  expect((await desk.cli(["update", "status"])).out).toContain("not looked for");
}, 40_000);

// The machine is against us: port taken, folder in use, settings broken, vault locked, disk full. Nothing is let
// through that should not be, nothing is lost, and it works again when the trouble is over.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { asRefusal } from "../../electron/core/errors.ts";
import { complaint } from "../../electron/core/sentences.ts";
import { ask, echoServer, type House, openHouse, toolCall, upstream } from "../support/house.ts";
import { freePort, temporaryFolder, until } from "../support/processes.ts";

const KEY = "canary-key-93ab47c2f0de5816";
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function house(change: Parameters<typeof openHouse>[0] = {}): Promise<House> {
  const opened = await openHouse(change);
  closers.push(() => opened.close());
  return opened;
}
async function withServer(
  h: House,
): Promise<{ call: () => ReturnType<typeof ask>; seen: () => number }> {
  const server = await upstream(echoServer);
  closers.push(() => server.close());
  const { credential } = await h.agent();
  await h.call("servers.add", {
    kind: "http",
    name: "echo",
    url: server.url,
    auth: { type: "api-key", secret: KEY },
    allowPlainHttpOnLoopback: true,
  });
  const headers = { authorization: `Bearer ${credential}` };
  return {
    call: () => ask(h.door, "/mcp/echo", { body: toolCall(), headers }),
    seen: () => server.seen.length,
  };
}
const refusalOf = async (run: Promise<unknown>) =>
  complaint(
    asRefusal(
      await run.then(
        () => undefined,
        (error: unknown) => error,
      ),
    ),
  );

describe("starting", () => {
  it("a settings file that is broken while Countersign runs is found by the doctor at once", async () => {
    const h = await house();
    await h.agent();
    const settings = async () =>
      (await h.call("doctor.run", {})).findings.find((f) => f.id === "settings");
    expect(await settings()).toMatchObject({ state: "ok" });
    const file = `${h.folder}/agents.json`;
    const good = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, good.replace('"state": "active"', '"state": "asleep"'));
    const line = good.split("\n").findIndex((l) => l.includes('"state"')) + 1;
    expect(await settings()).toMatchObject({
      state: "problem",
      note: expect.stringContaining(`agents.json, line ${line}`) as string,
    });
    fs.writeFileSync(file, good);
    expect(await settings()).toMatchObject({ state: "ok" });
  });

  it("names the program that holds the port, and takes no other one (R12, threat 9)", async () => {
    const port = await freePort();
    const squatter = net.createServer();
    let bytes = 0;
    squatter.on("connection", (socket) => socket.on("data", (chunk) => (bytes += chunk.length)));
    await new Promise<void>((resolve) => {
      squatter.listen(port, "127.0.0.1", resolve);
    });
    closers.push(() => new Promise((resolve) => squatter.close(resolve)));
    const from = Date.now();
    const words = await refusalOf(openHouse({ port }));
    expect(words.code).toBe("port_taken");
    if (process.platform === "linux") expect(words.sentence).toContain(`(process ${process.pid})`);
    expect(Date.now() - from).toBeLessThan(3000);
    expect(bytes).toBe(0);
  });

  it("refuses a second Countersign on the same data folder, and names the first", async () => {
    const first = await house();
    const words = await refusalOf(openHouse({ dataFolder: first.folder }));
    expect(words.code).toBe("already_running");
    expect(words.sentence).toContain(String(process.pid));
    expect((await first.call("app.status", {})).door).toBe(first.door);
  });

  it("starts with a broken file, lets nobody in by it, says where it is broken and never overwrites it", async () => {
    const folder = temporaryFolder();
    closers.push(() => folder.remove());
    const before = await openHouse({ dataFolder: folder.path });
    const server = await withServer(before);
    expect((await server.call()).status).toBe(200);
    const { port } = before;
    await before.close();
    const file = `${folder.path}/agents.json`;
    const broken = fs.readFileSync(file, "utf8").replace('"state": "active"', '"state": "asleep"');
    const line = broken.split("\n").findIndex((l) => l.includes("asleep")) + 1;
    fs.writeFileSync(file, broken);

    const h = await house({ dataFolder: folder.path, port });
    expect((await server.call()).status).toBe(401);
    const status = await h.call("app.status", {});
    expect(status.broken).toMatchObject([{ document: "agents", file, line }]);
    expect(status.troubles[0]).toMatchObject({ code: "settings_broken" });
    expect(status.troubles[0]?.sentence).toContain(`line ${line}`);
    const kept = status.broken[0]?.keptAside ?? "";
    expect(fs.readFileSync(kept, "utf8")).toBe(broken);
    const refused = await h.reply("agents.add", { name: "new" });
    expect(refused).toMatchObject({ ok: false, error: { code: "settings_broken" } });
    expect(fs.readFileSync(file, "utf8")).toBe(broken);

    // Mended by hand: the next write takes it up, and the agent is back with its old credential.
    fs.writeFileSync(file, broken.replace("asleep", "active"));
    await h.call("agents.add", { name: "new" });
    // The memory vault forgot the key at the restart: the agent is let in, and told that the key is missing.
    const reply = await server.call();
    expect([reply.status, reply.code]).toEqual([200, "vault_secret_missing"]);
  });
});

describe("secrets", () => {
  it("a sealed file that is gone is not “locked”: nobody could unlock it, and every surface says so", async () => {
    const folder = temporaryFolder();
    closers.push(() => folder.remove());
    const passphrase = "correct horse battery staple";
    const first = await openHouse({ dataFolder: folder.path, vault: undefined });
    await first.call("vault.choose", { kind: "file", passphrase });
    const server = await withServer(first);
    const { port } = first;
    await first.close();
    const sealed = `${folder.path}/secrets.sealed`;
    fs.renameSync(sealed, `${sealed}.away`);

    const h = await house({ dataFolder: folder.path, port, vault: undefined });
    const gone = "the sealed file secrets.sealed is not there";
    expect((await h.call("app.status", {})).vault).toMatchObject({
      kind: "file",
      state: "unavailable",
      reason: gone,
    });
    const reply = await server.call();
    expect(reply.code).toBe("vault_unavailable");
    expect(reply.body).toContain(gone);
    expect(reply.body).not.toContain("Unlock it");
    expect((await h.calls())[0]).toMatchObject({ outcome: "denied", code: "vault_unavailable" });
    expect(await h.reply("vault.unlock", { passphrase })).toMatchObject({
      ok: false,
      error: { code: "vault_unavailable" },
    });
    const found = (await h.call("doctor.run", {})).findings.find((f) => f.id === "vault");
    expect(found).toMatchObject({
      state: "problem",
      note: expect.stringContaining(gone) as string,
    });

    // Put back, it is as it was: nothing was made in its place.
    fs.renameSync(`${sealed}.away`, sealed);
    expect((await server.call()).code).toBe("vault_locked");
    await h.call("vault.unlock", { passphrase });
    expect((await server.call()).code).toBeUndefined();
  });

  it("a secret that is gone is called whose it is: an issuer's, a certificate's, not a server's", async () => {
    const folder = temporaryFolder();
    closers.push(() => folder.remove());
    const first = await openHouse({ dataFolder: folder.path });
    const idp = await first.call("issuers.add", {
      name: "okta",
      issuer: "http://127.0.0.1:9",
      clientId: "countersign",
      auth: { method: "client_secret_basic", secret: KEY },
      allowPlainHttpOnLoopback: true,
    });
    const server = await upstream(echoServer);
    closers.push(() => server.close());
    await first.call("servers.add", {
      kind: "http",
      name: "crm",
      url: server.url,
      auth: { type: "client-credentials", issuer: idp.id },
      allowPlainHttpOnLoopback: true,
    });
    const made = { label: "laptop", commonName: "laptop", signedBy: "itself" } as const;
    const { id: certificate } = await first.call("certificates.make", made);
    const bound = await first.call("issuers.add", {
      name: "bound",
      issuer: "http://127.0.0.1:9",
      clientId: "countersign-mtls",
      auth: { method: "self_signed_tls_client_auth", certificate },
      allowPlainHttpOnLoopback: true,
    });
    await first.call("servers.add", {
      kind: "http",
      name: "payroll",
      url: server.url,
      auth: { type: "mtls", issuer: bound.id, certificate },
      allowPlainHttpOnLoopback: true,
    });
    const { credential } = await first.agent();
    const { port } = first;
    await first.close();
    const h = await house({ dataFolder: folder.path, port });
    const headers = { authorization: `Bearer ${credential}` };
    const keyless = await ask(h.door, "/mcp/payroll", { body: toolCall(), headers });
    expect(keyless.code).toBe("certificate_key_missing");
    expect(keyless.body).toContain("The key of the certificate “laptop” is not in the vault.");
    const reply = await ask(h.door, "/mcp/crm", { body: toolCall(), headers });
    expect(reply.code).toBe("issuer_secret_missing");
    expect(reply.body).toContain("The secret of the issuer “okta” is not in the vault.");
    expect(reply.body).not.toContain("server replace-key");
    expect(server.seen).toEqual([]);
  });

  it("a locked sealed file denies the call with a row, and unlocking resumes it", async () => {
    const folder = temporaryFolder();
    closers.push(() => folder.remove());
    const passphrase = "correct horse battery staple";
    const first = await openHouse({ dataFolder: folder.path, vault: undefined });
    await first.call("vault.choose", { kind: "file", passphrase });
    const server = await withServer(first);
    expect((await server.call()).status).toBe(200);
    const { port } = first;
    await first.close();

    const h = await house({ dataFolder: folder.path, port, vault: undefined });
    expect((await h.call("app.status", {})).vault).toMatchObject({ kind: "file", state: "locked" });
    const sent = server.seen();
    expect((await server.call()).code).toBe("vault_locked");
    expect(server.seen()).toBe(sent);
    expect((await h.calls())[0]).toMatchObject({
      outcome: "denied",
      code: "vault_locked",
      tool: "echo",
    });
    expect(await h.reply("vault.unlock", { passphrase: "not the passphrase" })).toMatchObject({
      ok: false,
      error: { code: "vault_passphrase_wrong" },
    });
    await h.call("vault.unlock", { passphrase });
    expect((await server.call()).code).toBeUndefined();
    expect(server.seen()).toBe(sent + 1);
    await h.call("vault.lock", {});
    expect((await server.call()).code).toBe("vault_locked");
    for (const file of fs.readdirSync(folder.path)) {
      const full = `${folder.path}/${file}`;
      if (fs.statSync(full).isFile())
        expect([file, fs.readFileSync(full).includes(KEY)]).toEqual([file, false]);
    }
  });

  it("nothing chosen and no keychain: nothing is stored anywhere, and the person is told to choose", async () => {
    const bus = process.env["DBUS_SESSION_BUS_ADDRESS"];
    process.env["DBUS_SESSION_BUS_ADDRESS"] = "disabled:";
    closers.push(() => {
      if (bus === undefined) delete process.env["DBUS_SESSION_BUS_ADDRESS"];
      else process.env["DBUS_SESSION_BUS_ADDRESS"] = bus;
    });
    const h = await house({ vault: undefined });
    const { vault } = await h.call("app.status", {});
    expect(vault).toMatchObject({ kind: null, state: "unchosen", keychain: "unavailable" });
    const refused = await h.reply("servers.add", {
      kind: "http",
      name: "echo",
      url: "https://example.test/mcp",
      auth: { type: "api-key", secret: KEY },
    });
    expect(refused).toMatchObject({ ok: false, error: { code: "vault_not_chosen" } });
    expect(await h.call("servers.list", {})).toEqual([]);
  });
});

/** A disk of 2 MB of our own; null where this user may not mount one. */
function smallDisk(): { path: string; fill: () => void; free: () => void } | null {
  const folder = temporaryFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", folder.path], {
      stdio: "ignore",
    });
  } catch {
    folder.remove();
    return null;
  }
  closers.push(() => {
    // Lazily: the SQLite module closes a file when the statements on it are collected, a moment after close().
    execFileSync("umount", ["-l", folder.path]);
    folder.remove();
  });
  const ballast = `${folder.path}/ballast`;
  return {
    path: folder.path,
    fill() {
      try {
        for (;;) fs.appendFileSync(ballast, Buffer.alloc(4096));
      } catch {
        // Full, as intended.
      }
    },
    free: () => fs.rmSync(ballast, { force: true }),
  };
}

describe("the disk", () => {
  it("full: every call is denied, none reaches the server; freed: calls go on (R8, threat 65)", async (context) => {
    const disk = smallDisk();
    if (disk === null) {
      context.skip("only root may mount a small disk");
      return;
    }
    const data = `${disk.path}/data`;
    const h = await openHouse({ dataFolder: data });
    closers.push(() => h.close());
    const server = await withServer(h);
    expect((await server.call()).status).toBe(200);
    await h.calls();
    disk.fill();
    // The journal may still find room in pages that it owns already: at the latest after a few calls it does not.
    await until(
      async () => (await server.call()).code === "journal_unwritable",
      15_000,
      "the journal being full",
    );
    const sent = server.seen();
    for (let i = 0; i < 20; i++) {
      const from = performance.now();
      expect((await server.call()).code).toBe("journal_unwritable");
      expect(performance.now() - from).toBeLessThan(500);
    }
    expect(server.seen()).toBe(sent);
    expect((await h.call("app.status", {})).troubles[0]).toMatchObject({
      code: "journal_unwritable",
    });
    expect(await h.reply("agents.add", { name: "one more" })).toMatchObject({
      ok: false,
      error: { code: "settings_unwritable" },
    });
    disk.free();
    await until(async () => (await server.call()).code === undefined, 5000, "calls going on");
    const rows = await h.calls();
    expect(rows.filter((row) => row.outcome === "ok").length).toBe(server.seen());
    await h.close();
  }, 60_000);
});

// When it is looked, and what comes of it, with time and network in the test's hands.
import { afterEach, describe, expect, it } from "vitest";
import { Refusal } from "../../../electron/core/errors.ts";
import type { Verdict } from "../../../electron/core/permission/questions.ts";
import type { BrokenDocument } from "../../../electron/core/registry.ts";
import { highestSeen } from "../../../electron/core/update/document.ts";
import {
  createUpdates,
  type UpdateNet,
  type UpdateRegister,
} from "../../../electron/core/update/updates.ts";
import { verifyEd25519 } from "../../../electron/host/update/ed25519.ts";
import { digest, memoryStore, movableClock } from "../../support/ports.ts";
import { signer } from "../../support/signer.ts";

const NOW = Date.parse("2026-12-01T12:00:00.000Z");
const HOUR = 3_600_000;
const ours = signer();
const other = signer();

let open: UpdateRegister | null = null;
afterEach(() => open?.close());

function world() {
  const clock = movableClock(NOW);
  const store = memoryStore();
  const broken: BrokenDocument[] = [];
  const pages = new Map<string, Uint8Array | Refusal>();
  const asked: string[] = [];
  const saved: { name: string; url: string }[] = [];
  const waiting: { at: number; run: () => void }[] = [];
  const matters: unknown[] = [];
  let verdict: Verdict = { type: "allow", lifetime: "always", scope: "tool" };
  let hold: Promise<void> = Promise.resolve();
  const net: UpdateNet = {
    async read({ url }) {
      asked.push(url);
      await hold;
      const page = pages.get(url) ?? null;
      if (page instanceof Refusal) throw page;
      return page;
    },
    save: ({ url, signal }, { name }) => {
      saved.push({ name, url });
      return new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
        if (!name.endsWith(".deb")) resolve(`/downloads/${name}`);
      });
    },
  };
  const start = (targets = ["linux-x64-tar.gz"]) => {
    open = createUpdates({
      store: { ...store, broken: () => broken },
      clock,
      digest,
      timers: {
        after(ms, run) {
          const entry = { at: clock.now() + ms, run };
          waiting.push(entry);
          return () => void waiting.splice(waiting.indexOf(entry), 1);
        },
      },
      random: () => 0.5,
      questions: {
        ask: (matter) => {
          matters.push(matter);
          return Promise.resolve({ question: "q", verdict, revision: null, waitedMs: 1 });
        },
      },
      verify: verifyEd25519,
      net,
      version: "0.1.0",
      targets,
      changed: () => undefined,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    return open;
  };
  const publish = (
    change: Record<string, unknown> = {},
    by = ours,
    url = "https://releases.example/c.json",
  ): void => {
    const file = (form: string) => ({
      target: `linux-x64-${form}`,
      url: `https://releases.example/c.${form}`,
      sha512: "ab".repeat(64),
      bytes: 1000,
    });
    const text = JSON.stringify({
      product: "countersign",
      version: "0.2.0",
      sequence: 7,
      publishedAt: "2026-12-01T00:00:00Z",
      expiresAt: "2027-12-01T00:00:00Z",
      files: [file("deb"), file("tar.gz")],
      ...change,
    });
    pages.set(url, Buffer.from(text));
    pages.set(`${url}.sig`, by.sign(Buffer.from(text)));
  };
  return {
    clock,
    store,
    broken,
    pages,
    asked,
    saved,
    matters,
    start,
    publish,
    deny: () => (verdict = { type: "deny" }),
    /** Answers of the network wait until the result is called. */
    hold() {
      let go = (): void => undefined;
      hold = new Promise((resolve) => (go = resolve));
      return () => go();
    },
    /** Lets time pass in steps of a quarter of an hour, and what is due happen. */
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= HOUR / 4) {
        clock.advance(Math.min(left, HOUR / 4));
        const due = waiting.filter((one) => one.at <= clock.now());
        for (const one of due) {
          waiting.splice(waiting.indexOf(one), 1);
          one.run();
        }
        for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}
const wish = { url: "https://releases.example/c.json", key: ours.pem };

describe("looking for updates", () => {
  it("asks nobody anything until a source was agreed to, and nobody again when it is turned off", async () => {
    const w = world();
    w.publish();
    const updates = w.start();
    await w.pass(50 * HOUR);
    expect([w.asked, updates.view().state]).toEqual([[], "off"]);
    await expect(updates.check()).rejects.toMatchObject({ code: "update_off" });
    await expect(updates.download()).rejects.toMatchObject({ code: "update_off" });

    w.deny();
    await expect(updates.setSource(wish)).rejects.toMatchObject({ code: "call_refused" });
    await w.pass(50 * HOUR);
    expect([w.asked, w.store.read("updates").source]).toEqual([[], null]);
    expect(w.matters).toEqual([
      {
        kind: "update-source",
        replaces: null,
        source: {
          url: wish.url,
          fingerprint: Buffer.from(digest.sha256(Buffer.from(ours.key, "base64"))).toString("hex"),
          ownAuthority: false,
        },
      },
    ]);
  });

  it("looks at once, then once a day, also across a restart, and no more after it was turned off", async () => {
    const w = world();
    w.publish();
    let updates = w.start();
    await updates.setSource(wish);
    await w.pass(1000);
    expect(w.asked).toEqual([wish.url, `${wish.url}.sig`]);
    expect(updates.view()).toMatchObject({ state: "available", found: { version: "0.2.0" } });
    await w.pass(23 * HOUR);
    expect(w.asked).toHaveLength(2);
    await updates.close();
    updates = w.start();
    expect(updates.view()).toMatchObject({ state: "available", found: { version: "0.2.0" } });
    await w.pass(2 * HOUR);
    expect(w.asked).toHaveLength(4);
    await w.pass(72 * HOUR);
    expect(w.asked).toHaveLength(10);
    await updates.turnOff();
    await w.pass(72 * HOUR);
    expect(w.asked).toHaveLength(10);
  });

  it.each([
    ["http://releases.example/c.json", /begin with https/],
    ["ftp://127.0.0.1/c.json", /begin with https/],
    ["https://ada:pw@releases.example/c.json", /name a file/],
    ["https://releases.example/c.json?who=ada", /name a file/],
    ["https://releases.example/", /name a file/],
  ])("takes no source at %s, and asks nothing", async (url, reason) => {
    const w = world();
    await expect(w.start().setSource({ ...wish, url })).rejects.toMatchObject({
      code: "update_source_invalid",
      facts: { reason: expect.stringMatching(reason) },
    });
    expect(w.matters).toEqual([]);
  });

  it("keeps a publisher's sequence across sources, being off and restarts: an older manifest is refused", async () => {
    const w = world();
    w.publish({ sequence: 9 });
    const updates = w.start();
    await updates.setSource(wish);
    await updates.check();
    expect(highestSeen(w.store.read("updates"), ours.key)).toBe(9);
    await updates.turnOff();
    const mirror = { ...wish, url: "https://mirror.example/c.json" };
    w.publish({ sequence: 8 }, ours, mirror.url);
    await updates.setSource(mirror);
    expect(w.matters.at(-1)).toMatchObject({ replaces: null, source: { url: mirror.url } });
    await updates.close();
    const again = w.start();
    expect(await again.check()).toMatchObject({
      state: "refused",
      complaint: { code: "update_refused", facts: { reason: /older than one that was seen/ } },
      found: null,
    });
    // Another publisher begins anew, and the first one's is kept for when it comes back.
    w.publish({ sequence: 1 }, other, mirror.url);
    await again.setSource({ ...mirror, key: other.key });
    expect(await again.check()).toMatchObject({ state: "available" });
    w.publish({ sequence: 8 }, ours, mirror.url);
    await again.setSource(mirror);
    expect(await again.check()).toMatchObject({ state: "refused" });
  });

  it("says out of reach for what it cannot reach, and goes on saying what it knew", async () => {
    const w = world();
    w.publish({ version: "0.1.0" });
    const updates = w.start();
    await updates.setSource(wish);
    expect(await updates.check()).toMatchObject({ state: "current", complaint: null });
    w.pages.set(wish.url, new Refusal("update_unreachable", { host: "x", reason: "closed" }));
    w.clock.advance(HOUR);
    expect(await updates.check()).toMatchObject({
      state: "unreachable",
      unreachableSince: "2026-12-01T13:00:00.000Z",
      complaint: { code: "update_unreachable", facts: { host: "releases.example" } },
    });
    await expect(updates.download()).rejects.toMatchObject({ code: "update_unreachable" });
    w.publish();
    expect(await updates.check()).toMatchObject({ state: "available", unreachableSince: null });
    w.pages.delete(wish.url);
    expect(await updates.check()).toMatchObject({
      state: "available",
      unreachableSince: new Date(w.clock.now()).toISOString(),
      complaint: { facts: { reason: "there is no manifest there" } },
    });
  });

  it("without a signature beside it, or with one of somebody else, believes nothing", async () => {
    const w = world();
    const updates = w.start();
    await updates.setSource(wish);
    w.publish({}, other);
    expect(await updates.check()).toMatchObject({ state: "refused", found: null });
    w.publish();
    w.pages.delete(`${wish.url}.sig`);
    expect(await updates.check()).toMatchObject({
      state: "refused",
      complaint: { facts: { reason: "it is not signed" } },
    });
  });

  it("does not begin anew where what was seen cannot be read", async () => {
    const w = world();
    w.publish();
    const updates = w.start();
    await updates.setSource(wish);
    w.broken.push({
      code: "settings_broken",
      document: "updates",
      file: "updates.json",
      line: 3,
      reason: "it is not valid JSON",
      keptAside: null,
    });
    await w.pass(50 * HOUR);
    expect([w.asked, updates.view().state]).toEqual([[], "broken"]);
    for (const attempt of [
      () => updates.check(),
      () => updates.setSource(wish),
      () => updates.download(),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: "settings_broken" });
    }
  });

  it("looks once for two that ask at once, and believes nothing of a source that was changed meanwhile", async () => {
    const w = world();
    w.publish({ sequence: 12 });
    const updates = w.start();
    await updates.setSource(wish);
    const go = w.hold();
    const both = [updates.check(), updates.check()];
    expect(updates.view().checking).toBe(true);
    await updates.turnOff();
    go();
    await Promise.all(both);
    expect(w.asked).toHaveLength(2);
    expect(updates.view()).toMatchObject({ state: "off", found: null, checking: false });
    expect(highestSeen(w.store.read("updates"), ours.key)).toBe(12);
  });

  it("shows nothing that could not be written down: without its sequence it would be believed twice", async () => {
    const w = world();
    w.publish();
    const updates = w.start();
    await updates.setSource(wish);
    w.store.write = () =>
      Promise.reject(new Refusal("settings_unwritable", { file: "updates.json" }));
    const again = w.start();
    await expect(again.check()).rejects.toMatchObject({ code: "settings_unwritable" });
    expect(again.view()).toMatchObject({ state: "unknown", found: null });
  });
});

describe("a download", () => {
  it("looks anew first, and takes the file for this installation", async () => {
    const w = world();
    w.publish();
    const updates = w.start();
    await updates.setSource(wish);
    await updates.check();
    const name = "Countersign-0.2.0-linux-x64.tar.gz";
    await updates.download();
    expect(w.saved).toEqual([{ name, url: "https://releases.example/c.tar.gz" }]);
    await w.pass(1);
    expect(updates.view().download).toEqual({
      state: "done",
      version: "0.2.0",
      form: "tar.gz",
      path: `/downloads/${name}`,
    });
    expect(updates.downloadedFile()).toBe(`/downloads/${name}`);
    // What was believed is withdrawn.
    w.publish({ expiresAt: "2026-12-01T11:00:00Z" });
    await expect(updates.download()).rejects.toMatchObject({
      code: "update_refused",
      facts: { reason: "it has expired" },
    });
    expect(w.saved).toHaveLength(1);
  });

  it("is refused where there is nothing newer, or no file for this system", async () => {
    const w = world();
    w.publish({ version: "0.1.0" });
    let updates = w.start();
    await updates.setSource(wish);
    await expect(updates.download()).rejects.toMatchObject({ code: "update_none" });
    expect(() => updates.downloadedFile()).toThrow(
      expect.objectContaining({ code: "update_none" }),
    );
    await updates.close();
    w.publish();
    updates = w.start(["win32-x64-nsis"]);
    await expect(updates.download()).rejects.toMatchObject({
      code: "update_no_file",
      facts: { version: "0.2.0", target: "win32-x64-nsis" },
    });
    expect(w.saved).toEqual([]);
  });

  it.each(["cancelDownload", "turnOff", "close"] as const)("ends with %s", async (how) => {
    const w = world();
    w.publish();
    // Of this form the test's network never comes to an end.
    const updates = w.start(["linux-x64-deb"]);
    await updates.setSource(wish);
    expect((await updates.download()).download).toMatchObject({ state: "running", bytes: 1000 });
    await updates.download();
    expect(w.saved).toHaveLength(1);
    await updates[how]();
    expect(updates.view().download).toEqual({ state: "none" });
  });
});

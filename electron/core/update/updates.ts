// Looks for a newer version where the person wanted it looked for, and fetches its file when they ask. Off until a source
// was agreed to in the window that asks. Nothing here runs or installs anything, and no call waits for it.
import type { Clock } from "../clock.ts";
import { isLoopback } from "../destination.ts";
import type { Digest } from "../digest.ts";
import { asRefusal, Refusal } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Timers } from "../oauth/keeping/token-keeper.ts";
import type { Questions } from "../permission/questions.ts";
import type { Store } from "../registry.ts";
import { complaint } from "../sentences.ts";
import {
  highestSeen,
  MOST_PUBLISHERS,
  noted,
  type Outcome,
  type UpdateSource,
  untilNextLook,
  withSource,
} from "./document.ts";
import { fileFor, fileName } from "./files.ts";
import {
  believeUpdate,
  compareVersions,
  type UpdateManifest,
  type VerifyEd25519,
} from "./manifest.ts";
import { fingerprintOf, publisherBytes, readPublisherKey, readSignature } from "./publisher.ts";
import {
  brokenRefusal,
  downloaded,
  type DownloadView,
  troubleOf,
  type UpdateSourceView,
  type UpdatesView,
  viewOf,
} from "./views.ts";

/** The question whether updates shall be looked for at a source. */
export interface UpdateSourceMatter {
  readonly kind: "update-source";
  readonly source: UpdateSourceView;
  /** The one whose place it takes. */
  readonly replaces: UpdateSourceView | null;
}

/** Where bytes are asked for: an address, and whom the person trusts for the source's own. */
export interface UpdateOrder {
  readonly url: string;
  readonly source: Pick<UpdateSource, "url" | "trustPem">;
  readonly signal: AbortSignal;
}

/** Port: the way out. One request each, to this address alone, and nothing in it says who asks. */
export interface UpdateNet {
  /**
   * Reads a small document.
   * @returns null where there is nothing at this address
   * @throws Refusal `update_unreachable`, `update_refused` (too large, leads elsewhere)
   */
  read(order: UpdateOrder, mostBytes: number): Promise<Uint8Array | null>;
  /**
   * Fetches a file of exactly these bytes under exactly this name, or leaves nothing of that name.
   * @param received told of how many bytes came so far
   * @returns its path
   * @throws Refusal `update_unreachable`, `update_refused`, `update_file_wrong`, `update_unwritable`, `update_cancelled`
   */
  save(
    order: UpdateOrder,
    file: { readonly name: string; readonly bytes: number; readonly sha512: string },
    received: (bytes: number) => void,
  ): Promise<string>;
}

export interface UpdatePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly timers: Timers;
  /** In [0, 1), for jitter only. */
  readonly random: () => number;
  readonly questions: Pick<Questions, "ask">;
  readonly verify: VerifyEd25519;
  readonly net: UpdateNet;
  /** What runs. */
  readonly version: string;
  /** Which files fit this installation, best first: `linux-x64-deb`. */
  readonly targets: readonly string[];
  readonly changed: () => void;
  readonly log: Log;
}

/** Bytes. */
const MOST = { manifest: 65_536, signature: 1024 };
/** Milliseconds: a start has better things to do, and a machine that slept has no network at once. */
const FIRST = 45_000;
/** A timer does not count while a machine sleeps: whether a look is due is asked each hour. */
const LOOK_AGAIN = 3_600_000;
/** Milliseconds between two hints that a download went on. */
const HINT = 250;

interface Job {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

export type UpdateRegister = ReturnType<typeof createUpdates>;

export function createUpdates(ports: UpdatePorts) {
  const { store, clock, digest, timers, net, version, changed } = ports;
  const at = (): string => new Date(clock.now()).toISOString();
  const closing = new AbortController();
  let looking: { readonly since: string; readonly found: Promise<UpdateManifest | null> } | null =
    null;
  let download: DownloadView = { state: "none" };
  let job: Job | null = null;
  let cancelTimer = (): void => undefined;
  // Drawn once for each look, not anew each hour: else the earliest of many draws would win.
  let jitter = ports.random();

  const sourceView = ({ url, key, trustPem }: UpdateSource): UpdateSourceView => ({
    url,
    fingerprint: fingerprintOf(key, digest),
    ownAuthority: trustPem !== null,
  });
  const broken = () => store.broken().find(({ document }) => document === "updates");
  const view = (): UpdatesView =>
    viewOf({
      now: store.read("updates"),
      broken: broken(),
      running: version,
      checking: looking !== null,
      download,
      source: sourceView,
    });

  /** A document that cannot be read is no fresh one: what was seen is not known. */
  function known(): void {
    const fault = broken();
    if (fault !== undefined) throw brokenRefusal(fault);
  }
  /** @throws Refusal `update_off`, `settings_broken`, `settings_newer` */
  function configured(): UpdateSource {
    known();
    const { source } = store.read("updates");
    if (source === null) throw new Refusal("update_off");
    return source;
  }

  async function ask(source: UpdateSource): Promise<Outcome> {
    const { signal } = closing;
    try {
      const bytes = await net.read({ url: source.url, source, signal }, MOST.manifest);
      if (bytes === null) return { type: "unreachable", reason: "there is no manifest there" };
      const beside = `${source.url}.sig`;
      const signature = await net.read({ url: beside, source, signal }, MOST.signature);
      const running = { version, sequence: highestSeen(store.read("updates"), source.key) };
      const { manifest } = await believeUpdate(
        {
          bytes,
          signature: signature === null ? new Uint8Array() : readSignature(signature),
          publishers: [publisherBytes(source.key)],
          running,
          now: clock.now(),
        },
        ports.verify,
      );
      const file = fileFor(manifest, ports.targets);
      const fits = file === null ? null : { target: file.target, bytes: file.bytes };
      return { type: "believed", manifest, file: fits };
    } catch (error) {
      if (closing.signal.aborted) throw error;
      const { code, facts } = asRefusal(error);
      const reason = String(facts["reason"] ?? "");
      if (code === "update_refused") return { type: "refused", reason };
      if (code === "update_unreachable") return { type: "unreachable", reason };
      throw error;
    }
  }

  /** One look at a time. What it came to is on disk before anybody is told. @returns what was believed */
  async function look(source: UpdateSource): Promise<UpdateManifest | null> {
    if (looking !== null) {
      const { since, found } = looking;
      if (since === source.since) return found;
      await found.catch(() => null);
      return look(source);
    }
    const one = async (): Promise<UpdateManifest | null> => {
      try {
        const outcome = await ask(source);
        jitter = ports.random();
        await store.write("updates", (now) => noted(now, source, outcome, at()));
        return outcome.type === "believed" ? outcome.manifest : null;
      } finally {
        looking = null;
        changed();
      }
    };
    looking = { since: source.since, found: one() };
    changed();
    return looking.found;
  }

  function arm(after: number): void {
    cancelTimer();
    if (closing.signal.aborted) return;
    cancelTimer = timers.after(after, () => {
      const due = untilNextLook(store.read("updates"), clock.now(), jitter);
      const wait = broken() === undefined ? Math.min(due ?? LOOK_AGAIN, LOOK_AGAIN) : LOOK_AGAIN;
      if (wait > 0) return arm(wait);
      void look(configured())
        .catch((error: unknown) => ports.log.error("updates.look", error))
        .finally(() => arm(LOOK_AGAIN));
    });
  }

  async function endJob(): Promise<void> {
    job?.stop.abort(new Refusal("update_cancelled"));
    await job?.ended;
  }

  /** A source, as the person typed it. @throws Refusal `update_source_invalid` */
  function draft(wish: NewUpdateSource): UpdateSource {
    const wrong = (reason: string): never => {
      throw new Refusal("update_source_invalid", { reason });
    };
    const url = new URL(wish.url);
    const plain = url.protocol === "http:" && isLoopback(url);
    if (url.protocol !== "https:" && !plain) {
      wrong("the address must begin with https://, or with http:// on this machine");
    }
    if (url.username + url.password + url.search + url.hash !== "" || url.pathname.endsWith("/")) {
      wrong("the address must name a file, without a name, a password, a query or a fragment");
    }
    const key = readPublisherKey(wish.key);
    const { seen } = store.read("updates");
    if (seen.length >= MOST_PUBLISHERS && !seen.some((one) => one.key === key)) {
      wrong(`${MOST_PUBLISHERS} publishers are remembered already`);
    }
    return { url: url.href, key, trustPem: wish.trustPem ?? null, since: at() };
  }

  arm(FIRST * (1 + jitter));

  return {
    view,

    /**
     * Looks there from now on, after the person agreed in the window that asks, and waits for that.
     * @throws Refusal `update_source_invalid`, `call_refused`, `question_*`, `settings_*`
     */
    async setSource(wish: NewUpdateSource, signal?: AbortSignal): Promise<UpdatesView> {
      known();
      const source = draft(wish);
      const before = store.read("updates").source;
      const { verdict } = await ports.questions.ask(
        {
          kind: "update-source",
          source: sourceView(source),
          replaces: before === null ? null : sourceView(before),
        },
        signal,
      );
      if (verdict.type !== "allow") throw new Refusal("call_refused", { tool: "this source" });
      await endJob();
      await store.write("updates", (now) => withSource(now, { ...source, since: at() }));
      download = { state: "none" };
      // Agreed to now: the first answer is wanted now, and waited for by nobody.
      arm(0);
      return view();
    },

    /** Nothing is looked for any more. Asks nothing. @throws Refusal `settings_*` */
    async turnOff(): Promise<UpdatesView> {
      known();
      await endJob();
      await store.write("updates", (now) => withSource(now, null));
      download = { state: "none" };
      changed();
      return view();
    },

    /** Looks now. What it comes to is in the view; a refusal is no failure of this. @throws Refusal `update_off`, `settings_*` */
    async check(): Promise<UpdatesView> {
      await look(configured());
      return view();
    },

    /**
     * Begins to fetch the newest version's file, after a fresh look: what was believed yesterday may have expired.
     * @throws Refusal `update_off`, `update_refused`, `update_unreachable`, `update_none`, `update_no_file`, `settings_*`
     */
    async download(): Promise<UpdatesView> {
      if (job !== null) return view();
      const source = configured();
      const manifest = await look(source);
      const now = store.read("updates");
      if (manifest === null) throw troubleOf(now) ?? new Refusal("update_none", { version });
      const isStill = now.source?.since === source.since;
      if (!isStill || compareVersions(manifest.version, version) <= 0) {
        throw new Refusal("update_none", { version });
      }
      const file = fileFor(manifest, ports.targets);
      if (file === null) {
        throw new Refusal("update_no_file", {
          version: manifest.version,
          target: ports.targets[0] ?? "?",
        });
      }
      // Another one may have begun meanwhile.
      if (job === null) begin(source, manifest.version, file);
      return view();
    },

    /** Ends a download; nothing of it stays. */
    async cancelDownload(): Promise<UpdatesView> {
      await endJob();
      download = { state: "none" };
      changed();
      return view();
    },

    /** Where the downloaded file lies. @throws Refusal `update_none` */
    downloadedFile(): string {
      if (download.state !== "done") throw new Refusal("update_none", { version });
      return download.path;
    },

    async close(): Promise<void> {
      cancelTimer();
      closing.abort(new Refusal("update_cancelled"));
      await endJob();
      await looking?.found.catch(() => null);
    },
  };

  function begin(
    source: UpdateSource,
    newest: string,
    file: UpdateManifest["files"][number],
  ): void {
    const stop = new AbortController();
    const { url, target, bytes, sha512 } = file;
    let hinted = clock.monotonic();
    download = { state: "running", version: newest, received: 0, bytes };
    const ended = net
      .save(
        { url, source, signal: stop.signal },
        { name: fileName(newest, target), bytes, sha512 },
        (received) => {
          download = { state: "running", version: newest, received, bytes };
          if (clock.monotonic() - hinted < HINT) return;
          hinted = clock.monotonic();
          changed();
        },
      )
      .then(
        (path) => {
          download = downloaded(newest, target, path);
        },
        (error: unknown) => {
          const refusal = asRefusal(error);
          if (refusal.code === "internal") ports.log.error("updates.download", error);
          download =
            refusal.code === "update_cancelled"
              ? { state: "none" }
              : { state: "failed", complaint: complaint(refusal) };
        },
      )
      .finally(() => {
        job = null;
        changed();
      });
    job = { stop, ended };
    changed();
  }
}

/** As a person gives it. */
export interface NewUpdateSource {
  readonly url: string;
  /** PEM, or Base64 of 32 bytes. */
  readonly key: string;
  /** PEM of authorities for this address. */
  readonly trustPem?: string | undefined;
}

// Pins: each tool is held to the definition that the person agreed to (threat 42). Every list that goes to an agent is
// read here first; what changed since is taken out of it, because the description itself is the attack, and asked about.
import type { Agent } from "../agents.ts";
import type { Clock } from "../clock.ts";
import type { Digest } from "../digest.ts";
import { Refusal } from "../errors.ts";
import { targetOf } from "../policy/input.ts";
import type { Store } from "../registry.ts";
import type { Server } from "../servers.ts";
import { fingerprintOf } from "./canonical.ts";
import { currentOf, KEPT_DEFINITION, type Pin, type ServerPins, type Version } from "./document.ts";
import { bars, type Flag, flagsBeside, flagsOf } from "./flags.ts";
import { type Candidate, judgeList, type Judged } from "./judge-list.ts";
import { type Listed, readListing } from "./listing.ts";
import { type Change, changeOf, type Claims, claimsOf, type Look } from "./look.ts";
import { createNeighbours } from "./neighbours.ts";

export interface PinPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  /**
   * Asks the server for its tools: the answers of all pages, as text.
   * @param agent with whose leave; null where a person wants to know
   * @throws Refusal
   */
  readonly fetchList: (server: Server, agent: Agent | null) => Promise<readonly string[]>;
}

/** A tool as the surfaces see it. */
export interface ToolView {
  readonly name: string;
  readonly standing: Pin["standing"];
  readonly by: Pin["by"];
  /** Of what the server says now. */
  readonly fingerprint: string;
  readonly acceptedAt: string | null;
  readonly seenAt: string;
  readonly claims: Claims;
}

/** What was seen of a server since Countersign started. */
interface Live {
  readonly target: string;
  /** Fingerprint of each tool in its last list. */
  readonly listed: Map<string, string>;
  /** Monotonic: when the last whole list was seen, and the last that could not be had. */
  at: number | null;
  failedAt: number | null;
  /** How often the server said that its list is another one. */
  changes: number;
  /** Until then, further pages of the first list belong to it. */
  firstUntil: number | null;
}

/** Milliseconds. A list that is older is asked for again before a call; one that could not be had is not asked for anew at once. */
const OLD = 15 * 60_000;
const TRY_AGAIN = 5000;
const FIRST_LIST = 2 * 60_000;
/** Flags of definitions are kept: a list that says the same again costs its fingerprints only. */
const KEPT_FLAGS = 50_000;

const NOTHING = { by: null, fingerprint: null, claims: null, change: null } as const;

export type Pins = ReturnType<typeof createPins>;

export function createPins(ports: PinPorts) {
  const { store, clock, digest } = ports;
  const lives = new Map<string, Live>();
  const asking = new Map<string, Promise<void>>();
  const flagged = new Map<string, readonly Flag[]>();
  const byName = new WeakMap<ServerPins, Map<string, Pin>>();
  const neighbours = createNeighbours({
    servers: () => store.read("servers"),
    pins: () => store.read("pins"),
  });
  const instant = (): string => new Date(clock.now()).toISOString();

  function liveOf(server: Server): Live {
    const target = targetOf(server);
    const live = lives.get(server.id);
    if (live?.target === target) return live;
    const fresh = {
      target,
      listed: new Map(),
      at: null,
      failedAt: null,
      changes: 0,
      firstUntil: null,
    };
    lives.set(server.id, fresh);
    return fresh;
  }

  const recordIn = (all: readonly ServerPins[], server: Server): ServerPins | undefined =>
    all.find((one) => one.server === server.id && one.target === targetOf(server));

  function pinOf(server: Server, tool: string): Pin | undefined {
    const record = recordIn(store.read("pins"), server);
    if (record === undefined) return undefined;
    let index = byName.get(record);
    if (index === undefined) {
      index = new Map(record.tools.map((pin) => [pin.name, pin]));
      byName.set(record, index);
    }
    return index.get(tool);
  }

  function ownFlags(fingerprint: string, definition: string, ambiguous: boolean): readonly Flag[] {
    let flags = flagged.get(fingerprint);
    if (flags === undefined) {
      flags = flagsOf(definition, ambiguous);
      if (flagged.size >= KEPT_FLAGS) flagged.clear();
      flagged.set(fingerprint, flags);
    }
    return flags;
  }
  const allFlags = (server: Server, name: string, version: Version | null): readonly Flag[] =>
    version?.definition == null
      ? (flagged.get(version?.fingerprint ?? "") ?? [])
      : [
          ...ownFlags(version.fingerprint, version.definition, false),
          ...flagsBeside(server.name, name, version.definition, neighbours(server.tenant)),
        ];

  function candidate(server: Server, one: Listed, index: number): Candidate | null {
    if (one.name === null || one.name.length > 1024) return null;
    // A reader that takes it for something else would have another definition.
    const fingerprint = fingerprintOf((one.ambiguous ? "unclear " : "") + one.definition, digest);
    const short = one.definition.length <= KEPT_DEFINITION;
    const pin = pinOf(server, one.name);
    // What was agreed to is not looked at beside its neighbours again: the list of a large server comes often.
    const agreedTo = pin?.standing === "accepted" && pin.accepted?.fingerprint === fingerprint;
    return {
      index,
      name: one.name,
      version: { fingerprint, definition: short ? one.definition : null, at: instant() },
      flags: [
        ...ownFlags(fingerprint, one.definition, one.ambiguous),
        ...(agreedTo
          ? []
          : flagsBeside(server.name, one.name, one.definition, neighbours(server.tenant))),
      ],
    };
  }

  /** Until the person is asked about a server as a whole, what it lists at first sight is what they agreed to. */
  const isFirstSight = (record: ServerPins | undefined, live: Live): boolean =>
    record === undefined || (live.firstUntil !== null && clock.monotonic() < live.firstUntil);

  /** Writes only where something is different from what is known. */
  async function note(server: Server, listed: readonly Candidate[]): Promise<Judged> {
    const live = liveOf(server);
    const judge = (all: readonly ServerPins[]): Judged => {
      const record = recordIn(all, server);
      const blank = { server: server.id, target: live.target, since: instant(), tools: [] };
      const judged = judgeList(record ?? blank, listed, isFirstSight(record, live));
      return { ...judged, changed: judged.changed || record === undefined };
    };
    let judged = judge(store.read("pins"));
    if (judged.changed) {
      await store.write("pins", (all) => {
        judged = judge(all);
        return [...all.filter((one) => one.server !== server.id), judged.pins];
      });
    }
    return judged;
  }

  /** @throws Refusal `tool_unknown` */
  async function change(serverId: string, tool: string, make: (pin: Pin) => Pin): Promise<void> {
    await store.write("pins", (all) => {
      const record = all.find((one) => one.server === serverId);
      if (record?.tools.some(({ name }) => name === tool) !== true) {
        throw new Refusal("tool_unknown", { tool });
      }
      const tools = record.tools.map((pin) => (pin.name === tool ? make(pin) : pin));
      return all.map((one) => (one === record ? { ...one, tools } : one));
    });
  }

  const agreed = (pin: Pin): Pin => ({
    ...pin,
    standing: "accepted",
    by: null,
    accepted: currentOf(pin),
    seen: null,
  });

  /** @param had whether the server's list was seen lately */
  function known(server: Server, tool: string, had: boolean): Look {
    const pin = pinOf(server, tool);
    if (pin === undefined) return { ...NOTHING, standing: had ? "unlisted" : "unavailable" };
    const version = currentOf(pin);
    const flags = allFlags(server, tool, version);
    const claims = claimsOf(version?.definition ?? null, flags);
    const about = { ...NOTHING, claims, by: pin.by };
    if (pin.standing === "changed" || pin.standing === "rejected") {
      return { ...about, standing: pin.standing, change: changeOf(pin, flags) };
    }
    if (!had) return { ...about, standing: "unavailable" };
    const listed = liveOf(server).listed.get(tool) === version?.fingerprint;
    if (!listed) return { ...about, standing: "unlisted" };
    return { ...about, standing: pin.standing, fingerprint: version?.fingerprint ?? null };
  }

  const pins = {
    /**
     * Reads one answer of a server that may hold a list of tools, before an agent sees it.
     * @param text one JSON-RPC message
     * @returns the same text, or the same without the tools that are held back
     * @throws Refusal `tool_list_unreadable` where it could be read in two ways; `settings_*` where it cannot be written down
     */
    async observe(server: Server, text: string): Promise<string> {
      const listing = readListing(text);
      if (listing === "unreadable") {
        throw new Refusal("tool_list_unreadable", { server: server.name });
      }
      if (listing === null) return text;
      const found = listing.tools.map((one, index) => candidate(server, one, index));
      const listed = found.filter((one) => one !== null);
      const live = liveOf(server);
      const isKnown = recordIn(store.read("pins"), server) !== undefined;
      const { withhold } = await note(server, listed);
      for (const { name, version } of listed) live.listed.set(name, version.fingerprint);
      if (listing.more && !isKnown) live.firstUntil = clock.monotonic() + FIRST_LIST;
      if (!listing.more) {
        live.firstUntil = null;
        live.at = clock.monotonic();
      }
      const nameless = found.flatMap((one, index) => (one === null ? [index] : []));
      return listing.without(new Set([...withhold, ...nameless]));
    },

    /**
     * What is known of a tool before a call of it. Where a list was agreed to and none was seen for long, it is asked
     * for first: what changed while Countersign was closed is noticed before anything is sent.
     */
    look(server: Server, agent: Agent | null, tool: string): Look | Promise<Look> {
      if (recordIn(store.read("pins"), server) === undefined) {
        return { ...NOTHING, standing: "never-listed" };
      }
      const live = liveOf(server);
      if (live.at !== null && clock.monotonic() - live.at < OLD) return known(server, tool, true);
      if (live.failedAt !== null && clock.monotonic() - live.failedAt < TRY_AGAIN) {
        return known(server, tool, false);
      }
      return pins.refresh(server, agent).then(
        () => known(server, tool, true),
        () => known(server, tool, false),
      );
    },

    /** Asks the server for its list now. @throws Refusal what the server or the way to it says */
    async refresh(server: Server, agent: Agent | null): Promise<void> {
      const live = liveOf(server);
      let pending = asking.get(server.id);
      if (pending === undefined) {
        pending = (async () => {
          const { changes } = live;
          const pages = await ports.fetchList(server, agent);
          for (const page of pages) await pins.observe(server, page);
          live.failedAt = null;
          // It changed again while it was read: the next call reads it anew.
          if (live.changes !== changes) live.at = null;
        })().catch((error: unknown) => {
          live.failedAt = clock.monotonic();
          throw error;
        });
        asking.set(server.id, pending);
        void pending.catch(() => undefined).finally(() => asking.delete(server.id));
      }
      await pending;
    },

    /** The server says that its list is another now: it is asked for before the next call. */
    stale(serverId: string): void {
      const live = lives.get(serverId);
      if (live === undefined) return;
      live.at = null;
      live.changes++;
    },

    /**
     * The person agrees to a tool as it was shown to them.
     * @throws Refusal `tool_unknown`; `tool_changed_again` where it is another by now, or may not be agreed to
     */
    async accept(server: Server, tool: string, fingerprint: string): Promise<void> {
      await change(server.id, tool, (pin) => {
        const version = currentOf(pin);
        const barred = pin.by === "countersign" || bars(allFlags(server, tool, version));
        if (version?.fingerprint !== fingerprint || barred) {
          throw new Refusal("tool_changed_again", { tool });
        }
        return agreed(pin);
      });
    },

    /** The person says no to a tool as it is: it stays blocked until they look again. @throws Refusal `tool_unknown` */
    async reject(server: Server, tool: string): Promise<void> {
      await change(server.id, tool, (pin) =>
        pin.seen === null
          ? { ...pin, standing: "rejected", by: "person", accepted: null, seen: pin.accepted }
          : { ...pin, standing: "rejected", by: "person" },
      );
    },

    /** The person agrees to a server with all the tools that it has now, save those that no agent gets. */
    async acceptAll(server: Server, tools?: readonly string[]): Promise<void> {
      await store.write("pins", (all) =>
        all.map((one) => {
          if (one.server !== server.id) return one;
          const agrees = (pin: Pin): boolean =>
            pin.standing === "new" && (tools === undefined || tools.includes(pin.name));
          return { ...one, tools: one.tools.map((pin) => (agrees(pin) ? agreed(pin) : pin)) };
        }),
      );
    },

    /** What is known of a server's tools; empty where no list was seen. */
    list(server: Server): readonly ToolView[] {
      const record = recordIn(store.read("pins"), server);
      return (record?.tools ?? []).map((pin) => {
        const version = currentOf(pin);
        const flags = allFlags(server, pin.name, version);
        return {
          name: pin.name,
          standing: pin.standing,
          by: pin.by,
          fingerprint: version?.fingerprint ?? "",
          acceptedAt: pin.accepted?.at ?? null,
          seenAt: version?.at ?? record?.since ?? "",
          claims: claimsOf(version?.definition ?? null, flags),
        };
      });
    },

    /** A tool side by side with what was agreed to. @throws Refusal `tool_unknown` */
    change(server: Server, tool: string): Change {
      const pin = pinOf(server, tool);
      const found =
        pin === undefined ? null : changeOf(pin, allFlags(server, tool, currentOf(pin)));
      if (found === null) throw new Refusal("tool_unknown", { tool });
      return found;
    },

    /** Servers that are gone take their pins along. */
    async prune(): Promise<void> {
      const ids = new Set(store.read("servers").map(({ id }) => id));
      if (store.read("pins").every(({ server }) => ids.has(server))) return;
      await store.write("pins", (all) => all.filter(({ server }) => ids.has(server)));
    },
  };
  return pins;
}

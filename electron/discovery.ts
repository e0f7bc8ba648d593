// Finding out about servers and becoming known at their issuers, over the real net. What a person agreed to in one
// attempt holds for that attempt and for the registration that comes of it, and for nothing else.
import { askWithout } from "./asking.ts";
import type { AppEvent, CheckedOf, Unregistered } from "./contract.ts";
import type { Clock } from "./core/clock.ts";
import { isLoopback } from "./core/destination.ts";
import type { Digest } from "./core/digest.ts";
import { asRefusal, Refusal } from "./core/errors.ts";
import { becomeKnown } from "./core/finding/become-known.ts";
import { findOut } from "./core/finding/find-out.ts";
import { issuerName } from "./core/finding/issuer-name.ts";
import type { Proposal } from "./core/finding/proposal.ts";
import { newId } from "./core/ids.ts";
import type { Issuer } from "./core/issuers.ts";
import { DEFAULT_TENANT } from "./core/names.ts";
import { redirectPath } from "./core/oauth/authorization-code.ts";
import type { FlowContext } from "./core/oauth/flow.ts";
import { unregister } from "./core/oauth/unregister.ts";
import type { Store } from "./core/registry.ts";
import type { Secret } from "./core/secret.ts";
import type { HttpServer } from "./core/servers.ts";
import { createFlowNet, type Trust } from "./host/tls/flow-net.ts";
import type { Scrubber } from "./host/door/relay.ts";
import type { Upstream } from "./host/upstream.ts";
import type { OAuthRooms } from "./oauth-rooms.ts";

export interface DiscoveryPorts {
  readonly store: Store;
  readonly oauth: OAuthRooms;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly http: Upstream;
  /** Takes live secrets out of what a server answers. */
  readonly scrubber: () => Scrubber;
  readonly door: () => string;
  readonly secret: (tenant: string, id: string, what: string) => Promise<Secret>;
  readonly emit: (event: AppEvent) => void;
}

export interface Discovery {
  /** @throws Refusal with the fact `flow`: `upstream_*`, `resource_metadata_invalid`, `issuer_*`, `finding_cancelled` */
  discover(wish: CheckedOf<"servers.discover">): Promise<Proposal>;
  /** @returns whether there was something to cancel */
  cancel(attempt: string): boolean;
  /** @throws Refusal with the fact `flow`: `issuer_unconfirmed`, `registration_needed`, `issuer_*`, `vault_*` */
  register(wish: CheckedOf<"issuers.register">): Promise<Issuer>;
  /** Sets where the person published what Countersign is (CIMD), and shows what has to stand there. */
  document(
    wish: CheckedOf<"issuers.document">,
  ): Promise<{ url: string | null; document: Readonly<Record<string, unknown>> }>;
  /** Removes a registration; one that Countersign made by itself is taken back first (RFC 7592). */
  remove(id: string): Promise<Unregistered>;
  close(): void;
}

/** Milliseconds for all the questions of one attempt together. */
const ATTEMPT_MS = 60_000;

export function createDiscovery(ports: DiscoveryPorts): Discovery {
  const { store, oauth, clock, digest } = ports;
  const running = new Map<string, AbortController>();

  const knownTo = (tenant: string): readonly Issuer[] => oauth.issuers.list(tenant);
  const redirectUri = (issuer: string): string => `${ports.door()}${redirectPath(issuer, digest)}`;
  const document = (): string | null => store.read("settings").metadataDocument ?? null;

  /**
   * Runs one attempt as a recorded flow over a net of its own.
   * @param trust decides who may lie where, for this attempt alone
   */
  async function attempt<T>(
    tenant: string,
    purpose: string,
    id: string | null,
    trust: Trust,
    work: (ctx: FlowContext, flow: string, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const flow = oauth.flows.begin(tenant, purpose);
    const net = createFlowNet({ trust });
    const controller = new AbortController();
    if (id !== null) running.set(id, controller);
    const slow = new Refusal("issuer_timeout", { issuer: purpose, seconds: ATTEMPT_MS / 1000 });
    const timer = setTimeout(() => controller.abort(slow), ATTEMPT_MS);
    const ctx: FlowContext = {
      net,
      clock,
      server: purpose,
      signal: controller.signal,
      recorder: {
        step(step) {
          flow.recorder.step(step);
          if (id === null) return;
          ports.emit({ type: "finding", attempt: id, step: step.id, ok: step.state === "ok" });
        },
      },
    };
    try {
      const value = await work(ctx, flow.id, controller.signal);
      flow.end(true);
      return value;
    } catch (error) {
      flow.end(false);
      const { code, facts, cause } = asRefusal(controller.signal.reason ?? error);
      // The steps show where it went wrong: whoever reads the sentence can open them.
      throw new Refusal(code, { ...facts, flow: flow.id }, cause);
    } finally {
      clearTimeout(timer);
      if (id !== null) running.delete(id);
      net.close();
    }
  }

  /** What this tenant's registrations allow; nothing of another tenant's counts. */
  function allowedTo(tenant: string, origin: string): ReturnType<Trust["reach"]> {
    const record = knownTo(tenant).find((one) => new URL(one.issuer).origin === origin);
    if (record === undefined || record.registration?.confirmed === false) return "public";
    return isLoopback(new URL(record.issuer)) ? "loopback" : "private";
  }

  /** An address that a person typed or agreed to, and no document. */
  const wide = (url: string): ReturnType<Trust["reach"]> =>
    isLoopback(new URL(url)) ? "loopback" : "private";

  return {
    discover(wish) {
      const { url, stage, issuer, confirmed, trustPem, tenant = DEFAULT_TENANT } = wish;
      const home = new URL(url).origin;
      const agreed = confirmed && issuer !== null ? new URL(issuer).origin : null;
      const trust: Trust = {
        caPem: (origin) =>
          origin === home || origin === agreed
            ? trustPem
            : (knownTo(tenant).find((one) => new URL(one.issuer).origin === origin)?.trustPem ??
              null),
        reach: (origin) =>
          origin === home
            ? wide(url)
            : origin === agreed && issuer !== null
              ? wide(issuer)
              : allowedTo(tenant, origin),
      };
      const { host } = new URL(url);
      return attempt(tenant, `find out about ${host}`, wish.attempt, trust, (ctx, flow, signal) => {
        const server: HttpServer = {
          id: newId("srv", clock.now(), (n) => digest.random(n)),
          tenant,
          name: host,
          stage: "development",
          state: "active",
          createdAt: new Date(clock.now()).toISOString(),
          kind: "http",
          url,
          pattern: { type: "none" },
          allowPlainHttpOnLoopback: false,
          trustPem,
        };
        return findOut(
          ctx,
          { url, stage, issuer, confirmed },
          {
            ask: () => askWithout(ports.http, server, ports.scrubber, signal),
            known: knownTo(tenant),
            metadataDocument: document(),
            redirectUri,
            flow,
          },
        );
      });
    },

    cancel(id) {
      const found = running.get(id);
      found?.abort(new Refusal("finding_cancelled"));
      return found !== undefined;
    },

    register(wish) {
      const { tenant = DEFAULT_TENANT, issuer, confirmed, trustPem } = wish;
      const home = new URL(issuer).origin;
      const name =
        wish.name ??
        issuerName(
          issuer,
          knownTo(tenant).map((one) => one.name),
        );
      // Endpoints elsewhere are reached as the issuer is, once the person agreed to their hosts.
      const accepted = new Set<string>();
      const trust: Trust = {
        caPem: (origin) => (origin === home || accepted.has(origin) ? trustPem : null),
        reach: (origin) =>
          confirmed && (origin === home || accepted.has(origin))
            ? wide(issuer)
            : allowedTo(tenant, origin),
      };
      return attempt(tenant, `register at ${new URL(issuer).host}`, wish.attempt, trust, (ctx) =>
        becomeKnown(
          ctx,
          {
            tenant,
            name,
            issuer,
            confirmed,
            trustPem,
            scopes: wish.scopes,
            service: wish.use === "client-credentials",
            hosts: wish.hosts,
            // Agreeing to an issuer on this machine is agreeing to how it is spoken to: it was shown as it stands.
            allowPlainHttpOnLoopback:
              issuer.startsWith("http:") && isLoopback(new URL(issuer)) && confirmed,
          },
          {
            issuers: oauth.issuers,
            metadataDocument: document(),
            redirectUri: redirectUri(issuer),
            now: () => clock.now(),
            accepted({ metadata }) {
              for (const url of Object.values(metadata.endpoints)) {
                accepted.add(new URL(url).origin);
              }
            },
          },
        ),
      );
    },

    async document({ issuers, url }) {
      if (url !== undefined) {
        await store.write("settings", (now) => ({ ...now, metadataDocument: url ?? undefined }));
      }
      const own = oauth.issuers
        .list()
        .filter((one) => one.registration?.by === "document")
        .map((one) => one.issuer);
      const at = document();
      return {
        url: at,
        document: {
          // The document's address is the id itself (negative test 17).
          client_id: at ?? "https://… where you publish this",
          client_name: "Countersign",
          application_type: "native",
          token_endpoint_auth_method: "none",
          grant_types: ["authorization_code", "refresh_token"],
          response_types: ["code"],
          redirect_uris: [...new Set([...own, ...issuers])].map(redirectUri),
        },
      };
    },

    async remove(id) {
      let takenBack: boolean | null = null;
      await oauth.issuers.remove(id, async ({ issuer, name, tenant, trustPem, registration }) => {
        if (!registration?.management) return;
        const { uri, secret } = registration.management;
        const home = new URL(uri).origin;
        const trust: Trust = {
          caPem: (origin) => (origin === home ? trustPem : null),
          reach: (origin) =>
            origin === home && registration.confirmed ? wide(issuer) : allowedTo(tenant, origin),
        };
        // What cannot be taken back there goes from here all the same, and is said.
        takenBack = await attempt(tenant, `unregister at ${name}`, null, trust, async (ctx) => {
          const token = await ports.secret(tenant, secret, name);
          await unregister(ctx, issuer, { uri, token });
          return true;
        }).catch(() => false);
      });
      return { removed: true, takenBack };
    },

    close() {
      for (const controller of running.values()) {
        controller.abort(new Refusal("finding_cancelled"));
      }
    },
  };
}

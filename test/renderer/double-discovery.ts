// The part of the stand-in that finds out about servers: the host in the address says what is found.
import type { AppEvent, Proposal } from "../../electron/contract.ts";
import { Refusal } from "../../electron/core/errors.ts";
import { choicesOf } from "../../electron/core/finding/choices.ts";
import { thiefOf } from "../../electron/core/oauth/keeping/advice.ts";
import type { Handlers } from "../../electron/surface.ts";
import type { World } from "./double.ts";

type Wish = Parameters<Handlers["servers.discover"]>[0];

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

const ACCOUNT: Proposal["choices"] = [
  {
    pattern: "account",
    why: "It names an issuer where you can sign in: agents then act with what you allow there.",
    thief: thiefOf({ type: "account", bound: "none" }),
    fits: true,
  },
  {
    pattern: "client-credentials",
    why: "Its issuer gives tokens to programs, too: no person takes part.",
    thief: thiefOf({ type: "client-credentials", bound: "none" }),
    fits: true,
  },
];

/** What the real one would have found at such a host. */
export async function discovered(
  world: World,
  wish: Wish,
  emit: (event: AppEvent) => void,
): Promise<Proposal> {
  const { hostname } = new URL(wish.url);
  const step = (id: string, ok = true): void =>
    emit({ type: "finding", attempt: wish.attempt ?? "", step: id, ok });
  const bare = {
    url: wish.url,
    plainHttp: wish.url.startsWith("http:"),
    dpop: false,
    name: null,
    resource: null,
    scopes: [],
    signInScopes: [],
    issuers: [],
    issuer: null,
    key: null,
    redirectUri: null,
    flow: "flow_sample_failed",
  };
  const from = (choices: Proposal["choices"]) => ({
    choices,
    pattern: choices[0]?.pattern ?? null,
    why: choices[0] === undefined ? [] : [choices[0].why],
  });
  await pause(20);
  if (hostname.startsWith("gone")) {
    step("ask-server", false);
    throw new Refusal("upstream_unreachable", {
      server: hostname,
      reason: "ENOTFOUND",
      flow: world.flows[0]?.id ?? "flow_none",
    });
  }
  step("ask-server");
  if (hostname.startsWith("open"))
    return { ...bare, ...from(choicesOf({ type: "open" }, wish.stage)) };
  if (hostname.startsWith("slow")) await pause(30_000);
  step("discover-resource");
  if (hostname.startsWith("key")) {
    return {
      ...bare,
      ...from(choicesOf({ type: "key", status: 401 }, wish.stage)),
      key: { name: "Authorization", prefix: "Bearer " },
    };
  }
  const here = hostname === "127.0.0.1";
  const issuer = here ? "http://127.0.0.1:40100" : "https://login.acme.example";
  const named = {
    ...bare,
    name: "Acme tickets",
    resource: wish.url,
    scopes: ["tickets:read"],
    issuers: [issuer],
    redirectUri: "http://127.0.0.1:7717/oauth/callback/Zk3v0Qm1n8yT5sB2xW7r4A",
  };
  const host = new URL(issuer).host;
  if (here && !wish.confirmed) {
    return {
      ...named,
      pattern: null,
      why: [],
      choices: [],
      issuer: {
        issuer,
        host,
        elsewhere: true,
        lies: "this-machine",
        unconfirmed: true,
        hosts: [],
        known: null,
        way: null,
      },
    };
  }
  step("discover-issuer");
  return {
    ...named,
    ...from(ACCOUNT),
    signInScopes: ["openid", "offline_access", "tickets:read"],
    issuer: {
      issuer,
      host,
      elsewhere: true,
      lies: here ? "this-machine" : null,
      unconfirmed: false,
      hosts: here ? [] : ["auth.acme-cdn.example"],
      known: null,
      way: hostname.startsWith("byhand") ? "ask" : "dynamic",
    },
  };
}

// What a person does in Countersign with nothing but a server's address, and what an agent then does through the door.
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { InputOf, OutputOf } from "../../electron/contract.ts";
import type { House } from "../support/house.ts";

type HttpAuth = Extract<InputOf<"servers.add">, { kind: "http" }>["auth"];
export type Found = OutputOf<"servers.discover">;
export type Registered = OutputOf<"issuers.list">[number];

/** The server's name in Countersign. */
const NAME = "suite";

/** Pastes the address, and agrees to the issuer that the server names. */
export async function findOut(house: House, url: string): Promise<Found> {
  const first = await house.call("servers.discover", { url });
  const issuer = first.issuer?.issuer ?? null;
  if (issuer === null) throw new Error("the server names no issuer");
  return house.call("servers.discover", { url, issuer, confirmed: true });
}

/** Lets Countersign register itself, or find that it is known already. */
export function becomeKnown(house: House, found: Found): Promise<Registered> {
  return house.call("issuers.register", {
    issuer: found.issuer?.issuer ?? "",
    confirmed: true,
    hosts: [...(found.issuer?.hosts ?? [])],
    scopes: [...found.signInScopes],
  });
}

/** Adds the server, in the place of the one that was there. */
export async function addServer(house: House, found: Found, auth: HttpAuth): Promise<void> {
  for (const { id, name } of await house.call("servers.list", {}))
    if (name === NAME) await house.call("servers.remove", { id });
  await house.call("servers.add", {
    kind: "http",
    name: NAME,
    url: found.url,
    allowPlainHttpOnLoopback: true,
    auth,
  });
}

/** Signs in with a browser that follows where the issuer sends it. @throws Error with what the page said */
export async function signIn(
  house: House,
  issuer: string,
  scopes: readonly string[],
  resource: string | null,
): Promise<void> {
  const { url } = await house.call("accounts.signIn", { issuer, scopes: [...scopes], resource });
  const sent = await fetch(url, { redirect: "manual" });
  const page = await (await fetch(sent.headers.get("location") ?? "")).text();
  if (!page.includes("Signed in")) throw new Error(page);
}

export interface AgentAtWork {
  listTools(): Promise<unknown>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

/** An SDK's own agent at the front door, of the generation that the suite runs. */
export async function agentAt(
  house: House,
  credential: string,
  version: string,
): Promise<AgentAtWork> {
  const url = new URL(`${house.door}/mcp/${NAME}`);
  const requestInit = { headers: { authorization: `Bearer ${credential}` } };
  const info = { name: "conformance", version: "1.0.0" };
  if (version < "2026") {
    const agent = new ClientV1(info);
    await agent.connect(new HttpV1(url, { requestInit }));
    return agent;
  }
  const agent = new ClientV2(info, { versionNegotiation: { mode: { pin: version } } });
  await agent.connect(new HttpV2(url, { requestInit }));
  return agent;
}

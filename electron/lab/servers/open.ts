// From a plan and a listener to a practice server that answers.
import type { JWTVerifyGetKey } from "jose";
import { createNonces, type Nonces } from "../dpop.ts";
import type { Listener } from "../listeners.ts";
import type { Refusals } from "../refusals.ts";
import { resourceCheck } from "../resource-check.ts";
import type { LabLog, LabServer } from "../types.ts";
import { type Door, doorHandle } from "./door.ts";
import { legacyRoom } from "./legacy.ts";
import { modernRoom } from "./modern.ts";
import { type ApiKeys, KEY_HEADER } from "./notes.ts";
import type { ServerPlan } from "./plan.ts";

export interface ServerParts {
  readonly issuer: string | null;
  readonly jwks: JWTVerifyGetKey | null;
  readonly keys: ApiKeys | null;
  readonly refusals: Refusals;
  readonly log: LabLog;
}

export interface OpenServer {
  readonly described: LabServer;
  close(): Promise<void>;
}

export function openServer(plan: ServerPlan, listener: Listener, parts: ServerParts): OpenServer {
  const url = `${listener.origin}/mcp`;
  const tools = plan.tools();
  const room = (plan.generation === "legacy" ? legacyRoom : modernRoom)(
    plan.name,
    plan.instructions,
    tools,
  );
  const nonces = plan.wantsProof ? createNonces() : null;
  const door: Door = {
    name: plan.name,
    url,
    issuer: parts.issuer,
    tools,
    room,
    refusals: parts.refusals,
    log: parts.log,
    dpop: parts.issuer !== null && plan.certificate === "none",
    certificateBound: plan.certificate !== "none",
    nonces,
    check: checkOf(plan, url, parts, nonces),
  };
  listener.serve(doorHandle(door));
  const { keys } = parts;
  return {
    described: {
      name: plan.name,
      title: plan.title,
      pattern: plan.pattern,
      url,
      generation: plan.generation,
      resource: url,
      scopes: plan.scopes,
      tools: tools.map(({ name, title, kind, scope }) => ({ name, title, kind, scope })),
      issuer: parts.issuer,
      // Read each time: after a rotation the newest key is the one to tell.
      get key() {
        return keys ? { header: KEY_HEADER, value: keys.current } : null;
      },
      certificate: plan.certificate,
      wantsActor: plan.wantsActor,
      wantsProof: plan.wantsProof,
    },
    close: () => room.close(),
  };
}

function checkOf(
  plan: ServerPlan,
  url: string,
  { issuer, jwks, keys }: ServerParts,
  nonces: Nonces | null,
): Door["check"] {
  if (keys) return async (request) => keys.check(request);
  if (issuer === null || jwks === null) throw new Error("a server without keys needs an issuer");
  return resourceCheck({
    resource: url,
    issuer,
    keys: jwks,
    certificate: plan.certificate,
    wantsActor: plan.wantsActor,
    nonces,
  });
}

// Looking into the practice company's credentials, and stealing them: always those that Countersign really uses there,
// never any other server's. What leaves this file is what they say, not what they are.
import type { Agent } from "./core/agents.ts";
import type { Attachment } from "./core/credentials.ts";
import { asRefusal, Refusal } from "./core/errors.ts";
import { CLAIM_WORDS } from "./core/oauth/claim-words.ts";
import { newDpopSecret, openDpopKey } from "./core/oauth/dpop.ts";
import { decodeJwt } from "./core/oauth/jwt.ts";
import type { Store } from "./core/registry.ts";
import { Secret } from "./core/secret.ts";
import type { Server } from "./core/servers.ts";
import type { Besides, LabDecoded, LabReplay, ToldClaim } from "./contract/lab.ts";
import { lesson } from "./lab-lessons.ts";
import type { Practice } from "./lab-keeper.ts";
import { type Shown, steal, taken } from "./lab-steal.ts";
import type { LabServer } from "./lab/index.ts";
import { digest } from "./platform.ts";

export interface BenchPorts {
  readonly store: Pick<Store, "read">;
  /** What a call would be sent with. @throws Refusal `sign_in_needed`, `issuer_*`, `token_*`, `vault_*` */
  readonly release: (server: Server, agent: Agent | null) => Promise<Attachment>;
  /** Takes out of a text whatever secret is in use. */
  readonly scrub: (text: string) => string;
}

/** A practice server of that name or id. @throws Refusal `lab_server_unknown` */
function practiceServer(practice: Practice, ports: BenchPorts, wanted: string): Server {
  const ours = practice.servers.find(({ id, name }) => id === wanted || name === wanted);
  const server = ports.store.read("servers").find(({ id }) => id === ours?.id);
  if (server === undefined) throw new Refusal("lab_server_unknown", { server: wanted });
  return server;
}

/** What Countersign uses there now. Where Ada must be signed in for it, she signs in. */
async function credentialAt(
  practice: Practice,
  ports: BenchPorts,
  server: Server,
): Promise<Attachment> {
  const agent = ports.store.read("agents").find(({ id }) => id === practice.agent.id) ?? null;
  try {
    return await ports.release(server, agent);
  } catch (error) {
    if (asRefusal(error).code !== "sign_in_needed") throw error;
    await practice.signInAda();
    return ports.release(server, agent);
  }
}

const DATES = new Set(["exp", "iat", "nbf", "auth_time"]);
const MOST_CLAIMS = 60;
const LONGEST = 400;

/** One line for each value, what lies inside another by its path. */
function told(part: object, scrub: (text: string) => string, path = "", depth = 0): ToldClaim[] {
  return Object.entries(part).flatMap(([key, value]: [string, unknown]): ToldClaim[] => {
    const name = path + key;
    if (typeof value === "object" && value !== null && !Array.isArray(value) && depth < 4)
      return told(value, scrub, `${name}.`, depth + 1);
    const list = Array.isArray(value) && value.every((one) => typeof one === "string");
    const plain =
      typeof value === "string" ? value : list ? value.join(", ") : JSON.stringify(value);
    const text =
      DATES.has(key) && typeof value === "number"
        ? `${value} (${new Date(value * 1000).toISOString()})`
        : plain;
    const [meaning, source] = CLAIM_WORDS[name] ?? [null, null];
    return [{ name: scrub(name), value: scrub(text).slice(0, LONGEST), meaning, source }];
  });
}

/** @throws Refusal `lab_server_unknown`, and what stands in the way of a token */
export async function decodeAt(
  practice: Practice,
  ports: BenchPorts,
  wanted: string,
): Promise<LabDecoded> {
  const server = practiceServer(practice, ports, wanted);
  const attachment = await credentialAt(practice, ports, server);
  const opaque = {
    server: server.name,
    kind: "opaque",
    header: [],
    payload: [],
    signatureBytes: null,
  } as const;
  if (attachment.type === "header") return { ...opaque, sentAs: attachment.name, binding: "none" };
  if (attachment.type !== "token") throw new Refusal("lab_server_unknown", { server: wanted });
  const { value, binding } = attachment.brokered.token;
  const sentAs = `Authorization: ${binding.type === "dpop" ? "DPoP" : "Bearer"}`;
  const text = value.reveal();
  const jwt = decodeJwt(text);
  if (jwt === null) return { ...opaque, sentAs, binding: binding.type };
  return {
    server: server.name,
    kind: "token",
    sentAs,
    binding: binding.type,
    header: told(jwt.header, ports.scrub).slice(0, MOST_CLAIMS),
    payload: told(jwt.payload, ports.scrub).slice(0, MOST_CLAIMS),
    signatureBytes: Buffer.from(text.slice(text.lastIndexOf(".") + 1), "base64url").length,
  };
}

/** Whether that can be shown there at all: a certificate needs a handshake, a proof a token. */
function fits(stolen: LabServer, at: LabServer, besides: Besides): boolean {
  if (besides === "nothing") return true;
  if (besides === "other-proof") return stolen.issuer !== null && at.issuer !== null;
  if (at.certificate === "none") return false;
  return besides === "other-certificate" || stolen.certificate !== "none";
}

/** @throws Refusal `lab_server_unknown`, `lab_replay_unfit`, `lab_failed` */
export async function replay(
  practice: Practice,
  ports: BenchPorts,
  wish: { readonly stolen: string; readonly at: string; readonly besides: Besides },
): Promise<LabReplay> {
  const { lab } = practice;
  const server = practiceServer(practice, ports, wish.stolen);
  const [stolen, at] = [server.name, practiceServer(practice, ports, wish.at).name].map((name) =>
    lab.servers.find((one) => one.name === name),
  );
  // The plain API takes no thief: it is a practice server of another kind.
  if (stolen === undefined || at === undefined)
    throw new Refusal("lab_server_unknown", {
      server: stolen === undefined ? wish.stolen : wish.at,
    });
  const { besides } = wish;
  if (!fits(stolen, at, besides))
    throw new Refusal("lab_replay_unfit", { server: at.name, besides });
  const attachment = await credentialAt(practice, ports, server);
  if (attachment.type !== "header" && attachment.type !== "token")
    throw new Refusal("lab_server_unknown", { server: wish.stolen });
  const token = attachment.type === "token" ? attachment.brokered.token : null;
  const value = attachment.type === "header" ? attachment.value : attachment.brokered.token.value;
  const from = performance.now();
  const heard = await steal(
    at,
    await headersFor(at, value, besides),
    await shownWith(practice, besides),
  ).catch((error: unknown) => {
    throw new Refusal("lab_failed", { reason: "the practice server did not answer" }, error);
  });
  const clean = (text: string | null): string | null =>
    text === null ? null : ports.scrub(text).slice(0, LONGEST);
  return {
    stolen: stolen.name,
    at: at.name,
    besides,
    accepted: taken(heard.status),
    status: heard.status,
    error: clean(heard.error),
    description: clean(heard.description),
    why: lesson(heard, token === null ? null : token.binding.type, besides),
    ms: Math.round(performance.now() - from),
  };
}

/** A thief puts it where that server looks for it. */
async function headersFor(
  at: LabServer,
  value: Secret,
  besides: Besides,
): Promise<Record<string, string>> {
  const text = value.reveal();
  if (at.key !== null) return { [at.key.header]: text };
  if (besides !== "other-proof") return { authorization: `Bearer ${text}` };
  const thief = await openDpopKey(await newDpopSecret(), digest);
  return {
    authorization: `DPoP ${text}`,
    dpop: await thief.proof("POST", at.url, new Secret(text), Date.now()),
  };
}

async function shownWith({ lab }: Practice, besides: Besides): Promise<Shown> {
  const ca = lab.ca.certificatePem;
  const right = lab.issuer.clients.tls.certificate;
  const shown =
    besides === "other-certificate"
      ? await lab.ca.issueFor("CN=somebody-else,O=Larkspur PRACTICE")
      : besides === "right-certificate"
        ? right
        : undefined;
  return shown === undefined
    ? { ca }
    : { ca, cert: shown.certificatePem, key: shown.privateKeyPem };
}

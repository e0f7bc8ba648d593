// The door for agents with certificates: opens when the first one is pinned, on the port after the browser form's.
// Its own certificate is made once; agents are told to trust it.
import fs from "node:fs/promises";
import path from "node:path";
import type { AgentRegister } from "./core/agent-register.ts";
import type { Agent } from "./core/agents.ts";
import type { AgentCertificate } from "./core/certificates.ts";
import type { Clock } from "./core/clock.ts";
import { asRefusal, Refusal } from "./core/errors.ts";
import type { Log } from "./core/log.ts";
import { DEFAULT_TENANT } from "./core/names.ts";
import { type Complaint, complaint } from "./core/sentences.ts";
import type { Secret } from "./core/secret.ts";
import type { SecretRef, Vault } from "./core/vault.ts";
import type { Door } from "./host/door/door.ts";
import { presentedCredential } from "./host/door/guards.ts";
import { factsOf, readCertificate } from "./host/tls/facts.ts";
import {
  makeDoorCertificate,
  type MtlsCredentials,
  type MtlsDoor,
  type MtlsDoorPorts,
  openMtlsDoor,
} from "./host/tls/inbound.ts";
import { LAB_TENANT } from "./lab-sweep.ts";

export interface InboundPorts {
  readonly agents: AgentRegister;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly folder: string;
  readonly serve: Door["serve"];
  readonly broken: Door["broken"];
  /** 0 takes any port, in tests. */
  readonly port: number;
  readonly bodyMs: number;
}

export interface InboundStatus {
  readonly door: { readonly origin: string; readonly certificate: string } | null;
  readonly trouble: Complaint | null;
}

export interface InboundMtls {
  /** Pins a certificate (PEM) to an agent, or takes it away. @throws Refusal `certificate_invalid`, `agent_unknown` */
  setCertificate(agentId: string, pem: string | null): Promise<Agent>;
  /** Opens the door where an agent has a certificate and the vault is open; closes it where none has. */
  settle(): Promise<void>;
  status(): InboundStatus;
  /** The file that holds the door's own certificate, for agents to trust. */
  readonly certificateFile: string;
  /** Where it is, or will be once it opens; null where any port will do. */
  address(): string | null;
  close(): Promise<void>;
}

/** Where the key of the door's own certificate lies. */
export const DOOR_KEY: SecretRef = { tenant: DEFAULT_TENANT, id: "sec_countersign-mtls-door" };
/** Renewed when less than this is left, so that agents are never shown an expired one. Milliseconds. */
const RENEW_MS = 30 * 86_400_000;

export function createInboundMtls(ports: InboundPorts): InboundMtls {
  const { agents, vault, clock, folder } = ports;
  const file = path.join(folder, "mtls-door.pem");
  let door: MtlsDoor | null = null;
  /** Whether it shows a certificate that goes with the practice company. */
  let passing = false;
  let certificate = "";
  let trouble: Complaint | null = null;
  let turn: Promise<void> = Promise.resolve();
  let closed = false;

  async function ownCertificate() {
    const chain = await fs.readFile(file, "utf8").catch(() => null);
    const key = await vault.get(DOOR_KEY);
    if (chain !== null && key !== undefined) {
      const facts = factsOf(readCertificate(chain));
      if (Date.parse(facts.notAfter) - clock.now() > RENEW_MS) return { chain, key };
    }
    const made = await newCertificate();
    await vault.set(DOOR_KEY, made.key);
    await fs.writeFile(file, made.chain, { mode: 0o600 });
    return made;
  }
  async function newCertificate(): Promise<{ chain: string; key: Secret }> {
    const name = [[{ type: "2.5.4.3", value: "Countersign on this machine" }]];
    const { chainPem, privateKey } = await makeDoorCertificate(name, clock.now());
    return { chain: chainPem, key: privateKey };
  }

  async function settleNow(): Promise<void> {
    if (closed) return;
    const bound = agents.list().filter((agent) => agent.certificate !== undefined);
    if (bound.length === 0) {
      await door?.close();
      door = null;
      trouble = null;
      return;
    }
    // The practice company needs no place for secrets, and leaves nothing: for its agents alone, nothing is kept.
    const practice = bound.every(({ tenant }) => tenant === LAB_TENANT);
    if (door !== null && (practice || !passing)) return;
    try {
      const { chain, key } = await (practice ? newCertificate() : ownCertificate());
      const shown: MtlsCredentials = {
        identity: { certificateChainPem: chain, privateKey: key },
        // Certificates are pinned one by one; no authority lets a whole crowd in.
        authoritiesPem: null,
      };
      if (door === null) {
        const admit: MtlsDoorPorts["admit"] = (peer, authorization) =>
          agents.admitCertificate(peer, credentialIn(authorization));
        const { serve, broken, port, bodyMs } = ports;
        door = await openMtlsDoor({ serve, broken, admit }, { port, bodyMs, ...shown });
      } else door.renew(shown);
      certificate = chain;
      passing = practice;
      trouble = null;
    } catch (error) {
      if (!(error instanceof Refusal)) ports.log.error("mtls-door.failed", error);
      trouble = complaint(asRefusal(error));
    }
  }
  const settle = (): Promise<void> => {
    turn = turn.then(settleNow);
    return turn;
  };

  return {
    settle,
    async setCertificate(agentId, pem) {
      let pinned: AgentCertificate | null = null;
      if (pem !== null) {
        const { thumbprint, subject, notAfter } = factsOf(readCertificate(pem));
        if (Date.parse(notAfter) <= clock.now()) {
          throw new Refusal("certificate_expired", { certificate: subject, date: notAfter });
        }
        pinned = {
          thumbprint,
          subject,
          notAfter,
          trust: "pinned",
          addedAt: new Date(clock.now()).toISOString(),
        };
      }
      const agent = await agents.setCertificate(agentId, pinned);
      await settle();
      return agent;
    },
    certificateFile: file,
    address: () => door?.origin ?? (ports.port === 0 ? null : `https://127.0.0.1:${ports.port}`),
    status: () => ({ door: door === null ? null : { origin: door.origin, certificate }, trouble }),
    async close() {
      closed = true;
      await turn;
      await door?.close();
      door = null;
    },
  };
}

/** Beside a certificate a credential may be missing; a header that cannot be understood may not. */
function credentialIn(authorization: string | undefined): string | null {
  if (authorization === undefined) return null;
  try {
    return presentedCredential(authorization).credential;
  } catch (error) {
    throw new Refusal("agent_auth_unknown", {}, error);
  }
}

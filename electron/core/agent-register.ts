// Who may knock: adds, rotates, pauses and removes agents, and tells which one a credential belongs to.
import { AGENT_CREDENTIAL, type Agent, type AgentAuthMethod, type AgentProof } from "./agents.ts";
import { type AgentCertificate, admitPeer, type Peer } from "./certificates/peer.ts";
import { checkInboundBinding } from "./certificates/thumbprint.ts";
import type { Clock } from "./clock.ts";
import { base64url, type Digest } from "./digest.ts";
import { Refusal } from "./errors.ts";
import { newId } from "./ids.ts";
import { DEFAULT_TENANT } from "./names.ts";
import type { Store } from "./registry.ts";
import { Secret } from "./secret.ts";

export interface AgentPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  /** Called before an agent's new state is reported: what it has open is ended at once. */
  readonly dropAgent: (agentId: string) => void;
  /** Where agents with certificates are let in; null where that is not known yet. */
  readonly certificateDoor: () => string | null;
}

/** Proof that a credential was checked. Only admit() makes one; the gateway takes nothing else. */
export interface AdmittedAgent {
  readonly agent: Agent;
  readonly authMethod: AgentAuthMethod;
  /** The certificate of this very connection; null where it has none. */
  readonly certificate: AgentProof | null;
}

/** Whether this very object came out of admit(). A look-alike object literal is not proof. */
const admitted = new WeakSet<AdmittedAgent>();
export const isAdmitted = (value: AdmittedAgent): boolean => admitted.has(value);

export type AgentRegister = ReturnType<typeof createAgentRegister>;

export function createAgentRegister(ports: AgentPorts) {
  const { store, clock, digest } = ports;
  // Decoding the stored hashes on every request would cost more than comparing them.
  let entries: { readonly agent: Agent; readonly hash: Uint8Array }[] = [];
  const load = (): void => {
    entries = store
      .read("agents")
      .map((agent) => ({ agent, hash: fromBase64url(agent.credentialHash) }));
  };
  load();
  store.watch((name) => {
    if (name === "agents") load();
  });

  function issue(): { credential: Secret; credentialHash: string; credentialHint: string } {
    const text = `csa_${base64url(digest.random(32))}`;
    return {
      credential: new Secret(text),
      credentialHash: base64url(digest.sha256(text)),
      credentialHint: text.slice(-4),
    };
  }

  function find(id: string): Agent {
    const agent = store.read("agents").find((a) => a.id === id);
    if (agent === undefined) throw new Refusal("agent_unknown", { agent: id });
    return agent;
  }

  /**
   * Whose credential this is. Every entry is compared, each in constant time, so that neither the answer's time
   * nor the order of agents says anything about a guess.
   */
  function holderOf(credential: string): Agent {
    const hash = digest.sha256(credential);
    let found: Agent | undefined;
    for (const entry of entries) if (digest.equal(entry.hash, hash)) found = entry.agent;
    if (found === undefined || !AGENT_CREDENTIAL.test(credential)) {
      throw new Refusal("agent_credential_unknown");
    }
    return found;
  }

  function proofFor(
    agent: Agent,
    authMethod: AgentAuthMethod,
    certificate: AgentProof | null,
  ): AdmittedAgent {
    if (agent.state !== "active") throw new Refusal("agent_paused", { agent: agent.name });
    const proof: AdmittedAgent = { agent, authMethod, certificate };
    admitted.add(proof);
    return proof;
  }

  async function change(
    id: string,
    next: (agent: Agent, all: readonly Agent[]) => Agent | null,
  ): Promise<Agent> {
    const before = find(id);
    let after: Agent | null = before;
    await store.write("agents", (all) => {
      const current = all.find((a) => a.id === id);
      if (current === undefined) throw new Refusal("agent_unknown", { agent: id });
      after = next(current, all);
      return all.flatMap((a) => (a.id === id ? (after === null ? [] : [after]) : [a]));
    });
    ports.dropAgent(id);
    return after ?? before;
  }

  return {
    list(tenant?: string): readonly Agent[] {
      return store.read("agents").filter((a) => tenant === undefined || a.tenant === tenant);
    },
    find,

    /**
     * Adds an agent and issues its credential, which is returned here and nowhere else, ever.
     * @throws Refusal `tenant_unknown`, `name_taken`, `settings_*`
     */
    async add(input: { tenant?: string | undefined; name: string }) {
      const tenant = input.tenant ?? DEFAULT_TENANT;
      if (!store.read("tenants").some((t) => t.id === tenant)) {
        throw new Refusal("tenant_unknown", { tenant });
      }
      const { credential, credentialHash, credentialHint } = issue();
      const agent: Agent = {
        id: newId("agt", clock.now(), (n) => digest.random(n)),
        tenant,
        name: input.name,
        credentialHash,
        credentialHint,
        state: "active",
        createdAt: new Date(clock.now()).toISOString(),
        rotatedAt: null,
      };
      await store.write("agents", (all) => {
        if (all.some((a) => a.tenant === tenant && a.name === input.name)) {
          throw new Refusal("name_taken", { name: input.name });
        }
        return [...all, agent];
      });
      return { agent, credential };
    },

    /** Issues a new credential; the old one stops working, and what it has open is cut. */
    async rotate(id: string) {
      const { credential, credentialHash, credentialHint } = issue();
      const rotatedAt = new Date(clock.now()).toISOString();
      const agent = await change(id, (a) => ({ ...a, credentialHash, credentialHint, rotatedAt }));
      return { agent, credential };
    },

    /** What it has open goes on: its credential is the same. @throws Refusal `agent_unknown`, `name_taken`, `settings_*` */
    async rename(id: string, name: string): Promise<Agent> {
      await store.write("agents", (all) => {
        const current = all.find((a) => a.id === id);
        if (current === undefined) throw new Refusal("agent_unknown", { agent: id });
        if (all.some((a) => a.id !== id && a.tenant === current.tenant && a.name === name)) {
          throw new Refusal("name_taken", { name });
        }
        return all.map((a) => (a.id === id ? { ...a, name } : a));
      });
      return find(id);
    },

    setState: (id: string, state: Agent["state"]): Promise<Agent> =>
      change(id, (a) => ({ ...a, state })),

    remove: async (id: string): Promise<void> => {
      await change(id, () => null);
    },

    /**
     * Pins this certificate to the agent, or takes it away; what the agent has open is cut. From then on the
     * agent's credential is bound to it.
     * @throws Refusal `agent_unknown`, `agent_certificate_taken`, `settings_*`
     */
    setCertificate: (id: string, certificate: AgentCertificate | null): Promise<Agent> =>
      change(id, ({ certificate: _old, ...rest }, all) => {
        if (certificate === null) return rest;
        const { thumbprint } = certificate;
        const other = all.find((a) => a.id !== id && a.certificate?.thumbprint === thumbprint);
        // Who comes in by it must not depend on the order of agents.
        if (other !== undefined) {
          throw new Refusal("agent_certificate_taken", { agent: other.name });
        }
        return { ...rest, certificate };
      }),

    /**
     * Tells whose certificate is at the other end of this connection.
     * @param credential what came with it in the Authorization header; null for nothing
     * @throws Refusal `agent_certificate_*`, `certificate_expired`, `agent_credential_unknown`,
     *   `agent_binding_mismatch`, `agent_paused`
     */
    admitCertificate(peer: Peer | null, credential: string | null): AdmittedAgent {
      const withCertificate = store
        .read("agents")
        .flatMap((agent) =>
          agent.certificate === undefined ? [] : [{ agent, certificate: agent.certificate }],
        );
      const { agent, certificate } = admitPeer(
        peer,
        (thumbprint) => withCertificate.find((one) => one.certificate.thumbprint === thumbprint),
        clock.now(),
      );
      if (credential !== null) {
        const holder = holderOf(credential);
        const ruling = checkInboundBinding(confirmationOf(holder), peer);
        if (!ruling.ok || holder.id !== agent.id) {
          const reason = ruling.ok ? "it belongs to another agent" : ruling.note;
          throw new Refusal("agent_binding_mismatch", { reason });
        }
      }
      const { subject, thumbprint } = certificate;
      return proofFor(agent, "certificate", { subject, thumbprint });
    },

    /**
     * Tells whose credential this is, on a connection without a certificate.
     * @throws Refusal `agent_credential_unknown`, `agent_certificate_needed`, `agent_paused`
     */
    admit(credential: string, authMethod: AgentAuthMethod): AdmittedAgent {
      const holder = holderOf(credential);
      // RFC 8705 section 3: a bound token is taken over a connection with its certificate, and over no other.
      if (!checkInboundBinding(confirmationOf(holder), null).ok) {
        throw new Refusal("agent_certificate_needed", {
          agent: holder.name,
          door: ports.certificateDoor() ?? "the TLS door",
        });
      }
      return proofFor(holder, authMethod, null);
    },
  };
}

/**
 * What the agent's credential is bound to, as a token would state it (RFC 8705 section 3.1). The credential is
 * opaque, so its confirmation is kept here, as an introspection would tell it (section 3.2).
 */
const confirmationOf = ({ certificate }: Agent): { readonly "x5t#S256": string } | undefined =>
  certificate === undefined ? undefined : { "x5t#S256": certificate.thumbprint };

function fromBase64url(text: string): Uint8Array {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

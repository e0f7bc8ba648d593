// Who may knock: adds, rotates, pauses and removes agents, and tells which one a credential belongs to.
import { AGENT_CREDENTIAL, type Agent, type AgentAuthMethod } from "./agents.ts";
import { type AgentCertificate, admitPeer, type Peer } from "./certificates/peer.ts";
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
}

/** Proof that a credential was checked. Only admit() makes one; the gateway takes nothing else. */
export interface AdmittedAgent {
  readonly agent: Agent;
  readonly authMethod: AgentAuthMethod;
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

  async function change(id: string, next: (agent: Agent) => Agent | null): Promise<Agent> {
    const before = find(id);
    let after: Agent | null = before;
    await store.write("agents", (all) => {
      const current = all.find((a) => a.id === id);
      if (current === undefined) throw new Refusal("agent_unknown", { agent: id });
      after = next(current);
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

    setState: (id: string, state: Agent["state"]): Promise<Agent> =>
      change(id, (a) => ({ ...a, state })),

    remove: async (id: string): Promise<void> => {
      await change(id, () => null);
    },

    /** Pins this certificate to the agent, or takes it away; what the agent has open is cut. */
    setCertificate: (id: string, certificate: AgentCertificate | null): Promise<Agent> =>
      change(id, ({ certificate: _old, ...rest }) =>
        certificate === null ? rest : { ...rest, certificate },
      ),

    /**
     * Tells whose certificate is at the other end of this connection.
     * @throws Refusal `agent_certificate_*`, `certificate_expired`, `agent_paused`
     */
    admitCertificate(peer: Peer | null): AdmittedAgent {
      const withCertificate = store
        .read("agents")
        .flatMap((agent) =>
          agent.certificate === undefined ? [] : [{ agent, certificate: agent.certificate }],
        );
      const { agent } = admitPeer(
        peer,
        (thumbprint) => withCertificate.find((one) => one.certificate.thumbprint === thumbprint),
        clock.now(),
      );
      if (agent.state !== "active") throw new Refusal("agent_paused", { agent: agent.name });
      const proof: AdmittedAgent = { agent, authMethod: "certificate" };
      admitted.add(proof);
      return proof;
    },

    /**
     * Tells whose credential this is. Every entry is compared, each in constant time, so that neither the
     * answer's time nor the order of agents says anything about a guess.
     * @throws Refusal `agent_credential_unknown`, `agent_paused`
     */
    admit(credential: string, authMethod: AgentAuthMethod): AdmittedAgent {
      const hash = digest.sha256(credential);
      let found: Agent | undefined;
      for (const entry of entries) if (digest.equal(entry.hash, hash)) found = entry.agent;
      if (found === undefined || !AGENT_CREDENTIAL.test(credential)) {
        throw new Refusal("agent_credential_unknown");
      }
      if (found.state !== "active") throw new Refusal("agent_paused", { agent: found.name });
      const proof: AdmittedAgent = { agent: found, authMethod };
      admitted.add(proof);
      return proof;
    },
  };
}

function fromBase64url(text: string): Uint8Array {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

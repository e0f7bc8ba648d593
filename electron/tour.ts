// The tour: all five patterns and the attacks on them, by a real MCP agent through the real front door, and by a
// thief who goes around it. Each step says what should happen, what did, and why.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { TourReport, TourStep } from "./contract.ts";
import { asRefusal } from "./core/errors.ts";
import { newDpopSecret, openDpopKey } from "./core/oauth/dpop.ts";
import { Secret } from "./core/secret.ts";
import type { ServerRegister } from "./core/server-register.ts";
import type { InboundStatus } from "./inbound-mtls.ts";
import type { Practice } from "./lab-keeper.ts";
import { outcome, steal as stealWith } from "./lab-steal.ts";
import { digest } from "./platform.ts";
import { inboundPlans } from "./tour-inbound.ts";

export interface TourPorts {
  /** `http://127.0.0.1:7717` */
  readonly door: string;
  readonly servers: ServerRegister;
  /** The door for agents with certificates. */
  readonly mtls: () => InboundStatus;
  readonly told: (step: TourStep, done: number, of: number) => void;
}

export interface TourPlan {
  readonly id: string;
  readonly title: string;
  readonly expected: string;
  readonly why: string;
  run(): Promise<string>;
}

/** A call through the front door by the official SDK's client: which generation to speak, it finds out by itself. */
export async function throughTheDoor(
  door: string,
  credential: string,
  server: string,
  tool: string,
  args: object,
): Promise<string> {
  const agent = new Client(
    { name: "practice-agent", version: "1.0.0" },
    { versionNegotiation: { mode: "auto" } },
  );
  const transport = new StreamableHTTPClientTransport(new URL(`${door}/mcp/${server}`), {
    requestInit: { headers: { authorization: `Bearer ${credential}` } },
  });
  await agent.connect(transport);
  try {
    const result = (await agent.callTool({ name: tool, arguments: { ...args } })) as {
      isError?: boolean;
    };
    return result.isError === true ? "the tool failed" : "allowed";
  } finally {
    await agent.close();
  }
}

/** A key as a holder of tokens makes it. */
const proofKey = async () => openDpopKey(await newDpopSecret(), digest);

const steal = async (...theft: Parameters<typeof stealWith>): Promise<string> =>
  outcome(await stealWith(...theft));

/** Runs every step, whatever becomes of the one before. */
export async function runTour(practice: Practice, ports: TourPorts): Promise<TourReport> {
  const { lab, agent } = practice;
  const credential = agent.credential.reveal();
  const ca = lab.ca.certificatePem;
  const call =
    (server: string, tool: string, args: object = {}) =>
    (): Promise<string> =>
      throughTheDoor(ports.door, credential, server, tool, args);
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
  const crm = lab.server("crm");
  const mail = lab.server("mail");
  const payroll = lab.server("payroll");
  const archive = lab.server("archive");
  const holder = lab.issuer.clients.tls.certificate;
  const stranger = await lab.ca.issueFor("CN=somebody-else,O=Larkspur PRACTICE");

  const plans: TourPlan[] = [
    {
      id: "api-key",
      title: "Pattern 1: API key",
      expected: "allowed",
      why: "Countersign adds the key; the agent never has it.",
      run: call("notes", "list_notes"),
    },
    {
      id: "openapi",
      title: "A plain API, from its OpenAPI file",
      expected: "allowed",
      why: "An operation of the file is a tool; a call of it is one request, with the key that Countersign adds.",
      run: call("inventory", "readItem", { sku: "relay-70" }),
    },
    {
      id: "openapi-path",
      title: "An argument that would leave its place in the address",
      expected: "the tool failed",
      why: "What could lead to another path is not sent at all.",
      run: call("inventory", "readItem", { sku: "../items" }),
    },
    {
      id: "client-credentials",
      title: "Pattern 2: client credentials",
      expected: "allowed",
      why: "A token of minutes, for this server alone, asked for by Countersign.",
      run: call("crm", "search_customers", { text: "Sums" }),
    },
    {
      id: "dpop",
      title: "Pattern 2, bound to a key (DPoP), in production",
      expected: "allowed",
      why: "Where TLS ends on the way, each request is proven by a key that never leaves the vault (RFC 9449).",
      run: call("archive", "open_box", { id: "b-1" }),
    },
    {
      id: "sign-in",
      title: "Ada signs in at the practice issuer",
      expected: "signed in",
      why: "Code with PKCE in a browser; the answer is taken once, from this issuer only.",
      async run() {
        await practice.signInAda();
        return "signed in";
      },
    },
    {
      id: "token-exchange",
      title: "Pattern 3: token exchange, on Ada's behalf",
      expected: "allowed",
      why: "Ada's token is exchanged for one that names the agent as the one who acts.",
      run: call("mail", "list_letters"),
    },
    {
      id: "id-jag",
      title: "Pattern 3, at another company's server (ID-JAG)",
      expected: "allowed",
      why: "Ada's own issuer vouches for her at the other company's, which gives a token of its own.",
      run: call("wiki", "read_page", { title: "visitors" }),
    },
    {
      id: "mtls",
      title: "Pattern 4: certificate-bound token",
      expected: "allowed",
      why: "The token's thumbprint is that of the certificate in the handshake: checked here before use, and there.",
      run: call("payroll", "read_salary", { person: "ada" }),
    },
    {
      id: "composite",
      title: "Pattern 5: exchange and certificate together",
      expected: "allowed",
      why: "Ada, the agent and the certificate are all named, and all must be there.",
      run: call("treasury", "read_balance"),
    },
    {
      id: "stolen-api-key",
      title: "A stolen API key, used elsewhere",
      expected: "accepted",
      why: "An API key works for whoever holds it. That is why it must never reach an agent.",
      run: () => {
        const { key } = lab.server("notes");
        return steal(lab.server("notes"), key === null ? {} : { [key.header]: key.value }, { ca });
      },
    },
    {
      id: "stolen-bearer",
      title: "A stolen bearer token, replayed at its server",
      expected: "accepted",
      why: "An unbound token works for its holder until it expires, minutes later.",
      run: async () => steal(crm, bearer(await lab.attacks.mint(crm)), { ca }),
    },
    {
      id: "stolen-bound",
      title: "A stolen bound token, without the key",
      expected: "refused (401)",
      why: "RFC 8705 section 3: the token is worth nothing without the certificate's private key.",
      run: async () =>
        steal(payroll, bearer(await lab.attacks.bound(payroll, holder?.certificatePem ?? "")), {
          ca,
        }),
    },
    {
      id: "wrong-certificate",
      title: "The same token, with another certificate",
      expected: "refused (401)",
      why: "The thumbprint in the token is not that of the certificate presented.",
      run: async () =>
        steal(payroll, bearer(await lab.attacks.bound(payroll, holder?.certificatePem ?? "")), {
          ca,
          cert: stranger.certificatePem,
          key: stranger.privateKeyPem,
        }),
    },
    {
      id: "stolen-dpop",
      title: "A stolen DPoP token, without its key",
      expected: "refused (401)",
      why: "RFC 9449 section 6: the token names its key, and the thief's proof is signed by another.",
      async run() {
        const [owner, thief] = await Promise.all([proofKey(), proofKey()]);
        const token = await lab.attacks.mint(archive, { cnf: { jkt: owner.jkt } });
        const dpop = await thief.proof("POST", archive.url, new Secret(token), Date.now());
        return steal(archive, { authorization: `DPoP ${token}`, dpop }, { ca });
      },
    },
    {
      id: "wrong-audience",
      title: "A token made for another server",
      expected: "refused (401)",
      why: "Each token names the one server that it is for (RFC 8707, RFC 9068).",
      run: async () => steal(crm, bearer(await lab.attacks.wrongAudience(crm, mail)), { ca }),
    },
    {
      id: "expired",
      title: "An expired token",
      expected: "refused (401)",
      why: "It ended by itself, without anybody noticing that it was stolen.",
      run: async () => steal(crm, bearer(await lab.attacks.expired(crm)), { ca }),
    },
    {
      id: "forged-act",
      title: "A token with a forged actor",
      expected: "refused (401)",
      why: "Only the issuer's signature says who acts (RFC 8693 section 4.1).",
      run: async () => steal(mail, bearer(await lab.attacks.forgedAct(mail)), { ca }),
    },
    {
      id: "ladder",
      title: "A production server with an API key",
      expected: "pattern_too_weak",
      why: "Production wants a token bound to a key; Countersign refuses less.",
      async run() {
        const { key, url } = lab.server("notes");
        try {
          await ports.servers.add({
            kind: "http",
            tenant: "lab",
            name: "too-weak",
            url,
            stage: "production",
            auth: {
              type: "api-key",
              in: "header",
              name: key?.header ?? "X-API-Key",
              prefix: "",
              secret: key?.value ?? "x",
            },
            allowPlainHttpOnLoopback: true,
            trustPem: null,
          });
          return "allowed";
        } catch (error) {
          return asRefusal(error).code;
        }
      },
    },
    {
      id: "own-credential",
      title: "The agent's own credential, at the server itself",
      expected: "refused (401)",
      why: "An agent's credential opens Countersign's door and nothing else.",
      run: () => steal(crm, bearer(credential), { ca }),
    },
    ...inboundPlans(practice, ports.door, ports.mtls),
  ];

  const steps: TourStep[] = [];
  const from = performance.now();
  for (const plan of plans) {
    const began = performance.now();
    const found = await plan.run().catch((error: unknown) => {
      const { code } = asRefusal(error);
      return code === "internal"
        ? `failed: ${error instanceof Error ? error.message.slice(0, 200) : "?"}`
        : code;
    });
    const { id, title, expected, why } = plan;
    const step = {
      id,
      title,
      expected,
      found,
      why,
      ok: found === expected,
      ms: Math.round(performance.now() - began),
    };
    steps.push(step);
    ports.told(step, steps.length, plans.length);
  }
  return { ok: steps.every((s) => s.ok), steps, ms: Math.round(performance.now() - from) };
}

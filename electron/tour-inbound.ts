// The tour's steps at the door for agents with certificates: the right one, a wrong one, and a stolen credential.
import https from "node:https";
import { Refusal } from "./core/errors.ts";
import type { InboundStatus } from "./inbound-mtls.ts";
import type { Practice } from "./lab-keeper.ts";
import type { TourPlan } from "./tour.ts";

interface Shown {
  readonly cert: string;
  readonly key: string;
}

/** Calls one tool over a connection of its own. Answers as the other steps do. */
function callTool(origin: string, tls: Partial<Shown> & { ca: string }, credential?: string) {
  return new Promise<string>((resolve, reject) => {
    const request = https.request(
      `${origin}/tools/notes/list_notes/invoke`,
      {
        method: "POST",
        agent: false,
        rejectUnauthorized: true,
        timeout: 10_000,
        headers: {
          "content-type": "application/json",
          ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
        },
        ...tls,
      },
      (response) => {
        response.resume();
        const status = response.statusCode ?? 0;
        resolve(status === 200 ? "allowed" : `refused (${status})`);
      },
    );
    request.on("timeout", () => request.destroy(new Error("it did not answer")));
    request.on("error", reject);
    request.end("{}");
  });
}

/** What a thief of the credential does: the plain door, without the certificate. */
async function callPlainly(origin: string, credential: string): Promise<string> {
  const response = await fetch(`${origin}/tools/notes/list_notes/invoke`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${credential}` },
    body: "{}",
    signal: AbortSignal.timeout(10_000),
  });
  await response.body?.cancel();
  return response.status === 200 ? "allowed" : `refused (${response.status})`;
}

/**
 * @param door the front door
 * @param status what the door for agents with certificates says of itself
 */
export function inboundPlans(
  practice: Practice,
  door: string,
  status: () => InboundStatus,
): readonly TourPlan[] {
  const { cert, key, credential } = practice.bound;
  const opened = (): { origin: string; ca: string } => {
    const { door: mtls, trouble } = status();
    if (mtls === null) throw new Refusal(trouble?.code ?? "not_running");
    return { origin: mtls.origin, ca: mtls.certificate };
  };
  return [
    {
      id: "agent-certificate",
      title: "An agent with its certificate",
      expected: "allowed",
      why: "The handshake proves who it is; there is no credential that could be copied.",
      async run() {
        const { origin, ca } = opened();
        return callTool(origin, { ca, cert, key });
      },
    },
    {
      id: "agent-wrong-certificate",
      title: "The same agent's credential, with another certificate",
      expected: "refused (401)",
      why: "Only the certificate that was pinned counts, whoever signed it.",
      async run() {
        const { origin, ca } = opened();
        const other = await practice.lab.ca.issueFor("CN=somebody-else,O=Larkspur PRACTICE");
        const shown = { cert: other.certificatePem, key: other.privateKeyPem };
        return callTool(origin, { ca, ...shown }, credential.reveal());
      },
    },
    {
      id: "agent-stolen-credential",
      title: "That credential, stolen, at the plain door",
      expected: "refused (401)",
      why: "It is bound to the agent's certificate: alone it opens nothing (RFC 8705 section 3).",
      run: () => callPlainly(door, credential.reveal()),
    },
  ];
}

// oauth4webapi builds requests for a fetch of its caller's. This is that fetch: it hands the request to the
// step, which sends it over the port and records it. No redirect is followed: the port follows none.
import { Refusal } from "../errors.ts";
import type { Step } from "./flow.ts";
import type { FlowResponse, TlsIdentity } from "./types.ts";

/** RFC 6749 answers are small; whatever is larger is none (negative test 109). UTF-16 units. */
export const LARGEST_ANSWER = 1_048_576;

interface FetchInit {
  readonly method?: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/** Statuses for which the Fetch standard allows no body (section 2.2.3, "null body status"). */
const BODILESS = new Set([204, 205, 304]);

/** The Fetch standard's form of an answer of the port. */
function asResponse(answer: FlowResponse, issuer: string): Response {
  if (!Number.isInteger(answer.status) || answer.status < 200 || answer.status > 599) {
    throw new Refusal("issuer_error", { issuer, error: `HTTP ${answer.status}`, retry: "never" });
  }
  return new Response(BODILESS.has(answer.status) ? null : answer.body, {
    status: answer.status,
    headers: { ...answer.headers },
  });
}

/**
 * Sends what `make` builds with the given fetch, once, and returns the port's own answer for judging.
 * @throws Refusal `issuer_*` from the port
 */
export async function exchange(
  step: Step,
  issuer: string,
  identity: TlsIdentity | null,
  make: (fetch: (url: string, init: FetchInit) => Promise<Response>) => Promise<Response>,
): Promise<FlowResponse> {
  let answer: FlowResponse | null = null;
  await make(async (url, init) => {
    const body =
      init.body instanceof URLSearchParams
        ? init.body.toString()
        : typeof init.body === "string"
          ? init.body
          : null;
    answer = await step.send(
      url,
      { method: init.method === "GET" ? "GET" : "POST", headers: { ...init.headers }, body },
      identity,
    );
    return asResponse(answer, issuer);
  });
  if (answer === null) throw new Error("the library sent nothing");
  return answer;
}

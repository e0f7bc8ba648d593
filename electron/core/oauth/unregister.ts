// Taking a registration back that Countersign made by itself (RFC 7592 section 2.3).
import { Refusal } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { unavailable, wireErrorOf } from "./failures.ts";
import { inStep, type FlowContext, type Step } from "./flow.ts";

/**
 * @param issuer exact identifier, for the facts of a refusal
 * @throws Refusal `issuer_*` where it still stands
 */
export async function unregister(
  ctx: FlowContext,
  issuer: string,
  management: { readonly uri: string; readonly token: Secret },
): Promise<void> {
  await inStep(ctx, "unregister", issuer, async (step: Step) => {
    step.hide(management.token);
    const authorization = `Bearer ${management.token.reveal()}`;
    const response = await step.send(
      management.uri,
      { method: "DELETE", headers: { accept: "application/json", authorization }, body: null },
      null,
    );
    const busy = unavailable(issuer, response, ctx.clock.now());
    if (busy !== null) throw busy;
    // RFC 7592 section 2.3: 401 says as well that no such registration stands there any more.
    step.ruling.must(
      "unregistered",
      "RFC 7592 §2.3",
      response.status === 204 || response.status === 401 || response.status === 404,
      { expected: "204", found: `${response.status}` },
      () =>
        new Refusal("issuer_error", {
          issuer,
          error: wireErrorOf(response) ?? `HTTP ${response.status}`,
          retry: "never",
        }),
    );
  });
}

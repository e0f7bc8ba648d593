// What an opaque token says, asked of its issuer (RFC 7662): how a binding is proven that cannot be read (RFC
// 8705 section 3.2).
import * as oauth from "oauth4webapi";
import { Refusal } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { readObject, type JsonObject } from "./answer.ts";
import { judgeFailure } from "./failures.ts";
import { inStep, type FlowContext } from "./flow.ts";
import type { Ruling } from "./ruling.ts";
import { refused } from "./token-answer.ts";
import { noteFailure, postForm, type Party } from "./token-request.ts";
import type { FlowResponse } from "./types.ts";

/**
 * @param response an answer of status 200
 * @throws Refusal `token_refused` for a token that its own issuer calls inactive, and for an answer that is none
 */
export function judgeIntrospection(
  issuer: string,
  response: FlowResponse,
  ruling: Ruling,
): JsonObject {
  const read = readObject(response);
  ruling.note("introspection-json", "RFC 7662 §2.2", read.ok, {
    expected: "a JSON object",
    found: read.ok ? "a JSON object" : read.problem,
  });
  if (!read.ok) throw refused(issuer, `the introspection is no answer: ${read.problem}`);
  ruling.must(
    "token-active",
    "RFC 7662 §2.2",
    read.value["active"] === true,
    { expected: "active", found: read.value["active"] },
    () => refused(issuer, "its own issuer calls it inactive"),
  );
  ruling.claims = read.value;
  return read.value;
}

/**
 * The claims of an opaque token. Null when the issuer does not tell us: then nothing is known about it.
 * @throws Refusal `token_refused`
 */
export async function introspect(
  ctx: FlowContext,
  party: Party,
  token: Secret,
): Promise<JsonObject | null> {
  const { issuer } = party.issuer;
  if (party.issuer.metadata.endpoints.introspection_endpoint === undefined) return null;
  try {
    return await inStep(ctx, "introspect", issuer, async (step) => {
      step.hide(token);
      const response = await postForm(
        step,
        party,
        "introspection_endpoint",
        ctx.clock.now(),
        (auth, lib, fetch) =>
          oauth.introspectionRequest(lib.server, lib.owner, auth, token.reveal(), {
            additionalParameters: { token_type_hint: "access_token" },
            [oauth.customFetch]: fetch,
            [oauth.allowInsecureRequests]: lib.insecure,
          }),
      );
      const failure = judgeFailure(issuer, response, "service", ctx.server, ctx.clock.now());
      if (failure !== null) {
        noteFailure(step, failure);
        throw failure;
      }
      return judgeIntrospection(issuer, response, step.ruling);
    });
  } catch (error) {
    // Not to be told is no verdict on the token: what needed the answer refuses by itself.
    if (error instanceof Refusal && error.code.startsWith("issuer_")) return null;
    throw error;
  }
}

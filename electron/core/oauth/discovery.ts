// Finding an issuer's metadata: RFC 8414 section 3 and OpenID Connect Discovery 1.0 section 4, in the order that MCP asks for.
import { Refusal } from "../errors.ts";
import { readObject } from "./answer.ts";
import { unavailable } from "./failures.ts";
import { inStep, type FlowContext } from "./flow.ts";
import { checkIssuer, issuerProblem, type CheckedIssuer } from "./issuer.ts";
import { quoted, type Ruling } from "./ruling.ts";
import type { FlowResponse } from "./types.ts";

export interface Place {
  readonly url: string;
  /** Which document says that the metadata stands there. */
  readonly source: string;
}

/** Where metadata was looked for and is not: try the next place. */
export const ABSENT = Symbol("absent");
export type Absent = typeof ABSENT;

const invalid = (issuer: string, reason: string): Refusal =>
  new Refusal("issuer_metadata_invalid", { issuer: quoted(issuer), reason });

/**
 * The places in order: three for an issuer with a path, two without. No other place is tried (RFC 8414
 * section 3.1; negative test 88).
 * @throws Refusal `issuer_metadata_invalid` for text that is no issuer identifier
 */
export function discoveryPlaces(
  issuer: string,
  allowPlainHttpOnLoopback: boolean,
): readonly Place[] {
  const problem = issuerProblem(issuer, allowPlainHttpOnLoopback);
  if (problem !== null) throw invalid(issuer, `its address cannot be used: ${problem}`);
  const url = new URL(issuer);
  // RFC 8414 section 3.1: a terminating slash goes before the well-known part comes in.
  const path = url.pathname.replace(/\/$/, "");
  const inserted = (name: string): string => `${url.origin}/.well-known/${name}${path}`;
  const places: Place[] = [
    { url: inserted("oauth-authorization-server"), source: "RFC 8414 §3.1" },
    { url: inserted("openid-configuration"), source: "RFC 8414 §5" },
  ];
  if (path !== "") {
    places.push({
      url: `${url.origin}${path}/.well-known/openid-configuration`,
      source: "OpenID Connect Discovery 1.0 §4",
    });
  }
  return places;
}

/**
 * Judges what stood at one place.
 * @throws Refusal `issuer_metadata_invalid`, `issuer_error`
 */
export function judgeMetadata(
  issuer: string,
  place: Place,
  response: FlowResponse,
  allowPlainHttpOnLoopback: boolean,
  nowMs: number,
  ruling: Ruling,
): CheckedIssuer | Absent {
  if (response.status >= 400 && response.status < 500 && response.status !== 429) {
    ruling.note("metadata-present", place.source, false, {
      expected: "200",
      found: `${response.status}`,
    });
    return ABSENT;
  }
  const busy = unavailable(issuer, response, nowMs);
  if (busy !== null) throw busy;
  ruling.must(
    "metadata-status",
    "RFC 8414 §3.2",
    response.status === 200,
    { expected: "200", found: `${response.status}` },
    () => invalid(issuer, `${place.url} answered ${response.status}; a redirect is not followed`),
  );
  const read = readObject(response);
  if (!read.ok) {
    ruling.note("metadata-json", "RFC 8414 §3.2", false, {
      expected: "a JSON object",
      found: read.problem,
    });
    throw invalid(issuer, `${place.url}: ${read.problem}`);
  }
  return checkIssuer(issuer, read.value, place.url, allowPlainHttpOnLoopback, ruling);
}

/**
 * Finds and checks an issuer's metadata.
 * @param issuer exact identifier, as its operator wrote it
 * @throws Refusal `issuer_metadata_invalid`, `issuer_error`, `issuer_unreachable`, `issuer_tls_failed`, `issuer_timeout`
 */
export async function discoverIssuer(
  ctx: FlowContext,
  issuer: string,
  options: { readonly allowPlainHttpOnLoopback: boolean },
): Promise<CheckedIssuer> {
  const allow = options.allowPlainHttpOnLoopback;
  for (const place of discoveryPlaces(issuer, allow)) {
    const found = await inStep(ctx, "discover-issuer", issuer, async (step) => {
      const response = await step.send(
        place.url,
        { method: "GET", headers: { accept: "application/json" }, body: null },
        null,
      );
      return judgeMetadata(issuer, place, response, allow, ctx.clock.now(), step.ruling);
    });
    if (found !== ABSENT) return found;
  }
  throw invalid(issuer, "there is none at any of the places where it may stand");
}

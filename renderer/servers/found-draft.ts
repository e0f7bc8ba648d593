// From a proposal to the form: what a person would have entered, and can change. Pure.
import { EMPTY_ISSUER } from "../identities/issuer-draft.ts";
import { isPlainLoopback } from "../lib/names.ts";
import type { InputOf, Proposal } from "../types.ts";
import type { HttpDraft } from "./draft.ts";
import { asksCertificate, FOUND_ISSUER, isOAuthType, NEW_ISSUER } from "./oauth-draft.ts";

/** The draft as the proposal would have it; unchanged where nothing can be proposed. */
export function withProposal(draft: HttpDraft, found: Proposal): HttpDraft {
  const { issuer, key, pattern } = found;
  if (pattern === null) return draft;
  if (pattern === "api-key") return { ...draft, pattern, ...placeOf(key) };
  if (!isOAuthType(pattern) || issuer === null) return { ...draft, pattern };
  // A certificate has to be known to the issuer: nothing registers that by itself.
  const byItself =
    !asksCertificate(pattern) && (issuer.way === "dynamic" || issuer.way === "metadata-document");
  return {
    ...draft,
    pattern,
    oauth: {
      ...draft.oauth,
      issuer: issuer.known?.id ?? (byItself ? FOUND_ISSUER : NEW_ISSUER),
      found: byItself
        ? {
            issuer: issuer.issuer,
            hosts: issuer.hosts,
            confirmed: issuer.lies !== null,
            scopes: found.signInScopes,
          }
        : null,
      newIssuer: {
        ...EMPTY_ISSUER,
        issuer: issuer.issuer,
        allowPlain: isPlainLoopback(issuer.issuer),
        method: "none",
      },
      scopes: found.scopes.join(" "),
      resource: found.resource,
      dpop: found.dpop,
    },
  };
}

function placeOf(key: Proposal["key"]): Pick<HttpDraft, "preset" | "fieldName" | "prefix"> {
  if (key === null) return { preset: "x-api-key", fieldName: "", prefix: "" };
  return key.name === "Authorization" && key.prefix === "Bearer "
    ? { preset: "bearer", fieldName: "", prefix: "" }
    : { preset: "header", fieldName: key.name, prefix: key.prefix };
}

/** The contract's input for a draft whose issuer registers us by itself; null for any other. */
export function toRegistration(
  { oauth, pattern, trustPem }: HttpDraft,
  attempt: string,
): InputOf<"issuers.register"> | null {
  if (!isOAuthType(pattern) || oauth.issuer !== FOUND_ISSUER || oauth.found === null) return null;
  const { confirmed, hosts, issuer, scopes } = oauth.found;
  return {
    issuer,
    use: pattern === "client-credentials" ? "client-credentials" : "account",
    scopes: [...scopes],
    hosts: [...hosts],
    confirmed,
    trustPem: trustPem.trim() === "" ? null : trustPem.trim(),
    attempt,
  };
}

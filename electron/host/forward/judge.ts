// What an upstream's status and headers mean, before any of its body goes to an agent.
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { Refusal } from "../../core/errors.ts";
import { networkFault } from "../network-fault.ts";
import type { UpstreamAnswer } from "../upstream.ts";

/**
 * An answer that may go on, or a refusal. Challenges never reach the agent: its own credential is fine, ours
 * was not, and it would start an OAuth flow against the wrong party. Redirects are never followed: the key
 * belongs to one address (threat 28).
 * @param expectsMcp whether the request has an answer of its own: notifications and the end of a session have none
 * @param presented whether a credential of ours was sent along
 * @throws Refusal `upstream_redirect`, `upstream_refused_credential`, `upstream_wants_credential`, `upstream_forbidden`, `upstream_not_mcp`, `upstream_error`
 */
export function judgeAnswer(
  incoming: IncomingMessage,
  server: string,
  expectsMcp: boolean,
  presented: boolean,
  returnHeaders: (headers: IncomingMessage["headers"]) => Record<string, string>,
): UpstreamAnswer {
  const status = incoming.statusCode ?? 502;
  const type =
    (incoming.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const readable = type === "application/json" || type === "text/event-stream";

  const challenge = challengeOf(incoming);
  if (!presented && (status === 401 || (status === 403 && challenge !== ""))) {
    throw new Refusal("upstream_wants_credential", { server, status, challenge });
  }
  if (status === 401 || status === 407) {
    throw new Refusal("upstream_refused_credential", { server, status, challenge });
  }
  if (status === 403) {
    throw new Refusal("upstream_forbidden", { server, status, challenge });
  }
  if (status >= 300 && status < 400) {
    throw new Refusal("upstream_redirect", { server, to: whereTo(incoming.headers.location) });
  }
  const encoding = incoming.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    throw new Refusal("upstream_not_mcp", {
      server,
      type: `${encoding} encoding that nobody asked for`,
    });
  }
  if (status >= 400 && !readable) {
    // 404 and 405 have meanings of their own in MCP (session gone, no event stream): the status goes on, the page does not.
    if (status === 404 || status === 405 || status === 400) {
      return { status, headers: {}, body: emptied(incoming) };
    }
    throw new Refusal("upstream_error", { server, status });
  }
  if (status < 300 && !readable) {
    if (!expectsMcp || !hasBody(incoming)) return { status, headers: {}, body: emptied(incoming) };
    throw new Refusal("upstream_not_mcp", {
      server,
      type: type === "" ? "data without a type" : type.slice(0, 60),
    });
  }
  return { status, headers: returnHeaders(incoming.headers), body: incoming };
}

/**
 * RFC 6750 section 3.1: it may say which scopes it wants, RFC 9728 section 5.1: which issuer. That is for us, and goes no
 * further.
 */
export const challengeOf = ({ headers }: IncomingMessage): string =>
  (headers["www-authenticate"] ?? "").slice(0, 4096);

/** 202 and 204 carry nothing; some servers still declare a type. */
function hasBody(incoming: IncomingMessage): boolean {
  if (incoming.statusCode === 204 || incoming.statusCode === 202) return false;
  return incoming.headers["content-length"] !== "0";
}

/** A stream that ends at once: what the server wrote instead of MCP is thrown away. */
function emptied(incoming: IncomingMessage): UpstreamAnswer["body"] {
  incoming.resume();
  return Readable.from([]);
}

/** Scheme, host and path only: a query of a redirect can hold tokens. */
export function whereTo(location: string | undefined): string {
  try {
    const url = new URL(location ?? "");
    return `${url.origin}${url.pathname}`.slice(0, 200);
  } catch {
    return "a relative address";
  }
}

const TLS =
  /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY|EPROTO|ALTNAME|DEPTH_ZERO|CRL|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|PATH_LENGTH/;

/** Whether the code of a socket error is about TLS. OpenSSL and BoringSSL name the same fault differently. */
export const isTlsCode = (code: string): boolean => TLS.test(code);

/** Names a socket error. The code alone is shown: messages can quote headers. */
export function nameNetworkError(error: NodeJS.ErrnoException, server: string): Refusal {
  const code = error.code ?? "unknown";
  const reason = networkFault(code);
  if (isTlsCode(code)) return new Refusal("upstream_tls_failed", { server, reason }, error);
  if (code === "ECONNRESET" || code === "EPIPE" || code.startsWith("HPE_")) {
    return new Refusal("upstream_dropped", { server, reason }, error);
  }
  return new Refusal("upstream_unreachable", { server, reason }, error);
}

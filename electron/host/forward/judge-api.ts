// What a plain API's status and headers mean. Only what concerns the credential or the address ends the call here; that
// something is not there, or not allowed, is the API's answer, and the agent's to read.
import type { IncomingMessage } from "node:http";
import { Refusal } from "../../core/errors.ts";
import type { Attachment } from "../upstream.ts";
import { challengeOf, whereTo } from "./judge.ts";

/**
 * @returns the answer, to be read
 * @throws Refusal `upstream_redirect`, `upstream_refused_credential`, `upstream_wants_credential`, `upstream_forbidden`, `upstream_not_mcp`
 */
export function judgeApi(
  incoming: IncomingMessage,
  server: string,
  credential: Attachment["type"],
): IncomingMessage {
  const status = incoming.statusCode ?? 502;
  const challenge = challengeOf(incoming);
  if (status === 401 || status === 407) {
    const code =
      credential === "none" ? "upstream_wants_credential" : "upstream_refused_credential";
    throw new Refusal(code, { server, status, challenge });
  }
  // RFC 6750 section 3.1: the token may get more scopes. Any other 403 is about what was asked for.
  if (status === 403 && credential === "token" && /insufficient_scope/i.test(challenge)) {
    throw new Refusal("upstream_forbidden", { server, status, challenge });
  }
  // 304 is no redirect: nothing conditional was asked, and it has no body (RFC 9110 section 15.4.5).
  if (status >= 300 && status < 400 && status !== 304) {
    throw new Refusal("upstream_redirect", { server, to: whereTo(incoming.headers.location) });
  }
  const encoding = incoming.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    const type = `${encoding.slice(0, 20)} encoding that nobody asked for`;
    throw new Refusal("upstream_not_mcp", { server, type });
  }
  return incoming;
}

// The check of a resource server, for servers that have none: what an operator puts in front of them.
import { createHash, X509Certificate } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { createRemoteJWKSet, jwtVerify } from "jose";

/** What nginx says of the certificate that it verified: percent-encoded PEM. */
const SEEN = "x-client-certificate";

/** What the check behind nginx made of one request. */
export interface Judged {
  readonly verdict: "passed" | "no-token" | "bad-token" | "unbound" | "other-certificate";
  readonly authorization: string | undefined;
  readonly thumbprint: string | null;
}

export interface TokenRule {
  readonly issuer: string;
  readonly jwksUri: string;
  /** What `aud` must hold. */
  readonly resource: string;
  /** `at+jwt` by RFC 9068; some issuers have another. */
  readonly typ: string;
  /** The token must be bound to the certificate that nginx saw (RFC 8705 section 3). */
  readonly bound: boolean;
  /** Port behind it. */
  readonly target: number;
}

/**
 * A resource server's own check, in front of a server that has none: signature, issuer, audience, expiry, and the
 * certificate that the token is bound to. It believes nginx about the certificate and nobody else.
 */
export async function startTokenCheck(
  rule: TokenRule,
): Promise<{ port: number; judged: Judged[]; stop: () => Promise<void> }> {
  const keys = createRemoteJWKSet(new URL(rule.jwksUri));
  const judged: Judged[] = [];

  async function judge(request: http.IncomingMessage): Promise<Judged> {
    const { authorization } = request.headers;
    const pem = decodeURIComponent(String(request.headers[SEEN] ?? ""));
    const thumbprint =
      pem === ""
        ? null
        : createHash("sha256").update(new X509Certificate(pem).raw).digest("base64url");
    const seen = { authorization, thumbprint };
    const token = /^Bearer (\S+)$/.exec(authorization ?? "")?.[1];
    if (token === undefined) return { ...seen, verdict: "no-token" };
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: rule.issuer,
        audience: rule.resource,
        typ: rule.typ,
      });
      if (!rule.bound) return { ...seen, verdict: "passed" };
      const bound = (payload["cnf"] as { "x5t#S256"?: string } | undefined)?.["x5t#S256"];
      if (bound === undefined) return { ...seen, verdict: "unbound" };
      return { ...seen, verdict: bound === thumbprint ? "passed" : "other-certificate" };
    } catch {
      return { ...seen, verdict: "bad-token" };
    }
  }

  async function serve(
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const one = await judge(request);
    judged.push(one);
    if (one.verdict !== "passed") {
      const challenge = one.verdict === "no-token" ? "Bearer" : 'Bearer error="invalid_token"';
      response.writeHead(401, { "www-authenticate": challenge }).end();
      return;
    }
    const { authorization: _token, [SEEN]: _certificate, ...headers } = request.headers;
    const onward = http.request(
      {
        host: "127.0.0.1",
        port: rule.target,
        path: request.url,
        method: request.method,
        headers: { ...headers, host: `127.0.0.1:${rule.target}` },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  }

  const server = http.createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    judged,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

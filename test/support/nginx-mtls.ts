// nginx in front of a server, as operators put it there: it ends TLS, wants a client certificate that an authority of
// its own signed, and tells the server behind which certificate it saw. That server then compares the token's binding.
import { createHash, X509Certificate } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { createRemoteJWKSet, jwtVerify } from "jose";
import type { Identity } from "../../electron/lab/ca.ts";
import { freePort, portAnswers, start, temporaryFolder, until } from "./processes.ts";

/** What nginx says of the certificate that it verified: percent-encoded PEM. */
const SEEN = "x-client-certificate";

/** What the check behind nginx made of one request. */
export interface Judged {
  readonly verdict: "passed" | "no-token" | "bad-token" | "unbound" | "other-certificate";
  readonly authorization: string | undefined;
  readonly thumbprint: string | null;
}

/**
 * A resource server's own check, in front of a server that has none: signature, issuer, audience, expiry, and the
 * certificate that the token is bound to (RFC 8705 section 3). It believes nginx about the certificate and nobody else.
 * @param target port behind it
 */
export async function startBindingCheck(rule: {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly resource: string;
  readonly target: number;
}): Promise<{ port: number; judged: Judged[]; stop: () => Promise<void> }> {
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
        typ: "at+jwt",
      });
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

export interface NginxMtls {
  readonly url: string;
  /** `STATUS verify=[…] subject=[…]`, a line for each request. */
  log(): readonly string[];
  stop(): Promise<void>;
}

/**
 * nginx as mTLS terminator (RFC 8705 section 6.5).
 * @param verify `on` refuses in nginx's own words (400, a page); `optional` leaves the refusal to the configuration (403)
 */
export async function startNginxMtls(options: {
  readonly port?: number;
  readonly target: number;
  readonly server: Identity;
  readonly clientsCa: string;
  readonly verify: "on" | "optional";
}): Promise<NginxMtls> {
  const port = options.port ?? (await freePort());
  const folder = temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  fs.writeFileSync(at("server.pem"), options.server.certificatePem);
  fs.writeFileSync(at("server.key"), options.server.privateKeyPem, { mode: 0o600 });
  fs.writeFileSync(at("clients.pem"), options.clientsCa);
  fs.writeFileSync(
    at("nginx.conf"),
    `daemon off; worker_processes 1; pid ${at("pid")}; error_log ${at("error.log")} warn;
events { worker_connections 256; }
http {
  access_log off; client_body_temp_path ${at("body")}; proxy_temp_path ${at("proxy")};
  fastcgi_temp_path ${at("f")}; uwsgi_temp_path ${at("u")}; scgi_temp_path ${at("s")};
  log_format seen '$status verify=[$ssl_client_verify] subject=[$ssl_client_s_dn]';
  server {
    listen 127.0.0.1:${port} ssl; access_log ${at("access.log")} seen; client_max_body_size 32m;
    client_body_buffer_size 32m;
    ssl_certificate ${at("server.pem")}; ssl_certificate_key ${at("server.key")}; ssl_protocols TLSv1.2 TLSv1.3;
    ssl_client_certificate ${at("clients.pem")}; ssl_verify_client ${options.verify};
    location / {
      if ($ssl_client_verify != SUCCESS) { return 403 "no certificate of ours\\n"; }
      proxy_pass http://127.0.0.1:${options.target}; proxy_http_version 1.1; proxy_buffering off;
      proxy_set_header Host $host:$server_port; proxy_set_header Connection ""; proxy_read_timeout 300s;
      proxy_set_header X-Client-Certificate $ssl_client_escaped_cert;
    }
  }
}
`,
  );
  const nginx = start("nginx", ["-c", at("nginx.conf"), "-p", folder.path, "-e", at("error.log")]);
  await until(() => portAnswers(port), 5000, `nginx (${nginx.output()})`);
  return {
    url: `https://127.0.0.1:${port}/mcp`,
    log: () => fs.readFileSync(at("access.log"), "utf8").trimEnd().split("\n"),
    async stop() {
      await nginx.stop();
      folder.remove();
    },
  };
}

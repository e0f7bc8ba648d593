// nginx in front of a server, as operators put it there: it ends TLS, wants a client certificate that an authority of
// its own signed, and tells the server behind which certificate it saw.
import fs from "node:fs";
import path from "node:path";
import type { Identity } from "../../electron/lab/ca.ts";
import { freePort, portAnswers, start, temporaryFolder, until } from "./processes.ts";

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

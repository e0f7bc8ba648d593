// The door for agents that have certificates: mutual TLS on loopback. Behind it, the same rules and the same
// handler as behind the front door; only the way in which an agent shows who it is differs.
import { constants } from "node:crypto";
import https from "node:https";
import type { Socket } from "node:net";
import type { TlsOptions } from "node:tls";
import type { AdmittedAgent } from "../../core/agent-register.ts";
import type { DistinguishedName, Peer } from "../../core/certificates.ts";
import type { TlsIdentity } from "../../core/oauth/types.ts";
import type { Secret } from "../../core/secret.ts";
import type { BrokenRequest } from "../door/broken.ts";
import type { Door, Entrance } from "../door/door.ts";
import { httpLimits, listen, onEveryRequest } from "../door/listener.ts";
import { type Made, makeKey, makeSelfSigned } from "./make.ts";
import { peerOf } from "./peer.ts";

/** What the listener shows, and whom it believes. */
export interface MtlsCredentials {
  /** The listener's own certificate; agents are told to trust it. */
  readonly identity: Pick<TlsIdentity, "certificateChainPem" | "privateKey">;
  /** PEM of authorities whose signatures count for agents that were registered so; null for none. */
  readonly authoritiesPem: string | null;
}

export interface MtlsDoorPorts {
  /** The front door's handler. */
  readonly serve: Door["serve"];
  readonly broken: Door["broken"];
  /**
   * Says whose certificate this is. Called for every request.
   * @throws Refusal `agent_certificate_*`, `agent_paused`
   */
  readonly admit: (peer: Peer | null, authorization: string | undefined) => AdmittedAgent;
}

export interface MtlsDoorOptions extends MtlsCredentials {
  /** 0 only in tests. */
  readonly port: number;
  /** Milliseconds that a body may take, as at the front door. */
  readonly bodyMs: number;
}

export interface MtlsDoor {
  /** `https://127.0.0.1:7718` */
  readonly origin: string;
  /** Shows another certificate and believes other authorities from the next request on. What is under way ends by itself. */
  renew(credentials: MtlsCredentials): void;
  close(): Promise<void>;
}

/**
 * Opens the listener on 127.0.0.1.
 * @throws Refusal `port_taken` with the program that holds it; what the runtime throws for a certificate of its own
 *   that TLS cannot use
 */
export async function openMtlsDoor(
  ports: MtlsDoorPorts,
  options: MtlsDoorOptions,
): Promise<MtlsDoor> {
  const sockets = new Map<Socket, number>();
  // Whoever came in under other authorities has to shake hands again.
  let era = 0;
  let entrance: Entrance;

  const server = https.createServer({ ...httpLimits(options.bodyMs), ...tlsOptions(options) });
  onEveryRequest(server, (request, response) => {
    // Nothing of this request was looked at, so whoever sent it may send it again on a new connection.
    if (sockets.get(request.socket) !== era) request.socket.destroy();
    else void ports.serve(request, response, entrance);
  });
  server.on("secureConnection", (socket) => {
    sockets.set(socket, era);
    socket.setNoDelay(true);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("clientError", (error: BrokenRequest, socket) => {
    ports.broken(error, socket as Socket, entrance.authority);
  });

  await listen(server, options.port);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  const authority = `127.0.0.1:${port}`;
  entrance = {
    authority,
    origin: `https://${authority}`,
    admit: (request) => ports.admit(peerOf(request), request.headers.authorization),
  };

  return {
    origin: entrance.origin,
    renew(credentials) {
      server.setSecureContext(tlsOptions(credentials));
      era++;
      server.closeIdleConnections();
    },
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      // The front door ends what its agents have open; this is for what does not end.
      const timer = setTimeout(() => {
        for (const socket of sockets.keys()) socket.destroy();
        server.closeAllConnections();
      }, 500);
      await closed;
      clearTimeout(timer);
    },
  };
}

function tlsOptions({ identity, authoritiesPem }: MtlsCredentials): TlsOptions {
  return {
    cert: identity.certificateChainPem,
    key: identity.privateKey.reveal(),
    // An empty list, not none: with none, every authority of the internet would count.
    ca: authoritiesPem === null ? [] : [authoritiesPem],
    requestCert: true,
    // Self-signed certificates are pinned and have no chain: each request is judged by its certificate instead.
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    handshakeTimeout: 10_000,
    sigalgs: SIGNATURES,
    // No session is resumed and no certificate changes within a connection: one handshake, one peer.
    secureOptions: constants.SSL_OP_NO_TICKET | (NO_RENEGOTIATION ?? 0),
  };
}

/** What agents may sign with: said outright, because BoringSSL leaves Ed25519 out. */
const SIGNATURES = [
  "ed25519",
  "ecdsa_secp256r1_sha256",
  "ecdsa_secp384r1_sha384",
  "ecdsa_secp521r1_sha512",
  "rsa_pss_rsae_sha256",
  "rsa_pss_rsae_sha384",
  "rsa_pss_rsae_sha512",
  "rsa_pkcs1_sha256",
  "rsa_pkcs1_sha384",
  "rsa_pkcs1_sha512",
].join(":");

/** Not in BoringSSL, which never renegotiates as a server. */
const NO_RENEGOTIATION = (constants as Readonly<Record<string, unknown>>)[
  "SSL_OP_NO_RENEGOTIATION"
] as number | undefined;

/** Days. The longest that Apple's TLS takes; agents have to be given each new one. */
const DOOR_CERTIFICATE_DAYS = 825;

/**
 * Makes the listener's certificate, once at the first start: it names this machine alone and can sign nothing.
 * @param now UTC milliseconds
 */
export async function makeDoorCertificate(
  subject: DistinguishedName,
  now: number,
): Promise<Made & { readonly privateKey: Secret }> {
  const privateKey = await makeKey("EC-P256");
  const signing = { subject, use: "loopback-server", days: DOOR_CERTIFICATE_DAYS, now } as const;
  return { ...(await makeSelfSigned(privateKey, signing)), privateKey };
}

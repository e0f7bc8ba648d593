// What the code of a socket's error means, in words. The code stands behind them, for people who mend machines.
const FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "its name is not known",
  EAI_AGAIN: "no name server answers",
  ETIMEDOUT: "it does not answer",
  EHOSTUNREACH: "no way leads to that machine",
  ENETUNREACH: "no way leads to that network",
  EADDRNOTAVAIL: "this machine has no address to reach it from",
  ECONNRESET: "it closed the connection",
  EPIPE: "it closed the connection",
  EACCES: "this machine does not allow it",
  EPROTO: "it does not speak TLS there, or not a version that is spoken here",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS there",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "it does not speak TLS there",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet, or this machine's clock is wrong",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself alone",
  SELF_SIGNED_CERT_IN_CHAIN: "its authority is not trusted here",
  UNABLE_TO_GET_ISSUER_CERT: "its authority is not trusted here",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its authority is not trusted here",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "its authority is not trusted here, or it left out a certificate",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
};

/** `nothing listens there (ECONNREFUSED)`; a code that nobody described stands alone. */
export function networkFault(code: string): string {
  const words = FAULTS[code];
  return words === undefined ? code : `${words} (${code})`;
}

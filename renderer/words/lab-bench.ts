// Words of the lab's two cards: looking into a token, and being the thief.

export const labBenchWords = {
  decode: {
    title: "Look into a token",
    text: "What the credential says that Countersign uses at a practice server now. The credential itself stays where it is.",
    server: "Practice server",
    go: "Look into it",
    sentAs: "Sent as",
    header: "Header",
    claims: "Claims",
    unknown: "Only its issuer knows.",
    signature: "Signature",
    bytes: (count: number) => `${count} bytes, not shown`,
    opaque: "There is nothing to decode",
    opaqueText:
      "It is a plain value that says nothing by itself: not for whom it is, not until when, not who may use it.",
    binding: {
      none: "Bound to nothing: it works for whoever holds it",
      mtls: "Bound to a certificate: worth nothing without its private key",
      dpop: "Bound to a key: worth nothing without it",
    },
  },
  thief: {
    title: "Be the thief",
    text: "Take what Countersign uses at one practice server and try it somewhere, past Countersign. The server really answers.",
    stolen: "Stolen",
    at: "Used at",
    besides: "Shown besides",
    go: "Use it",
    key: (server: string) => `The key of ${server}`,
    token: (server: string) => `The token of ${server}`,
    boundToken: (server: string) => `The bound token of ${server}`,
    with: {
      nothing: "Nothing",
      "right-certificate": "The right certificate",
      "other-certificate": "Another certificate",
      "other-proof": "A proof of another key",
    },
    accepted: (server: string) => `${server} took it`,
    refused: (server: string) => `${server} refused`,
    status: "Status",
    error: "Error",
    says: "It says",
  },
} as const;

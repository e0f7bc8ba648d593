// PEM text (RFC 7468): finds its blocks and writes them in one form.

export interface PemBlock {
  /** `CERTIFICATE`, `PRIVATE KEY`, … */
  readonly label: string;
  /** The block as it stood, with lines ended by \n. */
  readonly text: string;
}

const BLOCK =
  /^-----BEGIN ([A-Z0-9 ]{1,40})-----[ \t]*\n(?:(?!-----)[^\n]*\n){1,20000}-----END \1-----/gm;

/** The blocks in their order. What stands between them (openssl prints names there) is passed over, as RFC 7468 section 2 wants. */
export function pemBlocks(text: string): PemBlock[] {
  const lines = text.replaceAll(/\r\n?/g, "\n");
  return [...lines.matchAll(BLOCK)].map((match) => ({
    label: match[1] ?? "",
    text: `${match[0]}\n`,
  }));
}

/** One block of DER. */
export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** The same block with lines of 64 characters and one line end. */
export function normalPem(text: string): string {
  const match = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/.exec(text);
  return toPem(match?.[1] ?? "", Buffer.from(match?.[2] ?? "", "base64"));
}

// Large OpenAPI documents in YAML, which take seconds to read.

/** @returns at most `bytes` of ASCII, with about one operation for each KiB */
export function largeApi(bytes: number): string {
  const parts = [`openapi: 3.1.0\ninfo: {title: Large, version: "1"}\npaths:\n`];
  let left = bytes - (parts[0]?.length ?? 0);
  for (let at = 0; ; at++) {
    const parameters = Array.from(
      { length: 10 },
      (_, i) => `        - {name: by${i}, in: query, schema: {type: string}}\n`,
    ).join("");
    const operation =
      `  /things/${at}:\n    get:\n      operationId: read${at}\n      summary: Read it\n` +
      `      description: ${"Says what it is. ".repeat(20).trim()}\n      parameters:\n${parameters}`;
    left -= operation.length;
    if (left < 0) return parts.join("");
    parts.push(operation);
  }
}

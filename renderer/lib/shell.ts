// Lines for a POSIX shell, made of what is shown. Pure.

/** One argument, whatever is in it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * A tool call through the door for scripts. The credential stays a variable: it was shown once, and is nobody's to copy.
 * @param door `http://127.0.0.1:7717`
 * @param args JSON text
 */
export function curlOfCall(door: string, server: string, tool: string, args: string): string {
  const path = ["tools", server, tool, "invoke"].map(encodeURIComponent).join("/");
  return [
    `curl ${quoted(`${door}/${path}`)}`,
    `-H "Authorization: Bearer $COUNTERSIGN_CREDENTIAL"`,
    `-H 'Content-Type: application/json'`,
    `-d ${quoted(args)}`,
  ].join(" \\\n  ");
}

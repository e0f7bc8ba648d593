// A recorded request as a line for a POSIX shell. What was masked stays masked: whoever runs it puts in their own.
import type { MaskedExchange } from "../core/oauth/types.ts";
import { visible } from "./text.ts";

/** One argument, with nothing in it that a shell or a terminal would obey. */
const quoted = (text: string): string => `'${visible(text).replaceAll("'", `'\\''`)}'`;

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** Several lines, the last without a backslash. */
export function curlOf({ line, headers, body }: MaskedExchange): string {
  const space = line.indexOf(" ");
  const method = line.slice(0, space);
  const fields = Object.entries(body ?? {});
  const json = (headers["content-type"] ?? "").includes("json");
  // What a browser opens has its parameters in the query.
  const verb = method === "GET" && fields.length > 0 ? "--get" : `-X ${method}`;
  return [
    `curl ${/^[A-Z]+$/.test(method) ? verb : ""} ${quoted(line.slice(space + 1))}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(json && fields.length > 0
      ? [`--data ${quoted(JSON.stringify(body))}`]
      : fields.map(([name, value]) => `--data-urlencode ${quoted(`${name}=${textOf(value)}`)}`)),
  ].join(" \\\n  ");
}

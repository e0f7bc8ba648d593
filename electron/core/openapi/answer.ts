// What an API answered, as the result of a tool (MCP 2025-06-18 and later: structuredContent is a JSON object).

export interface ApiAnswer {
  readonly status: number;
  /** The media type alone, lower case; empty where none was given. */
  readonly type: string;
  /** The body where it is text in UTF-8, else null. */
  readonly text: string | null;
  /** Bytes of the body; where it is larger than what is read, at least so many. */
  readonly bytes: number;
  /** It was larger than what is read. */
  readonly tooLarge: boolean;
  /** Seconds or a date, as the server wrote it. */
  readonly retryAfter: string | null;
}

const isJson = (type: string): boolean => /^(?:application|text)\/json$|\+json$/.test(type);

/** Media types whose bodies are text for people and models. */
export const isText = (type: string): boolean =>
  type.startsWith("text/") ||
  isJson(type) ||
  /\+(?:xml|yaml)$/.test(type) ||
  /^application\/(?:xml|yaml|x-yaml|x-ndjson|jsonl|javascript|graphql|sql|x-www-form-urlencoded)$/.test(
    type,
  );

/**
 * JSON text of the result, without braces' insides of any generation: members only, so that a generation can add its own.
 * A JSON answer stands in it as the API wrote it: no number is read and written again.
 */
export function resultMembers(answer: ApiAnswer): string {
  const { status, type, text } = answer;
  const failed = status >= 400;
  const shown = textOf(answer);
  const structured = !failed && text !== null && isJson(type) && isObject(text) ? text : null;
  return [
    `"content":[{"type":"text","text":${JSON.stringify(shown)}}]`,
    ...(structured === null ? [] : [`"structuredContent":${structured.trim()}`]),
    `"isError":${failed || answer.tooLarge}`,
  ].join(",");
}

function textOf({ status, type, text, bytes, tooLarge, retryAfter }: ApiAnswer): string {
  const head = `HTTP ${status}${retryAfter === null ? "" : `, try again after ${retryAfter}`}`;
  const what = type === "" ? "data without a type" : type;
  const body = tooLarge
    ? `The answer is ${what} and larger than 4 MiB, so it was not read to its end. Ask for less at once.`
    : bytes === 0
      ? "The answer has no body."
      : text === null
        ? `The answer is ${what}, ${bytes} bytes. It is no text, and was not passed on.`
        : text;
  const bare = status < 300 && text !== null && !tooLarge && bytes > 0;
  return bare ? body : `${head}\n\n${body}`;
}

function isObject(text: string): boolean {
  if (!/^\s*\{/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A result that says what is wrong with the arguments, so that the model can mend them (MCP 2025-11-25, SEP-1303). */
export const complaintMembers = (sentence: string): string =>
  `"content":[{"type":"text","text":${JSON.stringify(sentence)}}],"isError":true`;

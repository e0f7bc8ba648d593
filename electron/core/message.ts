// What the strict reader (jsonrpc.ts) learned about one message, without changing a byte of it.

/** Half-open byte range [start, end) in the body. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type RequestId = string | number;

export interface Message {
  readonly kind: "request" | "notification" | "response";
  /** Null for a response. */
  readonly method: string | null;
  /** Null for a notification, and for an error response that could not name its request. */
  readonly id: RequestId | null;
  readonly idSpan: Span | null;
  readonly paramsSpan: Span | null;
  /** `params.name` if it is a string: tool or prompt. */
  readonly name: string | null;
  /** `params.uri` if it is a string. */
  readonly uri: string | null;
  /** `params.arguments`, any JSON value. */
  readonly argumentsSpan: Span | null;
  /** `params._meta.progressToken`, or `params.progressToken` in notifications/progress. */
  readonly progressToken: { readonly value: RequestId; readonly span: Span } | null;
  /** `params.requestId` in notifications/cancelled. */
  readonly cancels: { readonly value: RequestId; readonly span: Span } | null;
  /** `params._meta["io.modelcontextprotocol/subscriptionId"]`, or the same in `result._meta`. */
  readonly subscriptionId: { readonly value: RequestId; readonly span: Span } | null;
  /** `params._meta["io.modelcontextprotocol/protocolVersion"]`: present in the modern generation only. */
  readonly envelopeVersion: string | null;
  /** For `initialize`: `params.protocolVersion`. */
  readonly initializeVersion: string | null;
  /** For a response: whether it holds `error`, and error.code if an integer. */
  readonly error: { readonly code: number | null } | null;
}

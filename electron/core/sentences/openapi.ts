// Refusals about plain HTTP APIs and the documents that describe them.
import type { RefusalCode } from "../errors.ts";
import type { Words } from "./words.ts";

export const openapiWords = {
  openapi_invalid: [
    "The OpenAPI document cannot be used: {reason}.",
    "Get it anew from whoever makes the API. Nothing of it was taken, and nothing was fetched.",
  ],
  openapi_unread: [
    "The OpenAPI document was not read: {reason}.",
    "Nothing of it was taken. Try again, best with a smaller document, or with the same one as JSON: it is read much faster.",
  ],
  openapi_missing: [
    "What was imported for “{server}” is not here any more.",
    "Import its document again: countersign server import {server} FILE.",
  ],
} as const satisfies Partial<Record<RefusalCode, Words>>;

// What was imported of an OpenAPI document: the operations that a person picked, and the tool that each becomes.
import { z } from "zod";
import { idOf, instant } from "../names.ts";
import type { Pattern } from "../patterns.ts";
import { isCredentialPlace, isRefusedHeader, TOOL_NAME } from "./names.ts";
import { pathProblem } from "./template.ts";

/** Tools of one server. */
export const MOST_TOOLS = 1000;
const schemaObject = z.record(z.string(), z.unknown());
const visible = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{C}]*$/u);

export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;
export type HttpMethod = (typeof METHODS)[number];

const parameterSchema = z.strictObject({
  /** Name among the tool's arguments. */
  argument: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/),
  /** Name in the request. */
  name: visible,
  in: z.enum(["path", "query", "header"]),
  required: z.boolean(),
  /** OpenAPI's styles; `json` for a parameter whose content is JSON. */
  style: z.enum(["simple", "form", "spaceDelimited", "pipeDelimited", "deepObject", "json"]),
  explode: z.boolean(),
  schema: schemaObject,
});
export type ApiParameter = z.infer<typeof parameterSchema>;

export const operationSchema = z
  .strictObject({
    name: z.string().regex(TOOL_NAME),
    method: z.enum(METHODS),
    /** Template, below the server's address: `/items/{sku}`. */
    path: z
      .string()
      .max(1024)
      .refine((path) => pathProblem(path) === null),
    title: z.string().max(200),
    description: z.string().max(4000),
    deprecated: z.boolean(),
    parameters: z.array(parameterSchema).max(100),
    body: z
      .strictObject({
        argument: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/),
        required: z.boolean(),
        mediaType: z.string().regex(/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/),
        schema: schemaObject,
      })
      .nullable(),
  })
  .refine(({ parameters }) =>
    parameters.every((p) => p.in !== "header" || !isRefusedHeader(p.name)),
  );
export type ApiOperation = z.infer<typeof operationSchema>;

/** The document of settings: one entry for each server of the kind `openapi`. */
export const apiSchema = z.strictObject({
  server: idOf("srv"),
  /** As the document calls itself. */
  title: z.string().max(200),
  version: z.string().max(60),
  importedAt: instant,
  /** SHA-256 of the document's text, hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  operations: z.array(operationSchema).max(MOST_TOOLS),
});
export type Api = z.infer<typeof apiSchema>;

/** `GET /items/{sku}`: what an operation is, whatever it is called. */
export const routeOf = ({ method, path }: Pick<ApiOperation, "method" | "path">): string =>
  `${method} ${path}`;

/** What is there is replaced or taken away: by the method's own semantics (RFC 9110 section 9.3), whatever a text says. */
export const isDestructiveMethod = (method: HttpMethod): boolean =>
  method === "PUT" || method === "PATCH" || method === "DELETE";

/** The parameters that an agent may fill in; one that the credential fills in is not among them. */
export const parametersFor = (operation: ApiOperation, pattern: Pattern): readonly ApiParameter[] =>
  operation.parameters.filter((p) => !isCredentialPlace(pattern, p.in, p.name));

/** The tool as `tools/list` has it. Where and how each argument goes is part of it, so that a change of that is a change of the tool. */
export function toolOf(operation: ApiOperation, pattern: Pattern): Record<string, unknown> {
  const { name, title, description, method, body } = operation;
  const parameters = parametersFor(operation, pattern);
  const properties = [
    ...parameters.map((p) => [p.argument, p.schema] as const),
    ...(body === null ? [] : [[body.argument, body.schema] as const]),
  ];
  const required = [
    ...parameters.filter((p) => p.required).map((p) => p.argument),
    ...(body?.required === true ? [body.argument] : []),
  ];
  const reads = method === "GET" || method === "HEAD";
  return {
    name,
    ...(title !== "" && { title }),
    description: [description, operation.deprecated ? "Deprecated." : "", routeOf(operation)]
      .filter((part) => part !== "")
      .join("\n\n"),
    inputSchema: {
      type: "object",
      properties: Object.fromEntries(properties),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    },
    annotations: {
      readOnlyHint: reads,
      // What POST does is the server's to say (RFC 9110 section 9.3.3): nothing is claimed of it.
      ...(isDestructiveMethod(method) && { destructiveHint: true }),
      ...(method !== "POST" && method !== "PATCH" && { idempotentHint: true }),
    },
    _meta: {
      "countersign/request": {
        method,
        path: operation.path,
        arguments: Object.fromEntries([
          ...parameters.map((p) => [p.argument, [p.in, p.name, p.style, p.explode]] as const),
          ...(body === null ? [] : [[body.argument, ["body", body.mediaType]] as const]),
        ]),
      },
    },
  };
}

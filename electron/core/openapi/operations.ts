// One operation of a document: what of it becomes a tool, or why nothing does.
import type { ApiOperation, ApiParameter, HttpMethod } from "./api.ts";
import { argumentFor, isIgnoredHeader, isRefusedHeader } from "./names.ts";
import { objectAt } from "./refs.ts";
import { isPlain, NotOffered, own, type Plain, words } from "./refuse.ts";
import { SchemaWriter } from "./schemas.ts";
import { pathProblem, placesOf } from "./template.ts";

export interface Raw {
  readonly root: unknown;
  readonly method: HttpMethod;
  readonly path: string;
  readonly item: Plain;
  readonly operation: Plain;
}

const MOST_PARAMETERS = 60;
const STYLES = {
  path: ["simple"],
  header: ["simple"],
  query: ["form", "spaceDelimited", "pipeDelimited", "deepObject"],
};

/**
 * All of an operation but its name.
 * @throws NotOffered with the reason that is shown
 */
export function readOperation(raw: Raw): Omit<ApiOperation, "name"> {
  const { root, method, path, item, operation } = raw;
  const problem = path.length > 1024 ? "its path is too long" : pathProblem(path);
  if (problem !== null) throw new NotOffered(problem);
  if (own(item, "servers") !== undefined || own(operation, "servers") !== undefined) {
    throw new NotOffered("it lives at an address of its own");
  }
  const schemas = new SchemaWriter(root);
  const taken = new Set<string>();
  const parameters = parametersOf(raw, schemas, taken);
  const there = new Set(parameters.filter((p) => p.in === "path").map((p) => p.name));
  const places = placesOf(path);
  if (places.some((name) => !there.has(name)) || there.size !== places.length) {
    throw new NotOffered("its path and its path parameters do not go together");
  }
  const body = bodyOf(raw, schemas, taken);
  return {
    method,
    path,
    title: words(own(operation, "summary"), 200),
    description: words(own(operation, "description"), 2000),
    deprecated: own(operation, "deprecated") === true,
    parameters,
    body,
  };
}

/** Those of the path, and over them those of the operation (OpenAPI 3.1, Path Item Object). */
function parametersOf({ root, item, operation }: Raw, schemas: SchemaWriter, taken: Set<string>) {
  const merged = new Map<string, Plain>();
  for (const list of [own(item, "parameters"), own(operation, "parameters")]) {
    if (list === undefined) continue;
    if (!Array.isArray(list)) throw new NotOffered("its parameters are not a list");
    const here = new Set<string>();
    for (const one of list.slice(0, MOST_PARAMETERS + 1)) {
      const parameter = objectAt(root, one, "a parameter");
      const key = JSON.stringify([own(parameter, "in"), own(parameter, "name")]);
      if (here.has(key)) throw new NotOffered("it names a parameter twice");
      here.add(key);
      merged.set(key, parameter);
    }
  }
  if (merged.size > MOST_PARAMETERS) {
    throw new NotOffered(`it has more than ${MOST_PARAMETERS} parameters`);
  }
  const read: ApiParameter[] = [];
  for (const parameter of merged.values()) {
    const one = parameterOf(parameter, schemas);
    if (one !== null) read.push({ ...one, argument: argumentFor(one.name, one.in, taken) });
  }
  return read;
}

/** Null for one that is left out: optional and of no use here, or the credential's business. */
function parameterOf(
  parameter: Plain,
  schemas: SchemaWriter,
): Omit<ApiParameter, "argument"> | null {
  const name = own(parameter, "name");
  const place = own(parameter, "in");
  const required = own(parameter, "required") === true || place === "path";
  const leave = (reason: string): null => {
    if (required) throw new NotOffered(reason);
    return null;
  };
  if (typeof name !== "string" || name === "" || name.length > 128) {
    throw new NotOffered("a parameter has no usable name");
  }
  if (/\p{C}/u.test(name)) {
    throw new NotOffered("a parameter's name holds characters that cannot be seen");
  }
  if (place === "cookie") return leave(`it needs the cookie “${name}”, and agents send none`);
  if (place !== "path" && place !== "query" && place !== "header") {
    throw new NotOffered("a parameter stands where none can");
  }
  if (place === "header") {
    if (isIgnoredHeader(name)) return null;
    if (isRefusedHeader(name)) return leave(`it needs the header ${name}, which no agent may set`);
  }
  const described = words(own(parameter, "description"), 400);
  const content = own(parameter, "content");
  if (isPlain(content)) {
    const [type, media] = Object.entries(content)[0] ?? [];
    if (type !== "application/json") return leave(`“${name}” is of a type that is not known here`);
    const schema = withDescription(schemas.write(own(media, "schema") ?? {}), described);
    return { name, in: place, required, style: "json", explode: false, schema };
  }
  const style = own(parameter, "style") ?? (place === "query" ? "form" : "simple");
  if (typeof style !== "string" || !STYLES[place].includes(style)) {
    return leave(`“${name}” is written in a way that is not known here`);
  }
  const explode = own(parameter, "explode");
  return {
    name,
    in: place,
    required,
    style: style as ApiParameter["style"],
    explode: typeof explode === "boolean" ? explode : style === "form",
    schema: withDescription(schemas.write(own(parameter, "schema") ?? {}), described),
  };
}

const withDescription = (schema: Plain, text: string): Record<string, unknown> =>
  text === "" ? { ...schema } : { ...schema, description: text };

const JSON_TYPE = /^application\/(?:json|[a-z0-9!#$&^_.-]+\+json)$/;

function bodyOf(
  { root, method, operation }: Raw,
  schemas: SchemaWriter,
  taken: Set<string>,
): ApiOperation["body"] {
  const given = own(operation, "requestBody");
  if (given === undefined) return null;
  const request = objectAt(root, given, "its body");
  const required = own(request, "required") === true;
  if (method === "GET" || method === "HEAD") {
    if (required) throw new NotOffered("it wants a body where HTTP has none");
    return null;
  }
  const content = own(request, "content");
  const types = isPlain(content) ? Object.entries(content) : [];
  const bare = (type: string): string => type.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const found =
    types.find(([type]) => bare(type) === "application/json") ??
    types.find(([type]) => JSON_TYPE.test(bare(type))) ??
    types.find(([type]) => type === "*/*" || type === "application/*");
  if (found === undefined) {
    if (!required) return null;
    const wanted = words(types[0]?.[0] ?? "nothing that is said", 60);
    throw new NotOffered(`its body is ${wanted}, and only JSON is sent`);
  }
  const [type, media] = found;
  const schema = schemas.write(own(media, "schema") ?? {});
  const described = words(own(request, "description"), 400);
  return {
    argument: argumentFor("body", "body", taken),
    required,
    mediaType: JSON_TYPE.test(bare(type)) ? bare(type) : "application/json",
    schema:
      own(schema, "description") === undefined ? withDescription(schema, described) : { ...schema },
  };
}

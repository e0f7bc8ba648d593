// Imported APIs: what a document offers, what of it was taken, and what is different when it is read again.
import { checkAddress } from "../destination.ts";
import { type Digest, hex } from "../digest.ts";
import type { Clock } from "../clock.ts";
import { Refusal } from "../errors.ts";
import type { Store } from "../registry.ts";
import type { ApiFace, Server } from "../servers.ts";
import { type Api, type ApiOperation, isDestructiveMethod, routeOf } from "./api.ts";
import { baseProblem } from "./document.ts";
import type { ApiPreview, ApiReader } from "./reading.ts";

export interface ApiPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly reader: ApiReader;
}

export type ApiRegister = ReturnType<typeof createApiRegister>;

/** @throws Refusal `input_invalid` where it cannot be the base of an API */
export function checkBase(address: string, method: string): URL {
  const url = checkAddress(address, method);
  const problem = baseProblem(address);
  if (problem === null) return url;
  const reason = `the address of the API cannot be used: ${problem}`;
  throw new Refusal("input_invalid", { method, reason });
}

/** Names of the tools that replace or take away. */
export const destructiveOf = (operations: readonly ApiOperation[]): string[] =>
  operations.filter(({ method }) => isDestructiveMethod(method)).map(({ name }) => name);

export function createApiRegister({ store, clock, digest, reader }: ApiPorts) {
  const find = (server: string): Api | undefined =>
    store.read("apis").find((api) => api.server === server);

  async function taken(
    server: string,
    text: string,
    names: readonly string[] | null,
    kept: readonly string[],
  ): Promise<Api> {
    const { title, version, operations } = await reader.take({ text, names, kept });
    return {
      server,
      title,
      version,
      importedAt: new Date(clock.now()).toISOString(),
      sha256: hex(digest.sha256(text)),
      operations,
    };
  }

  return {
    /** What was imported for a server; undefined where nothing is there. */
    find,

    faceOf(server: Server): ApiFace | null {
      const api = server.kind === "openapi" ? find(server.id) : undefined;
      if (api === undefined) return null;
      const { title, version, importedAt, operations } = api;
      return { title, version, importedAt, tools: operations.length };
    },

    /** `GET /items/{sku}` for a tool of an imported API; null for anything else. */
    routeOf(server: Server, tool: string | null): string | null {
      if (server.kind !== "openapi") return null;
      const operation = find(server.id)?.operations.find(({ name }) => name === tool);
      return operation === undefined ? null : routeOf(operation);
    },

    /**
     * Reads a document and changes nothing.
     * @param server of an earlier import to compare with
     * @throws Refusal `openapi_invalid`, `openapi_unread`
     */
    preview(text: string, server?: string): Promise<ApiPreview> {
      const before = server === undefined ? undefined : find(server);
      return reader.preview({ text, before: before?.operations ?? null });
    },

    /**
     * What a server is to have of a document.
     * @param names of the tools; null for those that only read
     * @throws Refusal `openapi_invalid`, `openapi_unread`
     */
    take: (server: string, text: string, names: readonly string[] | null): Promise<Api> =>
      taken(server, text, names, []),

    /**
     * The same for a server that has an import already.
     * @param names of the tools; null for those that it has, as far as the document still offers them
     * @throws Refusal `openapi_invalid`, `openapi_unread`
     */
    takeAgain(server: string, text: string, names: readonly string[] | null): Promise<Api> {
      const kept = find(server)?.operations.map(({ name }) => name) ?? [];
      return taken(server, text, names, kept);
    },
  };
}

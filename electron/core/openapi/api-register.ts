// Imported APIs: what a document offers, what of it was taken, and what is different when it is read again.
import { checkAddress } from "../destination.ts";
import { type Digest, hex } from "../digest.ts";
import type { Clock } from "../clock.ts";
import { Refusal } from "../errors.ts";
import { canonical } from "../pins/canonical.ts";
import { readTree } from "../pins/json-tree.ts";
import type { Store } from "../registry.ts";
import type { ApiFace, Server } from "../servers.ts";
import { type Api, type ApiOperation, isDestructiveMethod, routeOf } from "./api.ts";
import {
  baseProblem,
  isPreselected,
  picked,
  readApi,
  type StatedAuth,
  type StatedBase,
} from "./document.ts";

/** One operation as a person picks it. */
export interface OfferedOperation {
  /** Of the tool that it would become. */
  readonly name: string;
  /** `GET /items/{sku}` */
  readonly route: string;
  readonly method: string;
  readonly title: string;
  readonly deprecated: boolean;
  /** Picked unless the person says otherwise: what only reads; at another reading, what was picked before. */
  readonly picked: boolean;
  /** Beside what was imported before: null where it was not, or nothing was. */
  readonly change: "same" | "changed" | "new" | null;
  /** Why it cannot become a tool; null where it can. */
  readonly reason: string | null;
}

/** A document before anything of it is used. */
export interface ApiPreview {
  readonly title: string;
  readonly version: string;
  readonly bases: readonly StatedBase[];
  readonly auth: readonly StatedAuth[];
  readonly operations: readonly OfferedOperation[];
  /** Tools of the present import that the document does not offer any more. */
  readonly gone: readonly string[];
}

export interface ApiPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
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

export function createApiRegister({ store, clock, digest }: ApiPorts) {
  const find = (server: string): Api | undefined =>
    store.read("apis").find((api) => api.server === server);

  return {
    /** What was imported for a server; undefined where nothing is there. */
    find,

    faceOf(server: Server): ApiFace | null {
      const api = server.kind === "openapi" ? find(server.id) : undefined;
      if (api === undefined) return null;
      const { title, version, importedAt, operations } = api;
      return { title, version, importedAt, tools: operations.length };
    },

    /**
     * Reads a document and changes nothing.
     * @param server of an earlier import to compare with
     * @throws Refusal `openapi_invalid`
     */
    preview(text: string, server?: string): ApiPreview {
      const read = readApi(text);
      const before = server === undefined ? undefined : find(server);
      const known = new Map(before?.operations.map((one) => [one.name, one]));
      const operations = read.tools.map((tool): OfferedOperation => {
        if (!tool.offered) {
          const { route, method, title, deprecated, reason } = tool;
          return {
            name: "",
            route,
            method,
            title,
            deprecated,
            picked: false,
            change: null,
            reason,
          };
        }
        const { operation, route } = tool;
        const { name, method, title, deprecated } = operation;
        const old = known.get(name);
        const change =
          before === undefined
            ? null
            : old === undefined
              ? "new"
              : same(old, operation)
                ? "same"
                : "changed";
        const wasPicked = before === undefined ? isPreselected(operation) : old !== undefined;
        return { name, route, method, title, deprecated, picked: wasPicked, change, reason: null };
      });
      const offered = new Set(operations.map(({ name }) => name));
      const gone = [...known.keys()].filter((name) => !offered.has(name));
      const { title, version, bases, auth } = read;
      return { title, version, bases, auth, operations, gone };
    },

    /**
     * The same for a server that has an import already.
     * @param names of the tools; null for those that it has, as far as the document still offers them
     * @throws Refusal `openapi_invalid`
     */
    takeAgain(server: string, text: string, names: readonly string[] | null): Api {
      if (names !== null) return this.take(server, text, names);
      const offered = new Set(
        readApi(text).tools.flatMap((tool) => (tool.offered ? [tool.operation.name] : [])),
      );
      const kept = find(server)?.operations.map(({ name }) => name) ?? [];
      return this.take(
        server,
        text,
        kept.length === 0 ? null : kept.filter((name) => offered.has(name)),
      );
    },

    /** `GET /items/{sku}` for a tool of an imported API; null for anything else. */
    routeOf(server: Server, tool: string | null): string | null {
      if (server.kind !== "openapi") return null;
      const operation = find(server.id)?.operations.find(({ name }) => name === tool);
      return operation === undefined ? null : routeOf(operation);
    },

    /**
     * What a server is to have of a document.
     * @param names of the tools; null for those that only read
     * @throws Refusal `openapi_invalid`
     */
    take(server: string, text: string, names: readonly string[] | null): Api {
      const read = readApi(text);
      return {
        server,
        title: read.title,
        version: read.version,
        importedAt: new Date(clock.now()).toISOString(),
        sha256: hex(digest.sha256(text)),
        operations: picked(read, names),
      };
    },
  };
}

/** Equal in everything that a call or a tool's definition is made of. */
const same = (a: ApiOperation, b: ApiOperation): boolean => textOf(a) === textOf(b);

function textOf(operation: ApiOperation): string {
  const tree = readTree(JSON.stringify(operation));
  return tree === null ? routeOf(operation) : canonical(tree);
}

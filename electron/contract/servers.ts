// The contract's methods about servers and the choice of a pattern.
import { z } from "zod";
import type { StderrTail } from "../contract-views.ts";
import type { Proposal } from "../core/finding/proposal.ts";
import { idOf, slug } from "../core/names.ts";
import type { ApiPreview } from "../core/openapi/reading.ts";
import type { Advice, Standing } from "../core/oauth/keeping/advice.ts";
import { scopeToken } from "../core/patterns.ts";
import { stage, type ServerView, envName } from "../core/servers.ts";
import type { TestReport } from "../core/try-server.ts";
import {
  addApiServer,
  addHttpServer,
  addStdioServer,
  agreed,
  attemptId,
  documentText,
  keyPlace,
  keylessAuth,
  pickedTools,
  secretText,
  tenantScope,
  trustPem,
} from "./inputs.ts";
import { type MethodShape, returns } from "./shape.ts";
export const serverMethods = {
  "servers.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly ServerView[]>(),
  },
  "servers.add": {
    surfaces: ["app", "cli"],
    input: z.discriminatedUnion("kind", [addHttpServer, addApiServer, addStdioServer]),
    output: returns<ServerView>(),
  },
  /** Reads an OpenAPI document and tells what it offers. Nothing is kept, and nothing is fetched. */
  "apis.read": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      document: documentText,
      /** Whose present import it is compared with. */
      server: idOf("srv").nullable().default(null),
    }),
    output: returns<ApiPreview>(),
  },
  /** Puts another reading of its document in the place of a server's import; left out, the same tools are picked. */
  "servers.import": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      id: idOf("srv"),
      document: documentText,
      operations: pickedTools.nullable().default(null),
    }),
    output: returns<ServerView>(),
  },
  /** Which pattern fits, why, and what a thief of its credential could still do. */
  "patterns.advise": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      tenants: z.enum(["one", "several"]),
      stakes: z.enum(["low", "standard", "critical", "regulated"]),
      onBehalf: z.boolean(),
      stage: stage.default("development"),
    }),
    output: returns<Advice>(),
  },
  /** The same question about a server as it is. */
  "servers.standing": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("srv") }),
    output: returns<Standing>(),
  },
  /** Asks a server how it authenticates, and proposes a pattern. Nothing is kept, and nothing secret is sent. */
  "servers.discover": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      ...tenantScope,
      url: z.url({ protocol: /^https?$/ }).max(4096),
      stage: stage.default("development"),
      /** Which of the issuers that the server names. */
      issuer: z
        .url({ protocol: /^https?$/ })
        .max(2048)
        .nullable()
        .default(null),
      ...agreed,
      trustPem: trustPem.default(null),
      attempt: attemptId.nullable().default(null),
    }),
    output: returns<Proposal>(),
  },
  "servers.cancelDiscovery": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ attempt: attemptId }),
    output: returns<{ cancelled: boolean }>(),
  },
  "servers.setState": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("srv"), state: z.enum(["active", "paused"]) }),
    output: returns<ServerView>(),
  },
  "servers.update": {
    surfaces: ["app", "cli"],
    /** What is left out stays. A key whose address changes is deleted unless it is given anew. */
    input: z.strictObject({
      id: idOf("srv"),
      name: slug.optional(),
      stage: stage.optional(),
      http: z
        .strictObject({
          url: z
            .url({ protocol: /^https?$/ })
            .max(4096)
            .optional(),
          auth: z
            .discriminatedUnion("type", [
              ...keylessAuth,
              z.strictObject({ ...keyPlace, secret: secretText.nullable().default(null) }),
            ])
            .optional(),
          allowPlainHttpOnLoopback: z.boolean().optional(),
          trustPem: trustPem.optional(),
        })
        .optional(),
      stdio: addStdioServer
        .pick({ command: true })
        .partial()
        .extend({
          args: z.array(z.string().max(8192)).max(256).optional(),
          cwd: z.string().min(1).max(4096).nullable().optional(),
          env: z.record(envName, z.string().max(32_768)).optional(),
        })
        .optional(),
    }),
    output: returns<ServerView>(),
  },
  "servers.replaceSecret": {
    surfaces: ["app", "cli"],
    /** `env`: which variable of a local server; left out for the key of an http server. */
    input: z.strictObject({ id: idOf("srv"), env: envName.optional(), secret: secretText }),
    output: returns<ServerView>(),
  },
  "servers.setAgentScopes": {
    surfaces: ["app", "cli"],
    /** A part of the server's scopes for this one agent; null gives it all of them. */
    input: z.strictObject({
      id: idOf("srv"),
      agent: idOf("agt"),
      scopes: z.array(scopeToken).min(1).max(64).nullable(),
    }),
    output: returns<ServerView>(),
  },
  "servers.remove": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("srv") }),
    output: returns<{ removed: true }>(),
  },
  "servers.test": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("srv") }),
    output: returns<TestReport>(),
  },
  "servers.stderr": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("srv") }),
    output: returns<StderrTail>(),
  },
} as const satisfies Record<string, MethodShape>;

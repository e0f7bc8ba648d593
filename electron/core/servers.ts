// A server: something upstream that an agent may call.
import { z } from "zod";
import { idOf, instant, slug } from "./names.ts";
import { patternSchema } from "./patterns.ts";

export { bindingSchema, fieldName, patternSchema } from "./patterns.ts";
export type { Binding, Pattern, PatternType } from "./patterns.ts";

export const stage = z.enum(["development", "staging", "production"]);
export type Stage = z.infer<typeof stage>;

const common = {
  id: idOf("srv"),
  tenant: slug,
  /** Stands in `/mcp/<name>`; unique in its tenant. */
  name: slug,
  stage,
  state: z.enum(["active", "paused"]),
  createdAt: instant,
};

/** What every server that is reached over HTTP has. */
const overHttp = {
  /** The Streamable HTTP endpoint of an MCP server; what the paths of a plain API lie below. */
  url: z.url({ protocol: /^https?$/ }),
  pattern: patternSchema,
  /** A person agreed to send this server's key over plain HTTP on loopback. Never honoured elsewhere. */
  allowPlainHttpOnLoopback: z.boolean(),
  /** PEM of authorities that may vouch for this server besides the runtime's own; chosen by a person. */
  trustPem: z.string().max(65_536).nullable().default(null),
};

export const mcpServerSchema = z.strictObject({ ...common, kind: z.literal("http"), ...overHttp });

/** A plain HTTP API. What was imported of its OpenAPI document is in a document of its own (openapi/api.ts). */
export const apiServerSchema = z.strictObject({
  ...common,
  kind: z.literal("openapi"),
  ...overHttp,
  /** Which import its tools are of: another one is a change of the server. */
  importedAt: instant,
  /** Tools that replace or take away what is there, by their HTTP method. */
  destructive: z.array(z.string().min(1).max(64)).max(1000),
});

/** POSIX names only: what every shell and every platform can hold. */
export const envName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,127}$/,
    "must be the name of a variable: letters, digits and _, and no digit first",
  );

export const stdioServerSchema = z.strictObject({
  ...common,
  kind: z.literal("stdio"),
  /** Started as it stands, without a shell. */
  command: z
    .string()
    .min(1)
    .max(4096)
    .regex(/^[^\0]*$/),
  args: z
    .array(
      z
        .string()
        .max(8192)
        .regex(/^[^\0]*$/),
    )
    .max(256),
  cwd: z.string().min(1).max(4096).nullable(),
  /** Ordinary variables, kept in the settings file. */
  env: z.record(
    envName,
    z
      .string()
      .max(32_768)
      .regex(/^[^\0]*$/),
  ),
  /** Variables whose value is a secret in the vault. */
  secretEnv: z.record(envName, z.strictObject({ secret: idOf("sec"), secretAddedAt: instant })),
});

export const serverSchema = z.discriminatedUnion("kind", [
  mcpServerSchema,
  apiServerSchema,
  stdioServerSchema,
]);
export type McpServer = z.infer<typeof mcpServerSchema>;
export type ApiServer = z.infer<typeof apiServerSchema>;
/** Reached over HTTP, whether it speaks MCP itself or is a plain API. */
export type HttpServer = McpServer | ApiServer;
export type StdioServer = z.infer<typeof stdioServerSchema>;
export type Server = z.infer<typeof serverSchema>;

/** How a local server's process is doing. */
export interface StdioHealth {
  readonly state: "idle" | "running" | "backing-off";
  readonly processes: number;
  readonly restarts: number;
  /** UTC instant of the next allowed start while backing off. */
  readonly nextStartAt: string | null;
}

/** A server as surfaces see it. It holds no secret: a secret is only ever named by its id. */
export type ServerView = Server & {
  /** What an agent is configured with. */
  readonly endpoint: string;
  readonly stdio: StdioHealth | null;
  /** What was imported of an OpenAPI document; null for servers that speak MCP themselves. */
  readonly api: ApiFace | null;
  /** The newest call that was sent to it and ended; null where there is none, or none can be read. */
  readonly lastCall: LastCall | null;
};

/** How a server is doing, as far as calls tell: it answered, if only with an error, or it did not. */
export interface LastCall {
  /** UTC instant. */
  readonly at: string;
  readonly answered: boolean;
  /** Why it did not, in a sentence. */
  readonly why: string | null;
}

/** An imported document in short. */
export interface ApiFace {
  readonly title: string;
  readonly version: string;
  readonly importedAt: string;
  readonly tools: number;
}

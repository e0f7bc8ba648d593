// `server add`: a server over HTTP, or a local one.
import { asTyped } from "../core/command-line.ts";
import type { InputOf } from "../contract.ts";
import { checkUrl, readCertificates, usage } from "./given.ts";
import { looksSecret } from "./parse.ts";
import type { Remote } from "./remote.ts";
import { OAUTH_OPTIONS, patternOf, prepareOAuth } from "./server-oauth.ts";
import { addFound } from "./server-find.ts";
import { chosenOf, importedText } from "./server-openapi.ts";
import { addressText } from "./server-text.ts";
import type { Context, Run } from "./types.ts";

type AddInput = InputOf<"servers.add">;
type HttpInput = Extract<AddInput, { kind: "http" }>;
type StdioInput = Extract<AddInput, { kind: "stdio" }>;

export function stageOf({ text }: Context): { stage?: "development" | "staging" | "production" } {
  const stage = text("stage");
  if (stage === undefined) return {};
  if (stage !== "development" && stage !== "staging" && stage !== "production") {
    throw usage("--stage takes development, staging or production.");
  }
  return { stage };
}

const tenantOf = ({ tenant }: Context): { tenant?: string } =>
  tenant === undefined ? {} : { tenant };

/** What only says how to go on where it has to be found out. */
const FIND_OPTIONS = ["yes", "confirm-issuer", "no-sign-in"];
export const KEY_OPTIONS = ["header", "prefix", "query"];
const HTTP_OPTIONS = [
  "api-key",
  "allow-plain-http-on-loopback",
  "auth",
  "trust",
  ...FIND_OPTIONS,
  ...KEY_OPTIONS,
  ...OAUTH_OPTIONS,
];

/** All but how it authenticates, which is to be found out. */
export type HttpBasis = Omit<HttpInput, "auth">;
type Completed = AddInput | { readonly kind: "find"; readonly basis: HttpBasis };
type Complete = (remote: Remote) => Promise<Completed>;

/** Everything but the key, which is asked for only when it is known that all else is well. */
function readHttp(context: Context, url = context.args[1]): Complete {
  const { args, flag, io, text } = context;
  const [name = ""] = args;
  if (url === undefined)
    throw usage("Give the server's address, or --stdio and its command after --.");
  checkUrl(url, "server", "A key is given with --api-key: it is read from standard input.");
  for (const option of ["env", "secret-env", "cwd"]) {
    if (text(option) !== undefined) throw usage(`--${option} belongs to a local server (--stdio).`);
  }
  if (text("header") !== undefined && text("query") !== undefined) {
    throw usage("The key goes in a header or in the query, not in both.");
  }
  if (text("prefix") !== undefined && text("query") !== undefined) {
    throw usage("--prefix belongs to a header.");
  }
  const wantsKey = flag("api-key") || KEY_OPTIONS.some((option) => text(option) !== undefined);
  const none = text("auth") === "none";
  const pattern = none ? null : patternOf(context);
  const stray = OAUTH_OPTIONS.find((option) => flag(option) || text(option) !== undefined);
  if (none && (wantsKey || stray !== undefined)) {
    throw usage("--auth none goes without a key and without an issuer.");
  }
  const find = !none && !wantsKey && pattern === null;
  const idle = FIND_OPTIONS.find((option) => flag(option) || text(option) !== undefined);
  if (!find && idle !== undefined) {
    throw usage(`--${idle} goes with finding out: leave the pattern out.`);
  }
  if (pattern !== null && wantsKey) throw usage(`--auth ${pattern} goes without a key.`);
  const oauth = pattern === null ? null : prepareOAuth(context, pattern);
  const plain = flag("allow-plain-http-on-loopback");
  const trust = text("trust");
  const input: HttpBasis = {
    kind: "http",
    name,
    url,
    ...tenantOf(context),
    ...stageOf(context),
    ...(plain && { allowPlainHttpOnLoopback: true }),
  };
  return async (remote) => {
    const trusting = trust === undefined ? {} : { trustPem: await readCertificates(io, trust) };
    if (find) return { kind: "find", basis: { ...input, ...trusting } };
    if (oauth !== null) return { ...input, ...trusting, auth: await oauth(remote) };
    return { ...input, ...trusting, auth: wantsKey ? await withKey(context) : { type: "none" } };
  };
}

async function withKey(context: Context): Promise<HttpInput["auth"]> {
  const { text, secrets } = context;
  const query = text("query");
  const header = text("header");
  const prefix = text("prefix");
  const name = query ?? header;
  const secret = (await secrets.one(`Key of ${context.args[0] ?? "the server"}`)).reveal();
  return {
    type: "api-key",
    in: query === undefined ? "header" : "query",
    ...(name !== undefined && { name }),
    ...(prefix !== undefined && { prefix }),
    secret,
  };
}

/** `--api-key VALUE`, `--token=VALUE`, `KEY=VALUE`: what a program is given so stands in the process list. */
export function firstVisibleSecret(words: readonly string[]): string | null {
  for (const word of words) {
    const name = /^(?:--?([\w-]+)|([A-Za-z_]\w*)=.)/.exec(word);
    const found = name?.[1] ?? name?.[2];
    if (found !== undefined && looksSecret(found)) return found.slice(0, 40);
  }
  return null;
}

export function readEnv(pairs: readonly string[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at);
    if (at < 1) throw usage("--env takes NAME=VALUE.");
    if (looksSecret(name)) {
      throw usage(
        `The value of ${name.slice(0, 40)} looks like a secret. Use --secret-env ${name.slice(0, 40)}: it is read from standard input and kept in the vault.`,
      );
    }
    if (Object.hasOwn(env, name)) throw usage("--env names a variable twice.");
    env[name] = pair.slice(at + 1);
  }
  return env;
}

function readStdio(context: Context): {
  input: Omit<StdioInput, "secretEnv">;
  secretNames: readonly string[];
} {
  const { args, rest, flag, text, texts } = context;
  const [name = "", stray] = args;
  if (stray !== undefined)
    throw usage("A local server has no address: its command follows after --.");
  for (const option of HTTP_OPTIONS) {
    if (flag(option) || text(option) !== undefined) {
      throw usage(`--${option} belongs to a server over HTTP.`);
    }
  }
  const [command, ...commandArgs] = rest ?? [];
  if (command === undefined) throw usage("Give the command of the local server after --.");
  const exposed = flag("allow-visible-secret") ? null : firstVisibleSecret(commandArgs);
  if (exposed !== null) {
    throw usage(
      `“${exposed}” after -- looks like a secret, which every program of this machine could read. Hand it over with --secret-env NAME, or say --allow-visible-secret.`,
    );
  }
  const secretNames = texts("secret-env");
  if (secretNames.some((one) => !/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(one))) {
    throw usage(
      "--secret-env takes the name of a variable alone; its value is read from standard input.",
    );
  }
  if (new Set(secretNames).size < secretNames.length)
    throw usage("--secret-env names a variable twice.");
  const cwd = text("cwd");
  return {
    secretNames,
    input: {
      kind: "stdio",
      name,
      command,
      args: commandArgs,
      env: readEnv(texts("env")),
      ...(cwd !== undefined && { cwd }),
      ...tenantOf(context),
      ...stageOf(context),
    },
  };
}

/** Like a server over HTTP, but for its address, which the document only claims, and that nothing is found out. */
function readApi(context: Context, file: string): Complete {
  if (context.args[1] !== undefined) throw usage("With --openapi, the address goes in --base URL.");
  if (context.flag("stdio")) throw usage("Say --openapi or --stdio.");
  const { flag, text } = context;
  const said = flag("api-key") || ["auth", ...KEY_OPTIONS].some((one) => text(one) !== undefined);
  if (!said) throw usage("Say how the API lets one in: --api-key, --auth PATTERN or --auth none.");
  // Looks at all options before anything is read or asked; its own --yes is about the address.
  const rest = { ...context, flag: (name: string) => name !== "yes" && flag(name) };
  readHttp(rest, "https://api.invalid/");
  return async (remote) => {
    const chosen = await chosenOf(context, remote, file);
    const input = await readHttp(rest, chosen.url)(remote);
    if (input.kind !== "http") throw usage("An API is not asked how it lets one in.");
    return { ...input, ...chosen, kind: "openapi" };
  };
}

/** Reads and checks the arguments. @returns how the rest is got: secrets, and what names stand for */
function prepare(context: Context): Complete {
  const file = context.text("openapi");
  if (file !== undefined) return readApi(context, file);
  const stray = ["base", "operation", "all"].find(
    (one) => context.flag(one) || context.text(one) !== undefined || context.texts(one).length > 0,
  );
  if (stray !== undefined) throw usage(`--${stray} belongs to --openapi FILE.`);
  if (context.flag("stdio")) {
    const { input, secretNames } = readStdio(context);
    return async () => {
      if (secretNames.length === 0) return input;
      const values = await context.secrets.each(secretNames);
      const pairs = secretNames.map((name, i) => [name, values[i]?.reveal() ?? ""] as const);
      return { ...input, secretEnv: Object.fromEntries(pairs) };
    };
  }
  if (context.rest !== null)
    throw usage("A command after -- belongs to a local server: add --stdio.");
  return readHttp(context);
}

export const add: Run = async (context) => {
  const { connect, out } = context;
  const complete = prepare(context);
  const remote = await connect();
  const input = await complete(remote);
  if (input.kind === "find") return addFound(context, remote, input.basis);
  const server = await remote.call("servers.add", input);
  await out.show(server, async (s) => {
    await out.line(`The server “${s.name}” was added: ${addressText(s)}`);
    if (s.kind === "openapi") await out.line(importedText(s));
    await out.line(`Agents use ${s.endpoint}`);
    await out.line(asTyped(`Try it: countersign server test ${s.name}`));
  });
};

// `server add`: a server over HTTP, or a local one.
import type { InputOf } from "../contract.ts";
import { Refusal } from "../core/errors.ts";
import { looksSecret } from "./parse.ts";
import { addressText } from "./server.ts";
import type { Context, Run } from "./types.ts";

type AddInput = InputOf<"servers.add">;
type HttpInput = Extract<AddInput, { kind: "http" }>;
type StdioInput = Extract<AddInput, { kind: "stdio" }>;

const usage = (reason: string): Refusal => new Refusal("usage", { reason });

function stageOf({ text }: Context): { stage?: "development" | "staging" | "production" } {
  const stage = text("stage");
  if (stage === undefined) return {};
  if (stage !== "development" && stage !== "staging" && stage !== "production") {
    throw usage("--stage takes development, staging or production.");
  }
  return { stage };
}

const tenantOf = ({ tenant }: Context): { tenant?: string } =>
  tenant === undefined ? {} : { tenant };

const HTTP_ONLY = ["header", "prefix", "query"];
const HTTP_FLAGS = ["api-key", "allow-plain-http-on-loopback"];

function checkUrl(url: string): void {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw usage("The address of the server is not a URL.");
  }
  // It would stand in the process list, the shell's history and the settings file.
  if (parsed.username !== "" || parsed.password !== "") {
    throw usage(
      "The address holds a user or password. Leave them out and give the key with --api-key.",
    );
  }
  for (const name of parsed.searchParams.keys()) {
    if (looksSecret(name)) {
      throw usage(
        "The address holds what looks like a key. Leave it out and use --query NAME: it is read from standard input.",
      );
    }
  }
}

/** Everything but the key, which is asked for only when it is known that all else is well. */
function readHttp(context: Context): { input: Omit<HttpInput, "auth">; wantsKey: boolean } {
  const { args, flag, text } = context;
  const [name = "", url] = args;
  if (url === undefined)
    throw usage("Give the server's address, or --stdio and its command after --.");
  checkUrl(url);
  for (const option of ["env", "secret-env", "cwd"]) {
    if (text(option) !== undefined) throw usage(`--${option} belongs to a local server (--stdio).`);
  }
  if (text("header") !== undefined && text("query") !== undefined) {
    throw usage("The key goes in a header or in the query, not in both.");
  }
  if (text("prefix") !== undefined && text("query") !== undefined) {
    throw usage("--prefix belongs to a header.");
  }
  const wantsKey = flag("api-key") || HTTP_ONLY.some((option) => text(option) !== undefined);
  const plain = flag("allow-plain-http-on-loopback");
  return {
    wantsKey,
    input: {
      kind: "http",
      name,
      url,
      ...tenantOf(context),
      ...stageOf(context),
      ...(plain && { allowPlainHttpOnLoopback: true }),
    },
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
function firstVisibleSecret(words: readonly string[]): string | null {
  for (const word of words) {
    const name = /^(?:--?([\w-]+)|([A-Za-z_]\w*)=.)/.exec(word);
    const found = name?.[1] ?? name?.[2];
    if (found !== undefined && looksSecret(found)) return found.slice(0, 40);
  }
  return null;
}

function readEnv(pairs: readonly string[]): Record<string, string> {
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
  for (const option of HTTP_ONLY) {
    if (text(option) !== undefined) throw usage(`--${option} belongs to a server over HTTP.`);
  }
  for (const option of HTTP_FLAGS) {
    if (flag(option)) throw usage(`--${option} belongs to a server over HTTP.`);
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

/** Reads and checks the arguments. @returns how the rest, the secrets, is got */
function prepare(context: Context): () => Promise<AddInput> {
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
  const { input, wantsKey } = readHttp(context);
  return async () => ({ ...input, auth: wantsKey ? await withKey(context) : { type: "none" } });
}

export const add: Run = async (context) => {
  const { connect, out } = context;
  const complete = prepare(context);
  const remote = await connect();
  const server = await remote.call("servers.add", await complete());
  await out.show(server, async (s) => {
    await out.line(`The server “${s.name}” was added: ${addressText(s)}`);
    await out.line(`Agents use ${s.endpoint}`);
    await out.line(`Try it: countersign server test ${s.name}`);
  });
};

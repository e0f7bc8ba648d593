// `server edit`: changes what is given and leaves the rest.
import { asTyped } from "../core/command-line.ts";
import type { InputOf } from "../contract.ts";
import type { ServerView } from "../core/servers.ts";
import { checkUrl, readCertificates, usage } from "./given.ts";
import { findServer, type Remote } from "./remote.ts";
import { firstVisibleSecret, KEY_OPTIONS, readEnv, stageOf } from "./server-add.ts";
import { OAUTH_OPTIONS, patternOf, prepareOAuth } from "./server-oauth.ts";
import { addressText, keyStrays } from "./server-text.ts";
import type { Context, Run } from "./types.ts";

type Change = InputOf<"servers.update">;
type HttpChange = NonNullable<Change["http"]>;
type StdioChange = NonNullable<Change["stdio"]>;

const LOCAL_OPTIONS = ["env", "cwd", "allow-visible-secret"];
const WEB_OPTIONS = [
  "url",
  "api-key",
  "no-key",
  "auth",
  "trust",
  "no-trust",
  "allow-plain-http-on-loopback",
  ...KEY_OPTIONS,
  ...OAUTH_OPTIONS,
];

const isGiven = ({ flag, text }: Context, option: string): boolean =>
  flag(option) || text(option) !== undefined;

function refuseStray(context: Context, options: readonly string[], where: string): void {
  const stray = options.find((option) => isGiven(context, option));
  if (stray !== undefined) throw usage(`--${stray} belongs to ${where}.`);
}

/** The key stays where only its place changes; `--api-key` asks for a new one. */
async function keyChange(
  context: Context,
  server: Exclude<ServerView, { kind: "stdio" }>,
): Promise<HttpChange["auth"]> {
  const { flag, secrets, text } = context;
  const header = text("header");
  const query = text("query");
  const prefix = text("prefix");
  if (header !== undefined && query !== undefined) {
    throw usage("The key goes in a header or in the query, not in both.");
  }
  if (prefix !== undefined && query !== undefined) throw usage("--prefix belongs to a header.");
  const before = server.pattern.type === "api-key" ? server.pattern : null;
  const place = query !== undefined ? "query" : header !== undefined ? "header" : before?.in;
  const name = query ?? header ?? before?.name;
  return {
    type: "api-key",
    ...(place !== undefined && { in: place }),
    ...(name !== undefined && { name }),
    prefix: prefix ?? (query === undefined && header === undefined ? (before?.prefix ?? "") : ""),
    secret: flag("api-key") ? (await secrets.one(`New key of ${server.name}`)).reveal() : null,
  };
}

async function httpChange(
  context: Context,
  remote: Remote,
  server: Exclude<ServerView, { kind: "stdio" }>,
): Promise<HttpChange> {
  const { flag, io, text } = context;
  if (context.rest !== null) throw usage("A command after -- belongs to a local server.");
  refuseStray(context, LOCAL_OPTIONS, "a local server");
  const url = text("url");
  if (url !== undefined) {
    checkUrl(url, "server", "A key is given with --api-key: it is read from standard input.");
  }
  const wantsKey = flag("api-key") || KEY_OPTIONS.some((option) => text(option) !== undefined);
  const pattern = patternOf(context);
  if ([wantsKey, pattern !== null, flag("no-key")].filter(Boolean).length > 1) {
    throw usage("Say one of --api-key, --auth and --no-key.");
  }
  const trust = text("trust");
  if (trust !== undefined && flag("no-trust")) throw usage("Say --trust or --no-trust.");
  const auth = wantsKey
    ? await keyChange(context, server)
    : pattern !== null
      ? await prepareOAuth(context, pattern)(remote)
      : flag("no-key")
        ? ({ type: "none" } as const)
        : undefined;
  return {
    ...(url !== undefined && { url }),
    ...(auth !== undefined && { auth }),
    ...(flag("allow-plain-http-on-loopback") && { allowPlainHttpOnLoopback: true }),
    ...(trust !== undefined && { trustPem: await readCertificates(io, trust) }),
    ...(flag("no-trust") && { trustPem: null }),
  };
}

function stdioChange(context: Context): StdioChange {
  const { flag, rest, text, texts } = context;
  refuseStray(context, WEB_OPTIONS, "a server over HTTP");
  const [command, ...args] = rest ?? [];
  const exposed = flag("allow-visible-secret") ? null : firstVisibleSecret(args);
  if (exposed !== null) {
    throw usage(
      `“${exposed}” after -- looks like a secret, which every program of this machine could read. Hand it over with --secret-env NAME when the server is added, or say --allow-visible-secret.`,
    );
  }
  const cwd = text("cwd");
  return {
    ...(command !== undefined && { command, args }),
    ...(cwd !== undefined && { cwd }),
    ...(texts("env").length > 0 && { env: readEnv(texts("env")) }),
  };
}

export const edit: Run = async (context) => {
  const { args, connect, out, tenant, text } = context;
  const stage = stageOf(context);
  const remote = await connect();
  const server = await findServer(remote, tenant, args[0] ?? "");
  const name = text("name");
  const part =
    server.kind !== "stdio"
      ? { http: await httpChange(context, remote, server) }
      : { stdio: stdioChange(context) };
  const [inner = {}] = Object.values(part);
  if (name === undefined && stage.stage === undefined && Object.keys(inner).length === 0) {
    throw usage("Say what is to change: countersign server edit --help.");
  }
  const now = await remote.call("servers.update", {
    id: server.id,
    ...(name !== undefined && { name }),
    ...stage,
    ...part,
  });
  await out.show(now, async (s) => {
    await out.line(`The server “${s.name}” was changed: ${addressText(s)}`);
    if (s.name !== server.name) await out.line(`Agents use ${s.endpoint} from now on.`);
    if (!keyStrays(s)) return;
    await out.line("What it was sent belongs to its former address, and is not sent to this one.");
    await out.line(
      s.kind !== "stdio" && s.pattern.type === "api-key"
        ? asTyped(`Its key was deleted. Enter it anew: countersign server replace-key ${s.name}`)
        : asTyped(
            `If it really moved, give its pattern anew: countersign server edit ${s.name} --auth …`,
          ),
    );
  });
};

// `server add --openapi` and `server import`: a plain HTTP API, from the document that describes it.
import type { InputOf } from "../contract.ts";
import type { ApiPreview, OfferedOperation } from "../core/openapi/reading.ts";
import type { ServerView } from "../core/servers.ts";
import { agrees, isAttended } from "./ask.ts";
import { checkUrl, readFile, usage } from "./given.ts";
import { cell } from "./output.ts";
import { findServer, type Remote } from "./remote.ts";
import { cut } from "./text.ts";
import type { Context, Io, Run } from "./types.ts";

/** The contract's largest. */
const MOST_BYTES = 4 * 1024 * 1024;

/** @throws Refusal `file_unreadable`, `usage` */
export async function readDocument(io: Io, file: string): Promise<string> {
  const bytes = await readFile(io, file, MOST_BYTES);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw usage(`“${file}” is not UTF-8 text.`);
  }
}

/** What the command line says of the document: the API's address, which the file only claims, and the tools. */
export async function chosenOf(
  context: Context,
  remote: Remote,
  file: string,
): Promise<
  Pick<Extract<InputOf<"servers.add">, { kind: "openapi" }>, "document" | "operations" | "url">
> {
  const document = await readDocument(context.io, file);
  const preview = await remote.call("apis.read", { document });
  const operations = picksOf(context, preview);
  return { document, operations, url: await baseFor(context, preview) };
}

/** Null leaves it to Countersign: all that only read, or what is picked already. @throws Refusal `usage` */
function picksOf({ flag, texts }: Context, preview: ApiPreview): string[] | null {
  const named = texts("operation");
  if (flag("all") && named.length > 0) throw usage("Say --all or --operation.");
  const offered = preview.operations.filter(({ reason }) => reason === null);
  if (flag("all")) return offered.map(({ name }) => name);
  const unknown = named.find((name) => !offered.some((one) => one.name === name));
  if (unknown !== undefined) {
    throw usage(
      `The document offers no operation “${unknown}”. See: countersign server import --help.`,
    );
  }
  return named.length === 0 ? null : [...new Set(named)];
}

/** @throws Refusal `usage` where it is not clear, or the person does not agree */
async function baseFor({ flag, io, out, text }: Context, { bases }: ApiPreview): Promise<string> {
  const given = text("base");
  if (given !== undefined) {
    checkUrl(given, "API", "A key is given with --api-key: it is read from standard input.");
    return given;
  }
  const usable = bases.filter(({ problem }) => problem === null);
  const [only, more] = usable;
  if (only === undefined) {
    const why =
      bases[0] === undefined ? "" : ` (it says “${bases[0].url}”: ${bases[0].problem ?? ""})`;
    throw usage(`The document names no address that can be used${why}. Give it with --base URL.`);
  }
  if (more !== undefined) {
    throw usage(
      `The document names several addresses: ${usable.map(({ url }) => url).join(", ")}. Choose with --base URL.`,
    );
  }
  const agreed =
    flag("yes") ||
    (!out.json &&
      isAttended(io) &&
      (await agrees(io, `The file says that the API is at ${only.url}. Send calls there?`, true)));
  if (agreed) return only.url;
  throw usage(
    `The file says that the API is at ${only.url}. Agree with --base ${only.url}, or with --yes.`,
  );
}

/** What there is to pick from, one line each. */
export async function showOperations(
  { out }: Context,
  operations: readonly OfferedOperation[],
): Promise<void> {
  await out.table(
    ["TOOL", "OPERATION", "PICKED", "NOTE"],
    operations.map((one) => [
      one.name === "" ? "-" : one.name,
      cut(one.route, 60),
      one.picked ? cell("yes", "good") : "no",
      cut([...notesOf(one), one.title].filter((part) => part !== "").join("; "), 80),
    ]),
  );
}

function notesOf({ change, deprecated, reason }: OfferedOperation): string[] {
  return [
    reason === null ? "" : `not offered: ${reason}`,
    deprecated ? "deprecated" : "",
    change === null || change === "same" ? "" : change,
  ];
}

/** `server import <file>`: what a document offers. `server import <server> <file>`: puts it in the place of the former. */
export const importApi: Run = async (context) => {
  const { args, connect, flag, io, out, tenant } = context;
  const [first = "", second] = args;
  const remote = await connect();
  if (second === undefined) {
    const preview = await remote.call("apis.read", { document: await readDocument(io, first) });
    return out.show(preview, (p) => showOperations(context, p.operations));
  }
  const server = await findServer(remote, tenant, first);
  const document = await readDocument(io, second);
  const preview = await remote.call("apis.read", { document, server: server.id });
  if (flag("dry-run")) return out.show(preview, (p) => showChanges(context, p));
  const operations = picksOf(context, preview);
  if (!out.json) await showChanges(context, preview);
  const now = await remote.call("servers.import", { id: server.id, document, operations });
  await out.show(now, (s) => out.line(importedText(s)));
};

/** “shop” has 2 tools of Shop 1.0. */
export const importedText = ({ api, name }: ServerView): string =>
  `“${name}” has ${api?.tools === 1 ? "1 tool" : `${api?.tools ?? 0} tools`}${api === null || api.title === "" ? "" : ` of ${api.title} ${api.version}`.trimEnd()}.`;

async function showChanges(context: Context, { gone, operations }: ApiPreview): Promise<void> {
  const different = operations.filter(({ change }) => change === "new" || change === "changed");
  if (different.length > 0) await showOperations(context, different);
  for (const name of gone) await context.out.line(`${name} is not offered any more.`);
  if (different.length === 0 && gone.length === 0) {
    await context.out.line("The document offers what it offered before.");
  }
}

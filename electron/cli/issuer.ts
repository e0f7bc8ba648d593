// `issuer list | add | remove`; what changes one is in issuer-change.ts.
import { asTyped } from "../core/command-line.ts";
import type { InputOf } from "../contract.ts";
import type { Issuer } from "../core/issuers.ts";
import { DEFAULT_TENANT } from "../core/names.ts";
import { checkUrl, oneOf, readCertificates, usage } from "./given.ts";
import { findCertificate, findIssuer, type Remote } from "./remote.ts";
import { cut, jsonLines } from "./text.ts";
import type { Context, Run } from "./types.ts";

type AddInput = InputOf<"issuers.add">;
type Auth = AddInput["auth"];

const METHODS = [
  "none",
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
  "tls_client_auth",
  "self_signed_tls_client_auth",
] as const;
export const ALGS = ["ES256", "RS256", "PS256", "EdDSA"] as const;

export const list: Run = async ({ connect, out, tenant }) => {
  const remote = await connect();
  const all = await remote.call("issuers.list", tenant === undefined ? {} : { tenant });
  await out.show(all, async (issuers) => {
    if (issuers.length === 0) {
      return out.line(
        asTyped("No issuers yet. Add one: countersign issuer add <name> <url> --client-id ID"),
      );
    }
    await out.table(
      ["NAME", "TENANT", "ISSUER", "REGISTERED AS", "PROVED BY", "ID"],
      issuers.map((i) => [
        i.name,
        i.tenant,
        cut(i.issuer, 72),
        cut(i.clientId, 40),
        i.auth.method,
        i.id,
      ]),
    );
  });
};

/** Which options go with which way of authentication. @throws Refusal `usage` */
function checkOptions({ flag, text }: Context, method: (typeof METHODS)[number]): void {
  const signs = method === "private_key_jwt";
  const presents = method === "tls_client_auth" || method === "self_signed_tls_client_auth";
  if (!signs && (flag("key-stdin") || text("alg") !== undefined)) {
    throw usage("--key-stdin and --alg belong to --auth private_key_jwt.");
  }
  if (!presents && text("certificate") !== undefined) {
    throw usage("--certificate belongs to --auth tls_client_auth or self_signed_tls_client_auth.");
  }
  if (presents && text("certificate") === undefined) {
    throw usage(`--auth ${method} needs --certificate NAME.`);
  }
}

/** The secrets among it are asked for now, when it is known that somebody takes them. */
async function authOf(
  context: Context,
  remote: Remote,
  method: (typeof METHODS)[number],
): Promise<Auth> {
  const { args, flag, secrets, tenant, text } = context;
  const name = args[0] ?? "";
  switch (method) {
    case "none":
      return { method };
    case "client_secret_basic":
    case "client_secret_post":
      return { method, secret: (await secrets.one(`Client secret at ${name}`)).reveal() };
    case "private_key_jwt": {
      const alg = oneOf("alg", text("alg") ?? "ES256", ALGS);
      if (!flag("key-stdin")) return { method, alg };
      return { method, alg, privateKey: (await secrets.one(`Private key for ${name}`)).reveal() };
    }
    case "tls_client_auth":
    case "self_signed_tls_client_auth": {
      const wanted = text("certificate") ?? "";
      const { id } = await findCertificate(remote, tenant ?? DEFAULT_TENANT, wanted);
      return { method, certificate: id };
    }
  }
  return method satisfies never;
}

/** What is still to be done at the issuer. */
async function showNext({ out }: Context, { auth, name }: Issuer): Promise<void> {
  if (auth.method === "private_key_jwt") {
    await out.line("Register this public key there (RFC 7517):");
    await out.raw(jsonLines(auth.publicJwk));
  }
  if (auth.method === "self_signed_tls_client_auth") {
    await out.line(
      asTyped(`Register its certificate there (x5c): countersign issuer jwks ${name}`),
    );
  }
  if (auth.method === "tls_client_auth") {
    await out.line(
      asTyped(`Register its certificate there: countersign certificate export ${auth.certificate}`),
    );
  }
  await out.line(asTyped(`Sign in: countersign account sign-in ${name}`));
}

export const add: Run = async (context) => {
  const { args, connect, flag, io, out, secrets, tenant, text } = context;
  const [name = "", issuer = ""] = args;
  checkUrl(issuer, "issuer", "A client secret is asked for, or read from standard input.");
  const clientId = text("client-id");
  if (clientId === undefined) throw usage("--client-id is needed: what the issuer registered.");
  const method = oneOf("auth", text("auth") ?? "none", METHODS);
  checkOptions(context, method);
  oneOf("alg", text("alg") ?? "ES256", ALGS);
  // Typed, it would end with its first line.
  if (flag("key-stdin") && secrets.typed) {
    throw usage("--key-stdin reads a PEM file from standard input: … --key-stdin < key.pem");
  }
  const trust = text("trust");
  const trustPem = trust === undefined ? null : await readCertificates(io, trust);

  const remote = await connect();
  const added = await remote.call("issuers.add", {
    name,
    issuer,
    clientId,
    ...(tenant !== undefined && { tenant }),
    auth: await authOf(context, remote, method),
    allowPlainHttpOnLoopback: flag("allow-plain-http-on-loopback"),
    trustPem,
  });
  await out.show(added, async (now) => {
    await out.line(`The issuer “${now.name}” was added: ${now.issuer}`);
    await showNext(context, now);
  });
};

export const wanted = async ({ args, connect, tenant }: Context) => {
  const remote = await connect();
  return { remote, issuer: await findIssuer(remote, tenant, args[0] ?? "") };
};

export const remove: Run = async (context) => {
  const { remote, issuer } = await wanted(context);
  const done = await remote.call("issuers.remove", { id: issuer.id });
  await context.out.show(done, async ({ takenBack }) => {
    await context.out.line(`The issuer “${issuer.name}” and its secret were removed.`);
    if (takenBack === true) await context.out.line("Its registration there was taken back.");
    if (takenBack === false) {
      await context.out.line(
        `Its registration there could not be taken back: have ${issuer.clientId} removed at ${issuer.issuer}.`,
      );
    }
  });
};

/** `issuer document`: what Countersign is, for the person to publish (CIMD). */
export const document: Run = async (context) => {
  const { connect, flag, out, text, texts } = context;
  const url = text("url");
  if (flag("none") && url !== undefined) throw usage("Give --url or --none, not both.");
  if (url !== undefined) checkUrl(url, "document", "It is public.");
  for (const issuer of texts("issuer")) checkUrl(issuer, "issuer", "It is named without a key.");
  const remote = await connect();
  const now = await remote.call("issuers.document", {
    issuers: [...texts("issuer")],
    ...(flag("none") ? { url: null } : url !== undefined && { url }),
  });
  await out.show(now, async ({ document: shown, url: at }) => {
    await out.line(at === null ? "No document is set: publish this, then say --url." : `At ${at}:`);
    await out.raw(jsonLines(shown));
  });
};

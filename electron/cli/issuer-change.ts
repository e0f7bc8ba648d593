// `issuer jwks | edit | replace-secret | settle-key`: what an issuer knows us by, and how that is changed.
import { asTyped } from "../core/command-line.ts";
import type { Remote } from "./remote.ts";
import { oneOf, readCertificates, usage } from "./given.ts";
import { ALGS, wanted } from "./issuer.ts";
import { jsonLines } from "./text.ts";
import type { Context, Run } from "./types.ts";

const KEEP = ["new", "old"] as const;

/** As it is to be registered (RFC 7517): signing keys, or certificates by `x5c` (RFC 8705 section 2.2.2). */
export const jwks: Run = async (context) => {
  const { remote, issuer } = await wanted(context);
  const found = await remote.call("issuers.jwks", { id: issuer.id });
  await context.out.show(found, (set) => context.out.raw(jsonLines(set)));
};

export const edit: Run = async (context) => {
  const { flag, io, out, text } = context;
  const name = text("name");
  const trust = text("trust");
  if (trust !== undefined && flag("no-trust")) throw usage("Say --trust or --no-trust.");
  if (name === undefined && trust === undefined && !flag("no-trust")) {
    throw usage("Say what is to change: --name, --trust or --no-trust.");
  }
  const trustPem = trust === undefined ? null : await readCertificates(io, trust);
  const { remote, issuer } = await wanted(context);
  const now = await remote.call("issuers.update", {
    id: issuer.id,
    ...(name !== undefined && { name }),
    ...((trust !== undefined || flag("no-trust")) && { trustPem }),
  });
  await out.show(now, (i) => out.line(`The issuer “${i.name}” was changed: ${i.issuer}`));
};

async function replaceKey(context: Context, remote: Remote, id: string): Promise<void> {
  const { flag, out, secrets, text } = context;
  const alg = text("alg");
  const name = context.args[0] ?? "";
  const privateKey = flag("key-stdin")
    ? (await secrets.one(`New private key for ${name}`)).reveal()
    : null;
  const now = await remote.call("issuers.replaceSecret", {
    id,
    privateKey,
    ...(alg !== undefined && { alg: oneOf("alg", alg, ALGS) }),
  });
  const set = await remote.call("issuers.jwks", { id });
  await out.show(now, async (issuer) => {
    await out.line(
      "The old key is in use until the issuer knows the new one. Register both there:",
    );
    await out.raw(jsonLines(set));
    await out.line(asTyped(`Then: countersign issuer settle-key ${issuer.name} --keep new`));
  });
}

export const replaceSecret: Run = async (context) => {
  const { flag, out, secrets, text } = context;
  if (flag("key-stdin") && secrets.typed) {
    throw usage("--key-stdin reads a PEM file from standard input: … --key-stdin < key.pem");
  }
  const { remote, issuer } = await wanted(context);
  const { auth, id, name } = issuer;
  if (auth.method === "private_key_jwt") return replaceKey(context, remote, id);
  if (flag("key-stdin") || text("alg") !== undefined) {
    throw usage(`--key-stdin and --alg belong to private_key_jwt; “${name}” has ${auth.method}.`);
  }
  if ("certificate" in auth) {
    throw usage(
      `“${name}” is proved by a certificate: countersign certificate renew ${auth.certificate}`,
    );
  }
  if (auth.method === "none") throw usage(`“${name}” has no secret.`);
  const secret = (await secrets.one(`New client secret at ${name}`)).reveal();
  const now = await remote.call("issuers.replaceSecret", { id, secret });
  await out.show(now, (i) =>
    out.line(`The secret of “${i.name}” was replaced; the new one is used from now on.`),
  );
};

export const settleKey: Run = async (context) => {
  const { out, text } = context;
  const keep = oneOf("keep", text("keep") ?? "new", KEEP);
  const { remote, issuer } = await wanted(context);
  const now = await remote.call("issuers.settleKey", { id: issuer.id, keep });
  await out.show(now, (i) =>
    out.line(
      keep === "new"
        ? `“${i.name}” is asked with the new key from now on; the old one was deleted. Take it out there, too.`
        : `“${i.name}” keeps its old key; the new one was deleted.`,
    ),
  );
};

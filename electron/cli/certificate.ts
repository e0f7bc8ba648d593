// `certificate list | make | renew | accept | take-over | import | csr | export | remove`. Private keys come in by a file and never go out.
import { asTyped } from "../core/command-line.ts";
import type { CertificateView } from "../contract.ts";
import { oneOf, readCertificates, readFile, usage, wholeNumber } from "./given.ts";
import { cell, type Cell } from "./output.ts";
import { type CertificateRole, findCertificate, type Remote } from "./remote.ts";
import { cut, localTime } from "./text.ts";
import type { Context, Run } from "./types.ts";

const KEYS = ["EC-P256", "RSA-3072", "Ed25519"] as const;
/** Less than the contract's 2,000,000 characters of base64. */
const MOST_IMPORT = 1_400_000;

function stateOf(certificate: CertificateView): Cell {
  if (certificate.state === "csr-pending") return cell("waits for a signature", "warn");
  if (certificate.state === "replaced") return cell("replaced", "dim");
  const { expiry } = certificate;
  if (expiry === null || expiry.state === "valid") return cell("active", "good");
  if (expiry.state !== "expiring") return cell(expiry.state.replaceAll("-", " "), "bad");
  const days = expiry.daysLeft === 1 ? "1 day" : `${expiry.daysLeft} days`;
  return cell(`${days} left`, (expiry.warning ?? 30) <= 7 ? "bad" : "warn");
}

export const list: Run = async ({ connect, out, tenant }) => {
  const remote = await connect();
  const all = await remote.call("certificates.list", tenant === undefined ? {} : { tenant });
  await out.show(all, async (certificates) => {
    if (certificates.length === 0) {
      return out.line(
        asTyped("No certificates yet. Make one: countersign certificate make <label> …"),
      );
    }
    await out.table(
      ["LABEL", "TENANT", "STATE", "SUBJECT", "KEY", "UNTIL", "THUMBPRINT (x5t#S256)", "ID"],
      certificates.map((c) => [
        c.label,
        c.tenant,
        stateOf(c),
        cut(c.subject, 60),
        c.keyKind,
        c.state === "csr-pending" ? "-" : localTime(c.notAfter),
        c.state === "csr-pending" ? "-" : c.thumbprint,
        c.id,
      ]),
    );
  });
};

async function showIssued({ out }: Context, certificate: CertificateView): Promise<void> {
  if (certificate.state === "csr-pending") return;
  await out.table(
    ["CERTIFICATE", certificate.id],
    [
      ["Subject", certificate.subject],
      ["Signed by", certificate.selfSigned ? "itself" : certificate.issuer],
      ["Key", certificate.keyKind],
      ["Until", localTime(certificate.notAfter)],
      ["Thumbprint", certificate.thumbprint],
    ],
  );
}

export const make: Run = async (context) => {
  const { args, connect, flag, out, tenant, text } = context;
  const commonName = text("common-name");
  if (commonName === undefined) throw usage("--common-name is needed: whom the certificate names.");
  const byAuthority = flag("request");
  if (byAuthority && flag("self-signed")) {
    throw usage(
      "A certificate is self-signed, or requested from an authority: say one of the two.",
    );
  }
  const days = text("days");
  if (byAuthority && days !== undefined) throw usage("With --request the authority sets the days.");
  const input = {
    label: args[0] ?? "",
    commonName,
    key: oneOf("key", text("key") ?? "EC-P256", KEYS),
    signedBy: byAuthority ? ("authority" as const) : ("itself" as const),
    ...(days !== undefined && { days: wholeNumber("days", days, 1, 825) }),
    ...(tenant !== undefined && { tenant }),
  };
  const remote = await connect();
  const made = await remote.call("certificates.make", input);
  await out.show(made, async (now) => {
    if (now.state !== "csr-pending") return showIssued(context, now);
    await out.line(`Hand this request (RFC 2986) to the authority; its key stays in the vault:`);
    await out.lines(now.csr.trimEnd());
    await out.line(asTyped(`When it is signed: countersign certificate accept ${now.id} FILE`));
  });
};

const wanted = async ({ args, connect, tenant }: Context, role?: CertificateRole) => {
  const remote = await connect();
  return { remote, certificate: await findCertificate(remote, tenant, args[0] ?? "", role) };
};

/** Whose place it has taken, or will. */
async function showSuccession({ out }: Context, remote: Remote, now: CertificateView) {
  if (now.state !== "active" || now.replaces === undefined) return;
  const all = await remote.call("certificates.list", {});
  const old = all.find((c) => c.id === now.replaces);
  if (old === undefined) return;
  if (old.state === "replaced") {
    await out.line("Everything that worked with the old one works with it from now on.");
    return out.line(
      asTyped(`Remove the old one when you like: countersign certificate remove ${old.id}`),
    );
  }
  await out.line("The old one is in use until the issuer knows this one. What to register there:");
  for (const issuer of await remote.call("issuers.list", {})) {
    if ("certificate" in issuer.auth && issuer.auth.certificate === old.id) {
      await out.line(asTyped(`  countersign issuer jwks ${issuer.name}`));
    }
  }
  await out.line(asTyped(`Then: countersign certificate take-over ${now.id}`));
}

export const renew: Run = async (context) => {
  const { flag, out, text } = context;
  if (flag("request") && flag("self-signed")) {
    throw usage("It is self-signed, or requested from an authority: say one of the two.");
  }
  const key = text("key");
  const days = text("days");
  const input = {
    ...(key !== undefined && { key: oneOf("key", key, KEYS) }),
    ...(flag("request") && { signedBy: "authority" as const }),
    ...(flag("self-signed") && { signedBy: "itself" as const }),
    ...(days !== undefined && { days: wholeNumber("days", days, 1, 825) }),
  };
  const { remote, certificate } = await wanted(context);
  const made = await remote.call("certificates.renew", { id: certificate.id, ...input });
  await out.show(made, async (now) => {
    if (now.state !== "csr-pending") {
      await showIssued(context, now);
      return showSuccession(context, remote, now);
    }
    await out.line("Hand this request (RFC 2986) to the authority; its key stays in the vault:");
    await out.lines(now.csr.trimEnd());
    await out.line("When it is signed, it takes the place of the old one at once:");
    await out.line(asTyped(`countersign certificate accept ${now.id} FILE`));
  });
};

export const accept: Run = async (context) => {
  const chain = await readCertificates(context.io, context.args[1] ?? "");
  const { remote, certificate } = await wanted(context, "waiting");
  const now = await remote.call("certificates.accept", { id: certificate.id, chain });
  await context.out.show(now, async (c) => {
    await showIssued(context, c);
    await showSuccession(context, remote, c);
  });
};

export const takeOver: Run = async (context) => {
  const { remote, certificate } = await wanted(context, "successor");
  const now = await remote.call("certificates.takeOver", { id: certificate.id });
  await context.out.show(now, (c) => showSuccession(context, remote, c));
};

export const importFile: Run = async (context) => {
  const { args, connect, flag, io, out, secrets, tenant, text } = context;
  const [label = "", file = ""] = args;
  const bytes = await readFile(io, file, MOST_IMPORT);
  const remote = await connect();
  const old = text("replaces");
  const replaces = old === undefined ? null : (await findCertificate(remote, tenant, old)).id;
  const passphrase = flag("passphrase-stdin")
    ? (await secrets.one(`Passphrase of ${file}`)).reveal()
    : null;
  const now = await remote.call("certificates.import", {
    label,
    file: bytes.toString("base64"),
    passphrase,
    replaces,
    ...(tenant !== undefined && { tenant }),
  });
  await out.show(now, async (c) => {
    await showIssued(context, c);
    await showSuccession(context, remote, c);
  });
};

export const csr: Run = async (context) => {
  const { certificate } = await wanted(context, "waiting");
  if (certificate.state !== "csr-pending") {
    throw usage(`“${certificate.label}” does not wait for a signature: it has no request.`);
  }
  const { id, csr: pem } = certificate;
  await context.out.show({ id, csr: pem }, () => context.out.lines(pem.trimEnd()));
};

export const exportChain: Run = async (context) => {
  const { certificate } = await wanted(context);
  if (certificate.state === "csr-pending") {
    throw usage(
      asTyped(
        `“${certificate.label}” waits for a signature. Its request: countersign certificate csr ${certificate.id}`,
      ),
    );
  }
  const { id, chain } = certificate;
  await context.out.show({ id, chain }, () => context.out.lines(chain.trimEnd()));
};

export const remove: Run = async (context) => {
  const { remote, certificate } = await wanted(context);
  const done = await remote.call("certificates.remove", { id: certificate.id });
  const { out } = context;
  await out.show(done, async () => {
    await out.line(`The certificate “${certificate.label}” and its key were removed.`);
    if (certificate.state === "csr-pending") return;
    await out.line(
      certificate.selfSigned
        ? "Take it out of the registration at its issuer, too: no authority can revoke it."
        : "Whoever copied its key could still use it. Have its authority revoke it:",
    );
    await out.line(`  serial number ${certificate.serial}, issued by ${certificate.issuer}`);
    await out.line(`  thumbprint ${certificate.thumbprint} (x5t#S256)`);
  });
};

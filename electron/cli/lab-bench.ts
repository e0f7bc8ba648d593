// `lab decode` and `lab replay`: what a practice credential says, and what a thief gets out of it.
import type { ToldClaim } from "../contract.ts";
import { BESIDES, type Besides } from "../contract/lab.ts";
import { usage } from "./given.ts";
import type { Output } from "./output.ts";
import { cut } from "./text.ts";
import type { Run } from "./types.ts";

const BOUND = {
  none: "Bound to nothing: it works for whoever holds it.",
  mtls: "Bound to a certificate: worth nothing without its private key.",
  dpop: "Bound to a key: worth nothing without it.",
} as const;

const claims = (out: Output, title: string, all: readonly ToldClaim[]): Promise<void> =>
  out.table(
    [title, "VALUE", "WHAT IT MEANS", "WHERE"],
    all.map(({ name, value, meaning, source }) => [
      name,
      cut(value, 60),
      meaning ?? "-",
      source ?? "-",
    ]),
  );

export const decode: Run = async ({ args, connect, out }) => {
  const remote = await connect();
  const found = await remote.call("lab.decode", { server: args[0] ?? "" });
  await out.show(found, async ({ kind, sentAs, binding, header, payload, signatureBytes }) => {
    await out.line(`Sent as ${sentAs}. ${BOUND[binding]}`);
    if (kind === "opaque") {
      return out.line(
        "There is nothing to decode: it is a plain value, and says nothing by itself.",
      );
    }
    await claims(out, "HEADER", header);
    await claims(out, "CLAIM", payload);
    await out.line(`Signature: ${signatureBytes ?? 0} bytes, not shown.`);
  });
};

const isBesides = (text: string): text is Besides => BESIDES.some((one) => one === text);

/** Ends with 0 whether the thief got in or not: both teach, and `--json` says which. */
export const replay: Run = async ({ args, connect, out, text }) => {
  const besides = text("with") ?? "nothing";
  if (!isBesides(besides)) throw usage(`--with is one of: ${BESIDES.join(", ")}.`);
  const remote = await connect();
  const stolen = args[0] ?? "";
  const found = await remote.call("lab.replay", { stolen, at: text("at") ?? stolen, besides });
  await out.show(found, async ({ accepted, status, error, description, why, at }) => {
    await out.line(
      accepted
        ? out.paint(`${at} took it (HTTP ${status}).`, "bad")
        : out.paint(`${at} refused it (HTTP ${status}).`, "good"),
    );
    if (error !== null) await out.line(`${error}: ${description ?? ""}`);
    await out.line(why);
  });
};

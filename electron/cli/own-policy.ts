// `policy show | check | install | remove`: which policies decide about calls.
import path from "node:path";
import type { InputOf } from "../contract.ts";
import { Refusal } from "../core/errors.ts";
import { oneOf, readFile, usage, wholeNumber } from "./given.ts";
import { tellWhere } from "./policy.ts";
import type { Remote } from "./remote.ts";
import type { Context, Run } from "./types.ts";

const MOST = 600 * 1024;
const MOST_REGO = 256 * 1024;

export const show: Run = async ({ connect, out }) => {
  const remote = await connect();
  const now = await remote.call("policy.inForce", {});
  await out.show(now, async ({ hash, own, trouble }) => {
    if (trouble !== null)
      await out.line(`Everything is denied: ${trouble.sentence} ${trouble.advice}`);
    await out.line(`Policy ${hash === "" ? "none" : hash}`);
    if (!own.some(({ mode }) => mode === "replace"))
      await out.line("Countersign's own policy, and your rules");
    if (own.length === 0) return;
    await out.table(
      ["NAME", "MODE", "FROM", "HASH", "ID"],
      own.map(({ name, mode, source, id }) => [
        name,
        mode,
        source.type === "bundle" ? source.origin : source.url,
        source.type === "bundle" ? `${source.hash.slice(0, 16)}…` : "",
        id,
      ]),
    );
  });
};

export const check: Run = async ({ args: [file = ""], connect, io, out }) => {
  const rego = (await readFile(io, file, MOST_REGO)).toString("utf8");
  const remote = await connect();
  const { compiler, faults } = await remote.call("policy.check", { rego });
  if (compiler === "missing") throw new Refusal("policy_compiler_missing", { reason: "ENOENT" });
  await out.show({ compiler, faults }, async () => {
    for (const { row, column, message } of faults) {
      const where = row === 0 ? "" : `:${row}${column === 0 ? "" : `:${column}`}`;
      await out.line(`${path.basename(file)}${where}: ${message}`);
    }
    if (faults.length === 0) await out.line("It compiles, and has rules that decide.");
  });
  const [first] = faults;
  if (first !== undefined) {
    const line = first.row === 0 ? "" : `line ${first.row}: `;
    throw new Refusal("policy_source_invalid", { reason: line + first.message });
  }
};

async function sourceOf(context: Context): Promise<InputOf<"policy.install">["source"]> {
  const { args, io, text, secrets } = context;
  const [, file] = args;
  const url = text("server");
  if ((file === undefined) === (url === undefined))
    throw usage("Give a file or --server, one of them.");
  if (url !== undefined) {
    const timeout = text("timeout");
    const token = context.flag("token")
      ? (await secrets.one("Token of the OPA server")).reveal()
      : undefined;
    return {
      type: "server",
      url,
      ...(token !== undefined && { token }),
      ...(timeout !== undefined && { timeoutMs: wholeNumber("timeout", timeout, 50, 5000) }),
    };
  }
  const bytes = await readFile(io, file ?? "", MOST);
  return { type: "file", origin: path.basename(file ?? ""), base64: bytes.toString("base64") };
}

/** The question comes when the policy is loaded and tried: where it is answered is told before. */
async function answered<T>(remote: Remote, context: Context, work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  await tellWhere(remote, context.io.stderr);
  return work;
}

export const install: Run = async (context) => {
  const { args, connect, out, text } = context;
  const mode = oneOf("mode", text("mode") ?? "join", ["join", "replace"]);
  const remote = await connect();
  const source = await sourceOf(context);
  const { own } = context.flag("update") ? await remote.call("policy.inForce", {}) : { own: [] };
  const old = own.find(({ name }) => name === args[0]);
  const replaces = old === undefined ? {} : { replaces: old.id };
  const done = await answered(
    remote,
    context,
    remote.call("policy.install", { name: args[0] ?? "", mode, source, ...replaces }),
  );
  await out.show(done, ({ name }) => out.line(`The policy ${name} is in force.`));
};

export const remove: Run = async (context) => {
  const { args, connect, out } = context;
  const remote = await connect();
  const { own } = await remote.call("policy.inForce", {});
  const id = own.find(({ name }) => name === args[0])?.id ?? args[0] ?? "";
  const done = await answered(remote, context, remote.call("policy.remove", { id }));
  await out.show(done, () => out.line("The policy is not in force any more."));
};

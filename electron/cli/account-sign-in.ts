// `account sign-in`: gives the address for the browser and waits for the account. The browser is the person's own
// and is never opened or driven from here (RFC 8252 section 8.12).
import type { AccountView } from "../contract.ts";
import { Refusal } from "../core/errors.ts";
import type { Issuer } from "../core/issuers.ts";
import { SIGN_IN_LIFE_MS } from "../core/oauth/authorization-code.ts";
import { whoOf } from "./account.ts";
import { checkUrl, scopesOf } from "./given.ts";
import { Complained, findIssuer, type Remote } from "./remote.ts";
import type { Run } from "./types.ts";

/** No event tells that a sign-in failed; its flow does. Milliseconds. */
const LOOK_AGAIN_MS = 1000;

/** Wakes whoever waits, and remembers being called where nobody does. */
function createBell() {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring(): void {
      rung = true;
      wake?.();
    },
    async heard(): Promise<void> {
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (rung) resolve();
      });
      rung = false;
    },
  };
}

const key = ({ id, signedInAt }: AccountView): string => `${id} ${signedInAt}`;

/** What there was before the sign-in began: what is new afterwards is its doing. */
interface Before {
  readonly accounts: ReadonlySet<string>;
  readonly flows: ReadonlySet<string>;
}

/** Accounts of this registration that stand signed in. */
async function signedIn(remote: Remote, issuer: Issuer): Promise<readonly AccountView[]> {
  const all = await remote.call("accounts.list", { tenant: issuer.tenant });
  return all.filter(
    (a) => a.issuer === issuer.issuer && a.clientId === issuer.clientId && a.state === "signed-in",
  );
}

const flowsOf = (remote: Remote, { tenant }: Issuer) => remote.call("flows.list", { tenant });

/** The flow of this sign-in, where it can be told apart from others that began at the same moment. */
async function flowOf(remote: Remote, issuer: Issuer, before: Before): Promise<string | null> {
  const fresh = (await flowsOf(remote, issuer)).filter(
    (f) => !before.flows.has(f.id) && f.state !== "ok",
  );
  return fresh.length === 1 ? (fresh[0]?.id ?? null) : null;
}

/** @throws Refusal `sign_in_failed` where the steps say so */
async function throwIfFailed(remote: Remote, { issuer }: Issuer, id: string): Promise<void> {
  const flow = await remote.call("flows.get", { id }).catch((error: unknown) => {
    // Newer flows may have pushed it out: then it is not known, which is no failure.
    if (error instanceof Complained && error.complaint.code === "flow_unknown") return null;
    throw error;
  });
  if (flow?.state !== "failed") return;
  const step = flow.steps.find((s) => s.state === "failed");
  const where = step === undefined ? "the page in the browser says why" : `at step ${step.id}`;
  const reason = `${where}; its steps: countersign flow show ${id}`;
  throw new Refusal("sign_in_failed", { issuer, reason });
}

/**
 * Waits until the account appears or signs in anew.
 * @throws Refusal `sign_in_failed`, `not_running` where Countersign ends meanwhile
 */
async function awaitAccount(
  remote: Remote,
  issuer: Issuer,
  before: Before,
  wanted: string | undefined,
  bell: ReturnType<typeof createBell>,
): Promise<AccountView> {
  const flow = await flowOf(remote, issuer, before);
  const until = Date.now() + SIGN_IN_LIFE_MS;
  const timer = setInterval(() => bell.ring(), LOOK_AGAIN_MS);
  try {
    for (;;) {
      // Accounts first: a flow ends after its account is kept.
      const fresh = (await signedIn(remote, issuer)).find(
        (a) => !before.accounts.has(key(a)) && (wanted === undefined || a.id === wanted),
      );
      if (fresh !== undefined) return fresh;
      if (flow !== null) await throwIfFailed(remote, issuer, flow);
      if (Date.now() > until) {
        const reason = "nobody came back from the browser in time";
        throw new Refusal("sign_in_failed", { issuer: issuer.issuer, reason });
      }
      await bell.heard();
    }
  } finally {
    clearInterval(timer);
  }
}

export const signIn: Run = async (context) => {
  const { args, connect, flag, out, tenant, text } = context;
  const resource = text("resource");
  const account = text("account");
  if (resource !== undefined) checkUrl(resource, "resource", "A resource is named without a key.");
  const remote = await connect();
  const issuer = await findIssuer(remote, tenant, args[0] ?? "");
  const wait = !flag("no-wait");
  const bell = createBell();
  // Before the address is known: somebody may be faster than the next line.
  if (wait) {
    await remote.watch(
      (event) => {
        if (event.type === "changed" && event.what === "accounts") bell.ring();
      },
      () => bell.ring(),
    );
  }
  const before: Before = {
    accounts: new Set((wait ? await signedIn(remote, issuer) : []).map(key)),
    flows: new Set((wait ? await flowsOf(remote, issuer) : []).map((f) => f.id)),
  };
  const begun = await remote.call("accounts.signIn", {
    issuer: issuer.id,
    scopes: scopesOf(context),
    ...(resource !== undefined && { resource }),
    ...(account !== undefined && { account }),
  });
  await out.show(begun, async ({ url }) => {
    await out.line("Open this address in your browser, on this machine:");
    await out.line(url);
    if (wait) await out.line("Waiting for the sign-in. Ctrl-C stops waiting.");
  });
  if (!wait) return;
  const landed = await awaitAccount(remote, issuer, before, account, bell);
  await out.show(landed, (a) => out.line(`${whoOf(a)} is signed in at ${a.issuer} (${a.id}).`));
};

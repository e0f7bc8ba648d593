// `account sign-in`: gives the address for the browser, or the code for another device, and waits for the account.
// The browser is the person's own and is never opened or driven from here (RFC 8252 section 8.12).
import { asTyped } from "../core/command-line.ts";
import type { AccountView, DeviceCode, SignInState } from "../contract.ts";
import type { Issuer } from "../core/issuers.ts";
import { whoOf } from "./account.ts";
import { checkUrl, scopesOf, usage } from "./given.ts";
import { Complained, findIssuer, type Remote } from "./remote.ts";
import { Interrupted } from "./secret-input.ts";
import { createWaitLine, type WaitLine } from "./sign-in-wait.ts";
import type { Context, Run } from "./types.ts";

/** Events are hints; and a countdown moves. Milliseconds. */
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

/** How it failed, with the way to its steps. */
function withSteps({ complaint }: SignInState & { state: "failed" }, flow: string): Complained {
  const advice = asTyped(`${complaint.advice} Its steps: countersign flow show ${flow}`);
  return new Complained({ ...complaint, advice });
}

/**
 * Waits until the sign-in has ended.
 * @throws Complained with what went wrong; Refusal `not_running` where Countersign ends meanwhile; Interrupted
 */
async function outcome(
  remote: Remote,
  flow: string,
  bell: ReturnType<typeof createBell>,
  line: WaitLine,
): Promise<AccountView> {
  const timer = setInterval(() => bell.ring(), LOOK_AGAIN_MS);
  let interrupted = false;
  const interrupt = (): void => {
    interrupted = true;
    bell.ring();
  };
  process.once("SIGINT", interrupt);
  try {
    for (;;) {
      const state = await remote.call("accounts.signInState", { flow });
      if (state.state === "failed") throw withSteps(state, flow);
      if (state.state === "done") {
        const all = await remote.call("accounts.list", {});
        const landed = all.find((one) => one.id === state.account);
        if (landed !== undefined) return landed;
      }
      if (interrupted) {
        await remote.call("accounts.cancelSignIn", { flow });
        throw new Interrupted();
      }
      if (state.state === "waiting") await line.show(state);
      await bell.heard();
    }
  } finally {
    process.off("SIGINT", interrupt);
    clearInterval(timer);
    line.clear();
  }
}

async function showCode({ out }: Context, code: DeviceCode): Promise<void> {
  const minutes = Math.max(1, Math.round((code.expiresAt - Date.now()) / 60_000));
  await out.line("On any device with a browser, open this address and type the code:");
  await out.line(code.verificationUri);
  await out.raw(out.paint(code.userCode, "bold"));
  if (code.verificationUriComplete !== null) {
    await out.line("Or open this address, which holds the code already:");
    await out.line(code.verificationUriComplete);
  }
  await out.line(`The code is good for ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`);
}

/** Accounts of this registration that stand signed in. */
export async function signedIn(remote: Remote, issuer: Issuer): Promise<readonly AccountView[]> {
  const all = await remote.call("accounts.list", { tenant: issuer.tenant });
  return all.filter(
    (a) => a.issuer === issuer.issuer && a.clientId === issuer.clientId && a.state === "signed-in",
  );
}

export interface SignInWish {
  readonly scopes: readonly string[];
  readonly resource: string | undefined;
  readonly account: string | undefined;
  readonly device: boolean;
  /** False prints the address or the code and ends. */
  readonly wait: boolean;
}

/** Gives the address or the code, and waits for the account. @throws Complained; Refusal `not_running`; Interrupted */
export async function signInAt(
  context: Context,
  remote: Remote,
  issuer: Issuer,
  { account, device, resource, scopes, wait }: SignInWish,
): Promise<void> {
  const { out } = context;
  const bell = createBell();
  // Before the address is known: somebody may be faster than the next line.
  if (wait) {
    await remote.watch(
      (event) => {
        if (event.type === "changed" && event.what === "sign-ins") bell.ring();
      },
      () => bell.ring(),
    );
  }
  const wish = {
    issuer: issuer.id,
    scopes: [...scopes],
    ...(resource !== undefined && { resource }),
    ...(account !== undefined && { account }),
  };
  const begun = device
    ? await remote.call("accounts.signInDevice", wish)
    : await remote.call("accounts.signIn", wish);
  await out.show(begun, async (shown) => {
    if ("url" in shown) {
      await out.line("Open this address in your browser, on this machine:");
      await out.line(shown.url);
    } else await showCode(context, shown);
    if (wait) await out.line("Waiting for the sign-in. Ctrl-C gives it up.");
    else if (!("url" in shown)) {
      await out.line(`Give it up: countersign account cancel-sign-in ${shown.flow}`);
    }
  });
  if (!wait) return;
  const landed = await outcome(remote, begun.flow, bell, createWaitLine(context));
  await out.show(landed, (a) => out.line(`${whoOf(a)} is signed in at ${a.issuer} (${a.id}).`));
}

export const signIn: Run = async (context) => {
  const { args, connect, flag, tenant, text } = context;
  const resource = text("resource");
  const account = text("account");
  if (resource !== undefined) checkUrl(resource, "resource", "A resource is named without a key.");
  const remote = await connect();
  const issuer = await findIssuer(remote, tenant, args[0] ?? "");
  const [device, wait] = [flag("device"), !flag("no-wait")];
  const scopes = scopesOf(context);
  await signInAt(context, remote, issuer, { scopes, resource, account, device, wait });
};

export const cancelSignIn: Run = async ({ args: [flow = ""], connect, out }) => {
  if (!/^flow_[\w-]{8,40}$/.test(flow)) {
    throw usage("A sign-in is named by its flow, flow_…: countersign flow list shows them.");
  }
  const remote = await connect();
  const state = await remote.call("accounts.cancelSignIn", { flow });
  await out.show(state, (now) =>
    out.line(
      now.state === "done"
        ? "It had succeeded before: sign the account out instead."
        : "The sign-in was given up.",
    ),
  );
};

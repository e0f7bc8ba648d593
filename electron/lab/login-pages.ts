// Signing in at the practice issuer: choose a person, see what is asked, agree or not. No password, no script.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Provider, Ctx, GrantModel, Interaction } from "oidc-provider";
import { escape, page, pageHeaders } from "./pages.ts";
import { people, personOf } from "./people.ts";

const PATH = /^\/interaction\/([A-Za-z0-9_-]{1,64})(?:\/(login|confirm|abort))?$/;

export const interactionPath = (uid: string): string => `/interaction/${uid}`;

/** @returns false where the request is for something else. */
export function serveLogin(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const match = PATH.exec(new URL(request.url ?? "/", "http://lab").pathname);
  if (!match) return false;
  answer(provider, request, response, match[1] ?? "", match[2] ?? null).catch(() => {
    // The cookie of this sign-in is missing or its time is over: there is nothing to go on with.
    if (!response.headersSent) response.writeHead(400, pageHeaders(null));
    response.end(
      page("This sign-in is over", "<p>Start again from the program that sent you here.</p>"),
    );
  });
  return true;
}

async function answer(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  uid: string,
  step: string | null,
): Promise<void> {
  const interaction = await provider.interactionDetails(request, response);
  if (interaction.uid !== uid) throw new Error("another sign-in's page");
  if (request.method === "GET" && step === null) {
    const client = await provider.Client.find(interaction.params["client_id"] ?? "");
    const name = client?.clientName ?? client?.clientId ?? "";
    const html =
      interaction.prompt.name === "login" ? choose(uid, name) : consent(interaction, name);
    response.writeHead(200, pageHeaders(redirectOrigin(interaction))).end(html);
    return;
  }
  if (request.method !== "POST") {
    response.writeHead(405, { allow: "GET, POST" }).end();
    return;
  }
  const form = new URLSearchParams(await smallBody(request));
  const finish = (result: Record<string, unknown>, merge: boolean): Promise<void> =>
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission: merge });
  if (step === "abort") {
    await finish({ error: "access_denied", error_description: "the person said no" }, false);
  } else if (step === "login" && interaction.prompt.name === "login") {
    const person = personOf(form.get("person") ?? "");
    if (!person) throw new Error("nobody of that name works here");
    await finish({ login: { accountId: person.sub } }, false);
  } else if (step === "confirm" && interaction.prompt.name === "consent") {
    await finish({ consent: { grantId: await agree(provider, interaction) } }, true);
  } else {
    throw new Error("not the step that this sign-in waits for");
  }
}

function choose(uid: string, client: string): string {
  const buttons = people
    .map(
      (p) =>
        `<button name="person" value="${p.sub}">${escape(p.name)} <small>${escape(`${p.role}, ${p.tenant}`)}</small></button>`,
    )
    .join("");
  return page(
    "Who are you today?",
    `<p>${escape(client)} asks you to sign in.</p><form method="post" action="/interaction/${uid}/login">${buttons}</form>${no(uid)}`,
  );
}

function consent(interaction: Interaction, client: string): string {
  const { uid, params, session } = interaction;
  const scopes = (params["scope"] ?? "").split(" ").filter(Boolean);
  const list = scopes.map((scope) => `<li>${escape(scope)}</li>`).join("");
  const resource =
    params["resource"] === undefined ? "" : `<p>for ${escape(params["resource"])}</p>`;
  return page(
    "Do you agree?",
    `<p><b>${escape(client)}</b> wants to act for <b>${escape(personOf(session?.accountId ?? "")?.name ?? "")}</b>:</p><ul>${list}</ul>${resource}<p><small>The answer goes to ${escape(params["redirect_uri"] ?? "the waiting device")}</small></p><form method="post" action="/interaction/${uid}/confirm"><button class="yes">Yes, I agree</button></form>${no(uid)}`,
  );
}

function no(uid: string): string {
  return `<form method="post" action="/interaction/${uid}/abort"><button>No</button></form>`;
}

/** Grants exactly what was shown: scopes of the person, and scopes of each resource. */
async function agree(provider: Provider, interaction: Interaction): Promise<string> {
  const { prompt, grantId, session, params } = interaction;
  const kept = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant: GrantModel =
    kept ??
    new provider.Grant({
      accountId: session?.accountId ?? "",
      clientId: params["client_id"] ?? "",
    });
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = prompt.details as {
    missingOIDCScope?: string[];
    missingOIDCClaims?: string[];
    missingResourceScopes?: Record<string, string[]>;
  };
  if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(" "));
  if (missingOIDCClaims) grant.addOIDCClaims(missingOIDCClaims);
  for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, scopes.join(" "));
  }
  return grant.save();
}

function redirectOrigin(interaction: Interaction): string | null {
  try {
    const url = new URL(interaction.params["redirect_uri"] ?? "");
    return url.origin === "null" ? url.protocol : url.origin;
  } catch {
    return null;
  }
}

async function smallBody(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > 4096) throw new Error("too much for these forms");
  }
  return body;
}

/** Pages of the device flow and of errors, in the same dress. */
export const providerPages = {
  codeInput: (ctx: Ctx, form: string, _out: unknown, error?: { name?: string }): void => {
    // The library's form selects its text with a line of script; ours runs none.
    const plain = form.replace(/\sonfocus="[^"]*"/, "");
    const hint = error
      ? "That code was not right, or its time is over."
      : "Type the code that the waiting device shows.";
    show(
      ctx,
      "Connect a device",
      `<p>${hint}</p>${plain}<button class="yes" form="op.deviceInputForm">Go on</button>`,
    );
  },
  codeConfirm: (
    ctx: Ctx,
    form: string,
    client: { clientName?: string; clientId: string },
    _info: unknown,
    code: string,
  ): void =>
    show(
      ctx,
      "Is this your device?",
      `<p>${escape(client.clientName ?? client.clientId)} shows this code:</p><p><code>${escape(code)}</code></p>${form}<button class="yes" form="op.deviceConfirmForm">Yes, it is mine</button><button form="op.deviceConfirmForm" name="abort" value="yes">No</button>`,
    ),
  deviceDone: (ctx: Ctx): void =>
    show(ctx, "Done", "<p>You can go back to the device and close this page.</p>"),
  error: (ctx: Ctx, out: { error: string; error_description?: string }): void =>
    show(
      ctx,
      "That did not work",
      `<p>${escape(out.error)}</p><p>${escape(out.error_description ?? "")}</p>`,
    ),
};

function show(ctx: Ctx, title: string, body: string): void {
  for (const [name, value] of Object.entries(pageHeaders(null))) ctx.set(name, value);
  ctx.body = page(title, body);
}

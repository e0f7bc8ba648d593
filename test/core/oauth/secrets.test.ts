// An issuer that repeats everything that it was sent, wherever an answer has room for it. Nothing of it may be
// seen: not in a step, not in a refusal, not in a cause.
import { exportPKCS8, generateKeyPair } from "jose";
import { describe, expect, it } from "vitest";
import { Refusal } from "../../../electron/core/errors.ts";
import { beginSignIn, finishSignIn } from "../../../electron/core/oauth/authorization-code.ts";
import { clientCredentials } from "../../../electron/core/oauth/client-credentials.ts";
import { beginDevice, pollDevice } from "../../../electron/core/oauth/device.ts";
import type { FlowContext } from "../../../electron/core/oauth/flow.ts";
import { ACCESS_TOKEN_TYPE } from "../../../electron/core/oauth/grant.ts";
import { enterpriseToken } from "../../../electron/core/oauth/id-jag.ts";
import { refreshToken } from "../../../electron/core/oauth/refresh.ts";
import { revokeTokens } from "../../../electron/core/oauth/revoke.ts";
import { exchangeToken } from "../../../electron/core/oauth/token-exchange.ts";
import type { ClientAuth, FlowResponse } from "../../../electron/core/oauth/types.ts";
import { Secret } from "../../../electron/core/secret.ts";
import { flowOver, formOf, json, type Sent, type TestFlow } from "../../support/flow-net.ts";
import { ask, jwt, owner, paperIssuer } from "./peer.ts";

const CANARIES = {
  secret: "canary-secret-Qm71xx",
  refresh: "canary-refresh-Zt55yy",
  access: "canary-access-Lk90zz",
  code: "canary-code-Pw13vv",
  actor: "canary.actor-Nn44.uu",
};
const issuer = paperIssuer({ introspection_endpoint: "https://issuer.example/tenant/introspect" });

/** Every value of the request, as it came and as programs encode it. */
function heard(sent: Sent): string[] {
  const basic = (sent.init.headers["authorization"] ?? "").split(" ")[1] ?? "";
  return [
    ...formOf(sent).values(),
    basic,
    decodeURIComponent(Buffer.from(basic, "base64").toString()),
  ].filter((v) => v.length > 5);
}

type Echo = (text: string) => FlowResponse;
const ECHOES: Record<string, Echo> = {
  error_description: (text) =>
    json({ error: "invalid_grant", error_description: `you sent ${text}` }, 400),
  error: (text) => json({ error: text.split(" ").at(-1) }, 400),
  "a challenge": (text) => ({
    status: 401,
    headers: { "www-authenticate": `Bearer error="${text.split(" ").at(-1)}", realm="${text}"` },
    body: "",
  }),
  "text at whose end it would be cut in two": (text) =>
    json(
      {
        access_token: jwt({ sub: "y".repeat(190) + text, aud: "y".repeat(185) + text }),
        token_type: "y".repeat(195) + text,
        issued_token_type: "y".repeat(180) + text,
        error_description: "y".repeat(190) + text,
        ["y".repeat(192) + text]: 1,
      },
      200,
      { "cache-control": "y".repeat(190) + text },
    ),
  HTML: (text) => ({
    status: 200,
    headers: { "content-type": "text/html" },
    body: `<p>${text}</p>`,
  }),
  "the token's type": (text) =>
    json({ access_token: "x".repeat(30), token_type: text, issued_token_type: text }),
  "the scope": (text) =>
    json({
      access_token: "x".repeat(30),
      token_type: "N_A",
      scope: text,
      issued_token_type: ACCESS_TOKEN_TYPE,
    }),
  claims: (text) =>
    json({
      access_token: jwt({ sub: text, aud: text, act: { sub: text }, cnf: { "x5t#S256": text } }),
      token_type: "Bearer",
      issued_token_type: ACCESS_TOKEN_TYPE,
    }),
  "a header": (text) => ({
    status: 302,
    headers: { location: `https://evil.example/${text}?${text}`, date: text, "retry-after": text },
    body: "",
  }),
  "unknown members": (text) =>
    json({ [text]: text, extra: { deep: [text] }, error: "server_error" }, 500),
};

const secret = {
  ...owner,
  auth: { method: "client_secret_basic", secret: new Secret(CANARIES.secret) },
} as const;
const posted = {
  ...owner,
  auth: { method: "client_secret_post", secret: new Secret(CANARIES.secret) },
} as const;
const subject = { token: new Secret(CANARIES.access), type: ACCESS_TOKEN_TYPE };
const base = ask({ issuer, owner: secret, scope: ["a"], resource: "https://mail.example" });

const FLOWS: Record<string, (ctx: FlowContext) => Promise<unknown>> = {
  "client credentials": (ctx) => clientCredentials(ctx, { ...base, audience: null }),
  "client credentials by post": (ctx) =>
    clientCredentials(ctx, { ...base, owner: posted, audience: null }),
  private_key_jwt: async (ctx) => {
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    const auth: ClientAuth = {
      method: "private_key_jwt",
      privateKey: new Secret(await exportPKCS8(privateKey)),
      alg: "ES256",
      kid: "k",
    };
    return clientCredentials(ctx, { ...base, owner: { ...owner, auth }, audience: null });
  },
  refresh: (ctx) =>
    refreshToken(ctx, {
      ...base,
      scope: [],
      granted: ["a"],
      refreshToken: new Secret(CANARIES.refresh),
    }),
  exchange: (ctx) =>
    exchangeToken(ctx, {
      ...base,
      subject,
      actor: {
        subject: "agt",
        issuer: "own",
        sign: () => Promise.resolve(new Secret(CANARIES.actor)),
      },
      audience: null,
      actorRequired: true,
      widerScopeAllowed: false,
    }),
  "ID-JAG": (ctx) => enterpriseToken(ctx, { home: { ...base, subject }, target: base }),
  revocation: async (ctx) => {
    const result = await revokeTokens(ctx, { ...base }, [
      { token: new Secret(CANARIES.refresh), hint: "refresh_token" },
    ]);
    throw new Refusal("internal", { result: JSON.stringify(result) });
  },
  device: async (ctx) => beginDevice(ctx, base),
};

async function outcome(
  run: (ctx: FlowContext) => Promise<unknown>,
  echo: Echo,
): Promise<{ shown: string; sent: string[]; flow: TestFlow }> {
  const sent: string[] = [];
  const flow = flowOver({
    fetch(url, init, identity) {
      const values = heard({ url, init, identity: identity?.id ?? null });
      sent.push(...values);
      return Promise.resolve(echo(values.join(" ")));
    },
  });
  const error: unknown = await run(flow).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  const parts: unknown[] = [flow.steps];
  if (error instanceof Refusal)
    parts.push(error.code, error.facts, error.message, String(error.cause), error.cause);
  else if (error !== null) throw error;
  return { shown: JSON.stringify(parts), sent, flow };
}

const isSecret = (value: string): boolean =>
  Object.values(CANARIES).some((canary) => value.includes(canary)) || value.split(".").length === 3;

describe.each(Object.keys(FLOWS))("%s", (name) => {
  it.each(Object.keys(ECHOES))(
    "shows nothing of what it sent when the issuer repeats it in %s",
    async (where) => {
      const { shown, sent, flow } = await outcome(FLOWS[name]!, ECHOES[where]!);
      const secrets = sent.filter((value) => isSecret(value));
      expect(secrets.length).toBeGreaterThan(0);
      expect(flow.steps.length).toBeGreaterThan(0);
      // Not even a part.
      expect(shown).not.toContain("canary");
      for (const value of [...secrets, ...Object.values(CANARIES)]) {
        expect(shown).not.toContain(value);
        expect(shown).not.toContain(Buffer.from(value).toString("base64").replace(/=+$/, ""));
        expect(shown).not.toContain(encodeURIComponent(value));
      }
    },
  );
});

describe("tokens that come", () => {
  const tokens = {
    access_token: CANARIES.access,
    refresh_token: CANARIES.refresh,
    token_type: "Bearer",
    expires_in: 60,
  };

  it("are shown by their last four characters at most, refresh tokens not at all", async () => {
    const flow = flowOver({
      fetch: () => Promise.resolve(json({ ...tokens, note: CANARIES.access })),
    });
    const token = await clientCredentials(flow, { ...base, audience: null });
    const text = JSON.stringify([flow.steps, token]);
    for (const value of Object.values(CANARIES)) expect(text).not.toContain(value);
    expect(flow.steps[0]?.response?.body).toMatchObject({
      refresh_token: "[secret]",
      note: "[hidden]",
    });
  });

  it("through the browser: neither code nor state nor verifier is shown", async () => {
    const flow = flowOver({ fetch: () => Promise.resolve(json(tokens)) });
    const redirectUri = "http://127.0.0.1:1/cb";
    const { url, pending } = await beginSignIn(flow, {
      ...base,
      redirectUri,
      prompt: null,
      loginHint: null,
    });
    const state = new URL(url).searchParams.get("state") ?? "?";
    const params = new URLSearchParams({ code: CANARIES.code, state, iss: issuer.issuer });
    await finishSignIn(flow, pending, { path: "/cb", params });
    const text = JSON.stringify(flow.steps);
    for (const value of [...Object.values(CANARIES), state]) expect(text).not.toContain(value);
  });

  it("on a device: the device code is not shown", async () => {
    const device = {
      device_code: CANARIES.code,
      user_code: "AAAA-BBBB",
      verification_uri: "https://issuer.example/d",
      expires_in: 60,
    };
    const answers = [json(device), json(tokens)];
    const flow = flowOver({ fetch: () => Promise.resolve(answers.shift() ?? json({}, 500)) });
    const pending = await beginDevice(flow, base);
    flow.clock.advance(5000);
    const poll = await pollDevice(flow, pending);
    const text = JSON.stringify([flow.steps, pending, poll]);
    for (const value of Object.values(CANARIES)) expect(text).not.toContain(value);
  });
});

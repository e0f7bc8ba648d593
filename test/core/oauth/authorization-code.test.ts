import { describe, expect, it } from "vitest";
import {
  belongs,
  judgeCallback,
  judgeIss,
} from "../../../electron/core/oauth/authorization-answer.ts";
import {
  answersSignIn,
  beginSignIn,
  finishSignIn,
  redirectPath,
  SIGN_IN_LIFE_MS,
  type SignInAsk,
} from "../../../electron/core/oauth/authorization-code.ts";
import { Ruling } from "../../../electron/core/oauth/ruling.ts";
import { flowOver, formOf, json, scriptedNet } from "../../support/flow-net.ts";
import { digest } from "../../support/ports.ts";
import { refusalOf as thrownBy } from "../bytes.ts";
import { fc, test } from "../property.ts";
import { ask, ISSUER, paperIssuer, refusalOf } from "./peer.ts";

const REDIRECT = `http://127.0.0.1:7780${redirectPath(ISSUER, digest)}`;
const RESOURCE = "https://mail.example/mcp";
const signInAsk = (change: Partial<SignInAsk> = {}): SignInAsk => ({
  ...ask({ scope: ["mail:read"], resource: RESOURCE }),
  redirectUri: REDIRECT,
  prompt: null,
  loginHint: null,
  ...change,
});
const token = json({
  access_token: "an-opaque-access-token",
  token_type: "Bearer",
  expires_in: 60,
});

async function begun(change: Partial<SignInAsk> = {}) {
  const net = scriptedNet(token);
  const flow = flowOver(net);
  const { url, pending } = await beginSignIn(flow, signInAsk(change));
  const params = new URL(url).searchParams;
  const callback = (extra: Record<string, string> = {}, path = pending.path) => ({
    path,
    params: new URLSearchParams({
      state: params.get("state") ?? "",
      iss: ISSUER,
      code: "the-code",
      ...extra,
    }),
  });
  return { net, flow, params, pending, callback };
}

describe("the iss table (92)", () => {
  const verdict = (sends: boolean, iss: string | null): boolean =>
    thrownBy(() => judgeIss(ISSUER, sends, iss, new Ruling())) === null;

  it.each([
    [true, ISSUER, true],
    [true, null, false],
    [false, ISSUER, true],
    [false, null, true],
    [true, "https://evil.example", false],
    [false, "https://evil.example", false],
    [true, "", false],
  ])("sent by metadata %s, in the answer %s: accepted %s", (sends, iss, ok) => {
    expect(verdict(sends, iss)).toBe(ok);
  });

  it.each([
    `${ISSUER}/`,
    ISSUER.toUpperCase(),
    "https://issuer.example:443/tenant",
    "https://issuer.example/%74enant",
    ` ${ISSUER}`,
  ])("nothing is normalised: %s is another issuer", (iss) => {
    expect(verdict(true, iss)).toBe(false);
    expect(verdict(false, iss)).toBe(false);
  });

  test(
    "the table holds for every iss",
    [fc.boolean(), fc.option(fc.oneof(fc.constant(ISSUER), fc.webUrl(), fc.string()))],
    (sends, iss) => {
      expect(verdict(sends, iss)).toBe(iss === null ? !sends : iss === ISSUER);
    },
  );

  it("an error that another issuer sent is not repeated", async () => {
    const { flow, pending, callback } = await begun();
    const evil = callback({
      iss: "https://evil.example",
      error: "buy_now",
      error_description: "call 555-EVIL",
    });
    const refusal = await refusalOf(finishSignIn(flow, pending, evil));
    expect(JSON.stringify(refusal.facts)).not.toMatch(/buy_now|555/);
    expect(refusal.facts["reason"]).toMatch(/another issuer/);
  });
});

describe("a sign-in", () => {
  it("needs an issuer that says it supports PKCE with S256 (91)", async () => {
    for (const methods of [undefined, [], ["plain"]]) {
      const issuer = paperIssuer({ code_challenge_methods_supported: methods });
      const work = beginSignIn(flowOver(scriptedNet()), signInAsk({ issuer }));
      expect((await refusalOf(work)).code).toBe("issuer_metadata_invalid");
    }
  });

  it("sends state, S256 and the resource, and never the verifier (110)", async () => {
    const { params, net, flow, pending, callback } = await begun({ scope: ["openid"] });
    expect(params.get("code_challenge_method")).toBe("S256");
    expect(params.get("code_challenge")).toMatch(/^[\w-]{43}$/);
    expect(params.get("state")?.length).toBeGreaterThan(30);
    expect(params.get("nonce")?.length).toBeGreaterThan(30);
    expect(params.get("resource")).toBe(RESOURCE);
    expect(net.sent).toHaveLength(0);
    await refusalOf(finishSignIn(flow, pending, callback()));
    const form = formOf(net.sent[0]);
    expect(form.get("resource")).toBe(RESOURCE);
    expect(form.get("redirect_uri")).toBe(REDIRECT);
    const made = await crypto.subtle.digest(
      "SHA-256",
      Buffer.from(form.get("code_verifier") ?? ""),
    );
    expect(Buffer.from(made).toString("base64url")).toBe(params.get("code_challenge"));
  });

  it("wants the ID token that it asked for", async () => {
    const { flow, pending, callback } = await begun({ scope: ["openid"] });
    expect((await refusalOf(finishSignIn(flow, pending, callback()))).code).toBe("token_refused");
  });

  it("is finished once (94)", async () => {
    const { net, flow, pending, callback } = await begun();
    await finishSignIn(flow, pending, callback());
    expect((await refusalOf(finishSignIn(flow, pending, callback()))).code).toBe("sign_in_failed");
    expect(net.sent).toHaveLength(1);
  });

  it("is not finished twice by two answers at once (94)", async () => {
    const { net, flow, pending, callback } = await begun();
    const both = await Promise.allSettled([
      finishSignIn(flow, pending, callback()),
      finishSignIn(flow, pending, callback()),
    ]);
    expect(both.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    expect(net.sent).toHaveLength(1);
  });

  it.each<[string, Record<string, string>]>([
    ["another state", { state: "x" }],
    ["no state", { state: "" }],
  ])("is neither finished nor ended by an answer with %s (94)", async (_name, extra) => {
    const { flow, pending, callback, net } = await begun();
    expect(answersSignIn(pending, callback(extra))).toBe(false);
    expect((await refusalOf(finishSignIn(flow, pending, callback(extra)))).code).toBe(
      "sign_in_failed",
    );
    expect(net.sent).toHaveLength(0);
    expect((await finishSignIn(flow, pending, callback())).scheme).toBe("Bearer");
  });

  it("refuses an answer on another issuer's redirect path (93)", async () => {
    const other = redirectPath("https://other.example", digest);
    const { flow, pending, callback, net } = await begun();
    expect(other).not.toBe(pending.path);
    expect((await refusalOf(finishSignIn(flow, pending, callback({}, other)))).code).toBe(
      "sign_in_failed",
    );
    expect(net.sent).toHaveLength(0);
  });

  it("takes no answer after ten minutes", async () => {
    const { flow, pending, callback, net } = await begun();
    flow.clock.advance(SIGN_IN_LIFE_MS + 1);
    expect((await refusalOf(finishSignIn(flow, pending, callback()))).code).toBe("sign_in_failed");
    expect(net.sent).toHaveLength(0);
  });

  it("refuses an answer that says one thing twice (RFC 6749 §3.1)", () => {
    const want = { issuer: ISSUER, sendsIss: true, path: "/cb", state: "s" };
    const params = new URLSearchParams({ state: "s", iss: ISSUER, code: "c" });
    for (const name of ["state", "iss", "code"]) {
      const twice = new URLSearchParams(params);
      twice.append(name, "again");
      expect(
        thrownBy(() => judgeCallback(want, { path: "/cb", params: twice }, new Ruling()))?.code,
      ).toBe("sign_in_failed");
    }
    const doubled = new URLSearchParams(params);
    doubled.append("state", "s");
    expect(belongs(want, { path: "/cb", params: doubled })).toBe(false);
  });

  test("only a known word of an error is repeated", [fc.string()], (error) => {
    const want = { issuer: ISSUER, sendsIss: false, path: "/cb", state: "s" };
    const params = new URLSearchParams({ state: "s", error, code: "c" });
    const refusal = thrownBy(() => judgeCallback(want, { path: "/cb", params }, new Ruling()));
    expect(String(refusal?.facts["reason"])).toMatch(/^[a-z_ ]{1,64}$/);
  });

  it("leaves no secret of its own in what it hands out", async () => {
    const { flow, pending, net, callback } = await begun();
    await finishSignIn(flow, pending, callback());
    const form = formOf(net.sent[0]);
    const shown = JSON.stringify([pending, flow.steps]);
    for (const name of ["code", "code_verifier"])
      expect(shown).not.toContain(form.get(name) ?? "?");
    expect(shown).not.toContain(callback().params.get("state") ?? "?");
  });
});

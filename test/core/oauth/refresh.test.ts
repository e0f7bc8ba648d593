import { describe, expect, it } from "vitest";
import { isChecked } from "../../../electron/core/oauth/check-token.ts";
import { refreshToken, type RefreshAsk } from "../../../electron/core/oauth/refresh.ts";
import { revokeTokens } from "../../../electron/core/oauth/revoke.ts";
import { Secret } from "../../../electron/core/secret.ts";
import { flowOver, formOf, json, scriptedNet } from "../../support/flow-net.ts";
import { ask, identity, paperIssuer, refusalOf } from "./peer.ts";

const refreshAsk = (change: Partial<RefreshAsk> = {}): RefreshAsk => ({
  ...ask(),
  refreshToken: new Secret("old-refresh-token"),
  granted: ["a", "b"],
  ...change,
});
const answer = (change: Record<string, unknown> = {}) =>
  json({ access_token: "an-opaque-access-token", token_type: "Bearer", expires_in: 60, ...change });

describe("refreshing", () => {
  it("hands over the new refresh token before anything else is judged (102)", async () => {
    const received: string[] = [];
    const flow = flowOver(scriptedNet(answer({ refresh_token: "new-refresh-token" })));
    // The access token is refused: it is not bound. The new refresh token must be kept all the same.
    const work = refreshToken(
      flow,
      refreshAsk({
        tls: identity,
        certificateBound: true,
        received: (token) => Promise.resolve(void received.push(token.reveal())),
      }),
    );
    expect((await refusalOf(work)).code).toBe("token_not_bound");
    expect(received).toEqual(["new-refresh-token"]);
  });

  it("uses nothing until it is stored (102)", async () => {
    const flow = flowOver(scriptedNet(answer({ refresh_token: "new-refresh-token" })));
    const work = refreshToken(
      flow,
      refreshAsk({ received: () => Promise.reject(new Error("the vault is full")) }),
    );
    await expect(work).rejects.toThrow("the vault is full");
    expect(flow.steps.map((s) => s.id)).toEqual(["refresh"]);
  });

  it("left-out scope means as granted; less may be asked, more may not (29)", async () => {
    const net = scriptedNet(answer());
    expect((await refreshToken(flowOver(net), refreshAsk())).scope).toEqual(["a", "b"]);
    expect(formOf(net.sent[0]).has("scope")).toBe(false);
    expect((await refreshToken(flowOver(net), refreshAsk({ scope: ["a"] }))).scope).toEqual(["a"]);
    expect(formOf(net.sent[1]).get("scope")).toBe("a");
    const wider = refreshToken(flowOver(net), refreshAsk({ scope: ["a", "c"] }));
    expect((await refusalOf(wider)).code).toBe("scope_insufficient");
    expect(net.sent).toHaveLength(2);
  });

  it("without a new one the old one goes on", async () => {
    const token = await refreshToken(flowOver(scriptedNet(answer())), refreshAsk());
    expect(token.refreshToken).toBeNull();
    expect(isChecked(token)).toBe(true);
  });

  it("an ended grant is one question to the person, a broken issuer is none (103)", async () => {
    for (const [status, error, code] of [
      [400, "invalid_grant", "sign_in_needed"],
      [503, "invalid_grant", "issuer_error"],
    ] as const) {
      const net = scriptedNet(json({ error }, status));
      expect((await refusalOf(refreshToken(flowOver(net), refreshAsk()))).code).toBe(code);
      expect(net.sent).toHaveLength(1);
    }
  });
});

describe("signing out", () => {
  const both = [
    { token: new Secret("the-access-token"), hint: "access_token" },
    { token: new Secret("the-refresh-token"), hint: "refresh_token" },
  ] as const;

  it("revokes the refresh token first, and goes on after a failure", async () => {
    const net = scriptedNet({ status: 503 }, { status: 200 });
    const result = await revokeTokens(flowOver(net), ask(), both);
    expect(formOf(net.sent[0]).get("token_type_hint")).toBe("refresh_token");
    expect(result).toEqual({
      revoked: ["access_token"],
      notRevoked: [
        { hint: "refresh_token", code: "issuer_error", foreseen: false, reason: "HTTP 503" },
      ],
    });
  });

  it("says what could not be revoked, and why", async () => {
    const unsupported = scriptedNet(json({ error: "unsupported_token_type" }, 400));
    const result = await revokeTokens(flowOver(unsupported), ask(), [both[0]]);
    expect(result.notRevoked[0]?.reason).toBe(
      "the issuer cannot take back tokens of this kind: unsupported_token_type",
    );
    const net = scriptedNet({ status: 200 });
    const silent = { ...ask(), issuer: paperIssuer({ revocation_endpoint: undefined }) };
    const none = await revokeTokens(flowOver(net), silent, both);
    expect(none.notRevoked.map((one) => one.reason)).toEqual([
      "it offers no revocation",
      "it offers no revocation",
    ]);
    expect(net.sent).toHaveLength(0);
  });
});

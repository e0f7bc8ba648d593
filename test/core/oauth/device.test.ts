import { describe, expect, it } from "vitest";
import {
  beginDevice,
  judgeDeviceAnswer,
  nextInterval,
  pollDevice,
} from "../../../electron/core/oauth/device.ts";
import { Refusal } from "../../../electron/core/errors.ts";
import { Ruling } from "../../../electron/core/oauth/ruling.ts";
import { flowOver, formOf, json, scriptedNet } from "../../support/flow-net.ts";
import { refusalOf as thrownBy } from "../bytes.ts";
import { fc, test } from "../property.ts";
import { ask, ISSUER, refusalOf } from "./peer.ts";

const DEVICE_CODE = "device-code-that-is-a-secret";
const given = (change: Record<string, unknown> = {}) =>
  json({
    device_code: DEVICE_CODE,
    user_code: "WDJB-MJHT",
    verification_uri: "https://issuer.example/device",
    expires_in: 600,
    ...change,
  });
const error = (name: string) => json({ error: name }, 400);
const token = json({
  access_token: "an-opaque-access-token",
  token_type: "Bearer",
  expires_in: 60,
});

async function begun(...answers: Parameters<typeof scriptedNet>) {
  const net = scriptedNet(given(), ...answers);
  const flow = flowOver(net);
  return { net, flow, pending: await beginDevice(flow, ask({ scope: ["mail:read"] })) };
}

describe("the device flow (RFC 8628)", () => {
  it("asks no sooner than five seconds after the start, and takes the token once", async () => {
    const { net, flow, pending } = await begun(error("authorization_pending"), token);
    const pendingStill = { state: "waiting", waitMs: 5000, intervalMs: 5000, because: "pending" };
    expect(await pollDevice(flow, pending)).toEqual(pendingStill);
    expect(net.sent).toHaveLength(1);
    flow.clock.advance(5000);
    expect(await pollDevice(flow, pending)).toEqual(pendingStill);
    // "Not yet" is no failure, and the X-ray does not paint it as one.
    expect(flow.steps.at(-1)?.state).toBe("remark");
    flow.clock.advance(5000);
    expect((await pollDevice(flow, pending)).state).toBe("done");
    expect(formOf(net.sent[2]).get("device_code")).toBe(DEVICE_CODE);
    expect((await refusalOf(pollDevice(flow, pending))).code).toBe("sign_in_failed");
    expect(JSON.stringify(flow.steps)).not.toContain(DEVICE_CODE);
    expect(JSON.stringify(pending)).not.toContain(DEVICE_CODE);
  });

  it("slow_down makes it five seconds slower, for good", async () => {
    const { flow, pending } = await begun(error("slow_down"), error("authorization_pending"));
    flow.clock.advance(5000);
    const slower = { state: "waiting", waitMs: 10_000, intervalMs: 10_000 };
    expect(await pollDevice(flow, pending)).toEqual({ ...slower, because: "slow_down" });
    flow.clock.advance(10_000);
    expect(await pollDevice(flow, pending)).toEqual({ ...slower, because: "pending" });
  });

  it("a broken connection makes it ask less often and does not end it", async () => {
    const { flow, pending } = await begun({ status: 503 }, token);
    flow.clock.advance(5000);
    const poll = await pollDevice(flow, pending);
    expect(poll).toMatchObject({ state: "waiting", waitMs: 10_000 });
    expect(poll.state === "waiting" && poll.because).toMatchObject({ code: "issuer_error" });
    flow.clock.advance(10_000);
    expect((await pollDevice(flow, pending)).state).toBe("done");
  });

  it.each([
    ["access_denied", "it was declined"],
    ["expired_token", "the code has expired"],
    ["invalid_grant", "invalid_grant"],
  ])("%s ends it, in words", async (name, reason) => {
    const { net, flow, pending } = await begun(error(name), token);
    flow.clock.advance(5000);
    const refusal = await refusalOf(pollDevice(flow, pending));
    expect(refusal).toMatchObject({ code: "sign_in_failed", facts: { reason } });
    flow.clock.advance(60_000);
    await refusalOf(pollDevice(flow, pending));
    expect(net.sent).toHaveLength(2);
  });

  it("asks nothing after the code has expired", async () => {
    const { net, flow, pending } = await begun(token);
    flow.clock.advance(600_000);
    expect((await refusalOf(pollDevice(flow, pending))).facts["reason"]).toBe(
      "the code has expired",
    );
    expect(net.sent).toHaveLength(1);
  });

  it.each(["javascript:alert(1)", "http://issuer.example/device", "file:///x", 7, undefined])(
    "shows no person the address %s (90)",
    (verification_uri) => {
      const run = () =>
        judgeDeviceAnswer(ISSUER, given({ verification_uri }), false, 0, new Ruling());
      expect(thrownBy(run)?.code).toBe("sign_in_failed");
    },
  );

  it.each([undefined, 7, "", "a\nb", "\u202eabc", "x".repeat(65)])(
    "shows no person the code %j",
    (user_code) => {
      const run = () => judgeDeviceAnswer(ISSUER, given({ user_code }), false, 0, new Ruling());
      expect(thrownBy(run)?.code).toBe("sign_in_failed");
    },
  );

  test(
    "whatever interval and life an issuer names, both are bounded",
    [fc.oneof(fc.double(), fc.string(), fc.jsonValue()), fc.oneof(fc.double(), fc.jsonValue())],
    (interval, expires_in) => {
      const made = judgeDeviceAnswer(
        ISSUER,
        given({ interval, expires_in }),
        false,
        0,
        new Ruling(),
      );
      expect(made.intervalMs).toBeGreaterThan(0);
      expect(made.intervalMs).toBeLessThanOrEqual(60_000);
      expect(made.expiresAt).toBeGreaterThan(0);
      expect(made.expiresAt).toBeLessThanOrEqual(1_800_000);
    },
  );

  it("never asks faster than before", () => {
    for (const code of ["authorization_pending", "slow_down"]) {
      const refusal = new Refusal("issuer_error", { wireError: code });
      expect(nextInterval(refusal, 60_000)).toBe(60_000);
    }
    expect(nextInterval(new Refusal("token_refused"), 5000)).toBeNull();
  });
});

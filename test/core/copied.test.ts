// A copied credential leaves the clipboard after a while; what was copied since stays.
import { expect, it } from "vitest";
import { createCopied, ON_CLIPBOARD } from "../../electron/core/copied.ts";

function stage() {
  let text = "csa_credential";
  let timers: { at: number; act: () => void }[] = [];
  let now = 0;
  let broken = false;
  const copied = createCopied({
    read() {
      if (broken) throw new Error("held by another program");
      return text;
    },
    clear: () => (text = ""),
    digest: (one) => `digest of ${one}`,
    after(ms, act) {
      const timer = { at: now + ms, act };
      timers.push(timer);
      return () => (timers = timers.filter((one) => one !== timer));
    },
  });
  return {
    copied,
    text: () => text,
    copy: (next: string) => (text = next),
    breaks: (on: boolean) => (broken = on),
    timers: () => timers.length,
    async pass(ms: number) {
      now += ms;
      for (const timer of timers.filter(({ at }) => at <= now)) {
        timers = timers.filter((one) => one !== timer);
        timer.act();
      }
      await new Promise(setImmediate);
    },
  };
}

it("stays for a minute, and goes then", async () => {
  const s = stage();
  expect(s.copied.forget("digest of csa_credential")).toBe(60);
  await s.pass(ON_CLIPBOARD - 1);
  expect(s.text()).toBe("csa_credential");
  await s.pass(1);
  expect(s.text()).toBe("");
});

it("goes at once when the person leaves, and only once", async () => {
  const s = stage();
  s.copied.forget("digest of csa_credential");
  await s.copied.forgetNow();
  expect([s.text(), s.timers()]).toEqual(["", 0]);
  s.copy("csa_credential");
  await s.copied.forgetNow();
  await s.pass(ON_CLIPBOARD);
  expect(s.text(), "copied anew, by somebody else").toBe("csa_credential");
});

it("leaves alone what was copied since", async () => {
  const s = stage();
  s.copied.forget("digest of csa_credential");
  s.copy("a shopping list");
  await s.pass(ON_CLIPBOARD);
  expect(s.text()).toBe("a shopping list");
});

it("counts from the newest copy", async () => {
  const s = stage();
  s.copied.forget("digest of csa_credential");
  await s.pass(40_000);
  s.copy("csa_another");
  s.copied.forget("digest of csa_another");
  await s.pass(40_000);
  expect(s.text()).toBe("csa_another");
  await s.pass(20_000);
  expect(s.text()).toBe("");
});

it("breaks nothing where the clipboard cannot be read", async () => {
  const s = stage();
  s.breaks(true);
  expect(s.copied.forget("digest of csa_credential")).toBe(60);
  await s.pass(ON_CLIPBOARD);
  s.breaks(false);
  expect(s.text()).toBe("csa_credential");
});

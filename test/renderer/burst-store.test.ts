// The list of an agent's questions keeps a no that comes while answers are on their way.
import { expect, it } from "vitest";
import { BurstStore } from "../../renderer/approval/burst-store.ts";
import type { Burst } from "../../renderer/approval/burst-rows.ts";
import type { Bridge } from "../../renderer/bridge.ts";
import { question, shownOf } from "./sample-questions.ts";

it("denies the rest once the answer that was under way has come", async () => {
  const open = [1, 2, 3].map(question);
  const said: unknown[] = [];
  let arrive = (): void => undefined;
  const first = new Promise<void>((resolve) => (arrive = resolve));
  const call = async (method: string, input: { id: string; verdict?: { type: string } }) => {
    const { id, verdict } = input;
    if (method === "questions.show") {
      return { ok: true, value: shownOf(open, id) };
    }
    said.push([id, verdict?.type]);
    if (verdict?.type === "allow") await first;
    return { ok: true, value: { url: null } };
  };
  let burst: Burst | null = null;
  const store = new BurstStore({ call } as unknown as Bridge, (now) => (burst = now));
  const [head] = open;
  expect(head !== undefined && store.begin(head, open)).toBe(true);
  await store.showAll();
  const answering = store.answer(new Map([["que_1", "allow"]]));
  // The person presses Escape before the word came back.
  await store.denyAll(false);
  expect(said).toEqual([["que_1", "allow"]]);
  arrive();
  await answering;
  await expect
    .poll(() => said.slice(1))
    .toEqual([
      ["que_2", "deny"],
      ["que_3", "deny"],
    ]);
  expect((burst as Burst | null)?.rows.map(({ end }) => end)).toEqual([
    "allowed",
    "denied",
    "denied",
  ]);
});

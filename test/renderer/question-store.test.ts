// A row of the list that the person opened stays open, whatever is looked at while it is being shown.
import { afterEach, expect, it, vi } from "vitest";
import { QuestionStore } from "../../renderer/approval/question-store.ts";
import type { Bridge } from "../../renderer/bridge.ts";
import { question, shownOf } from "./sample-questions.ts";

afterEach(() => vi.unstubAllGlobals());

it("stays with the row while its showing is under way", async () => {
  vi.stubGlobal("window", { addEventListener: () => undefined });
  vi.stubGlobal("document", { addEventListener: () => undefined });
  const open = [1, 2].map(question);
  let arrive = (): void => undefined;
  let held = false;
  const call = async (method: string, input: { id: string }) => {
    if (method === "questions.list") return { ok: true, value: open };
    if (held) await new Promise<void>((resolve) => (arrive = resolve));
    return { ok: true, value: shownOf(open, input.id) };
  };
  const link = { link: () => "open", onLink: () => undefined, watch: () => undefined };
  const store = new QuestionStore({ call, ...link } as unknown as Bridge);
  store.start();
  await expect.poll(() => store.view().burst?.rows.length).toBe(2);
  held = true;
  store.openAlone("que_2");
  await store.refresh();
  expect(store.view()).toMatchObject({ alone: "que_2", shown: null });
  arrive();
  await expect.poll(() => store.view().shown?.id).toBe("que_2");
  expect(store.view().alone).toBe("que_2");
});

// What the tray and the notification say, from what is so.
import { describe, expect, it } from "vitest";
import { notificationOf, trayView } from "../../electron/core/tray-view.ts";

const agent = (id: string, state: "active" | "paused" = "active") => ({ id, state });
const facts = { agents: [agent("a"), agent("b")], questions: 0, pausedHere: new Set<string>() };
const does = (view: ReturnType<typeof trayView>) =>
  view.items.filter((item) => item.enabled).map((item) => item.does);

describe("the tray", () => {
  it("says that all runs, and offers a pause", () => {
    const view = trayView(facts);
    expect(view).toMatchObject({ icon: "running", tooltip: "Countersign: running" });
    expect(does(view)).toEqual(["show", "pause", "quit"]);
  });

  it("says how many questions wait, before anything else", () => {
    const view = trayView({ ...facts, agents: [agent("a", "paused")], questions: 3 });
    expect(view).toMatchObject({
      icon: "asking",
      tooltip: "Countersign: 3 waiting for your answer",
    });
    expect(view.items[1]).toMatchObject({ does: "question", label: "Show what is asked (3)" });
  });

  it("says paused only where every agent is, and lets go on only those that were paused from it", () => {
    const paused = [agent("a", "paused"), agent("b", "paused")];
    expect(trayView({ ...facts, agents: [agent("a"), agent("b", "paused")] }).icon).toBe("running");
    const elsewhere = trayView({ ...facts, agents: paused });
    expect(elsewhere.icon).toBe("paused");
    expect(does(elsewhere)).toEqual(["show", "quit"]);
    const here = trayView({ ...facts, agents: paused, pausedHere: new Set(["b"]) });
    expect(does(here)).toEqual(["show", "resume", "quit"]);
  });

  it("is at rest where there is no agent yet", () => {
    expect(trayView({ ...facts, agents: [] })).toMatchObject({ icon: "running" });
    expect(does(trayView({ ...facts, agents: [] }))).toEqual(["show", "quit"]);
  });
});

describe("the notification", () => {
  it("comes for a question that nobody looks at, with a number and no word from outside", () => {
    expect(notificationOf(0, false)).toBeNull();
    expect(notificationOf(2, true)).toBeNull();
    expect(notificationOf(1, false)?.body).toContain("An agent asks");
    expect(notificationOf(2, false)?.body).toContain("2 questions");
  });
});

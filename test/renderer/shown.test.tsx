// @vitest-environment happy-dom
import { act, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { beforeAll, describe, expect, it } from "vitest";
import { Arguments } from "../../renderer/log/arguments.tsx";
import { Shown } from "../../renderer/parts/shown.tsx";
import { Tooltip } from "@base-ui/react/tooltip";
import { sampleCalls } from "./sample.ts";

beforeAll(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
});

async function render(node: ReactNode): Promise<HTMLElement> {
  const box = document.createElement("div");
  document.body.append(box);
  await act(async () => createRoot(box).render(<Tooltip.Provider>{node}</Tooltip.Provider>));
  return box;
}

describe("text from outside", () => {
  it("shows what is hidden in it, by name, and is isolated", async () => {
    const box = await render(<Shown text={"pay\u202Elap\u200B"} />);
    expect(box.querySelector("bdi")?.textContent).toBe("payRLOlapZWSP");
    expect(box.querySelector(".hidden-mark")?.getAttribute("aria-label")).toBe(
      "Hidden character RLO (U+202E)",
    );
    expect(box.textContent).not.toMatch(/[\u202e\u200b]/);
  });
  it("stays text where it looks like markup", async () => {
    const box = await render(<Shown text="<img src=x onerror=alert(1)>" />);
    expect(box.querySelector("img")).toBeNull();
    expect(box.textContent).toBe("<img src=x onerror=alert(1)>");
  });
});

describe("the arguments of a call", () => {
  const row = sampleCalls(5, 1_800_000_000_000).find((one) => one.input?.includes("handbook"))!;
  const call = { ...row, complaint: null, failed: null };
  it("say whose words they are and how many hidden characters were found", async () => {
    const box = await render(<Arguments call={call} />);
    expect(box.textContent).toContain("From the agent");
    expect(box.textContent).toContain("6 hidden characters made visible");
    expect(box.querySelector("pre")?.getAttribute("dir")).toBe("ltr");
  });
  it("say when they were cut, and how large the whole was", async () => {
    const box = await render(<Arguments call={{ ...call, inputCut: true, inputBytes: 40_960 }} />);
    expect(box.textContent).toContain("The whole request was 40 KiB.");
  });
  it("say when there were none", async () => {
    const box = await render(<Arguments call={{ ...call, input: null }} />);
    expect(box.textContent).toContain("The call carried none.");
  });
});

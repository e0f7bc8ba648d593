import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  FIRST_STATE,
  fitToDisplays,
  readWindowState,
  writeWindowState,
} from "../../electron/window-state.ts";

let folder = "";
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "countersign-state-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe("the window's place", () => {
  it("comes back as it was kept, in a private file", () => {
    const state = { x: -20, y: 30, width: 900, height: 600, maximized: true };
    writeWindowState(folder, state);
    expect(readWindowState(folder)).toEqual(state);
    expect(fs.readdirSync(folder)).toEqual(["window.json"]);
    expect(fs.statSync(path.join(folder, "window.json")).mode & 0o777).toBe(0o600);
  });

  it.each([
    "",
    "{",
    "[]",
    '{"width":10,"height":10,"maximized":false}',
    '{"width":1e9,"height":600,"maximized":false}',
    '{"width":900,"height":600,"maximized":"no"}',
    '{"x":"left","width":900,"height":600,"maximized":false}',
  ])("starts afresh from the broken file %j", (text) => {
    fs.writeFileSync(path.join(folder, "window.json"), text);
    expect(readWindowState(folder)).toEqual(FIRST_STATE);
  });

  it("does not stop the app where it cannot be kept", () => {
    expect(() => writeWindowState(path.join(folder, "missing"), FIRST_STATE)).not.toThrow();
  });

  const screen = { x: 0, y: 0, width: 1920, height: 1080 };
  it.each([
    [{ x: 100, y: 100, width: 900, height: 600 }, true],
    [{ x: -800, y: 100, width: 900, height: 600 }, true],
    [{ x: -850, y: 100, width: 900, height: 600 }, false],
    [{ x: 1900, y: 100, width: 900, height: 600 }, false],
    [{ x: 100, y: -10, width: 900, height: 600 }, false],
    [{ x: 100, y: 1060, width: 900, height: 600 }, false],
    [{ x: 2500, y: 100, width: 900, height: 600 }, false],
  ])("keeps %o on the screen: %s", (bounds, kept) => {
    const fitted = fitToDisplays({ ...bounds, maximized: false }, [screen]);
    expect("x" in fitted).toBe(kept);
  });

  it("shrinks to the largest screen, but never below what can be used", () => {
    const big = { width: 5000, height: 5000, maximized: false };
    expect(fitToDisplays(big, [screen])).toMatchObject({ width: 1920, height: 1080 });
    expect(fitToDisplays(big, [])).toMatchObject({ width: 480, height: 400 });
  });
});

// Where the window was, kept in the data folder.
import fs from "node:fs";
import path from "node:path";
import { z } from "zod";

const schema = z.object({
  x: z.int().exactOptional(),
  y: z.int().exactOptional(),
  width: z.int().min(480).max(10_000),
  height: z.int().min(400).max(10_000),
  maximized: z.boolean(),
});
export type WindowState = z.infer<typeof schema>;

/** A rectangle on the desktop, in device-independent pixels. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const FIRST_STATE: WindowState = { width: 1180, height: 760, maximized: false };

const fileIn = (folder: string): string => path.join(folder, "window.json");

/** What was kept, or the first size: a broken file only costs the position. */
export function readWindowState(folder: string): WindowState {
  try {
    return schema.parse(JSON.parse(fs.readFileSync(fileIn(folder), "utf8")));
  } catch {
    return FIRST_STATE;
  }
}

/** Keeps it, atomically. A full disk is no reason to stop the app from closing. */
export function writeWindowState(folder: string, state: WindowState): void {
  const file = fileIn(folder);
  try {
    fs.writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
    fs.renameSync(`${file}.new`, file);
  } catch {
    // The next start opens in the first size.
  }
}

/** Drops a position that no present display shows (a screen was unplugged), and a size larger than all. */
export function fitToDisplays(state: WindowState, displays: readonly Area[]): WindowState {
  const { x, y, ...size } = state;
  const widest = Math.max(480, ...displays.map((d) => d.width));
  const highest = Math.max(400, ...displays.map((d) => d.height));
  const fitted = {
    ...size,
    width: Math.min(size.width, widest),
    height: Math.min(size.height, highest),
  };
  // 80 pixels of the title bar must be reachable.
  const reachable =
    x !== undefined &&
    y !== undefined &&
    displays.some(
      (d) =>
        x + fitted.width >= d.x + 80 &&
        x + 80 <= d.x + d.width &&
        y >= d.y &&
        y + 40 <= d.y + d.height,
    );
  return reachable ? { ...fitted, x, y } : fitted;
}

// The tray as a desktop sees it: another program on the session's bus takes the place that shows tray icons, and reads
// the icon's own pixels, its words and its menu, as they change with what goes on.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import zlib from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, echoServer, toolCall, upstream } from "../support/house.ts";
import { until } from "../support/processes.ts";
import { SHOTS, want } from "./person.ts";
import { type AppWindow, openApp, root } from "./window.ts";

/** The system's own, which Debian's bindings belong to. */
const PYTHON = "/usr/bin/python3";
const hasBindings =
  process.platform === "linux" &&
  spawnSync(PYTHON, ["-c", "import dbus, gi.repository.GLib"]).status === 0;

interface Shown {
  readonly tooltip: string;
  readonly status: string;
  readonly icons: readonly { width: number; height: number; argb: string }[];
  readonly menu: readonly { id: number; label: string; enabled: boolean }[];
}

let host: ChildProcessWithoutNullStreams;
let lines: AsyncIterator<string>;
let desktop: AppWindow;
let server: Awaited<ReturnType<typeof upstream>>;

/** One line to the place that shows icons, and its answer. */
async function tell(line: string): Promise<unknown> {
  host.stdin.write(`${line}\n`);
  const { value } = (await lines.next()) as { value: string };
  const answer: unknown = JSON.parse(value);
  if (typeof answer === "object" && answer !== null && "error" in answer) throw new Error(value);
  return answer;
}

/** What is shown, once the tooltip is as wanted. */
async function shown(tooltip: string): Promise<Shown> {
  let now = (await tell("read")) as Shown | null;
  await until(
    async () => {
      now = (await tell("read")) as Shown | null;
      return now?.tooltip === tooltip;
    },
    10_000,
    `“${tooltip}” in the tray, which shows “${now?.tooltip}”`,
  );
  return now as Shown;
}

const press = async (label: string): Promise<void> => {
  const { menu } = (await tell("read")) as Shown;
  const entry = menu.find((one) => one.label === label);
  expect(entry, menu.map((one) => one.label).join(", ")).toMatchObject({ enabled: true });
  await tell(`click ${entry?.id}`);
};

beforeAll(async () => {
  if (!hasBindings) return;
  host = spawn(PYTHON, [path.join(root, "test/app/tray-host.py")]);
  lines = readline.createInterface({ input: host.stdout })[Symbol.asyncIterator]();
  expect(JSON.parse(((await lines.next()) as { value: string }).value)).toBe("ready");
  server = await upstream(echoServer);
  desktop = await openApp(["--vault", "memory"], { asks: true });
  await desktop.page.getByRole("navigation").waitFor();
}, 60_000);
afterAll(async () => {
  await desktop?.stop();
  await server?.close();
  host?.stdin.end();
});

describe("the tray", () => {
  it("shows on a desktop what goes on, by its pixels, its words and its menu", async ({ skip }) => {
    skip(!hasBindings, "Debian's python3-dbus and python3-gi are not installed");
    const running = await shown("Countersign: running");
    expect(running.status).toBe("Active");
    expect(running.menu.map(({ label, enabled }) => [label, enabled])).toEqual([
      ["Show Countersign", true],
      ["Nothing is asked", false],
      ["Pause all agents", false],
      ["Quit Countersign", true],
    ]);
    await want(desktop.page, "servers.add", {
      kind: "http",
      name: "echo",
      url: server.url,
      auth: { type: "none" },
      allowPlainHttpOnLoopback: true,
    });
    const { credential } = await want<{ credential: string }>(desktop.page, "agents.add", {
      name: "Claude Code",
    });
    const reply = ask(`http://127.0.0.1:${desktop.port}`, "/mcp/echo", {
      headers: { authorization: `Bearer ${credential}` },
      body: toolCall({ n: 1 }),
    });
    const asking = await shown("Countersign: 1 waiting for your answer");
    expect(asking.menu[1]).toMatchObject({ label: "Show what is asked (1)", enabled: true });
    await press("Pause all agents");
    // A pause withdraws what its agents asked.
    expect((await reply).status).not.toBe(200);
    const paused = await shown("Countersign: all agents are paused");
    expect(paused.menu[2]).toMatchObject({ label: "Let the paused agents go on", enabled: true });
    await press("Let the paused agents go on");
    const again = await shown("Countersign: running");

    const pixels = (one: Shown): string[] => one.icons.map(({ argb }) => argb);
    expect(pixels(again)).toEqual(pixels(running));
    expect(new Set([running, asking, paused].map((one) => pixels(one).join())).size).toBe(3);
    for (const [name, { icons }] of Object.entries({ running, asking, paused })) {
      const [icon] = icons;
      if (icon === undefined) throw new Error(`no icon for ${name}`);
      const seen = Buffer.from(icon.argb, "base64");
      photographIcon(name, icon.width, icon.height, seen);
      // The finer of the two pictures, in the order of D-Bus's bytes.
      const file = fs.readFileSync(path.join(root, `electron/icons/${name}@2x.png`), "base64");
      const picture = await desktop.app.evaluate(({ nativeImage }, png) => {
        const image = nativeImage.createFromBuffer(Buffer.from(png, "base64"));
        return { ...image.getSize(), bgra: image.toBitmap().toString("base64") };
      }, file);
      expect([icon.width, icon.height]).toEqual([picture.width, picture.height]);
      const meant = Buffer.from(picture.bgra, "base64").swap32();
      expect(solid(seen)).toEqual(solid(meant));
      expect(solid(seen).filter((pixel) => pixel !== "").length).toBeGreaterThan(100);
    }
  }, 60_000);
});

/** Each pixel that lets nothing through, by its colour; what is half transparent may be told in two ways. */
const solid = (argb: Buffer): string[] =>
  Array.from({ length: argb.length / 4 }, (_, i) =>
    argb[4 * i] === 255 ? argb.toString("hex", 4 * i + 1, 4 * i + 4) : "",
  );

/** Keeps what was shown as a PNG (RFC 2083) at six times its size, on a light and on a dark panel. */
function photographIcon(name: string, width: number, height: number, argb: Buffer): void {
  const times = 6;
  const rows: Buffer[] = [];
  for (let y = 0; y < height * times; y++) {
    const row = [0];
    for (const panel of [0xee, 0x22]) {
      for (let x = 0; x < width * times; x++) {
        const at = 4 * (Math.floor(y / times) * width + Math.floor(x / times));
        const [a = 0, ...rgb] = argb.subarray(at, at + 4);
        row.push(...rgb.map((c) => Math.round((c * a + panel * (255 - a)) / 255)));
      }
    }
    rows.push(Buffer.from(row));
  }
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length);
    frame.writeUInt32BE(zlib.crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(2 * width * times);
  head.writeUInt32BE(height * times, 4);
  head.set([8, 2], 8);
  fs.mkdirSync(SHOTS, { recursive: true });
  fs.writeFileSync(
    path.join(SHOTS, `tray-${name}.png`),
    Buffer.concat([
      Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
      chunk("IHDR", head),
      chunk("IDAT", zlib.deflateSync(Buffer.concat(rows))),
      chunk("IEND", Buffer.alloc(0)),
    ]),
  );
}

// What the shipped source may not say at all: one place each for what Electron makes dangerous (.github/HARDENING.md).
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const sources = (folder: string): string[] =>
  fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sources(name);
    return /\.(?:ts|tsx|mjs|html)$/.test(entry.name) ? [name] : [];
  });
const shipped = [...sources("electron"), ...sources("renderer")].map((name) => ({
  name,
  // Comments may name what is forbidden.
  text: fs
    .readFileSync(path.join(root, name), "utf8")
    .replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, ""),
}));
const saying = (what: RegExp): string[] =>
  shipped.filter(({ text }) => what.test(text)).map(({ name }) => name);

describe("the shipped source", () => {
  it.each<[string, RegExp, string[]]>([
    [
      "8 to 10: features that are not finished",
      /enableBlinkFeatures|experimentalFeatures: true/,
      [],
    ],
    ["8: mixed content", /allowRunningInsecureContent: true|webSecurity: false/, []],
    ["2, 3: Node on a page", /nodeIntegration\w*: true|contextIsolation: false|sandbox: false/, []],
    ["11: webviews", /webviewTag: true|<webview/, []],
    [
      "15: the system's browser",
      /\bshell\.(?:open|show)|openExternal|openPath/,
      ["electron/app-browser.ts"],
    ],
    ["17: ipcMain", /\bipcMain\b/, ["electron/ipc.ts"]],
    ["17: a listener without an answer", /ipcMain\.(?:on|once|handleOnce|addListener)\b/, []],
    ["18: pages from files", /loadFile\(|loadURL\(\s*["'`]file:|interceptFileProtocol/, []],
    [
      "20: ipcRenderer",
      /\bipcRenderer\b/,
      ["electron/preload/app.ts", "electron/preload/approval.ts"],
    ],
    [
      "24: TLS peers that our own code judges instead",
      /setCertificateVerifyProc|rejectUnauthorized: false/,
      ["electron/host/tls/inbound.ts", "electron/lab/lab.ts"],
    ],
    ["24: certificate errors", /["']certificate-error["']/, ["electron/windows.ts"]],
    ["32: crash reports", /crashReporter|uploadToServer|submitURL/, []],
    ["32: V8 flags", /setFlagsFromString|js-flags["'`]\s*,/, []],
    ["code from a string", /\beval\(|new Function\(|executeJavaScript\(/, []],
    ["remote module", /@electron\/remote|enableRemoteModule/, []],
  ])("%s: only where it is meant", (_, what, places) => {
    expect(saying(what).sort()).toEqual(places);
  });

  it("23: no window has developer tools that a package could open", () => {
    const said = shipped.flatMap(({ name, text }) =>
      [...text.matchAll(/devTools: ([^,\n]+)/g)].map(([, value]) => `${name}: ${value}`),
    );
    expect(said.sort()).toEqual([
      "electron/app-approval.ts: false",
      "electron/windows.ts: !app.isPackaged",
    ]);
    expect(saying(/openDevTools|toggleDevTools/)).toEqual(["electron/app-menu.ts"]);
  });

  it("26: what is asked is kept out of screenshots, where the system can", () => {
    expect(saying(/setContentProtection\(true\)/)).toEqual(["electron/app-approval.ts"]);
  });

  it("16: Electron is pinned to one release, of a line that gets security updates", async () => {
    const { devDependencies } = JSON.parse(
      fs.readFileSync(path.join(root, "package.json"), "utf8"),
    ) as { devDependencies: Record<string, string> };
    const { describeRuntime } = await import("../../electron/runtime.ts");
    expect(devDependencies["electron"]).toMatch(/^\d+\.\d+\.\d+$/);
    expect(describeRuntime({ electron: devDependencies["electron"] }).testRuntime).toBe(false);
  });

  it("34: every package comes from the lockfile with its hash, and none may run a script of its own", () => {
    const lock = JSON.parse(fs.readFileSync(path.join(root, "package-lock.json"), "utf8")) as {
      packages: Record<string, { integrity?: string; hasInstallScript?: boolean; link?: boolean }>;
    };
    const bare = Object.entries(lock.packages).filter(
      ([name, one]) => name !== "" && one.link !== true && one.integrity === undefined,
    );
    expect(bare.map(([name]) => name)).toEqual([]);
    const { allowScripts } = JSON.parse(
      fs.readFileSync(path.join(root, "package.json"), "utf8"),
    ) as { allowScripts: Record<string, boolean> };
    expect(Object.values(allowScripts).filter(Boolean)).toEqual([]);
    const scripted = Object.entries(lock.packages)
      .filter(([, one]) => one.hasInstallScript === true)
      .map(([name]) => name.replace(/^.*node_modules\//, ""));
    const known = new Set([...Object.keys(allowScripts), "keytar", "fsevents"]);
    expect(scripted.filter((name) => !known.has(name))).toEqual([]);
  });
});

// The packages that no machine of ours can build yet, as far as electron-builder itself can judge them without a build:
// what it reads, what it makes of each target, and what the programs would be allowed.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
type Config = Record<string, unknown>;

interface Helper {
  readonly platformSpecificBuildOptions: Config;
  expandArtifactNamePattern(options: unknown, extension: string, arch: number): string;
}
interface Builder {
  readonly config: Config;
  _appInfo: unknown;
  _framework: unknown;
  validateConfig(): Promise<void>;
  createHelper(platform: unknown): Promise<Helper>;
}

// Its own modules, behind what it offers to those who use it: types of them there are none.
const load = createRequire(createRequire(import.meta.url).resolve("electron-builder/package.json"));
const inner = <T>(name: string): T => load(`app-builder-lib/out/${name}.js`) as T;

let builder: Builder;
beforeAll(async () => {
  const { Packager } = inner<{ Packager: new (options: object) => Builder }>("packager");
  const { AppInfo } = inner<{ AppInfo: new (builder: Builder, number: null) => unknown }>(
    "appInfo",
  );
  builder = new Packager({ projectDir: root, targets: new Map() });
  await builder.validateConfig();
  // As its build() does next, before it looks for an Electron.
  builder._appInfo = new AppInfo(builder, null);
  const { createElectronFrameworkSupport } = inner<{
    createElectronFrameworkSupport: (config: Config, builder: Builder) => Promise<unknown>;
  }>("electron/ElectronFramework");
  builder._framework = await createElectronFrameworkSupport(builder.config, builder);
}, 30_000);

/** Each target of a system as the builder itself makes it ready, with the names that its files would have. */
async function targetsOf(system: "MAC" | "WINDOWS" | "LINUX", change: Config = {}) {
  const { Platform } = inner<{ Platform: Record<string, unknown> }>("core");
  const factory = inner<{
    computeArchToTargetNamesMap(
      none: object,
      helper: Helper,
      system: unknown,
    ): Map<number, string[]>;
    createTargets(
      made: object,
      names: string[],
      to: string,
      helper: Helper,
    ): { name: string; options: unknown }[];
  }>("targets/targetFactory");
  const helper = await builder.createHelper(Platform[system]);
  Object.assign(helper.platformSpecificBuildOptions, change);
  const wanted = factory.computeArchToTargetNamesMap(new Map(), helper, Platform[system]);
  return [...wanted].flatMap(([arch, names]) =>
    factory.createTargets(new Map(), names, "/nowhere", helper).map(({ name, options }) => {
      const extension = { nsis: "exe", portable: "exe", appImage: "AppImage" }[name] ?? name;
      return helper.expandArtifactNamePattern(options ?? builder.config, extension, arch);
    }),
  );
}

describe("the packages that are only configured", () => {
  it("are targets that the builder knows, each with a file name of its own", async () => {
    const names = [
      ...(await targetsOf("MAC")),
      ...(await targetsOf("WINDOWS")),
      ...(await targetsOf("LINUX")),
    ].map((name) => name.replace(/-\d+\.\d+\.\d+-/, "-V-"));
    expect(names.sort()).toMatchInlineSnapshot(`
        [
          "Countersign-V-linux-amd64.deb",
          "Countersign-V-linux-x64.tar.gz",
          "Countersign-V-linux-x86_64.AppImage",
          "Countersign-V-linux-x86_64.rpm",
          "Countersign-V-mac-arm64.dmg",
          "Countersign-V-mac-arm64.zip",
          "Countersign-V-mac-x64.dmg",
          "Countersign-V-mac-x64.zip",
          "Countersign-V-win-arm64-setup.exe",
          "Countersign-V-win-x64-portable.exe",
          "Countersign-V-win-x64-setup.exe",
        ]
      `);
    expect(new Set(names).size).toBe(names.length);
    // The schema takes any word for a target.
    await expect(targetsOf("MAC", { target: ["dgm"] })).rejects.toThrow("Unknown target: dgm");
  });

  it.each(["mac.hardendRuntime", "dmg.titel", "nsis.oneclick", "rpm.dependz", "appImage.exe"])(
    "are refused where the configuration holds a mistake (%s)",
    async (mistake) => {
      const { validateConfiguration } = inner<{
        validateConfiguration: (config: Config, log: object) => Promise<void>;
      }>("util/config/config");
      const [section, name] = mistake.split(".") as [string, string];
      const bad = {
        ...builder.config,
        [section]: { ...(builder.config[section] as object), [name]: true },
      };
      await expect(validateConfiguration(bad, { isEnabled: false })).rejects.toThrow(
        `configuration.${section}`,
      );
    },
  );

  it("give up nothing of macOS's hardened runtime but just-in-time code", () => {
    const mac = builder.config["mac"] as Config;
    expect(mac).toMatchObject({ hardenedRuntime: true, notarize: true, gatekeeperAssess: false });
    const { parse } = load("plist") as { parse: (text: string) => unknown };
    for (const option of ["entitlements", "entitlementsInherit"]) {
      const text = fs.readFileSync(path.join(root, String(mac[option])), "utf8");
      expect(parse(text)).toEqual({ "com.apple.security.cs.allow-jit": true });
    }
    // What would hand out more behind that file's back.
    for (const option of ["identity", "extendInfo", "binaries", "provisioningProfile", "sign"]) {
      expect([option, mac[option]]).toEqual([option, undefined]);
    }
  });

  it("ask Windows for no more than the person has, and run nothing of ours as they install", () => {
    const { win, nsis, portable } = builder.config as Record<string, Config>;
    expect(win).toMatchObject({ requestedExecutionLevel: "asInvoker" });
    expect(nsis).toMatchObject({ oneClick: false, perMachine: false, allowElevation: false });
    expect(portable).toMatchObject({ requestExecutionLevel: "user" });
    for (const option of ["include", "script", "customNsisBinary", "packElevateHelper"]) {
      expect([option, nsis?.[option]]).toEqual([option, undefined]);
    }
  });

  it("have an icon as large as the largest that a system wants", () => {
    const png = fs.readFileSync(path.join(root, "electron/package/resources/icon.png"));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1024, 1024]);
  });
});

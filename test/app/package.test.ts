// The packages that can be built here: what is inside, what it can no longer be made to do, and that it works.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appImageTools } from "../../electron/package/appimage.mjs";
import { FUSES, readFuses } from "../../electron/package/fuses.mjs";
import { companyDocument } from "../support/company-api.ts";
import { freePort, until } from "../support/processes.ts";
import {
  buildPackages,
  makeHome,
  type Packages,
  processOf,
  runAs,
  type Started,
  whileItRuns,
} from "./packaged.ts";
import { renderersBelow } from "./descendants.ts";
import { focusWindowOf, hasKeyboard, pressKeys } from "./keyboard.ts";
import { electronProgram, root, spawnApp } from "./window.ts";

const has = (tool: string): boolean => spawnSync("sh", ["-c", `command -v ${tool}`]).status === 0;
/** Its runtime comes in a crate, and so wants cargo. */
const imageable = appImageTools() !== null;
const here = process.platform === "linux" ? describe : describe.skip;

here("the packages", () => {
  let made: Packages;
  /** The unpacked tar.gz: what a person would run. */
  let app: string;
  let program: string;
  let resources: string;
  const file = (ending: string): string => {
    const name = fs.readdirSync(made.output).find((one) => one.endsWith(ending));
    if (name === undefined) throw new Error(`no ${ending} was built`);
    return path.join(made.output, name);
  };
  const unpacked = (format: string): string => path.join(made.folder, format);

  beforeAll(() => {
    const more = [...(has("rpmbuild") ? ["rpm"] : []), ...(imageable ? ["AppImage"] : [])];
    made = buildPackages("dir", "tar.gz", "deb", ...more);
    spawnSync("tar", ["-xzf", file(".tar.gz"), "-C", made.folder], { stdio: "inherit" });
    app = path.dirname(find(made.folder, "resources/app.asar", 3)).replace(/\/resources$/, "");
    program = path.join(app, "countersign-desktop");
    resources = path.join(app, "resources");
  }, 360_000);
  afterAll(() => made?.remove());

  it("hold the program, its archive and its two native modules, and no default app", () => {
    expect(fs.existsSync(path.join(resources, "default_app.asar"))).toBe(false);
    expect(fs.existsSync(path.join(resources, "app"))).toBe(false);
    const natives = filesBelow(resources).filter((one) => one.endsWith(".node"));
    expect(natives.map((one) => one.replace(/^.*node_modules\//, "")).sort()).toEqual([
      "@photostructure/sqlite/prebuilds/linux-x64/@photostructure+sqlite.glibc.node",
      "@photostructure/sqlite/prebuilds/linux-x64/@photostructure+sqlite.musl.node",
      "keytar/prebuilds/linux-x64/keytar.node",
    ]);
    const inside = archived(path.join(resources, "app.asar"));
    expect(inside).toContain("dist/main/main.cjs");
    expect(inside).toContain("dist/main/api-worker.cjs");
    expect(inside).toContain("dist/renderer/approval.html");
    const strange = inside.filter(
      (name) => !/^(?:dist\/(?:main|preload|renderer)\/|node_modules\/|package\.json$)/.test(name),
    );
    expect(strange).toEqual([]);
    expect(inside.filter((name) => /\.(?:map|ts|tsx|test\.\w+)$/.test(name))).toEqual([]);
  });

  it("have every fuse as it should be, read back from the program", async () => {
    const fuses = await readFuses(program);
    expect(fuses).toMatchObject({
      RunAsNode: false,
      EnableCookieEncryption: true,
      EnableNodeOptionsEnvironmentVariable: false,
      EnableNodeCliInspectArguments: false,
      EnableEmbeddedAsarIntegrityValidation: true,
      OnlyLoadAppFromAsar: true,
    });
    for (const [name, on] of Object.entries(fuses)) expect([name, on]).toEqual([name, FUSES[name]]);
    // A reader that always said so would prove nothing: the runtime as it came is another.
    expect((await readFuses(electronProgram()))["RunAsNode"]).toBe(true);
  });

  it("carry a bill of materials of what is inside, and of nothing else", () => {
    const bill = JSON.parse(
      fs.readFileSync(path.join(resources, "countersign.cdx.json"), "utf8"),
    ) as { bomFormat: string; components: { name: string; hashes?: unknown[] }[] };
    const names = bill.components.map((one) => one.name);
    expect(bill.bomFormat).toBe("CycloneDX");
    for (const name of ["electron", "keytar", "@photostructure/sqlite", "react", "zod", "jose"]) {
      expect(names).toContain(name);
    }
    for (const name of ["vitest", "typescript", "electron-builder", "playwright"]) {
      expect(names).not.toContain(name);
    }
    expect(bill.components.filter((one) => !one.hashes?.length)).toEqual([]);
  });

  it("are the same in the deb, which names what it needs and sets up the sandbox", () => {
    const deb = file(".deb");
    const control = spawnSync("dpkg-deb", ["--field", deb], { encoding: "utf8" }).stdout;
    expect(control).toContain("Package: countersign\n");
    expect(control).toMatch(/^Depends: .*libsecret-1-0/m);
    const to = unpacked("deb");
    expect(spawnSync("dpkg-deb", ["-R", deb, to]).status).toBe(0);
    for (const name of ["countersign-desktop", "resources/app.asar", "resources/cli/cli.cjs"]) {
      const installed = path.join(to, "opt/Countersign", name);
      expect(sum(installed)).toBe(sum(path.join(app, name)));
    }
    expect(fs.readFileSync(path.join(to, "DEBIAN/postinst"), "utf8")).toContain("chrome-sandbox");
    const entry = fs.readFileSync(
      path.join(to, "usr/share/applications/countersign-desktop.desktop"),
      "utf8",
    );
    expect(entry).toContain("MimeType=x-scheme-handler/countersign;");
    const sums = spawnSync("md5sum", ["--check", "--quiet", "DEBIAN/md5sums"], { cwd: to });
    expect(sums.status).toBe(0);
  });

  it("are the same in the rpm, which says what it needs and does", ({ skip }) => {
    skip(!has("rpmbuild"), "rpmbuild is not installed");
    const rpm = file(".rpm");
    const query = (...words: string[]): string =>
      spawnSync("rpm", ["-qp", ...words, rpm], { encoding: "utf8" }).stdout;
    const { version } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
      version: string;
    };
    expect(query("--qf", "%{NAME} %{VERSION} %{ARCH} %{LICENSE} %{BUILDHOST}")).toBe(
      `countersign ${version} x86_64 Apache-2.0 countersign`,
    );
    const needs = query("--requires")
      .trim()
      .split("\n")
      .filter((name) => !name.startsWith("rpmlib("));
    expect([...new Set(needs)].sort()).toEqual([
      "(libXtst or libXtst6)",
      "(libsecret or libsecret-1-0)",
      "(libuuid or libuuid1)",
      "/bin/bash",
      "at-spi2-core",
      "gtk3",
      "libXScrnSaver",
      "libnotify",
      "nss",
      "xdg-utils",
    ]);
    expect(query("--provides").trim().split("\n")).toEqual([
      expect.stringMatching(/^countersign = /),
      expect.stringMatching(/^countersign\(x86-64\) = /),
    ]);
    // It owns its own folder and single files, and no folder that others have, nor /usr/lib/.build-id.
    const places = query("-l").trim().split("\n");
    expect(places.filter((place) => !place.startsWith("/opt/Countersign/")).sort()).toEqual([
      "/opt/Countersign",
      "/usr/share/applications/countersign-desktop.desktop",
      expect.stringMatching(
        /^\/usr\/share\/icons\/hicolor\/\d+x\d+\/apps\/countersign-desktop\.png$/,
      ),
      "/usr/share/licenses/countersign/LICENSE",
    ]);
    expect(query("--licensefiles").trim()).toBe("/usr/share/licenses/countersign/LICENSE");
    const owners = query("--qf", "[%{FILEUSERNAME}:%{FILEGROUPNAME}\n]").trim().split("\n");
    expect(new Set(owners)).toEqual(new Set(["root:root"]));
    expect(query("--scripts")).toContain("chmod 4755 '/opt/Countersign/chrome-sandbox'");

    const shell = 'mkdir -p "$2" && rpm2archive -n <"$1" | tar -x -C "$2"';
    expect(spawnSync("sh", ["-c", shell, "sh", rpm, unpacked("rpm")]).status).toBe(0);
    const found = treeOf(unpacked("rpm"));
    expect(found).toEqual(treeOf(unpacked("deb")));
    expect(found["opt/Countersign/chrome-sandbox"]).toMatch(/^755 /);
  });

  it("the rpm takes its links away when it goes, and not for a newer one", ({ skip }) => {
    skip(!has("rpmbuild"), "rpmbuild is not installed");
    const scripts = spawnSync("rpm", ["-qp", "--scripts", file(".rpm")], { encoding: "utf8" });
    const [, script = ""] =
      /postuninstall scriptlet \(using \/bin\/bash\):\n([^]*)$/.exec(scripts.stdout) ?? [];
    // A function stands before a program of the same name: this says what the script would do.
    const tell = 'update-alternatives() { echo "$@"; }\nrm() { :; }\n';
    const run = (stay: string): string =>
      spawnSync("bash", ["-c", tell + script, "sh", stay], { encoding: "utf8" }).stdout.trim();
    expect(run("1")).toBe("");
    expect(run("0")).toBe("--remove countersign-desktop /opt/Countersign/countersign-desktop");
  });

  it.for(["deb", "rpm"])("the same files make the same %s", (format, { skip }) => {
    skip(format === "rpm" && !has("rpmbuild"), "rpmbuild is not installed");
    const from = fs.mkdtempSync(path.join(made.folder, "same-"));
    fs.mkdirSync(path.join(from, "app/below"), { recursive: true });
    fs.writeFileSync(path.join(from, "app/below/file"), "50% of %{name}");
    const build = (name: string): string => {
      const to = path.join(from, name);
      const words = ["-s", "dir", "-t", format, "--name", "thing", "--version", "1.0.0"];
      const more = [
        "--architecture",
        format === "rpm" ? "x86_64" : "amd64",
        "--license",
        "Apache-2.0",
      ];
      const who = ["--maintainer", "A <a@b.invalid>", "--package", to, `${from}/app/=/opt/Thing`];
      const ran = spawnSync(
        path.join(root, "electron/package/fpm.mjs"),
        [...words, ...more, ...who],
        {
          encoding: "utf8",
          env: { ...process.env, SOURCE_DATE_EPOCH: "1700000000" },
        },
      );
      if (ran.status !== 0) throw new Error(ran.stderr);
      return sum(to);
    };
    expect(build(`one.${format}`)).toBe(build(`two.${format}`));
  });

  it("starts, answers at its door, shows its window, keeps secrets in the keychain, and ends cleanly", async () => {
    await whileItRuns(made.folder, { command: program }, async (started) => {
      await probe(started);
      const { home, data } = started;
      const cli = path.join(resources, "cli/countersign");
      const status = await runAs(home, [cli, "status", "--json", "--data", data]);
      expect(status).toMatchObject({ code: 0 });
      expect(JSON.parse(status.output)).toMatchObject({
        vault: { kind: "keychain", state: "ready" },
      });
      // The thread that reads documents starts from inside the archive.
      const document = path.join(home, "api.json");
      fs.writeFileSync(document, JSON.stringify(companyDocument("https://api.example/v1")));
      const read = await runAs(home, [cli, "server", "import", document, "--data", data]);
      expect(read.output).toMatch(/readItem\s+GET \/items\/\{sku\}\s+yes/);
      // Words of the installed program name its own command line, where it lies.
      const doctor = await runAs(home, [cli, "doctor", "--data", data]);
      expect(doctor.output).toMatch(/locked|Locking the screen/);
      expect(await started.end()).toBe(0);
      // Written when the window closes: it was there, and had a place.
      expect(JSON.parse(fs.readFileSync(path.join(data, "window.json"), "utf8"))).toMatchObject({
        maximized: false,
      });
    });
  });

  it("starts from the rpm's files as well", async ({ skip }) => {
    skip(!has("rpmbuild"), "rpmbuild is not installed");
    const command = path.join(unpacked("rpm"), "opt/Countersign/countersign-desktop");
    await whileItRuns(made.folder, { command }, async (started) => {
      await probe(started);
      expect(await started.end()).toBe(0);
    });
  });

  it("are the same in the AppImage, behind the runtime that is meant", ({ skip }) => {
    skip(!imageable, "there is no mksquashfs, or no cargo for the runtime");
    const image = file(".AppImage");
    const bytes = fs.readFileSync(image);
    // AppImageKit's release 13.
    expect(createHash("sha256").update(bytes.subarray(0, 189_632)).digest("hex")).toBe(
      "328e0d745c5c6817048c27bc3e8314871703f8f47ffa81a37cb06cd95a94b323",
    );
    const to = unpacked("image");
    fs.mkdirSync(to);
    expect(spawnSync(image, ["--appimage-extract"], { cwd: to, stdio: "ignore" }).status).toBe(0);
    const inside = path.join(to, "squashfs-root");
    const ours = Object.entries(treeOf(path.join(unpacked("deb"), "opt/Countersign")));
    const found = treeOf(inside);
    for (const [name, what] of ours) {
      // A profile for where it is installed.
      if (name !== "resources/apparmor-profile") expect([name, found[name]]).toEqual([name, what]);
      delete found[name];
    }
    expect(
      Object.keys(found)
        .filter((name) => !name.startsWith("usr/share/icons/"))
        .sort(),
    ).toEqual([".DirIcon", "AppRun", "countersign-desktop.desktop", "countersign-desktop.png"]);
    const entry = fs.readFileSync(path.join(inside, "countersign-desktop.desktop"), "utf8");
    expect(entry).toMatch(/^Exec=AppRun %U$/m);
  });

  it("starts from the AppImage as well, where nothing can be mounted", async ({ skip }) => {
    skip(!imageable, "there is no mksquashfs, or no cargo for the runtime");
    const starting = {
      command: file(".AppImage"),
      env: { APPIMAGE_EXTRACT_AND_RUN: "1" },
      program: (home: string) =>
        new RegExp(`^${home}/appimage_extracted_\\w+/countersign-desktop$`),
    };
    await whileItRuns(made.folder, starting, async (started) => {
      await probe(started);
      expect(await started.end()).toBe(0);
      expect(fs.readdirSync(started.home).filter((name) => name.startsWith("appimage"))).toEqual(
        [],
      );
    });
  });

  /** Presses what opens developer tools in Chromium and in Electron, and says how many pages there were at most. */
  const pagesAfterKeys = async (main: number, ms: number): Promise<number> => {
    let most = 0;
    const done = Date.now() + ms;
    await focusWindowOf(main);
    pressKeys("F12", "ctrl+shift+j", "ctrl+shift+c", "ctrl+shift+i");
    await until(
      () => {
        most = Math.max(most, renderersBelow(main));
        return most > 1 || Date.now() > done;
      },
      ms + 10_000,
      "the keys to have had their time",
    );
    return most;
  };

  it("opens no developer tools, whichever keys are pressed", async ({ skip }) => {
    skip(!hasKeyboard, "xdotool is not installed");
    // From a checkout they open: so the keys arrive, and their process is seen.
    const data = fs.mkdtempSync(path.join(made.folder, "checkout-"));
    const port = String(await freePort());
    const checkout = spawnApp(["--data", data, "--port", port, "--vault", "memory"]);
    const pid = checkout.pid ?? 0;
    await until(() => renderersBelow(pid) === 1, 20_000, "the window of the checkout");
    const began = Date.now();
    expect(await pagesAfterKeys(pid, 15_000)).toBe(2);
    const took = Date.now() - began;
    checkout.kill("SIGKILL");
    await whileItRuns(made.folder, { command: program }, async (started) => {
      const main = processOf(program, null) ?? 0;
      expect(await pagesAfterKeys(main, Math.max(1000, 2 * took))).toBe(1);
      // These keys do mean something in a package: it ends.
      pressKeys("ctrl+q");
      expect(await started.ended).toBe(0);
    });
  });

  it.each([
    ["--remote-debugging-port=0", {}],
    ["--inspect=0", {}],
    ["--inspect-brk=0", {}],
    ["--no-sandbox", {}],
    ["--js-flags=--expose-gc", {}],
    ["--no-sandbox", { COUNTERSIGN_TEST_RUNTIME: "1" }],
    ["--class=x", { ELECTRON_DISABLE_SANDBOX: "1" }],
  ])("ends with 78 when started with %s %j, at once and without a box", async (word, env) => {
    const home = makeHome(made.folder);
    const run = await runAs(home, [program, word, "--data", path.join(home, "data")], { env });
    expect(run).toMatchObject({ code: 78 });
    expect(run.output).toContain("Countersign does not start with --");
    expect(run.output).not.toContain("Debugger listening");
    expect(fs.existsSync(path.join(home, "data"))).toBe(false);
  });

  describe("is not made to run other code", () => {
    const evil = (home: string): { script: string; mark: string } => {
      const script = path.join(home, "evil.cjs");
      const mark = path.join(home, "evil-was-here");
      fs.writeFileSync(script, `require("fs").writeFileSync(${JSON.stringify(mark)}, "")`);
      return { script, mark };
    };
    const tries = (script: string): { env: Record<string, string>; args: string[] }[] => [
      { env: { ELECTRON_RUN_AS_NODE: "1" }, args: [script] },
      { env: { NODE_OPTIONS: `--require ${script}` }, args: ["--help"] },
    ];
    const until = /does not take|Usage|usage|Unexpected/;

    it("by ELECTRON_RUN_AS_NODE or NODE_OPTIONS", async () => {
      const home = makeHome(made.folder);
      const { script, mark } = evil(home);
      for (const { env, args } of tries(script)) {
        const run = await runAs(home, [program, ...args], { env, until });
        expect(run.output).toMatch(/--data DIR|npm start -- --help/);
        expect(fs.existsSync(mark)).toBe(false);
      }
    });

    it("by a folder beside or instead of its archive", async () => {
      const home = makeHome(made.folder);
      const { script, mark } = evil(home);
      const copy = path.join(made.folder, "copy");
      spawnSync("cp", ["-al", app, copy]);
      fs.rmSync(path.join(copy, "resources/app.asar"));
      fs.mkdirSync(path.join(copy, "resources/app"));
      fs.copyFileSync(script, path.join(copy, "resources/app/index.js"));
      fs.writeFileSync(
        path.join(copy, "resources/app/package.json"),
        JSON.stringify({ name: "evil", main: "index.js" }),
      );
      const copied = path.join(copy, "countersign-desktop");
      await runAs(home, [copied], { seconds: 3 });
      expect(fs.existsSync(mark)).toBe(false);
      // The same folder under a program whose fuses nobody turned does run it.
      fs.rmSync(copied);
      fs.copyFileSync(electronProgram(), copied);
      await runAs(home, [copied], { seconds: 3 });
      expect(fs.existsSync(mark)).toBe(true);
    });
  });
});

/** What must be so of each program that runs, whatever it was unpacked from. */
async function probe({ program, home, port }: Started): Promise<void> {
  // Of its own user it asks for a credential; another user, even root, is turned away before that.
  const url = `http://127.0.0.1:${port}/mcp/notes`;
  const asking = `fetch("${url}",{method:"POST",headers:{"content-type":"application/json"},body:"{}"})`;
  const own = await runAs(home, [
    process.execPath,
    "-e",
    `${asking}.then((it)=>console.log(it.status))`,
  ]);
  expect(own.output.trim()).toBe("401");
  const foreign = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  const ours = process.getuid?.() !== 0;
  expect([foreign.status, await foreign.text()]).toEqual([
    ours ? 401 : 403,
    expect.stringContaining(ours ? "credential" : "other_user_refused"),
  ]);
  // The kernel's own word that its page runs in Chromium's sandbox: system calls are filtered (seccomp mode 2).
  const facts = fs.readFileSync(`/proc/${processOf(program, "renderer")}/status`, "utf8");
  expect(facts).toMatch(/^Seccomp:\s2$/m);
  expect(facts).toMatch(/^NoNewPrivs:\s1$/m);
}

/** Each file below a folder with its mode and hash, but for what a format itself needs: its licence, its control files. */
function treeOf(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of filesBelow(folder)) {
    if (/^(?:DEBIAN|usr\/share\/(?:doc|licenses))(?:\/|$)/.test(name)) continue;
    const place = path.join(folder, name);
    const facts = fs.lstatSync(place);
    if (facts.isDirectory()) continue;
    const what = facts.isSymbolicLink() ? fs.readlinkSync(place) : sum(place);
    found[name] = `${(facts.mode & 0o7777).toString(8)} ${what}`;
  }
  return found;
}

function find(folder: string, below: string, depth: number): string {
  if (fs.existsSync(path.join(folder, below))) return path.join(folder, below);
  const folders = fs.readdirSync(folder, { withFileTypes: true }).filter((e) => e.isDirectory());
  for (const entry of depth > 0 ? folders : []) {
    if (entry.name === "out") continue;
    const found = find(path.join(folder, entry.name), below, depth - 1);
    if (found !== "") return found;
  }
  return "";
}

const filesBelow = (folder: string): string[] =>
  fs.readdirSync(folder, { recursive: true, encoding: "utf8" });

/** Names of the files in an asar archive: a header in JSON, behind four numbers. */
function archived(archive: string): string[] {
  interface Folder {
    files?: Record<string, Folder>;
  }
  const bytes = fs.readFileSync(archive);
  const length = bytes.readUInt32LE(12);
  const header = JSON.parse(bytes.subarray(16, 16 + length).toString("utf8")) as Folder;
  const walk = (folder: Folder, before: string): string[] =>
    Object.entries(folder.files ?? {}).flatMap(([name, entry]) =>
      entry.files ? walk(entry, `${before}${name}/`) : [`${before}${name}`],
    );
  return walk(header, "");
}

const sum = (file: string): string =>
  createHash("sha256").update(fs.readFileSync(file)).digest("hex");

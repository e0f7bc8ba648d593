import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refusal } from "../../electron/core/errors.ts";
import { guardLaunch, isTestRun, scrubEnvironment } from "../../electron/host/env.ts";
import { cleanEnvironment } from "../../electron/launch/environment.mjs";

describe("the environment", () => {
  it.each([
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "NODE_EXTRA_CA_CERTS",
    "NODE_OPTIONS",
    "NODE_DEBUG",
    "SSLKEYLOGFILE",
    "SSL_CERT_FILE",
    "OPENSSL_CONF",
    "HTTP_PROXY",
    "https_proxy",
    "All_Proxy",
    "NO_PROXY",
    "GLOBAL_AGENT_HTTP_PROXY",
    "ELECTRON_RUN_AS_NODE",
    "ELECTRON_ENABLE_LOGGING",
  ])("loses %s, and its name is kept for the doctor", (name) => {
    const env: Record<string, string | undefined> = {
      [name]: "http://ada:secret@proxy",
      HOME: "/h",
    };
    expect(scrubEnvironment(env)).toEqual([name]);
    expect(env).toEqual({ HOME: "/h" });
  });

  it.each([
    "HOME",
    "PATH",
    "DISPLAY",
    "NODE_ENV",
    "DBUS_SESSION_BUS_ADDRESS",
    "COUNTERSIGN_TEST_RUNTIME",
  ])("keeps %s", (name) => {
    const env = { [name]: "x" };
    expect(scrubEnvironment(env)).toEqual([]);
    expect(env).toEqual({ [name]: "x" });
  });

  it("reports what the launcher had to remove earlier, and believes only names", () => {
    const env: Record<string, string | undefined> = {
      COUNTERSIGN_REMOVED_ENV: "NODE_OPTIONS,not a name,,SSL_CERT_FILE",
      https_proxy: "x",
    };
    expect(scrubEnvironment(env)).toEqual(["NODE_OPTIONS", "SSL_CERT_FILE", "https_proxy"]);
    expect(env).toEqual({});
  });

  it("is cleaned by the launcher of what acts before the first line of ours", () => {
    const env = cleanEnvironment({
      NODE_OPTIONS: "--require /x",
      node_extra_ca_certs: "/x",
      PATH: "/bin",
    });
    expect(env).toEqual({
      PATH: "/bin",
      COUNTERSIGN_REMOVED_ENV: "NODE_OPTIONS,node_extra_ca_certs",
    });
    expect(cleanEnvironment({ PATH: "/bin" })).toEqual({ PATH: "/bin" });
  });
});

const judge = (args: string[], testMarker = false, platform: NodeJS.Platform = "linux"): string => {
  try {
    return guardLaunch({ args, platform, testMarker }).join(" ");
  } catch (error) {
    return error instanceof Refusal ? error.code : "another error";
  }
};

const DANGEROUS = [
  "--remote-debugging-port=9222",
  "--remote-debugging-pipe",
  "--remote-debugging-address=0.0.0.0",
  "--remote-allow-origins=*",
  "--inspect",
  "--inspect=0.0.0.0:9229",
  "--inspect-brk",
  "--inspect-port=1",
  "--debug",
  "--js-flags=--allow-natives-syntax",
  "--no-sandbox",
  "--disable-setuid-sandbox",
  "--disable-gpu-sandbox",
  "--no-zygote",
  "--single-process",
  "--disable-web-security",
  "--disable-site-isolation-trials",
  "--disable-features=IsolateOrigins",
  "--load-extension=/tmp/x",
  "--allow-file-access-from-files",
  "--allow-running-insecure-content",
  "--ignore-certificate-errors",
  "--ignore-certificate-errors-spki-list=x",
  "--unsafely-treat-insecure-origin-as-secure=http://x",
  "--host-rules=MAP * evil",
  "--host-resolver-rules=MAP * evil",
  "--proxy-server=evil:80",
  "--proxy-pac-url=http://evil",
  "--no-proxy-server",
  "--ssl-key-log-file=/tmp/k",
  "--log-net-log=/tmp/n",
  "--renderer-cmd-prefix=gdb",
  "--utility-cmd-prefix=x",
  "--gpu-launcher=x",
  "--browser-subprocess-path=/tmp/x",
  "--user-data-dir=/tmp/x",
  "--password-store=basic",
  "--use-mock-keychain",
  "--require=/tmp/x.js",
  "--auto-open-devtools-for-tabs",
  "--wait-for-debugger-children",
  "--auth-server-allowlist=*",
];

describe("launch switches", () => {
  it.each(DANGEROUS)("refuses %s", (argument) => {
    expect(judge([argument])).toBe("launch_switch_refused");
    expect(judge(["--data", "x", argument])).toBe("launch_switch_refused");
  });

  it("refuses them in every spelling that Chromium reads", () => {
    for (const spelled of [
      "-remote-debugging-port=1",
      "--Remote-Debugging-Port=1",
      "--REMOTE-DEBUGGING-PIPE",
    ]) {
      expect([spelled, judge([spelled])]).toEqual([spelled, "launch_switch_refused"]);
    }
    expect(judge(["/remote-debugging-port=1"], false, "win32")).toBe("launch_switch_refused");
    // A path, and no switch, on every other system.
    expect(judge(["--data", "/inspect"])).toBe("--data /inspect");
  });

  it("refuses what came by another way than the arguments", () => {
    const launch = { args: [], platform: "linux" as const, testMarker: false, also: ["--inspect"] };
    expect(() => guardLaunch(launch)).toThrow("launch_switch_refused");
  });

  it("lets a test have its sandbox switch and its two ports, and nothing more", () => {
    const forTests = ["--no-sandbox", "--inspect=0", "--remote-debugging-port=0"];
    expect(judge([...forTests, "--data", "x"], true)).toBe("--data x");
    const others = DANGEROUS.filter(
      (one) =>
        !/^--(inspect(=|$)|remote-debugging-port|no-sandbox|disable-features|require)/.test(one),
    );
    for (const one of others)
      expect([one, judge([one], true)]).toEqual([one, "launch_switch_refused"]);
  });

  it("ignores the tests' marker in a package", () => {
    expect(isTestRun({ COUNTERSIGN_TEST_RUNTIME: "1" }, false)).toBe(true);
    expect(isTestRun({ COUNTERSIGN_TEST_RUNTIME: "1" }, true)).toBe(false);
    expect(isTestRun({ COUNTERSIGN_TEST_RUNTIME: "yes" }, false)).toBe(false);
    expect(isTestRun({}, false)).toBe(false);
  });

  it("takes out switches that only concern presentation, and leaves ours and unknown ones alone", () => {
    expect(judge(["--ozone-platform=wayland", "--disable-gpu", "--port", "1", "--odd"])).toBe(
      "--port 1 --odd",
    );
  });

  it("never changes what it lets through, and keeps its order", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 8 }), (args) => {
        let kept: string[];
        try {
          kept = guardLaunch({ args, platform: "linux", testMarker: false });
        } catch (error) {
          return error instanceof Refusal;
        }
        let at = -1;
        return kept.every((one) => (at = args.indexOf(one, at + 1)) >= 0);
      }),
    );
  });
});

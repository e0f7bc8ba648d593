// What the surroundings of a process may not decide: how TLS is checked, where traffic goes, which code is
// loaded, and whether another program may look inside.
import inspector from "node:inspector";
import { Refusal } from "../core/errors.ts";

/**
 * Variables that change trust, routing or loaded code behind the person's back. Node itself would turn off
 * certificate checks (NODE_TLS_REJECT_UNAUTHORIZED), trust another authority (NODE_EXTRA_CA_CERTS, SSL_CERT_*),
 * write session keys to a file (SSLKEYLOGFILE) or load foreign code (NODE_OPTIONS, OPENSSL_CONF) for any of them.
 * NODE_EXTRA_CA_CERTS goes too, although companies use it: an authority that may vouch for a server that gets
 * a key has to be chosen in Countersign, where it can be seen.
 */
const REMOVED = [
  /^NODE_(?!ENV$|CHANNEL_|UNIQUE_ID$)/,
  /^ELECTRON_/,
  /^(SSLKEYLOGFILE|SSL_CERT_FILE|SSL_CERT_DIR|OPENSSL_.*)$/,
  /_PROXY$/,
];

/** The launcher removes what Node would read before any line of ours runs, and leaves the names here. */
const REMOVED_BEFORE = "COUNTERSIGN_REMOVED_ENV";

/**
 * Removes such variables, whatever their case, before anything connects.
 * @returns their names, sorted, for the doctor; never their values, since a proxy's URL may hold a password
 */
export function scrubEnvironment(env: Record<string, string | undefined>): readonly string[] {
  const removed = new Set((env[REMOVED_BEFORE] ?? "").split(",").filter((n) => /^\w+$/.test(n)));
  delete env[REMOVED_BEFORE];
  for (const name of Object.keys(env)) {
    if (!REMOVED.some((pattern) => pattern.test(name.toUpperCase()))) continue;
    delete env[name];
    removed.add(name);
  }
  return [...removed].sort();
}

/**
 * Switches of Chromium, V8 and Node that open the app to other programs, weaken its sandbox or bend its
 * network. Only named where the refusal should say so; everything else unknown is refused as usage.
 */
const REFUSED = [
  /^remote-(debugging|allow)-/,
  /^(inspect|debug)(-|$)/,
  /^(js-flags|v8-options?|experimental-.*|require|import|loader|eval|print|expose-.*)$/,
  /^(no-sandbox|no-zygote|disable-.*sandbox|single-process|in-process-gpu|disable-web-security)$/,
  /^(disable-site-isolation-.*|disable-features|enable-features|enable-blink-features|disable-blink-features)$/,
  /^(load-extension|disable-extensions-except|allow-file-access.*|allow-running-insecure-content)$/,
  /^(ignore-certificate-errors.*|ignore-urlfetcher-cert-requests|allow-insecure-localhost|test-type)$/,
  /^(unsafely-treat-insecure-origin-as-secure|reduce-security-for-testing|enable-automation)$/,
  /^(host-rules|host-resolver-rules|proxy-.*|no-proxy-server|winhttp-proxy-resolver)$/,
  /^(auth-server-.*|auth-negotiate-.*|ssl-(key-log-file|version-.*)|log-net-log|net-log-.*)$/,
  /^(renderer-cmd-prefix|utility-cmd-prefix|gpu-launcher|browser-subprocess-path|ppapi-plugin-.*)$/,
  /^(user-data-dir|disk-cache-dir|password-store|use-mock-keychain|vmodule|enable-logging|log-file)$/,
  /^(gpu-startup-dialog|renderer-startup-dialog|wait-for-debugger.*|auto-open-devtools-.*|trace-.*)$/,
];

/** Of these, what a test that drives the real window cannot do without. Nothing else becomes allowed. */
const FOR_TESTS =
  /^(inspect|remote-debugging-port|no-sandbox|disable-features|enable-features|require)$/;

/** Presentation only: no effect on who can look in or where bytes go. */
const HARMLESS = [
  /^(ozone-platform|ozone-platform-hint|force-device-scale-factor|high-dpi-support)$/,
  /^(disable-gpu|disable-gpu-compositing|disable-software-rasterizer|disable-dev-shm-usage)$/,
  /^(lang|force-color-profile|enable-wayland-ime|wayland-text-input-version|gtk-version)$/,
  /^(disable-smooth-scrolling|force-prefers-reduced-motion|force-renderer-accessibility|class|name)$/,
];

/** Name of a switch as Chromium reads it: one dash or two, and a slash on Windows; a value after `=`. */
function switchName(argument: string, platform: NodeJS.Platform): string | null {
  const match = /^(?:--?|\/(?=\w[\w-]*(?:=|$)))([^=]+)/.exec(argument);
  if (!match?.[1] || (argument.startsWith("/") && platform !== "win32")) return null;
  return match[1].toLowerCase();
}

export interface LaunchFacts {
  /** Everything after the program's own name. */
  readonly args: readonly string[];
  readonly platform: NodeJS.Platform;
  /** Set by the tests that drive the real window, and ignored in a packaged app. */
  readonly testMarker: boolean;
  /** Switches that reached Chromium or Node by another way than `args`. */
  readonly also?: readonly string[];
}

/**
 * Refuses dangerous switches before anything is opened, and takes out those that only concern presentation.
 * @returns the arguments that remain for our own parser
 * @throws Refusal `launch_switch_refused`
 */
export function guardLaunch({ args, platform, testMarker, also = [] }: LaunchFacts): string[] {
  const refuse = (name: string): boolean =>
    REFUSED.some((pattern) => pattern.test(name)) && !(testMarker && FOR_TESTS.test(name));
  for (const argument of [...args, ...also]) {
    const name = switchName(argument, platform);
    if (name !== null && refuse(name)) {
      throw new Refusal("launch_switch_refused", { switch: `--${name.slice(0, 60)}` });
    }
  }
  return args.filter((argument) => {
    const name = switchName(argument, platform);
    if (name === null) return true;
    return !HARMLESS.some((p) => p.test(name)) && !(testMarker && FOR_TESTS.test(name));
  });
}

/** Whether a debugger port of this process is open, however it was asked for (NODE_OPTIONS, a signal, a switch). */
export function inspectorIsOpen(): boolean {
  return inspector.url() !== undefined;
}

/** The marker that the window tests set. Never honoured by a packaged app. */
export function isTestRun(env: Record<string, string | undefined>, packaged: boolean): boolean {
  return !packaged && env["COUNTERSIGN_TEST_RUNTIME"] === "1";
}

// What a local server sees of our environment: an allow-list. Everything else that a desktop session carries
// (other programs' tokens, proxies, the session bus, our runtime's own switches) stays here.
import type { Secret } from "../../core/secret.ts";

type Environment = Readonly<Record<string, string | undefined>>;

// Not here on purpose: DBUS_SESSION_BUS_ADDRESS and XDG_RUNTIME_DIR (the way to the keychain), SSH_AUTH_SOCK,
// *_PROXY and NODE_EXTRA_CA_CERTS (who may read the server's traffic is the person's choice, per server),
// NODE_OPTIONS, NODE_PATH, LD_*, DYLD_*, ELECTRON_* (code that would run inside the child).
const POSIX = new Set([
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LANGUAGE",
  "TZ",
  "TMPDIR",
  "TEMP",
  "TMP",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "XDG_CACHE_HOME",
  "XDG_STATE_HOME",
]);

const WINDOWS = new Set([
  "APPDATA",
  "COMSPEC",
  "HOMEDRIVE",
  "HOMEPATH",
  "LANG",
  "LOCALAPPDATA",
  "PATH",
  "PATHEXT",
  "PROCESSOR_ARCHITECTURE",
  "PROGRAMDATA",
  "PROGRAMFILES",
  "SYSTEMDRIVE",
  "SYSTEMROOT",
  "TEMP",
  "TMP",
  "TZ",
  "USERNAME",
  "USERPROFILE",
  "WINDIR",
]);

/**
 * The child's whole environment: what is allowed of ours, then the server's own variables, then its secrets.
 * This is one of the few places that reveal a secret; the result goes to spawn() and nowhere else.
 */
export function childEnvironment(
  ours: Environment,
  own: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, Secret>>,
  platform: NodeJS.Platform,
): Record<string, string> {
  const windows = platform === "win32";
  // Windows does not tell names apart by case; two spellings of PATH would leave the choice to chance.
  const nameOf = (name: string): string => (windows ? name.toUpperCase() : name);
  const allowed = (name: string): boolean =>
    windows ? WINDOWS.has(name.toUpperCase()) : POSIX.has(name) || /^LC_[A-Z_]+$/.test(name);

  const out = new Map<string, string>();
  for (const [name, value] of Object.entries(ours)) {
    // A value that begins with () is a shell function of old (CVE-2014-6271).
    if (value !== undefined && allowed(name) && !value.startsWith("()"))
      out.set(nameOf(name), value);
  }
  for (const [name, value] of Object.entries(own)) out.set(nameOf(name), value);
  for (const [name, secret] of Object.entries(secrets)) out.set(nameOf(name), secret.reveal());
  return Object.fromEntries(out);
}

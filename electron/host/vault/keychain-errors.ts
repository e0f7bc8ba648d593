// Keychain libraries throw messages without codes. This table is the one place that reads them.

export type KeychainTrouble = "locked" | "unavailable" | "unknown";

/**
 * Fragments, first match wins. GLib translates its own words, so a fragment is, where there is one, the part
 * that is never translated: a D-Bus name or path.
 * Linux rows were provoked with libsecret 0.20 and gnome-keyring; macOS and Windows rows are the texts of
 * SecCopyErrorMessageString and FormatMessage in English, as their vendors document them.
 */
const TABLE: readonly (readonly [fragment: string, trouble: KeychainTrouble])[] = [
  // gnome-keyring, a collection that exists and is locked, no way to prompt: `set`.
  ["Cannot create an item in a locked collection", "locked"],
  // gnome-keyring, the login collection was never opened, no way to prompt: `set`.
  ["/org/freedesktop/secrets/collection/", "locked"],
  // Secret Service API draft 0.2, section "Errors".
  ["org.freedesktop.Secret.Error.IsLocked", "locked"],
  // macOS errSecInteractionNotAllowed (-25308), userCanceledErr (-128), errSecAuthFailed (-25293).
  ["User interaction is not allowed", "locked"],
  ["User canceled the operation", "locked"],
  ["The user name or passphrase you entered is not correct", "locked"],
  // No session bus: a server, a container, ssh; and the same inside Electron.
  ["Cannot autolaunch D-Bus", "unavailable"],
  ["Unknown or unsupported transport", "unavailable"],
  ["Could not connect", "unavailable"],
  ["The connection is closed", "unavailable"],
  // A bus, but nobody offers secrets; or the one who did is gone.
  ["was not provided by any .service files", "unavailable"],
  ["The session wrapping the secret does not exist", "unavailable"],
  ["Error calling StartServiceByName for org.freedesktop.secrets", "unavailable"],
  ["org.freedesktop.DBus.Error.", "unavailable"],
  // keytar itself did not load: on Linux libsecret-1.so.0 is missing.
  ["keytar native addon", "unavailable"],
  ["libsecret-1.so", "unavailable"],
  // macOS errSecNoDefaultKeychain (-25307), errSecNoSuchKeychain (-25294).
  ["A default keychain could not be found", "unavailable"],
  ["The specified keychain could not be found", "unavailable"],
  // Windows ERROR_NO_SUCH_LOGON_SESSION: a service account without a profile.
  ["A specified logon session does not exist", "unavailable"],
];

/** What a keychain library's message means. `unknown` must be treated as unavailable, never as missing. */
export function classifyKeychainError(message: string): KeychainTrouble {
  return TABLE.find(([fragment]) => message.includes(fragment))?.[1] ?? "unknown";
}

/** libsecret keeps its D-Bus session for the life of the process: it cannot follow a service that restarted. */
const STALE = /The name :[\d.]+ was not provided|session wrapping the secret does not exist/;

/** A short reason to show: one line, at most 200 characters, with what to do where only we can know it. */
export function reasonOf(message: string): string {
  if (message.includes("keytar native addon") || message.includes("libsecret-1.so")) {
    return "the keychain library could not be loaded (on Linux it needs libsecret-1-0)";
  }
  const line = message.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").slice(0, 200);
  return STALE.test(message) ? `${line} (the service restarted: restart Countersign too)` : line;
}

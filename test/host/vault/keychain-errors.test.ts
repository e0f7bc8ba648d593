import { describe, expect, test } from "vitest";
import { classifyKeychainError, reasonOf } from "../../../electron/host/vault/keychain-errors.ts";

describe("what a keychain's message means", () => {
  test.each([
    ["locked", "Cannot create an item in a locked collection"],
    ["locked", "Object does not exist at path “/org/freedesktop/secrets/collection/login”"],
    // GLib in German: the path is what is never translated.
    ["locked", "Objekt existiert nicht im Pfad »/org/freedesktop/secrets/collection/login«"],
    ["locked", "User interaction is not allowed."],
    ["unavailable", "Cannot autolaunch D-Bus without X11 $DISPLAY"],
    ["unavailable", "Unknown or unsupported transport “disabled” for address “disabled:”"],
    ["unavailable", "Could not connect: No such file or directory"],
    ["unavailable", "The connection is closed"],
    ["unavailable", "The name :1.0 was not provided by any .service files"],
    ["unavailable", "The name org.freedesktop.secrets was not provided by any .service files"],
    ["unavailable", "The session wrapping the secret does not exist"],
    [
      "unavailable",
      "Error calling StartServiceByName for org.freedesktop.secrets: Timeout was reached",
    ],
    ["unavailable", 'Failed to load keytar native addon, checked ["…"]'],
    ["unknown", "An unknown error occurred."],
    ["unknown", ""],
  ] as const)("%s: %s", (trouble, message) => {
    expect(classifyKeychainError(message)).toBe(trouble);
  });

  test("a reason is one line of at most 200 characters", () => {
    expect(reasonOf("one\ntwo\u001b[31m\u202e three")).toBe("one two [31m three");
    expect(reasonOf("x".repeat(5_000))).toHaveLength(200);
  });

  test("a reason says what only Countersign can know", () => {
    expect(reasonOf("Failed to load keytar native addon, checked …")).toContain("libsecret-1-0");
    expect(reasonOf("The session wrapping the secret does not exist")).toContain(
      "restart Countersign",
    );
  });
});

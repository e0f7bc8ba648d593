// What the system's browser is asked to show, and what it is never asked to (Electron hardening 15).
import { constantFrom, property, assert, string, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { mayOpen } from "../../electron/core/browser-address.ts";

describe("the system's browser", () => {
  it.each([
    "https://login.example.com/authorize?client_id=x&state=y",
    "https://login.example.com:8443/",
    "http://127.0.0.1:7717/authorize",
    "http://[::1]:8080/",
    "http://localhost:9000/realms/a",
  ])("is asked to show %s", (address) => {
    expect(mayOpen(address)?.href).toBe(new URL(address).href);
  });

  it.each([
    "",
    "login.example.com",
    "//login.example.com/",
    "http://login.example.com/authorize",
    "http://192.168.0.1/",
    "http://127.0.0.1.evil.example/",
    "http://localhost.evil.example/",
    "https://ada:secret@login.example.com/",
    "https://login.example.com@evil.example/",
    "http://127.0.0.1@evil.example/",
    "file:///etc/passwd",
    "file://server/share/evil.exe",
    "\\\\server\\share\\evil.exe",
    "C:\\Windows\\System32\\calc.exe",
    "javascript:alert(1)",
    "data:text/html,hello",
    "vbscript:x",
    "ms-msdt:/id PCWDiagnostic",
    "search-ms:query=x&crumb=location:\\\\evil",
    "ms-officecmd:{}",
    "smb://server/share",
    "ssh://host/-oProxyCommand=x",
    "mailto:a@example.com?attach=/etc/passwd",
    "countersign://add-server?url=https://evil.example",
    "app://countersign/index.html",
    "view-source:https://example.com",
    "blob:https://example.com/1",
    "about:blank",
    "$(id)",
    "`id`",
    "-new-tab",
    "--gpu-launcher=x",
  ])("is never asked to show %j", (address) => {
    expect(mayOpen(address)).toBeNull();
  });

  it("shows nothing but https, and http on this machine, whatever comes", () => {
    const scheme = constantFrom("https:", "http:", "file:", "HTTPS:", "hTTp:", " javascript:", "");
    const host = constantFrom("127.0.0.1", "localhost", "example.com", "[::1]", "0x7f.1", "a@b");
    assert(
      property(tuple(scheme, host, string()), ([before, name, rest]) => {
        const url = mayOpen(`${before}//${name}/${rest}`);
        if (url === null) return;
        expect(["https:", "http:"]).toContain(url.protocol);
        expect(url.username + url.password).toBe("");
        if (url.protocol === "http:") {
          expect(["127.0.0.1", "localhost", "[::1]"]).toContain(url.hostname);
        }
      }),
    );
  });
});

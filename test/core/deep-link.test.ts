// Links of our scheme: what the grammar takes, and that it takes nothing else (threat 34).
import { describe, expect, it } from "vitest";
import { linkIn, parseDeepLink } from "../../electron/core/deep-link.ts";
import { SCREENS } from "../../electron/core/shell.ts";

const add = (url: string): string => `countersign://add-server?url=${url}`;

describe("a link of ours", () => {
  it("opens a screen that exists", () => {
    for (const screen of SCREENS) {
      expect(parseDeepLink(`countersign://open/${screen}`)).toEqual({ kind: "open", screen });
    }
  });

  it.each([
    [add("https%3A%2F%2Fnotes.example%2Fmcp"), "https://notes.example/mcp"],
    [add("https://notes.example/mcp"), "https://notes.example/mcp"],
    [add("https://notes.example"), "https://notes.example/"],
    [add("https://notes.example:8443/a/b%3Fc%3Dd"), "https://notes.example:8443/a/b?c=d"],
    [add("http%3A%2F%2F127.0.0.1%3A9000%2Fmcp"), "http://127.0.0.1:9000/mcp"],
    [add("https://xn--nts-hoa.example/mcp"), "https://xn--nts-hoa.example/mcp"],
  ])("offers an address: %s", (link, url) => {
    expect(parseDeepLink(link)).toEqual({ kind: "add-server", url });
  });
});

const HOSTILE = [
  // Other verbs, cases, forms of the same
  "countersign:",
  "countersign://",
  "countersign:///",
  "countersign://open",
  "countersign://open/",
  "countersign://open/log/",
  "countersign://open/LOG",
  "countersign://open/settings-x",
  "countersign://open/log?x=1",
  "countersign://open/log#x",
  "countersign://open//log",
  "countersign://open/../log",
  "countersign://open/log%00",
  "countersign://open:80/log",
  "countersign://user@open/log",
  "countersign://user:pw@open/log",
  "COUNTERSIGN://open/log",
  "countersign:open/log",
  "countersign:/open/log",
  "countersign://run/calc",
  "countersign://approve/qst_1",
  "countersign://answer?allow=1",
  "countersign://pause",
  "countersign://add-agent?name=x",
  "countersign://open/__proto__",
  "countersign://open/constructor",
  "countersign://open/toString",
  "xcountersign://open/log",
  " countersign://open/log",
  "countersign://open/log ",
  "countersign://open/log\n",
  "countersign://open/log\r\nHost: x",
  "countersign://open/log\0",
  "countersign://open\\log",
  "countersign://open/log;ls",
  "countersign-x://open/log",
  "http://open/log",
  // Other parameters
  "countersign://add-server",
  "countersign://add-server?",
  "countersign://add-server?url=",
  "countersign://add-server/?url=https://a.example/",
  "countersign://add-server?URL=https://a.example/",
  "countersign://add-server?url=https://a.example/&url=https://b.example/",
  "countersign://add-server?url=https://a.example/&key=abc",
  "countersign://add-server?command=calc",
  "countersign://add-server?x=1&url=https://a.example/",
  "countersign://add-server?url=https://a.example/#x",
  "countersign://add-server#?url=https://a.example/",
  "countersign://add-server?url[]=https://a.example/",
  "countersign://add-server?url=%E0%A4%A",
  "countersign://add-server?url=%",
  // Other schemes
  ...[
    "javascript:alert(1)",
    "file:///etc/passwd",
    "data:text/html,x",
    "ms-msdt:/id",
    "ms-officecmd:x",
    "ftp://a.example/",
    "ws://a.example/",
    "smb://a.example/",
    "blob:https://a.example/x",
    "about:blank",
    "countersign://open/log",
    "vscode://x/y",
    "ssh://a.example/",
    "http://a.example/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "HTTPS://a.example/",
    "https:a.example",
    "https:/a.example/",
    "//a.example/",
  ].map(add),
  // Addresses that look like another one
  ...[
    "https://good.example@evil.example/",
    "https://good.example:pw@evil.example/",
    "https://good.example%2540evil.example/",
    "https://good.example\\@evil.example/",
    "https://a.example/#frag",
    "https://a.example/%23frag%0a",
    "https://A.example/",
    "https://a.example/../x",
    "https://a.example/./x",
    "https://a.example/%5C..",
    "https://a.example:443/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://127.1/",
    "https://a.example%00.evil.example/",
    "https://a.example/%0d%0aX: y",
    "https://a%E3%80%82example/",
    "https://notеs.example/",
    "https://notes.example/\u202egpj",
    "https:// a.example/",
    "https://a.example/ b",
    "https://[::1",
    "https://a..example:99999/",
    "https://a.example/'\"",
    "https://a.example/`id`",
    "https://a.example/<script>",
    "https://a.example/{x}",
    "https://a.example/|ls",
    "https://a.example/^",
  ].flatMap((url) => [add(url), add(encodeURIComponent(url))]),
  // Encoded twice: what is behind it could not be read.
  add(encodeURIComponent("https://%6E.example/")),
  add(`https://a.example/${"x".repeat(1100)}`),
  `countersign://open/${"l".repeat(3000)}`,
];

describe("anything else", () => {
  it(`is no link of ours: ${HOSTILE.length} forms`, () => {
    expect(HOSTILE.length).toBeGreaterThan(120);
    const taken = HOSTILE.filter((text) => parseDeepLink(text) !== null);
    expect(taken).toEqual([]);
  });

  it("is not looked for among the arguments of a start: one link, as one word", () => {
    const link = "countersign://open/log";
    expect(linkIn(["--data", "/tmp/x", link])).toEqual({ kind: "open", screen: "log" });
    expect(linkIn([link, link])).toBeNull();
    expect(linkIn([link, "countersign:x"])).toBeNull();
    expect(linkIn([`--url=${link}`])).toBeNull();
    expect(linkIn([`x ${link}`])).toBeNull();
    expect(linkIn([])).toBeNull();
  });
});

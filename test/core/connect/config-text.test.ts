// The edits of assistants' files: only our entries change, whatever else stands in the file and however it is written.
import * as fc from "fast-check";
import { parse as parseJsonc } from "jsonc-parser";
import { stringify } from "smol-toml";
import { describe, expect, it } from "vitest";
import {
  ASSISTANTS,
  type Assistant,
  type ConfigEntry,
  credentialsIn,
  serverOf,
} from "../../../electron/core/connect/assistants.ts";
import { changed, ConfigFault, entriesIn } from "../../../electron/core/connect/config-text.ts";
import { MASKED_CREDENTIAL, shownDiff } from "../../../electron/core/connect/diff.ts";
import { plainKeysIn } from "../../../electron/core/connect/plain-keys.ts";

const CREDENTIAL = `csa_${"Q".repeat(43)}`;
const assistant = (id: string): Assistant => {
  const found = ASSISTANTS.find((one) => one.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};
const cursor = assistant("cursor");
const codex = assistant("codex");
const entry = (of: Assistant, server = "notes", credential = CREDENTIAL): ConfigEntry =>
  of.entry({
    url: `http://127.0.0.1:7717/mcp/${server}`,
    server,
    credential,
    shim: ["countersign", "stdio", "--data=/d"],
  });
const add = (text: string, of: Assistant = cursor, name = "notes"): string =>
  changed(text, of, new Map([[name, entry(of, name)]]));
const takeOut = (text: string, of: Assistant = cursor, name = "notes"): string =>
  changed(text, of, new Map([[name, null]]));

describe("JSON with and without comments", () => {
  it("begins an empty file, and one with comments only", () => {
    for (const text of ["", "\n", "// mine\n", "\u{feff}"]) {
      const now = add(text);
      expect(now.startsWith(text.trimEnd())).toBe(true);
      expect(now.endsWith("}\n")).toBe(true);
      expect(entriesIn(now, cursor).get("notes")).toEqual(entry(cursor));
    }
  });

  it("keeps comments, indentation by tabs, trailing commas, line ends and a byte order mark", () => {
    const text = [
      "\u{feff}{",
      "\t// what I like",
      '\t"theme": "dark", // always',
      '\t"mcpServers": {',
      '\t\t"github": { "url": "https://api.example/mcp" }, // mine',
      "\t\t/* later: */",
      "\t},",
      "}",
      "",
    ].join("\r\n");
    const now = add(text);
    expect(now).toBe(
      text.replace(
        "// mine\r\n",
        [
          "// mine",
          '\t\t"notes": {',
          '\t\t\t"url": "http://127.0.0.1:7717/mcp/notes",',
          '\t\t\t"headers": {',
          `\t\t\t\t"Authorization": "Bearer ${CREDENTIAL}"`,
          "\t\t\t}",
          "\t\t},",
          "",
        ].join("\r\n"),
      ),
    );
    expect(takeOut(now)).toBe(text);
  });

  it("adds a comma where the last entry has none, before the comment about it", () => {
    const text = '{\n  "mcpServers": {\n    "a": {} // about a\n  }\n}\n';
    const now = add(text);
    expect(now).toContain('    "a": {}, // about a\n    "notes": {\n');
    expect(takeOut(now)).toBe(text);
  });

  it("stays on one line where the file is on one line", () => {
    const text = '{"mcpServers":{"a":{"url":"x"}},"theme":"dark"}';
    const now = add(text);
    expect(now).not.toContain("\n");
    expect(takeOut(now)).toBe(text);
  });

  it("keeps what a person put into our entry, and renews the rest", () => {
    const old = { url: "http://127.0.0.1:1/mcp/notes", disabled: true, headers: { "X-A": "1" } };
    const now = add(JSON.stringify({ mcpServers: { notes: old } }, null, 4));
    expect(entriesIn(now, cursor).get("notes")).toEqual({
      url: "http://127.0.0.1:7717/mcp/notes",
      disabled: true,
      headers: { "X-A": "1", Authorization: `Bearer ${CREDENTIAL}` },
    });
  });

  it("refuses what is not valid or not shaped so, and says the line", () => {
    const fault = (text: string): string => {
      try {
        add(text);
      } catch (error) {
        if (error instanceof ConfigFault) return `${error.message} ${error.line}`;
        throw error;
      }
      return "taken";
    };
    expect(fault('{\n "a": 1,\n "b" 2\n}')).toBe("it is not valid JSON 3");
    expect(fault("[]")).toBe("it is not an object 1");
    expect(fault('{"mcpServers": []}')).toContain("is not an object");
    expect(fault('{"mcpServers": {"a": 1}}')).toContain("is not an object");
    expect(fault('{"mcpServers": {}, "mcpServers": {}}')).toContain("stands in it twice");
    expect(fault('{"mcpServers": {"a": {}, "a": {}}}')).toContain("stands in it twice");
  });
});

describe("TOML", () => {
  const text = [
    "# my settings",
    'model = "gpt"',
    'notes = """',
    "[mcp_servers.notes]",
    '"""',
    "list = [",
    "  [1, 2],",
    "]",
    "",
    "[mcp_servers.github] # mine",
    'command = "npx"',
    'env = { GITHUB_TOKEN = "ghp_0123456789abcdefghij" }',
    "",
    "# about profiles",
    "[profiles.a]",
    "x = 1",
    "",
  ].join("\n");

  it("appends a table, and takes it out again without a trace", () => {
    const now = add(text, codex);
    expect(now).toBe(
      `${text}\n[mcp_servers.notes]\nurl = "http://127.0.0.1:7717/mcp/notes"\nhttp_headers = { Authorization = "Bearer ${CREDENTIAL}" }\n`,
    );
    expect(takeOut(now, codex)).toBe(text);
    expect(add("", codex).startsWith("[mcp_servers.notes]\n")).toBe(true);
    expect(add(text.replaceAll("\n", "\r\n"), codex)).toBe(now.replaceAll("\n", "\r\n"));
  });

  it("renews our lines in place and keeps the others, sub-tables too", () => {
    const old = [
      "[mcp_servers.notes]",
      "enabled = false # for now",
      'url = "http://127.0.0.1:1/mcp/notes"',
      "[mcp_servers.notes.http_headers]",
      'Authorization = "Bearer old"',
      '"X-A" = "1"',
      "",
      "[other]",
      "y = 2",
    ].join("\n");
    const now = add(old, codex);
    expect(now).toContain("enabled = false # for now\n");
    expect(now.endsWith("\n\n[other]\ny = 2")).toBe(true);
    expect(now).not.toContain("old");
    expect(entriesIn(now, codex).get("notes")).toEqual({
      enabled: false,
      url: "http://127.0.0.1:7717/mcp/notes",
      http_headers: { Authorization: `Bearer ${CREDENTIAL}`, "X-A": "1" },
    });
  });

  it("refuses where a table cannot be added without rewriting what is there", () => {
    expect(() => add("mcp_servers = {}\n", codex)).toThrow(ConfigFault);
    expect(() => add("a = \n", codex)).toThrow("it is not valid TOML");
    expect(() => add("mcp_servers = 1\n", codex)).toThrow("is not a table");
  });
});

describe("whatever a file holds", () => {
  const key = fc.string({ minLength: 1, maxLength: 8 }).filter((k) => k !== "__proto__");
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: "small" },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(key, tie("any"), { maxKeys: 4 }),
    ),
  })).any;
  const others = fc.dictionary(key, fc.dictionary(key, value, { maxKeys: 3 }), { maxKeys: 4 });
  const style = fc.record({
    indent: fc.constantFrom(undefined, 2, 4, "\t"),
    eol: fc.constantFrom("\n", "\r\n"),
    comments: fc.boolean(),
    trailing: fc.boolean(),
    mark: fc.boolean(),
    has: fc.boolean(),
  });

  it("JSON: taking our entry out of the new text gives the old one, byte for byte", () => {
    fc.assert(
      fc.property(others, fc.dictionary(key, value, { maxKeys: 4 }), style, (servers, rest, s) => {
        delete servers["notes"];
        delete rest["mcpServers"];
        const whole = s.has ? { ...rest, mcpServers: servers } : rest;
        let text = JSON.stringify(whole, null, s.indent);
        if (s.indent !== undefined && s.comments) {
          text = text.replaceAll(/([{,])\n/g, "$1 // “{,}” is no code\n");
        }
        if (s.indent !== undefined && s.trailing)
          text = text.replaceAll(/([^{[,\s])\n(\s*\})/g, "$1,\n$2");
        text = (s.mark ? "\u{feff}" : "") + text.replaceAll("\n", s.eol);
        const now = add(text);
        const read = parseJsonc(now.replace("\u{feff}", "")) as { mcpServers: object };
        expect(read).toEqual({
          ...whole,
          mcpServers: { ...(s.has ? servers : {}), notes: entry(cursor) },
        });
        // Each byte of the old text is still there, in its order: our entry was put between.
        let at = 0;
        for (const char of now) if (char === text.charAt(at)) at++;
        const surrogates = /[\ud800-\udfff]/.test(text);
        if (!surrogates) expect(at).toBe(text.length);
        if (s.has && Object.keys(servers).length > 0) expect(takeOut(now)).toBe(text);
        expect(add(now)).toBe(now);
      }),
      { numRuns: 300 },
    );
  });
});

describe("whatever TOML holds", () => {
  const bare = fc.stringMatching(/^[a-z]{1,6}$/);
  const scalar = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.integer({ min: -1e6, max: 1e6 }),
    fc.boolean(),
    fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }),
  );
  const table = fc.dictionary(bare, scalar, { maxKeys: 4 });

  it("appending our table and taking it out again gives the old text, byte for byte", () => {
    fc.assert(
      fc.property(
        fc.record({
          root: table,
          servers: fc.dictionary(bare, table, { maxKeys: 3 }),
          other: table,
        }),
        fc.constantFrom("\n", "\r\n"),
        ({ root, servers, other }, eol) => {
          delete servers["notes"];
          const whole = { ...root, other, mcp_servers: servers };
          delete (root as Record<string, unknown>)["mcp_servers"];
          const text = `# “[mcp_servers.notes]” is no table\n${stringify(whole)}\n`.replaceAll(
            "\n",
            eol,
          );
          const now = add(text, codex);
          expect(now.startsWith(text)).toBe(true);
          expect(takeOut(now, codex)).toBe(text);
          expect(add(now, codex)).toBe(now);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("what is shown of it", () => {
  const foreign = "sk-live-0123456789abcdefgh";
  const text = `{
  // old: ${foreign}
  "mcpServers": {
    "github": { "url": "https://api.example/mcp", "headers": { "Authorization": "Bearer ${foreign}" } }
  }
}
`;
  it("has our lines with a mask, and no string of anybody else", () => {
    const after = add(text);
    const ours = new Set(["http://127.0.0.1:7717/mcp/notes", `Bearer ${MASKED_CREDENTIAL}`]);
    const diff = shownDiff(text, after, cursor, ours);
    expect(diff).toContain(`+        "Authorization": "Bearer ${MASKED_CREDENTIAL}"`);
    expect(diff).toContain('+      "url": "http://127.0.0.1:7717/mcp/notes"');
    expect(diff).toContain('-    "github": { "url": "•••"');
    expect(diff).toMatch(/^@@ -\d+,\d+ \+\d+,\d+ @@\n/);
    for (const secret of [foreign, CREDENTIAL, "api.example"]) expect(diff).not.toContain(secret);
    expect(shownDiff(after, after.replaceAll("Q", "R"), cursor, ours)).toBe("");
  });

  it("counts lines as the file has them, hidden texts of several lines included", () => {
    const toml = `a = """\n${foreign}\n${foreign}\n"""\n`;
    const diff = shownDiff(toml, add(toml, codex), codex, new Set());
    expect(diff).toMatch(/^@@ -2,3 \+2,7 @@\n/);
    expect(diff).not.toContain(foreign);
  });

  it("names entries that hold keys in plain text, and only those", () => {
    const entries = new Map<string, ConfigEntry>([
      ["header", { url: "https://a.example", headers: { Authorization: `Bearer ${foreign}` } }],
      ["variable", { url: "https://a.example", headers: { Authorization: "Bearer ${env:KEY}" } }],
      ["environment", { command: "npx", env: { GITHUB_TOKEN: "ghp_0123456789abcdefghij" } }],
      ["option", { command: "npx", args: ["x", "--api-key", "abcdef"] }],
      ["query", { url: "https://a.example/mcp?api_key=abcdef0123" }],
      ["none", { command: "npx", args: ["-y", "server"], env: { DEBUG: "1" } }],
      ["ours", entry(cursor)],
    ]);
    expect(plainKeysIn(entries)).toEqual(["header", "environment", "option", "query"]);
  });
});

describe("the assistants", () => {
  const around = (platform: string, home: string, env: Record<string, string> = {}) => ({
    platform,
    home,
    env,
  });
  it("have their files where their makers say", () => {
    const files = (platform: string, home: string, env = {}) =>
      Object.fromEntries(
        ASSISTANTS.map(({ id, place }) => [id, place(around(platform, home, env)).file]),
      );
    expect(files("linux", "/home/ada")).toEqual({
      "claude-code": "/home/ada/.claude.json",
      "claude-desktop": "/home/ada/.config/Claude/claude_desktop_config.json",
      cursor: "/home/ada/.cursor/mcp.json",
      vscode: "/home/ada/.config/Code/User/mcp.json",
      windsurf: "/home/ada/.codeium/windsurf/mcp_config.json",
      codex: "/home/ada/.codex/config.toml",
      gemini: "/home/ada/.gemini/settings.json",
      zed: "/home/ada/.config/zed/settings.json",
      cline: "/home/ada/.cline/data/settings/cline_mcp_settings.json",
    });
    expect(files("darwin", "/Users/ada")).toMatchObject({
      "claude-desktop": "/Users/ada/Library/Application Support/Claude/claude_desktop_config.json",
      vscode: "/Users/ada/Library/Application Support/Code/User/mcp.json",
      zed: "/Users/ada/.config/zed/settings.json",
    });
    const windows = files("win32", "C:\\Users\\ada", { APPDATA: "D:\\Roaming" });
    expect(windows).toMatchObject({
      "claude-code": "C:\\Users\\ada\\.claude.json",
      "claude-desktop": "D:\\Roaming\\Claude\\claude_desktop_config.json",
      zed: "D:\\Roaming\\Zed\\settings.json",
    });
    const moved = { CODEX_HOME: "/c", CLAUDE_CONFIG_DIR: "/k", XDG_CONFIG_HOME: "relative" };
    expect(files("linux", "/home/ada", moved)).toMatchObject({
      codex: "/c/config.toml",
      "claude-code": "/k/.claude.json",
      zed: "/home/ada/.config/zed/settings.json",
    });
  });

  it("have entries that lead to our server with our credential, in each format", () => {
    for (const one of ASSISTANTS) {
      const now = add("", one);
      const found = entriesIn(now, one).get("notes") ?? {};
      expect(serverOf(found), one.id).toBe("notes");
      expect(credentialsIn(found), one.id).toEqual([CREDENTIAL]);
      expect(takeOut(now, one)).not.toContain("csa_");
    }
  });
});

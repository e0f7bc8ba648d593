// The assistants whose configuration can be written: where the file lies on each system, and what an entry looks
// like in it. Each fact has its source. What is not verified is not here: those are left to the snippets.
import { SLUG } from "../names.ts";

/** What the places of files depend on: the process's own values, or a test's. */
export interface Around {
  readonly platform: string;
  /** Absolute. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type ConfigEntry = Readonly<Record<string, unknown>>;

export interface EntryFacts {
  /** `http://127.0.0.1:7717/mcp/notes` */
  readonly url: string;
  readonly server: string;
  readonly credential: string;
  /** How the stdio shim is started: command, then arguments before the server's name. */
  readonly shim: readonly string[];
}

export interface Place {
  /** There where the assistant is installed or was used once. */
  readonly signs: readonly string[];
  readonly file: string;
}

export interface Assistant {
  readonly id: string;
  readonly name: string;
  readonly format: "json" | "toml";
  /** The key of the file under which servers stand. */
  readonly key: string;
  readonly transport: "http" | "stdio";
  readonly place: (around: Around) => Place;
  readonly entry: (facts: EntryFacts) => ConfigEntry;
}

/** The shim reads it from there; never from its arguments, which every program may read. */
export const SHIM_VARIABLE = "COUNTERSIGN_AGENT_CREDENTIAL";

const absolute = (text: string | undefined): text is string =>
  text !== undefined && /^(?:\/|[A-Za-z]:[\\/])/.test(text);
const join = (around: Around, ...parts: readonly string[]): string =>
  parts.join(around.platform === "win32" ? "\\" : "/");
const inHome = (around: Around, ...parts: readonly string[]): string =>
  join(around, around.home, ...parts);
/** `%APPDATA%` on Windows. */
const roaming = (around: Around): string =>
  around.env["APPDATA"] ?? inHome(around, "AppData", "Roaming");
/** XDG Base Directory: a relative value is invalid and ignored. */
const xdg = (around: Around): string => {
  const set = around.env["XDG_CONFIG_HOME"];
  return absolute(set) ? set : inHome(around, ".config");
};
/** Where Electron keeps an app's data: `userData`'s parent (https://www.electronjs.org/docs/latest/api/app#appgetpathname). */
const appData = (around: Around): string => {
  if (around.platform === "win32") return roaming(around);
  return around.platform === "darwin"
    ? inHome(around, "Library", "Application Support")
    : xdg(around);
};

const bearer = (credential: string): { Authorization: string } => ({
  Authorization: `Bearer ${credential}`,
});
const http =
  (urlKey: string, type?: string) =>
  ({ url, credential }: EntryFacts): ConfigEntry => ({
    ...(type === undefined ? {} : { type }),
    [urlKey]: url,
    headers: bearer(credential),
  });
const stdio = ({ shim, server, credential }: EntryFacts): ConfigEntry => {
  const [command = "countersign", ...args] = shim;
  return { command, args: [...args, server], env: { [SHIM_VARIABLE]: credential } };
};

export const ASSISTANTS: readonly Assistant[] = [
  {
    // https://code.claude.com/docs/en/mcp: user scope stands in ~/.claude.json under mcpServers, `type: "http"` with
    // url and headers. https://code.claude.com/docs/en/env-vars: CLAUDE_CONFIG_DIR moves it.
    id: "claude-code",
    name: "Claude Code",
    format: "json",
    key: "mcpServers",
    transport: "http",
    place(around) {
      const moved = around.env["CLAUDE_CONFIG_DIR"];
      const file = absolute(moved)
        ? join(around, moved, ".claude.json")
        : inHome(around, ".claude.json");
      return { file, signs: [file, absolute(moved) ? moved : inHome(around, ".claude")] };
    },
    entry: http("url", "http"),
  },
  {
    // https://modelcontextprotocol.io/docs/develop/connect-local-servers: macOS and Windows; local servers only, so it
    // gets the shim. Linux builds follow Electron's own place.
    id: "claude-desktop",
    name: "Claude Desktop",
    format: "json",
    key: "mcpServers",
    transport: "stdio",
    place(around) {
      const folder = join(around, appData(around), "Claude");
      return { file: join(around, folder, "claude_desktop_config.json"), signs: [folder] };
    },
    entry: stdio,
  },
  {
    // https://cursor.com/docs/mcp: ~/.cursor/mcp.json for all projects; `url` and `headers` for a remote server.
    id: "cursor",
    name: "Cursor",
    format: "json",
    key: "mcpServers",
    transport: "http",
    place(around) {
      const folder = inHome(around, ".cursor");
      return { file: join(around, folder, "mcp.json"), signs: [folder] };
    },
    entry: http("url"),
  },
  {
    // https://code.visualstudio.com/docs/copilot/reference/mcp-configuration: mcp.json in the user profile, servers
    // under `servers`; the profile's folder: https://code.visualstudio.com/docs/configure/settings#_user-settings
    id: "vscode",
    name: "VS Code",
    format: "json",
    key: "servers",
    transport: "http",
    place(around) {
      const folder = join(around, appData(around), "Code", "User");
      return { file: join(around, folder, "mcp.json"), signs: [folder] };
    },
    entry: http("url", "http"),
  },
  {
    // https://docs.windsurf.com/windsurf/cascade/mcp: ~/.codeium/windsurf/mcp_config.json; a remote server has
    // `serverUrl`, not `url`.
    id: "windsurf",
    name: "Windsurf",
    format: "json",
    key: "mcpServers",
    transport: "http",
    place(around) {
      const folder = inHome(around, ".codeium", "windsurf");
      return { file: join(around, folder, "mcp_config.json"), signs: [folder] };
    },
    entry: http("serverUrl"),
  },
  {
    // https://developers.openai.com/codex/mcp: ~/.codex/config.toml (CODEX_HOME moves it), [mcp_servers.NAME] with url
    // and http_headers; `headers` and an inline bearer_token are ignored or refused.
    id: "codex",
    name: "Codex",
    format: "toml",
    key: "mcp_servers",
    transport: "http",
    place(around) {
      const moved = around.env["CODEX_HOME"];
      const folder = absolute(moved) ? moved : inHome(around, ".codex");
      return { file: join(around, folder, "config.toml"), signs: [folder] };
    },
    entry: ({ url, credential }) => ({ url, http_headers: bearer(credential) }),
  },
  {
    // https://github.com/google-gemini/gemini-cli/blob/main/docs/tools/mcp-server.md: ~/.gemini/settings.json;
    // `httpUrl` is Streamable HTTP, `url` would be SSE.
    id: "gemini",
    name: "Gemini CLI",
    format: "json",
    key: "mcpServers",
    transport: "http",
    place(around) {
      const folder = inHome(around, ".gemini");
      return { file: join(around, folder, "settings.json"), signs: [folder] };
    },
    entry: http("httpUrl"),
  },
  {
    // https://zed.dev/docs/ai/mcp: context_servers with url and headers. https://zed.dev/docs/configuring-zed:
    // ~/.config/zed also on macOS, XDG_CONFIG_HOME on Linux, %APPDATA%\Zed on Windows.
    id: "zed",
    name: "Zed",
    format: "json",
    key: "context_servers",
    transport: "http",
    place(around) {
      const folder =
        around.platform === "win32"
          ? join(around, roaming(around), "Zed")
          : join(
              around,
              around.platform === "darwin" ? inHome(around, ".config") : xdg(around),
              "zed",
            );
      return { file: join(around, folder, "settings.json"), signs: [folder] };
    },
    entry: http("url"),
  },
  {
    // https://docs.cline.bot/mcp/mcp-overview: ~/.cline/data/settings/cline_mcp_settings.json; the type must be
    // spelled streamableHttp, otherwise Cline falls back to SSE.
    id: "cline",
    name: "Cline",
    format: "json",
    key: "mcpServers",
    transport: "http",
    place(around) {
      const moved = around.env["CLINE_MCP_SETTINGS_PATH"];
      const folder = inHome(around, ".cline");
      const file = inHome(around, ".cline", "data", "settings", "cline_mcp_settings.json");
      return absolute(moved) ? { file: moved, signs: [moved, folder] } : { file, signs: [folder] };
    },
    entry: http("url", "streamableHttp"),
  },
];

export const ASSISTANT_IDS = ASSISTANTS.map(({ id }) => id);

/** All texts in a value, at any depth. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

const CREDENTIALS = /csa_[A-Za-z0-9_-]{43}/g;
/** Credentials of agents that stand in an entry. */
export const credentialsIn = (entry: ConfigEntry): string[] =>
  textsIn(entry).flatMap((text) => text.match(CREDENTIALS) ?? []);

const DOOR = /^http:\/\/127\.0\.0\.1:\d{1,5}\/mcp\/([^/?#]+)$/;
/** Whether an address leads to a door like ours; nothing of it is secret then. */
export const isDoor = (text: string): boolean => DOOR.test(text);

/** Which of Countersign's servers an entry leads to; null where it does not lead to Countersign. */
export function serverOf(entry: ConfigEntry): string | null {
  for (const key of ["url", "serverUrl", "httpUrl"]) {
    const name = typeof entry[key] === "string" ? DOOR.exec(entry[key])?.[1] : undefined;
    if (name !== undefined && SLUG.test(name)) return name;
  }
  const { args, env } = entry;
  if (!Array.isArray(args) || typeof env !== "object" || env === null) return null;
  const last: unknown = args.at(-1);
  return SHIM_VARIABLE in env &&
    args.includes("stdio") &&
    typeof last === "string" &&
    SLUG.test(last)
    ? last
    : null;
}

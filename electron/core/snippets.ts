// What to paste where, for the assistants whose formats are known. The credential stands in the text because
// that is how these assistants are configured; it is shown once and can be revoked at any time.

export interface SnippetText {
  readonly id: string;
  readonly title: string;
  readonly language: "json" | "toml" | "sh" | "js" | "python";
  readonly where: string;
  readonly text: string;
}

export interface SnippetFacts {
  /** `http://127.0.0.1:7717` */
  readonly door: string;
  readonly credential: string;
  /** Names of the servers of the agent's tenant. */
  readonly servers: readonly string[];
  /** How the stdio shim is started on this machine: command, then arguments before the server's name. */
  readonly shim: readonly string[];
}

/** Stands in where no server exists yet. */
const NO_SERVER = "SERVER";

/** POSIX shell quoting: single quotes, with quotes inside put between double ones. */
const sh = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** One snippet for each assistant, then curl. Sources: protocol.md section 5.2 of the house plan. */
export function snippetsFor(facts: SnippetFacts): SnippetText[] {
  const { door, credential, shim } = facts;
  const servers = facts.servers.length === 0 ? [NO_SERVER] : facts.servers;
  const url = (server: string): string => `${door}/mcp/${server}`;
  const authorization = `Bearer ${credential}`;
  const each = <T>(make: (server: string) => T): Record<string, T> =>
    Object.fromEntries(servers.map((server) => [server, make(server)]));
  const [first = NO_SERVER] = servers;
  const [command = "countersign", ...args] = shim;

  return [
    {
      id: "claude-code",
      title: "Claude Code",
      language: "sh",
      where: "Run in a terminal",
      text: servers
        .map(
          (s) =>
            `claude mcp add --transport http -s user ${s} ${url(s)} -H ${sh(`Authorization: ${authorization}`)}`,
        )
        .join("\n"),
    },
    {
      id: "stdio",
      title: "Claude Desktop",
      language: "json",
      where: "claude_desktop_config.json (any assistant that speaks only stdio takes the same)",
      text: pretty({
        mcpServers: each((s) => ({
          command,
          args: [...args, s],
          env: { COUNTERSIGN_AGENT_CREDENTIAL: credential },
        })),
      }),
    },
    {
      id: "cursor",
      title: "Cursor",
      language: "json",
      where: "~/.cursor/mcp.json",
      text: pretty({
        mcpServers: each((s) => ({ url: url(s), headers: { Authorization: authorization } })),
      }),
    },
    {
      id: "vscode",
      title: "VS Code",
      language: "json",
      where: ".vscode/mcp.json",
      text: pretty({
        servers: each((s) => ({
          type: "http",
          url: url(s),
          headers: { Authorization: authorization },
        })),
      }),
    },
    {
      id: "codex",
      title: "Codex",
      language: "toml",
      where: "~/.codex/config.toml, with the variable COUNTERSIGN_AGENT_CREDENTIAL set",
      text: servers
        .map(
          (s) =>
            `[mcp_servers.${s}]\nurl = ${JSON.stringify(url(s))}\nbearer_token_env_var = "COUNTERSIGN_AGENT_CREDENTIAL"`,
        )
        .join("\n\n"),
    },
    {
      id: "gemini",
      title: "Gemini CLI",
      language: "json",
      where: "~/.gemini/settings.json",
      // `url` would be SSE there: docs/tools/mcp-server.md of google-gemini/gemini-cli.
      text: pretty({
        mcpServers: each((s) => ({ httpUrl: url(s), headers: { Authorization: authorization } })),
      }),
    },
    {
      id: "curl",
      title: "curl",
      language: "sh",
      where: "Calls one tool, without MCP",
      text: [
        `curl -sS ${door}/tools/${first}/TOOL/invoke \\`,
        `  -H ${sh(`Authorization: ${authorization}`)} \\`,
        `  -H 'Content-Type: application/json' \\`,
        `  -d '{}'`,
      ].join("\n"),
    },
  ];
}

export interface MtlsSnippetFacts {
  /** `https://127.0.0.1:7719` */
  readonly door: string;
  /** File with the door's own certificate, on this machine. */
  readonly trust: string;
  readonly servers: readonly string[];
}

/** For an agent with a certificate: the handshake is its proof, so there is no secret in these. */
export function mtlsSnippetsFor({ door, trust, servers }: MtlsSnippetFacts): SnippetText[] {
  const url = `${door}/tools/${servers[0] ?? NO_SERVER}/TOOL/invoke`;
  const where = "Calls one tool, without MCP; agent.crt and agent.key are the agent's own files";
  const q = (text: string): string => JSON.stringify(text);
  return [
    {
      id: "mtls-curl",
      title: "curl",
      language: "sh",
      where,
      text: [
        `curl -sS ${url} \\`,
        `  --cacert ${sh(trust)} \\`,
        `  --cert agent.crt --key agent.key \\`,
        `  -H 'Content-Type: application/json' \\`,
        `  -d '{}'`,
      ].join("\n"),
    },
    {
      id: "mtls-node",
      title: "Node",
      language: "js",
      where,
      text: [
        `import fs from "node:fs";`,
        `import https from "node:https";`,
        ``,
        `const request = https.request(${q(url)}, {`,
        `  method: "POST",`,
        `  ca: fs.readFileSync(${q(trust)}),`,
        `  cert: fs.readFileSync("agent.crt"),`,
        `  key: fs.readFileSync("agent.key"),`,
        `  headers: { "Content-Type": "application/json" },`,
        `});`,
        `request.on("response", (response) => response.pipe(process.stdout));`,
        `request.end("{}");`,
      ].join("\n"),
    },
    {
      id: "mtls-python",
      title: "Python",
      language: "python",
      where,
      text: [
        `import ssl, urllib.request`,
        ``,
        `tls = ssl.create_default_context(cafile=${q(trust)})`,
        `tls.load_cert_chain("agent.crt", "agent.key")`,
        `request = urllib.request.Request(`,
        `    ${q(url)},`,
        `    data=b"{}",`,
        `    headers={"Content-Type": "application/json"},`,
        `)`,
        `print(urllib.request.urlopen(request, context=tls).read().decode())`,
      ].join("\n"),
    },
  ];
}

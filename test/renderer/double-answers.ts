// What the stand-in answers at length: the test of a server, the doctor, the snippets of an agent.
import type { Issued } from "../../electron/contract.ts";
import { Refusal } from "../../electron/core/errors.ts";
import { complaint } from "../../electron/core/sentences.ts";
import type { ServerView } from "../../electron/core/servers.ts";
import type { Handlers } from "../../electron/surface.ts";

export function testReport(view: ServerView, works: boolean): ReturnType<Handlers["servers.test"]> {
  const where = view.kind !== "stdio" ? new URL(view.url).host : view.command;
  const reach = {
    title: view.kind !== "stdio" ? "Reach the server" : "Start the program",
    state: "ok",
    note: where,
    ms: 84,
  } as const;
  if (!works) {
    return {
      ok: false,
      steps: [
        reach,
        { title: "Present the key", state: "failed", note: "HTTP 401", ms: 131 },
        { title: "List the tools", state: "skipped", note: "", ms: 0 },
      ],
      complaint: complaint(
        new Refusal("upstream_refused_credential", { server: view.name, status: 401 }),
      ),
      tools: [],
    };
  }
  return {
    ok: true,
    steps: [
      reach,
      { title: "Present the key", state: "ok", note: "accepted", ms: 131 },
      { title: "Agree on a protocol", state: "ok", note: "2025-11-25, legacy generation", ms: 42 },
      { title: "List the tools", state: "ok", note: "", ms: 57 },
    ],
    complaint: null,
    tools: [
      "echo",
      "get-sum",
      "search_issues",
      "create_pull_request",
      "list_projects",
      "trigger-long-running-operation",
    ],
  };
}

export function doctorFindings(state: "fine" | "troubled"): ReturnType<Handlers["doctor.run"]> {
  const fine = [
    { id: "electron", title: "Electron", state: "ok", note: "45.4.1, supported.", remedy: null },
    {
      id: "data-folder",
      title: "Data folder",
      state: "ok",
      note: "/home/ada/.config/countersign is yours and private (mode 0700).",
      remedy: null,
    },
    {
      id: "port",
      title: "Port 7717",
      state: "ok",
      note: "Countersign listens on it.",
      remedy: null,
    },
    { id: "clock", title: "Clock", state: "ok", note: "Set by the network.", remedy: null },
    {
      id: "journal",
      title: "Journal",
      state: "ok",
      note: "Writes work. 41 GiB are free on its disk.",
      remedy: null,
    },
  ] as const;
  if (state === "fine") return { ok: true, findings: fine };
  return {
    ok: false,
    findings: [
      {
        id: "keychain",
        title: "Keychain",
        state: "problem",
        note: "No program answers for org.freedesktop.secrets.",
        remedy: "sudo apt install gnome-keyring libsecret-1-0",
      },
      {
        id: "environment",
        title: "Environment",
        state: "warning",
        note: "NODE_TLS_REJECT_UNAUTHORIZED is set. Countersign ignores it; other programs may not.",
        remedy: "unset NODE_TLS_REJECT_UNAUTHORIZED",
      },
      ...fine,
    ],
  };
}

export function snippetsFor(door: string, name: string, credential: string): Issued["snippets"] {
  const url = `${door}/mcp/${name}`;
  const json = JSON.stringify(
    { mcpServers: { [name]: { url, headers: { Authorization: `Bearer ${credential}` } } } },
    null,
    2,
  );
  return [
    {
      id: "claude-code",
      title: "Claude Code",
      language: "sh",
      where: "a terminal",
      text: `claude mcp add --transport http ${name} ${url} --header "Authorization: Bearer ${credential}"`,
    },
    { id: "cursor", title: "Cursor", language: "json", where: "~/.cursor/mcp.json", text: json },
    { id: "vscode", title: "VS Code", language: "json", where: ".vscode/mcp.json", text: json },
    {
      id: "curl",
      title: "curl",
      language: "sh",
      where: "a terminal",
      text: `curl ${door}/tools/${name}/echo/invoke -H "Authorization: Bearer ${credential}" -H "Content-Type: application/json" -d '{"message":"hello"}'`,
    },
  ];
}

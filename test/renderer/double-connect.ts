// The double's assistants: states and changes as the real connector tells them, without any file.
import { randomBytes } from "node:crypto";
import type { AppEvent, ConnectPreview, ConnectTarget } from "../../electron/contract.ts";
import { ASSISTANTS } from "../../electron/core/connect/assistants.ts";
import { Refusal } from "../../electron/core/errors.ts";
import { complaint } from "../../electron/core/sentences.ts";
import type { Handlers } from "../../electron/surface.ts";
import type { World } from "./double.ts";

type Mine = Pick<Handlers, Extract<keyof Handlers, `connect.${string}`>>;

const HOME = "/home/ada";
const around = { platform: "linux", home: HOME, env: {} };

/** Nothing connected yet; Claude Code, Cursor, VS Code and Codex are on this machine. */
export const someTargets = (): ConnectTarget[] =>
  ASSISTANTS.map(({ id, name, transport, place }) => ({
    id,
    name,
    transport,
    found: ["claude-code", "cursor", "vscode", "codex"].includes(id),
    file: place(around).file,
    state: "none",
    because: null,
    agent: null,
    servers: [],
    plainKeys: id === "cursor" ? ["github", "linear", "sentry"] : [],
    writtenAt: null,
    trouble: null,
  }));

/** A file that cannot be read as configuration. */
export const brokenTarget = (target: ConnectTarget): ConnectTarget => ({
  ...target,
  state: "unusable",
  trouble: complaint(
    new Refusal("config_unusable", { file: target.file, reason: "it is not valid JSON (line 12)" }),
  ),
});

export function connectHandlers(world: World, door: string, emit: (event: AppEvent) => void): Mine {
  const at = (id: string): ConnectTarget => {
    const found = world.targets.find((one) => one.id === id);
    if (found === undefined) throw new Refusal("assistant_unknown", { assistant: id });
    return found;
  };
  const change = (id: string, to: Partial<ConnectTarget>): void => {
    world.targets = world.targets.map((one) => (one.id === id ? { ...one, ...to } : one));
    emit({ type: "changed", what: "connections" });
  };
  const servers = (): string[] => world.servers.map(({ name }) => name).slice(0, 2);
  return {
    "connect.targets": () => world.targets,
    "connect.preview": (wish): ConnectPreview => {
      const target = at(wish.target);
      if (target.trouble !== null) {
        throw new Refusal("config_unusable", {
          file: target.file,
          reason: "it is not valid JSON (line 12)",
        });
      }
      if (servers().length === 0) {
        throw new Refusal("not_applicable", {
          reason: "there is no server yet that it could use",
          instead: "Add a server first.",
        });
      }
      const added = servers().flatMap((name, i) => [
        `+    "${name}": {`,
        '+      "type": "http",',
        `+      "url": "${door}/mcp/${name}",`,
        '+      "headers": {',
        '+        "Authorization": "Bearer csa_••••••••"',
        "+      }",
        i === servers().length - 1 ? "+    }" : "+    },",
      ]);
      const diff = [
        `@@ -14,6 +14,${6 + added.length + 1} @@`,
        '   "mcpServers": {',
        '     "github": {',
        '       "url": "•••"',
        "-    }",
        "+    },",
        ...added,
        "   },",
        '   "theme": "•••"',
        "",
      ].join("\n");
      const agent = world.agents.find(({ id }) => id === target.agent);
      return {
        target: target.id,
        file: target.file,
        linkedTo: world.connectWarns ? "/home/ada/src/dotfiles/claude.json" : null,
        exists: true,
        diff: world.connectSame ? "" : diff,
        revision: "r".repeat(43),
        backup: "/home/ada/.config/countersign/backups",
        looseMode: world.connectWarns ? "0644" : null,
        agent: { id: agent?.id ?? null, name: agent?.name ?? target.name },
        entries: servers().map((name) => ({ name, server: name, change: "add" as const })),
        plainKeys: target.plainKeys,
      };
    },
    "connect.write": (wish) => {
      const target = at(wish.target);
      if (world.connectMoves > 0) {
        world.connectMoves -= 1;
        throw new Refusal("config_changed", { file: target.file });
      }
      let agent = world.agents.find(({ id }) => id === target.agent);
      if (agent === undefined) {
        agent = {
          id: `agt_${randomBytes(12).toString("base64url")}`,
          tenant: "personal",
          name: target.name,
          credentialHint: "h1nt",
          state: "active",
          createdAt: new Date().toISOString(),
          rotatedAt: null,
          lastSeenAt: null,
          programs: [],
        };
        world.agents = [...world.agents, agent];
        emit({ type: "changed", what: "agents" });
      }
      const { id, name } = agent;
      change(target.id, {
        state: "ours",
        because: null,
        agent: id,
        servers: servers(),
        writtenAt: new Date().toISOString(),
      });
      return {
        target: target.id,
        file: target.file,
        agent: id,
        agentName: name,
        entries: servers(),
        backup: `/home/ada/.config/countersign/backups/${target.id}-20261124.bak`,
      };
    },
    "connect.undo": ({ target: wanted }) => {
      const target = at(wanted);
      if (world.undoRefused) {
        throw new Refusal("config_undo_refused", {
          file: target.file,
          assistant: target.id,
          before: "812 bytes",
          wrote: "1204 bytes",
          now: "1310 bytes",
        });
      }
      world.agents = world.agents.filter(({ id }) => id !== target.agent);
      emit({ type: "changed", what: "agents" });
      change(wanted, { state: "none", agent: null, servers: [], writtenAt: null });
      return { target: wanted, file: target.file, agentRemoved: true };
    },
    "connect.remove": ({ target: wanted }) => {
      const target = at(wanted);
      world.agents = world.agents.filter(({ id }) => id !== target.agent);
      emit({ type: "changed", what: "agents" });
      change(wanted, { state: "none", because: null, agent: null, servers: [], writtenAt: null });
      return { target: wanted, file: target.file, removed: target.servers };
    },
  };
}

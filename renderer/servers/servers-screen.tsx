// The servers: what each is, how it is reached, whether it works.
import { Plus, Server as ServerIcon } from "lucide-react";
import { type ReactNode, useState } from "react";
import { usePolling } from "../lib/hooks.ts";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Empty } from "../parts/notice.tsx";
import { Screen } from "../parts/screen.tsx";
import { WaitingList } from "../parts/waiting-list.tsx";
import { useFlows } from "../shell/flows.ts";
import { useApp, useStore } from "../state/context.tsx";
import type { ServerView } from "../types.ts";
import { words } from "../words.ts";
import { AgentScopes, narrowable } from "./agent-scopes.tsx";
import { EditServer } from "./edit-server.tsx";
import { ImportAgain } from "./import-again.tsx";
import { ReplaceKey } from "./replace-key.tsx";
import { ServerCard, type ServerAction } from "./server-card.tsx";
import { StderrDialog } from "./stderr-dialog.tsx";
import { TestDialog } from "./test-dialog.tsx";
import { ToolsDialog } from "./tools-dialog.tsx";

/** A local server's health changes without an event. */
const HEALTH_MS = 5000;

export function ServersScreen(): ReactNode {
  const store = useStore();
  const { servers } = useApp();
  const { addServer, addAgent, tab } = useFlows();
  const [open, setOpen] = useState<{ action: ServerAction; id: string } | null>(() => {
    // `tools:` and a server: its tools, right away.
    const id = tab?.startsWith("tools:") === true ? tab.slice("tools:".length) : null;
    return id === null ? null : { action: "tools", id };
  });
  usePolling(() => store.refresh("servers"), HEALTH_MS);
  const w = words.servers;
  const close = (): void => setOpen(null);
  const chosen = open === null ? undefined : servers?.find((server) => server.id === open.id);
  return (
    <Screen
      title={w.title}
      text={w.subtitle}
      actions={
        <Button look="primary" icon={Plus} onClick={addServer}>
          {w.add}
        </Button>
      }
    >
      {servers === null && <WaitingList />}
      {servers?.length === 0 && (
        <Empty icon={ServerIcon} title={w.emptyTitle} text={w.emptyText}>
          <Button look="primary" icon={Plus} onClick={addServer}>
            {w.add}
          </Button>
        </Empty>
      )}
      <ul className="cards">
        {servers?.map((server) => (
          <ServerCard
            key={server.id}
            server={server}
            onAction={(action) => setOpen({ action, id: server.id })}
          />
        ))}
      </ul>
      {chosen !== undefined && open !== null && (
        <OpenDialog action={open.action} server={chosen} onClose={close} onAgent={addAgent} />
      )}
    </Screen>
  );
}

function OpenDialog(props: {
  action: ServerAction;
  server: ServerView;
  onClose: () => void;
  onAgent: () => void;
}): ReactNode {
  const store = useStore();
  const { action, server, onClose } = props;
  const w = words.servers;
  switch (action) {
    case "tools":
      return <ToolsDialog server={server} onClose={onClose} />;
    case "test":
      return <TestDialog server={server} onClose={onClose} />;
    case "edit":
      return <EditServer server={server} onClose={onClose} />;
    case "replace-key":
      return <ReplaceKey server={server} onClose={onClose} />;
    case "agent-scopes": {
      const pattern = narrowable(server);
      if (pattern === null) return null;
      return <AgentScopes server={server} pattern={pattern} onClose={onClose} />;
    }
    case "stderr":
      return <StderrDialog server={server} onClose={onClose} />;
    case "import-again":
      return <ImportAgain server={server} onClose={onClose} />;
    case "remove":
      break;
  }
  return (
    <Confirm
      title={w.removeTitle(server.name)}
      text={w.removeText}
      action={w.removeAction}
      onClose={onClose}
      run={async () => {
        const reply = await store.bridge.call("servers.remove", { id: server.id });
        if (reply.ok) store.refreshLists();
        return reply;
      }}
    />
  );
}

// The log without rows. Four different reasons, four different things to do.
import { Activity, FilterX, PauseCircle } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../parts/button.tsx";
import { Snippet } from "../parts/copy.tsx";
import { ComplaintBox, Empty } from "../parts/notice.tsx";
import { useApp } from "../state/context.tsx";
import type { Feed, FeedView } from "../state/feed.ts";
import { isFiltered, NO_FILTER } from "../state/rows.ts";
import { words } from "../words.ts";
import { FirstRun } from "./first-run.tsx";

/** A call that a person can make by hand. The credential stays a placeholder: it was shown once. */
const curl = (door: string, server: string): string =>
  [
    `curl ${door}/tools/${server}/TOOL/invoke \\`,
    `  -H "Authorization: Bearer CREDENTIAL" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '{}'`,
  ].join("\n");

export function LogEmpty(props: { feed: Feed; view: FeedView }): ReactNode {
  const { feed, view } = props;
  const { status, servers, agents } = useApp();
  const w = words.log.empty;
  if (view.state === "failed" && view.complaint !== null) {
    return (
      <div className="log-failed">
        <ComplaintBox complaint={view.complaint}>
          <Button small onClick={() => void feed.reload()}>
            {words.common.tryAgain}
          </Button>
        </ComplaintBox>
      </div>
    );
  }
  if (view.state === "loading" || servers === null || agents === null) return <Skeleton />;
  if (view.paused) {
    return (
      <Empty icon={PauseCircle} title={w.pausedTitle} text={w.pausedText(view.held)}>
        <Button look="primary" onClick={() => feed.resume()}>
          {words.log.resume}
        </Button>
      </Empty>
    );
  }
  if (isFiltered(view.filter)) {
    return (
      <Empty icon={FilterX} title={w.filterTitle} text={w.filterText(status?.counts.calls ?? 0)}>
        <Button onClick={() => feed.setFilter(NO_FILTER)}>{words.log.clearFilters}</Button>
      </Empty>
    );
  }
  const server = servers[0];
  if (server === undefined || agents.length === 0) {
    return <FirstRun hasServer={servers.length > 0} hasAgent={agents.length > 0} />;
  }
  return (
    <Empty icon={Activity} title={w.nothingTitle} text={w.nothingText}>
      <p className="faint">{w.nothingCurl}</p>
      <Snippet text={curl(status?.door ?? "", server.name)} label={words.common.command} />
    </Empty>
  );
}

/** Rows to come: the shape of the page is there at once, so that nothing jumps. */
function Skeleton(): ReactNode {
  return (
    <div className="skeleton" role="status" aria-label={words.common.loading}>
      {Array.from({ length: 12 }, (_, row) => (
        <span key={row} />
      ))}
    </div>
  );
}

// The shape of a list that has not come yet. It shows after a moment only: what comes at once must not flash.
import type { ReactNode } from "react";
import { words } from "../words.ts";

export const WaitingList = (): ReactNode => (
  <div className="waiting-list" role="status" aria-label={words.common.loading}>
    <span />
    <span />
    <span />
  </div>
);

// Hands the store to the components.
import { createContext, type ReactNode, useContext, useSyncExternalStore } from "react";
import type { Bridge } from "../bridge.ts";
import type { AppStore, AppView } from "./app-store.ts";
import type { Feed, FeedView } from "./feed.ts";
import type { TourState, TourView } from "./tour-state.ts";

const StoreContext = createContext<AppStore | null>(null);

export function StoreProvider(props: { store: AppStore; children: ReactNode }): ReactNode {
  return <StoreContext value={props.store}>{props.children}</StoreContext>;
}

export function useStore(): AppStore {
  const store = useContext(StoreContext);
  if (store === null) throw new Error("no store above this component");
  return store;
}

export const useBridge = (): Bridge => useStore().bridge;

export function useApp(): AppView {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, store.view);
}

export function useFeed(): readonly [Feed, FeedView] {
  const { feed } = useStore();
  return [feed, useSyncExternalStore(feed.subscribe, feed.view)];
}

export function useTour(): readonly [TourState, TourView] {
  const { tour } = useStore();
  return [tour, useSyncExternalStore(tour.subscribe, tour.view)];
}

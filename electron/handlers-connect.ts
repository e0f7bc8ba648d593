// Handlers of the methods that write assistants' configuration.
import type { Connector } from "./core/connect/connector.ts";
import type { Handlers } from "./surface.ts";

type ConnectMethod = Extract<keyof Handlers, `connect.${string}`>;

export const connectHandlers = (connector: Connector): Pick<Handlers, ConnectMethod> => ({
  "connect.targets": () => connector.targets(),
  "connect.preview": (wish) => connector.preview(wish),
  "connect.write": (wish) => connector.write(wish),
  "connect.undo": ({ target }) => connector.undo(target),
  "connect.remove": ({ target }) => connector.remove(target),
});

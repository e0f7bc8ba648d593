// The contract's methods about documents of plain HTTP APIs.
import type { ApiRegister } from "./core/openapi/api-register.ts";
import { listOf } from "./core/openapi/protocol.ts";
import { noApi, type ServerRegister } from "./core/server-register.ts";
import type { ApiServer, Server, ServerView } from "./core/servers.ts";
import type { PermissionRooms } from "./permission-rooms.ts";
import type { Handlers } from "./surface.ts";

interface ApiHandlerPorts {
  readonly servers: ServerRegister;
  readonly apis: ApiRegister;
  readonly permission: Pick<PermissionRooms, "pins">;
}

/** Whoever picked the tools of an API saw them: they are held to that from then on. Nothing for other servers. */
export async function agreeToTools(
  { apis, permission }: ApiHandlerPorts,
  server: Server,
): Promise<void> {
  const api = server.kind === "openapi" ? apis.find(server.id) : undefined;
  if (server.kind !== "openapi" || api === undefined) return;
  await permission.pins.observe(server, listOf(server, api));
}

/** @throws Refusal `not_applicable` for a server of another kind */
function apiServer(server: Server): ApiServer {
  if (server.kind !== "openapi") throw noApi(server);
  return server;
}

export function apiHandlers(ports: ApiHandlerPorts, view: (server: Server) => ServerView) {
  const { apis, permission, servers } = ports;
  return {
    "apis.read": ({ document, server }) =>
      apis.preview(document, server === null ? undefined : servers.find(server).id),
    "servers.import": async ({ id, document, operations }) => {
      apiServer(servers.find(id));
      const api = await apis.takeAgain(id, document, operations);
      // Reading took a while: it may have been changed, or be gone.
      const before = apiServer(servers.find(id));
      // Before it is in force: a tool that is not what was agreed to is held back from the first call on.
      await permission.pins.observe(before, listOf(before, api));
      return view(await servers.importAgain(id, api));
    },
  } satisfies Partial<Handlers>;
}

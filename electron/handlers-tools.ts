// The contract's methods about tools. To agree to one takes a verdict on the surface that asks.
import { Refusal } from "./core/errors.ts";
import { serverFace } from "./core/permission/subject.ts";
import { bars } from "./core/pins/flags.ts";
import type { ServerRegister } from "./core/server-register.ts";
import type { PermissionRooms } from "./permission-rooms.ts";
import type { Handlers } from "./surface.ts";

export function toolHandlers(ports: {
  readonly servers: Pick<ServerRegister, "find">;
  readonly permission: Pick<PermissionRooms, "pins" | "questions">;
}) {
  const { servers } = ports;
  const { pins, questions } = ports.permission;
  return {
    "tools.list": ({ server }) => pins.list(servers.find(server)),
    "tools.refresh": async ({ server }) => {
      const found = servers.find(server);
      await pins.refresh(found, null);
      return pins.list(found);
    },
    "tools.review": async ({ server, tool }) => {
      const found = servers.find(server);
      const change = pins.change(found, tool);
      if (bars(change.flags)) {
        throw new Refusal("verdict_not_offered", { reason: "no agent may be given this tool" });
      }
      const face = serverFace(found);
      const { verdict } = await questions.ask({
        kind: "tool-changed",
        agent: null,
        server: face,
        change,
      });
      if (verdict.type === "allow") {
        await pins.accept(found, tool, change.after.fingerprint);
      } else await pins.reject(found, tool);
      return pins.list(found);
    },
    "tools.reject": async ({ server, tool }) => {
      const found = servers.find(server);
      await pins.reject(found, tool);
      return pins.list(found);
    },
  } satisfies Partial<Handlers>;
}

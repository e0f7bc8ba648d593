// The contract's methods about which agent may use which server.
import type { PermissionRooms } from "./permission-rooms.ts";
import type { Handlers } from "./surface.ts";

/** @param known throws for a tenant that is not there */
export function consentHandlers(
  { consents }: PermissionRooms,
  known: (tenant: string | undefined) => void,
) {
  return {
    "consents.list": ({ tenant }) => {
      known(tenant);
      return consents.list(tenant);
    },
    "questions.lookUp": ({ id, nonce }) => consents.lookUp(id, nonce),
    "consents.revoke": async ({ id }) => {
      await consents.revoke(id);
      return { revoked: true };
    },
  } satisfies Partial<Handlers>;
}

// Who may register here without being asked (RFC 7591), as a careful company has it: programs on people's machines,
// which act for people alone. An account of a program's own is made by hand; so is anything that holds a secret.
import { type Ctx, errors } from "oidc-provider";
import { DEVICE_CODE } from "./grants.ts";

/** The routes of oidc-provider at which somebody outside writes a registration. */
const FROM_OUTSIDE = new Set(["registration", "client_update"]);
const GRANTS = ["authorization_code", "refresh_token", DEVICE_CODE];
const LOOPBACK = /^http:\/\/(?:127\.0\.0\.1|\[::1\])(?::\d+)?\//;

export const registrationRules = {
  // The rules run for each property of one's own: this one stands for the whole registration.
  properties: ["software_id"],
  validator(
    ctx: Ctx | undefined,
    _key: string,
    _value: unknown,
    metadata: Readonly<Record<string, unknown>>,
  ): void {
    if (ctx === undefined || !FROM_OUTSIDE.has(ctx.oidc.route)) return;
    const no = (why: string): never => {
      throw new errors.InvalidClientMetadata(why);
    };
    if (metadata["application_type"] !== "native") no("only native programs register themselves");
    if (metadata["token_endpoint_auth_method"] !== "none") no("a secret is given by hand only");
    const grants = metadata["grant_types"] as readonly string[];
    if (!grants.every((grant) => GRANTS.includes(grant))) {
      no("grants without a person are given by hand only");
    }
    const redirects = metadata["redirect_uris"] as readonly string[];
    // RFC 8252 section 7.3, and never a name that could be resolved elsewhere (section 8.3).
    if (!redirects.every((uri) => LOOPBACK.test(uri))) no("redirects lead to this machine only");
  },
};

// The part of the stand-in behind the lab's workbench: tokens as the practice issuer makes them, answers as its servers give.
import { Refusal } from "../../electron/core/errors.ts";
import { CLAIM_WORDS } from "../../electron/core/oauth/claim-words.ts";
import type { Handlers } from "../../electron/surface.ts";

const told = (part: Readonly<Record<string, string>>) =>
  Object.entries(part).map(([name, value]) => {
    const [meaning, source] = CLAIM_WORDS[name] ?? [null, null];
    return { name, value, meaning, source };
  });

const BOUND: Readonly<Record<string, "mtls" | "dpop">> = { payroll: "mtls", archive: "dpop" };

export function labBench(on: () => boolean): Pick<Handlers, "lab.decode" | "lab.replay"> {
  const checked = (server: string): string => {
    if (!on()) throw new Refusal("lab_off");
    if (server === "inventory") throw new Refusal("lab_server_unknown", { server });
    return server;
  };
  return {
    "lab.decode": ({ server }) => {
      const binding = BOUND[checked(server)] ?? "none";
      if (server === "notes") {
        const none = { header: [], payload: [], signatureBytes: null };
        return { server, kind: "opaque", sentAs: "x-api-key", binding, ...none };
      }
      return {
        server,
        kind: "token",
        sentAs: `Authorization: ${binding === "dpop" ? "DPoP" : "Bearer"}`,
        binding,
        header: told({ alg: "ES256", typ: "at+jwt", kid: "8d0b4a2f91c3" }),
        payload: told({
          iss: "http://127.0.0.1:40001",
          sub: "practice-tls",
          aud: "https://127.0.0.1:40005/mcp",
          client_id: "practice-tls",
          scope: "payroll:read payroll:write",
          iat: "1764380000 (2025-11-29T01:33:20.000Z)",
          exp: "1764380300 (2025-11-29T01:38:20.000Z)",
          jti: "cJ1zXh2k4n0b",
          ...(binding === "mtls" && {
            "cnf.x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2",
          }),
          ...(binding === "dpop" && { "cnf.jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" }),
        }),
        signatureBytes: 64,
      };
    },
    "lab.replay": ({ stolen, at, besides }) => {
      const accepted =
        checked(stolen) === checked(at) &&
        (BOUND[stolen] === undefined || besides === "right-certificate");
      return {
        stolen,
        at,
        besides,
        accepted,
        status: accepted ? 200 : 401,
        error: accepted ? null : "invalid_token",
        description: accepted ? null : "the token is bound to a certificate and none was presented",
        why: accepted
          ? besides === "right-certificate"
            ? "With the certificate's private key the token works: so Countersign uses it. The key lies in the vault and is in no token, so whoever steals the token has not got it."
            : "A bearer token works for whoever holds it, at its own server, until it ends."
          : "The token is bound: cnf names a certificate, and the server looks for it in the handshake. The token alone is worth nothing (RFC 8705 section 3).",
        ms: 12,
      };
    },
  };
}

// app://countersign: the built interface from memory, with the same headers as the browser form.
import { protocol, type Session } from "electron";
import type { Assets } from "./host/web/assets.ts";
import { SECURITY_HEADERS } from "./host/web/policy.ts";

export const APP_ORIGIN = "app://countersign";
/** The page that asks has an origin of its own: no other page of ours can reach into it. */
export const APPROVAL_ORIGIN = "app://approval";

/** Must run before Electron is ready. `standard` and `secure` give the pages an origin and a secure context. */
export function declareAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: "app", privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves GET for exactly this origin and the files that were built; everything else is an empty 404. */
export function serveAppPages(session: Session, assets: Assets, origin: string): void {
  const { host } = new URL(origin);
  session.protocol.handle("app", (request) => {
    const url = new URL(request.url);
    const own = url.host === host && request.method === "GET";
    const asset = own ? assets.get(url.pathname) : undefined;
    if (asset === undefined) return new Response(null, { status: 404, headers: SECURITY_HEADERS });
    return new Response(asset.body, {
      headers: { ...SECURITY_HEADERS, "content-type": asset.type },
    });
  });
}

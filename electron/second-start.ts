// A second start on a data folder that is in use: the first one shows itself, and this one says how to open it.
import { asRefusal } from "./core/errors.ts";
import { connectControl } from "./host/control/client.ts";

/**
 * @returns a fresh one-time link where the first one serves a browser; null where it has a window, or is too busy
 *   with starting or ending to answer
 */
export async function askTheFirst(folder: string): Promise<string | null> {
  try {
    const first = await connectControl(folder);
    try {
      await first.show();
      const reply = (await first.call("app.link", {})) as { ok: boolean; value?: { url: string } };
      return reply.ok ? (reply.value?.url ?? null) : null;
    } finally {
      first.close();
    }
  } catch {
    return null;
  }
}

/** The folder of an `already_running`; null for any other error. */
export function folderInUse(error: unknown): string | null {
  const { code, facts } = asRefusal(error);
  const { folder } = facts;
  return code === "already_running" && typeof folder === "string" ? folder : null;
}

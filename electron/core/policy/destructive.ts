// Which tools take something away that cannot be given back. By name alone: what a server says of its own tools is a
// claim (MCP, ToolAnnotations: "untrusted unless they come from trusted servers"), and may only ever raise the alarm.
import type { Server } from "../servers.ts";

const VERBS = new Set(
  [
    "delete remove destroy drop purge erase wipe truncate unlink rm rmdir clear reset overwrite",
    "revoke disable deactivate terminate kill shutdown uninstall archive close cancel",
    "transfer pay refund charge withdraw wire purchase buy send publish merge force rollback",
  ]
    .join(" ")
    .split(" "),
);

/**
 * The same for a tool of a server: one of an imported API is judged by its HTTP method, too, which is what will be sent
 * and not what somebody says of it.
 */
export const isDestructiveOn = (server: Server, tool: string): boolean =>
  isDestructive(tool) || (server.kind === "openapi" && server.destructive.includes(tool));

/** Whether one of the words of the tool's name is a verb that cannot be taken back: `deleteUser`, `crm.drop-table`. */
export function isDestructive(tool: string): boolean {
  return tool
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .some((word) => VERBS.has(word));
}

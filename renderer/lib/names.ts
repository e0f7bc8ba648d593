// Proposes a server's name from its address or command. The contract has the last word on what is valid.

/** The grammar of a server's name, as the contract states it: 1 to 48 of a-z, 0-9 and `-`. */
export const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;

// Parts of a host name that say nothing about whose server it is.
const DULL = new Set([
  "mcp",
  "www",
  "api",
  "localhost",
  "com",
  "net",
  "org",
  "io",
  "dev",
  "app",
  "ai",
]);

/** Any text as a server name; empty where nothing usable is in it. */
export function slugify(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 48)
    .replace(/-+$/, "");
}

/** `https://mcp.linear.app/mcp` → `linear`. Empty until the address can be read. */
export function nameFromUrl(url: string): string {
  let host: string;
  try {
    host = new URL(url).hostname;
  } catch {
    return "";
  }
  if (/^[\d.]+$|^\[/.test(host)) return "local";
  const parts = host.split(".").filter((part) => part !== "");
  const telling = parts.slice(0, parts.length > 1 ? -1 : undefined).findLast((p) => !DULL.has(p));
  return slugify(telling ?? parts[0] ?? "");
}

/** `npx -y @modelcontextprotocol/server-everything` → `everything`. */
export function nameFromCommand(command: string, args: readonly string[]): string {
  const word = args.find((arg) => !arg.startsWith("-")) ?? command;
  const base = word.split(/[\\/]/).findLast((part) => part !== "") ?? "";
  const plain = base.replace(/@[\d.^~a-z-]*$/, "").replace(/\.(?:m?js|c?js|ts|py|exe|sh)$/, "");
  return slugify(plain.replace(/^(?:mcp-)?server-|-mcp(?:-server)?$|^mcp-/, ""));
}

/** Whether the address is plain HTTP on this machine: the only place where a key may go unencrypted. */
export function isPlainLoopback(url: string): boolean {
  try {
    const { protocol, hostname } = new URL(url);
    return (
      protocol === "http:" &&
      (hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname))
    );
  } catch {
    return false;
  }
}

/** Whether the address can be read as http or https. */
export function isHttpUrl(url: string): boolean {
  try {
    return /^https?:$/.test(new URL(url).protocol);
  } catch {
    return false;
  }
}

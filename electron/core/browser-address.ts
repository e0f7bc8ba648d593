// Which addresses the system's browser may be asked to show. Everything else could start a program (CVE-2025-6514).
import { isLoopback } from "./destination.ts";

/** https anywhere, http on this machine only, and no user name in front of the host; null for all else. */
export function mayOpen(address: string): URL | null {
  try {
    const url = new URL(address);
    if (url.username !== "" || url.password !== "") return null;
    if (url.protocol === "https:") return url;
    return url.protocol === "http:" && isLoopback(url) ? url : null;
  } catch {
    return null;
  }
}

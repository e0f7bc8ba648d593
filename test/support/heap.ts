// What JavaScript on a page still holds: a heap snapshot after a collection, searched as text. Memory that Chromium
// has freed and not yet overwritten is not in it: nobody but the process itself can reach that.
import type { Page } from "playwright";

/** The snapshot's own text: every string that is alive is in it. */
export async function heapOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }: { chunk: string }) => {
    chunks.push(chunk);
  });
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  await session.detach();
  return chunks.join("");
}

/** How often a plain ASCII text occurs among the strings that are alive. */
export const countInHeap = async (page: Page, text: string): Promise<number> =>
  (await heapOf(page)).split(text).length - 1;

/**
 * How a secret could lie there: as it is, in Base64 or base64url at any of the three places that it can begin at,
 * percent-encoded, in hex.
 */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const inner = (before: number): string => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    // The first and the last group hold bits of their neighbours.
    return text.slice(before === 0 ? 0 : 4, -4);
  };
  const base64 = [0, 1, 2].map(inner);
  const url = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  const hex = bytes.toString("hex");
  return [
    ...new Set([secret, encodeURIComponent(secret), ...base64, ...url, hex, hex.toUpperCase()]),
  ];
}

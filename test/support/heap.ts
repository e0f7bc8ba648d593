// What JavaScript on a page still holds: a heap snapshot after a collection, searched as text. Memory that Chromium
// has freed and not yet overwritten is not in it: nobody but the process itself can reach that.
import type { Page } from "playwright";

/** How often a plain ASCII text occurs among the strings that are alive. */
export async function countInHeap(page: Page, text: string): Promise<number> {
  const session = await page.context().newCDPSession(page);
  let snapshot = "";
  session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }: { chunk: string }) => {
    snapshot += chunk;
  });
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  await session.detach();
  return snapshot.split(text).length - 1;
}

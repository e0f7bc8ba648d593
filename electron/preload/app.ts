// The only bridge into the app window: three members, plain values. The page never sees ipcRenderer or an event.
import { contextBridge, ipcRenderer } from "electron";
import type { Reply } from "../contract.ts";

contextBridge.exposeInMainWorld("countersign", {
  call: (method: string, input: unknown): Promise<Reply<unknown>> =>
    ipcRenderer.invoke("countersign:call", method, input) as Promise<Reply<unknown>>,
  watch: (listener: (text: string) => void): (() => void) => {
    const forward = (_: unknown, text: string): void => listener(text);
    ipcRenderer.on("countersign:event", forward);
    return () => void ipcRenderer.off("countersign:event", forward);
  },
  platform: process.platform,
});

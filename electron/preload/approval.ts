// The only bridge into the window that asks. It can ask about questions and answer them, and nothing else.
import { contextBridge, ipcRenderer } from "electron";
import type { Reply } from "../contract.ts";

contextBridge.exposeInMainWorld("countersign", {
  call: (method: string, input: unknown): Promise<Reply<unknown>> =>
    ipcRenderer.invoke("countersign:question", method, input) as Promise<Reply<unknown>>,
  watch: (listener: (text: string) => void): (() => void) => {
    const forward = (_: unknown, text: string): void => listener(text);
    ipcRenderer.on("countersign:questions-changed", forward);
    return () => void ipcRenderer.off("countersign:questions-changed", forward);
  },
  platform: process.platform,
});

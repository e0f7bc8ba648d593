// The lab's own folder: a certificate for people who use curl, a note, and nothing that matters.
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { LabError } from "./types.ts";

export interface LabFolder {
  readonly path: string;
  write(name: string, text: string): Promise<string>;
  /** Takes away what was written, and the folder if nothing else is in it. */
  remove(): Promise<void>;
}

/** @throws LabError `folder-in-use` where there is already something in it: nobody's files are put at risk. */
export async function openFolder(wanted: string | undefined): Promise<LabFolder> {
  const folder = wanted ?? (await fs.mkdtemp(path.join(os.tmpdir(), "countersign-lab-")));
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await fs.readdir(folder)).length > 0)
    throw new LabError("folder-in-use", "the lab wants an empty folder");
  const written: string[] = [];
  return {
    path: folder,
    async write(name, text) {
      const file = path.join(folder, name);
      await fs.writeFile(file, text, { mode: 0o600, flag: "wx" });
      written.push(file);
      return file;
    },
    async remove() {
      for (const file of written) await fs.rm(file, { force: true });
      // Refuses to remove a folder that somebody else put something into, and should.
      await fs.rmdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOTEMPTY" && error.code !== "ENOENT") throw error;
      });
    },
  };
}

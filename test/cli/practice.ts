// The command line with a real issuer and a real authority beside it.
import fs from "node:fs/promises";
import path from "node:path";
import { redirectPath } from "../../electron/core/oauth/authorization-code.ts";
import { type Lab, startLab } from "../../electron/lab/index.ts";
import { tempFolder } from "../host/store/fixtures.ts";
import { digest } from "../support/ports.ts";
import { openDesk, type Ran, type TestDesk } from "./desk.ts";

export interface Practice {
  readonly desk: TestDesk;
  readonly lab: Lab;
  /** PEM of the authority. */
  readonly ca: string;
  /** Writes a file and gives its path. */
  file(name: string, content: string | Buffer): Promise<string>;
  /** `issuer add` for the lab's issuer. */
  addIssuer(name: string, more: readonly string[], input?: string): Promise<Ran>;
  close(): Promise<void>;
}

export async function openPractice(): Promise<Practice> {
  const desk = await openDesk();
  const lab = await startLab({
    log: { info: () => undefined, warn: () => undefined },
    redirects: (issuer) => [`${desk.house.door}${redirectPath(issuer, digest)}`],
  });
  const folder = await tempFolder();
  const file = async (name: string, content: string | Buffer): Promise<string> => {
    const full = path.join(folder, name);
    await fs.writeFile(full, content);
    return full;
  };
  const ca = await file("ca.pem", lab.ca.certificatePem);
  const trust = ["--allow-plain-http-on-loopback", "--trust", ca];
  return {
    desk,
    lab,
    ca,
    file,
    addIssuer: (name, more, input = "") =>
      desk.cli(["issuer", "add", name, lab.issuer.url, ...trust, ...more], input),
    async close() {
      await desk.close();
      await lab.stop();
      await fs.rm(folder, { recursive: true, force: true });
    },
  };
}

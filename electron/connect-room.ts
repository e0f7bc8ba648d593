// Puts together what writes assistants' configuration: core's connector over this machine's files.
import os from "node:os";
import path from "node:path";
import type { Around } from "./core/connect/assistants.ts";
import { type Connector, createConnector, type ConnectorPorts } from "./core/connect/connector.ts";
import { createConfigFiles } from "./host/assistants/files.ts";

export interface ConnectRoomOptions extends Omit<ConnectorPorts, "files" | "around"> {
  readonly dataFolder: string;
  /** Whose assistants: this process's own user, or a test's. */
  readonly around: Around | undefined;
}

export const createConnectRoom = ({
  dataFolder,
  around,
  ...ports
}: ConnectRoomOptions): Connector =>
  createConnector({
    ...ports,
    files: createConfigFiles(path.join(dataFolder, "backups")),
    around: around ?? { platform: process.platform, home: os.homedir(), env: { ...process.env } },
  });

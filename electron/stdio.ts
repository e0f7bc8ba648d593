// `countersign stdio <server>`: a local MCP server to the assistant, an agent to Countersign. It holds nothing
// but the agent's own credential, and starts fast: no schema library, no SDK, no Electron.
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { Secret } from "./core/secret.ts";
import { createLineReader } from "./host/stdio/lines.ts";
import { createDoor, type Prove } from "./shim/door.ts";
import { MAX_MESSAGE } from "./shim/reading.ts";
import { createRelay } from "./shim/relay.ts";

/** Where the assistant's configuration puts the credential. Never in the arguments: every program may read those. */
export const CREDENTIAL_VARIABLE = "COUNTERSIGN_AGENT_CREDENTIAL";

/** Answers that are under way when the assistant closes its end may still take so long. Milliseconds. */
const GRACE_MS = 1000;

export interface ShimOptions {
  readonly prove: Prove;
  /** The server's name, as in `/mcp/<server>`. */
  readonly server: string;
  readonly credential: Secret;
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
}

/**
 * Relays until the assistant closes `input` or no longer reads `output`; then ends the session and resolves.
 * Refusals become JSON-RPC errors of the requests they concern; this throws only for a bug.
 */
export async function runShim(options: ShimOptions): Promise<void> {
  const { input, output, errors, server } = options;
  const door = createDoor({ prove: options.prove, server, credential: options.credential });
  let deaf = false;
  output.on("error", () => {
    deaf = true;
    input.destroy();
  });
  const relay = createRelay({
    door,
    server,
    async write(line) {
      if (deaf) return;
      output.cork();
      output.write(line);
      const more = output.write("\n");
      output.uncork();
      if (!more && output.writableNeedDrain) {
        await Promise.race([once(output, "drain"), once(output, "close")]).catch(() => {});
      }
    },
    warn: (text) => void errors.write(text),
  });

  const lines: Buffer[] = [];
  let overlong = false;
  const reader = createLineReader(
    MAX_MESSAGE,
    (line) => void lines.push(line),
    () => (overlong = true),
  );
  const drain = async (): Promise<void> => {
    for (let line = lines.shift(); line !== undefined; line = lines.shift()) await relay.take(line);
  };
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      reader.push(chunk);
      await drain();
      if (overlong) break;
    }
    reader.end();
    await drain();
  } catch {
    // The input broke off: the same as its end.
  }
  if (overlong) errors.write(`countersign: a message is larger than ${MAX_MESSAGE} bytes.\n`);
  await relay.close(GRACE_MS);
  door.close();
}

export type { Prove };

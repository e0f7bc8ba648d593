// `stdio <server>`: hands the streams to the shim. Before a credential is sent, the control socket says where
// the door is: another program may have taken the port while Countersign was not running.
import { Secret } from "../core/secret.ts";
import { connectControl } from "../host/control/client.ts";
import { CREDENTIAL_VARIABLE, runShim } from "../stdio.ts";
import { usage } from "./parse.ts";
import type { Run } from "./types.ts";

export const stdio: Run = async ({ args: [server = ""], io, folder }) => {
  const credential = io.env[CREDENTIAL_VARIABLE];
  if (credential === undefined || credential === "") {
    throw usage(
      `The agent's credential is missing: the assistant's configuration sets ${CREDENTIAL_VARIABLE}.`,
    );
  }
  await runShim({
    server,
    credential: new Secret(credential),
    input: io.stdin,
    output: io.stdout,
    errors: io.stderr,
    async prove() {
      const control = await connectControl(folder);
      try {
        return await control.hello();
      } finally {
        control.close();
      }
    },
  });
};

// A start that failed: the words on standard error and in a message box, then the refusal's exit code.
import { app, dialog } from "electron";
import { asRefusal } from "./core/errors.ts";
import { complaint } from "./core/sentences.ts";
import { complain } from "./serve.ts";

/**
 * Says what went wrong and ends the process. `silent`: no box, for tests and for a second start, where the
 * first window coming to the front is the answer.
 */
export async function failAndExit(error: unknown, { silent }: { silent: boolean }): Promise<never> {
  const code = complain(error, (text) => process.stderr.write(text));
  if (!silent) {
    const { sentence, advice } = complaint(asRefusal(error));
    await app.whenReady();
    await dialog.showMessageBox({
      type: "error",
      title: "Countersign",
      message: sentence,
      detail: advice,
      buttons: ["Close"],
    });
  }
  app.exit(code);
  // app.exit ends the process at once; this only tells the type checker so.
  return process.exit(code);
}

// Child of lock.test.ts: tries to take the folder, says how it went, and holds it until it is ended.
import { asRefusal } from "../../../electron/core/errors.ts";
import { lockInstance } from "../../../electron/host/store/lock.ts";

async function main(): Promise<void> {
  try {
    const lock = await lockInstance(process.argv[2]!);
    process.stdout.write(`${JSON.stringify({ won: lock.held() })}\n`);
    process.stdin.resume().on("end", () => {
      void lock.release().then(() => process.exit(0));
    });
  } catch (error) {
    const { code, facts } = asRefusal(error);
    process.stdout.write(`${JSON.stringify({ won: false, code, facts })}\n`);
  }
}
void main();

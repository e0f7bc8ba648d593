// The script that gives the app's tests a keychain.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { noKeyring } from "./keyring.ts";

const script = path.resolve(import.meta.dirname, "../../with-keyring.sh");
const PROGRAM = `
const k = require("keytar");
k.setPassword("Countersign", "a", "there").then(() => k.getPassword("Countersign", "a"))
  .then(console.log, (e) => console.log(e.message)).then(() => process.exit(7));
`;

async function run(...args: string[]) {
  const child = spawn("sh", [script, ...args, process.execPath, "-e", PROGRAM], {
    stdio: ["ignore", "pipe", "ignore"],
    cwd: path.resolve(import.meta.dirname, "../../.."),
  });
  const exit = once(child, "exit") as Promise<[number]>;
  return { out: (await text(child.stdout)).trim(), code: (await exit)[0] };
}

describe.skipIf(noKeyring !== null)(`with-keyring.sh (${noKeyring ?? "gnome-keyring"})`, () => {
  test("gives a command an open keychain, and hands its exit code back", async () => {
    expect(await run()).toEqual({ out: "there", code: 7 });
  });

  test("--locked gives it one that nobody can open", async () => {
    const locked = { out: "Cannot create an item in a locked collection", code: 7 };
    expect(await run("--locked")).toEqual(locked);
  });
});

import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createSecretInput, Interrupted } from "../../electron/cli/secret-input.ts";
import { streams } from "./desk.ts";

function piped(input: string | Buffer) {
  const { stdin, stdout, stderr } = streams();
  stdin.end(input);
  return createSecretInput({ stdin, stdout, stderr, env: {} });
}

describe("from a pipe", () => {
  it.each([
    ["plain", "plain"],
    ["one newline\n", "one newline"],
    ["of Windows\r\n", "of Windows"],
    ["two\n\n", "two\n"],
    ["-----BEGIN-----\nAA\n-----END-----\n", "-----BEGIN-----\nAA\n-----END-----"],
    [" kept as it is ", " kept as it is "],
  ])("%j is %j", async (input, wanted) => {
    expect((await piped(input).one("Key")).reveal()).toBe(wanted);
  });

  it.each([
    ["nothing", ""],
    ["only a newline", "\n"],
    ["what is not UTF-8", Buffer.from([0x61, 0xff])],
    ["more than a mebibyte", "x".repeat(1024 * 1024 + 1)],
  ])("refuses %s", async (_, input) => {
    await expect(piped(input).one("Key")).rejects.toMatchObject({ code: "secret_not_given" });
  });

  it("gives several as one line each, in order", async () => {
    const secrets = await piped("a\nb\n").each(["A", "B"]);
    expect(secrets.map((s) => s.reveal())).toEqual(["a", "b"]);
  });

  it.each(["a\n", "a\nb\nc\n", "a\n\n", ""])(
    "refuses %j for two secrets, without repeating it",
    async (input) => {
      const read = piped(input).each(["A", "B"]);
      await expect(read).rejects.toMatchObject({ code: "secret_not_given" });
      await expect(read).rejects.not.toMatchObject({
        facts: { reason: expect.stringContaining("a\n") as string },
      });
    },
  );
});

describe("typed at a terminal", () => {
  function terminal() {
    const { stdout, stderr, err } = streams();
    const raw: boolean[] = [];
    const stdin = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (on: boolean) => raw.push(on),
    });
    return { secrets: createSecretInput({ stdin, stdout, stderr, env: {} }), stdin, raw, err };
  }

  it("is not shown, and the terminal is as before afterwards", async () => {
    const { secrets, stdin, raw, err } = terminal();
    const reading = secrets.one("Key of notes");
    stdin.write("hunterX\u007f2é");
    stdin.write("\r");
    expect((await reading).reveal()).toBe("hunter2é");
    expect(raw).toEqual([true, false]);
    expect(err()).toBe("Key of notes (it is not shown): \n");
  });

  it("is given up with Ctrl-C", async () => {
    const { secrets, stdin, raw } = terminal();
    const reading = secrets.one("Key");
    stdin.write("abc\u0003");
    await expect(reading).rejects.toThrow(Interrupted);
    expect(raw).toEqual([true, false]);
  });

  it("is asked for one after the other where there are several", async () => {
    const { secrets, stdin, err } = terminal();
    const reading = secrets.each(["A", "B"]);
    stdin.write("first\r");
    await new Promise((resolve) => setTimeout(resolve, 20));
    stdin.write("second\r");
    expect((await reading).map((s) => s.reveal())).toEqual(["first", "second"]);
    expect(err()).toContain("B (it is not shown)");
  });
});

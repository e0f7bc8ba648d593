// The parts that need no process: lines, environment, commands on Windows, the event reader.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refusal } from "../../../electron/core/errors.ts";
import { Secret } from "../../../electron/core/secret.ts";
import { resolveCommand } from "../../../electron/host/stdio/command.ts";
import { childEnvironment } from "../../../electron/host/stdio/environment.ts";
import { createLineReader } from "../../../electron/host/stdio/lines.ts";
import { createTail } from "../../../electron/host/stdio/tail.ts";
import { readEvents, type ServerEvent } from "../../../electron/shim/events.ts";

/** Cuts a buffer at arbitrary places. */
function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield Buffer.from(bytes.subarray(at, at + size));
    at += size;
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });

describe("lines", () => {
  it("finds the same lines however the stream is cut", () => {
    const lines = fc.array(fc.string({ minLength: 1 }).map((s) => s.replaceAll(/[\r\n]/g, "-")));
    fc.assert(
      fc.property(lines, sizes, fc.constantFrom("\n", "\r\n", "\n\n"), (lines, sizes, end) => {
        const got: string[] = [];
        const reader = createLineReader(
          1000,
          (line) => void got.push(line.toString()),
          () => {},
        );
        for (const chunk of cut(Buffer.from(lines.join(end)), sizes)) reader.push(chunk);
        reader.end();
        expect(got).toEqual(lines);
      }),
    );
  });

  it("stops at a line over the cap, and says so once", () => {
    const got: string[] = [];
    let over = 0;
    const reader = createLineReader(
      5,
      (line) => void got.push(line.toString()),
      () => void over++,
    );
    for (const chunk of ["12345\n", "123", "456\n", "7\n"]) reader.push(Buffer.from(chunk));
    reader.end();
    expect([got, over]).toEqual([["12345"], 1]);
  });

  it("collects 64 MiB in small chunks without quadratic work", () => {
    let length = 0;
    const reader = createLineReader(
      2 ** 27,
      (line) => void (length = line.length),
      () => {},
    );
    const chunk = Buffer.alloc(16 * 1024, 0x61);
    const started = performance.now();
    for (let i = 0; i < 4096; i++) reader.push(chunk);
    reader.push(Buffer.from("\n"));
    expect(length).toBe(64 * 1024 * 1024);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe("events", () => {
  async function all(bytes: Buffer, sizes: readonly number[]): Promise<ServerEvent[]> {
    const out: ServerEvent[] = [];
    async function* source() {
      yield* cut(bytes, sizes);
    }
    for await (const event of readEvents(source(), 10_000)) out.push(event);
    return out;
  }

  it("reads the same events however the stream is cut, with any line end", async () => {
    const data = fc.array(
      fc.string().map((s) => s.replaceAll(/[\r\n]/g, "\u2028")),
      { minLength: 1 },
    );
    await fc.assert(
      fc.asyncProperty(
        data,
        sizes,
        fc.constantFrom("\n", "\r\n", "\r"),
        async (data, sizes, end) => {
          const lines = data.flatMap((d, i) => [`: c`, `id: ${i}`, `data: ${d}`, `data:x`, ""]);
          const got = await all(Buffer.from(`${lines.join(end)}${end}`), sizes);
          expect(got.map((e) => e.data.toString())).toEqual(data.map((d) => `${d}\nx`));
          expect(got.map((e) => e.id)).toEqual(data.map((_, i) => String(i)));
        },
      ),
    );
  });

  it("drops an event that was not finished", async () => {
    expect(await all(Buffer.from("data: a\n\ndata: b\n"), [3])).toHaveLength(1);
  });
});

describe("environment", () => {
  it("takes from ours only what is on the list", () => {
    const ours = {
      PATH: "/bin",
      LC_ALL: "C",
      HTTPS_PROXY: "x",
      NODE_OPTIONS: "--inspect",
      ELECTRON_RUN_AS_NODE: "1",
      LD_PRELOAD: "x",
      DBUS_SESSION_BUS_ADDRESS: "x",
      SSH_AUTH_SOCK: "x",
      AWS_SECRET_ACCESS_KEY: "x",
      HOME: "() { :; }",
    };
    expect(childEnvironment(ours, {}, {}, "linux")).toEqual({ PATH: "/bin", LC_ALL: "C" });
  });

  it("lets the server's own variables win over ours, and its secrets over both", () => {
    const env = childEnvironment(
      { PATH: "/bin" },
      { PATH: "/own", KEY: "plain", NODE_OPTIONS: "chosen" },
      { KEY: new Secret("s3cret") },
      "linux",
    );
    expect(env).toEqual({ PATH: "/own", KEY: "s3cret", NODE_OPTIONS: "chosen" });
  });

  it("knows one name in one case only on Windows", () => {
    const env = childEnvironment(
      { Path: "C:\\a", SystemRoot: "C:\\W" },
      { PATH: "C:\\b" },
      {},
      "win32",
    );
    expect(env).toEqual({ PATH: "C:\\b", SYSTEMROOT: "C:\\W" });
  });
});

describe("commands on Windows", () => {
  const files = new Set([
    "C:\\node\\npx.cmd",
    "C:\\node\\node.exe",
    "C:\\node\\node_modules\\npm\\bin\\npx-cli.js",
    "C:\\tools\\serve.cmd",
    "C:\\tools\\uvx.EXE",
  ]);
  // Windows does not tell file names apart by case.
  const there = new Set([...files].map((file) => file.toLowerCase()));
  const env = { PATH: "C:\\tools;C:\\node", PATHEXT: ".COM;.EXE;.BAT;.CMD" };
  const resolve = (file: string, args: string[] = ["-y", "a & calc"]) =>
    resolveCommand("local", { file, args }, env, "win32", (f) => there.has(f.toLowerCase()));

  it("starts npx as node with npm's own script, arguments untouched", () => {
    expect(resolve("npx")).toEqual({
      file: "C:\\node\\node.exe",
      args: ["C:\\node\\node_modules\\npm\\bin\\npx-cli.js", "-y", "a & calc"],
    });
  });

  it("refuses other batch files, because their arguments are read twice", () => {
    for (const file of ["serve", "serve.cmd", "C:\\tools\\serve.cmd"]) {
      expect(() => resolve(file)).toThrow(Refusal);
    }
  });

  it("finds programs by PATH and PATHEXT, and leaves the unknown to the system", () => {
    expect(resolve("uvx").file).toBe("C:\\tools\\uvx.EXE");
    expect(resolve("nothing").file).toBe("nothing");
  });

  it("changes nothing elsewhere", () => {
    const command = { file: "npx", args: ["a"] };
    expect(resolveCommand("local", command, {}, "linux")).toBe(command);
  });
});

describe("tail", () => {
  it("shows no part of a secret that an overlong line was cut through", () => {
    const secret = "S3CRET".repeat(20);
    for (const at of [8150, 8192, 16_300, 16_384]) {
      const tail = createTail(
        (text) => text.replaceAll(secret, "•"),
        () => {},
      );
      const line = Buffer.from(`${"a".repeat(at)}${secret}${"b".repeat(9000)}\nnext\n`);
      for (const chunk of cut(line, [1000])) tail.write(1, chunk);
      tail.end(1);
      expect(tail.lines().join("\n")).not.toMatch(/S3|CRET/);
      expect(tail.lines().at(-1)).toBe("next");
    }
  });
});

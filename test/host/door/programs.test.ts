// Who is at the other end of a connection: with real processes, on the machine's own tables.
import { execFile, spawn } from "node:child_process";
import fs from "node:fs";
import net, { type AddressInfo, type Socket } from "node:net";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Program } from "../../../electron/core/permission/program.ts";
import { createPrograms, type User } from "../../../electron/host/door/programs.ts";
import { createSocketTable } from "../../../electron/host/door/socket-table.ts";
import { temporaryFolder } from "../../support/processes.ts";

const run = promisify(execFile);
const linux = process.platform === "linux";
const has = (file: string): boolean => fs.existsSync(file);
const BASH = "/usr/bin/bash";
const second = linux && process.getuid?.() === 0 && has("/usr/bin/setpriv");
const WITHOUT = second ? "" : " (skipped: it takes root and setpriv to be another user)";

/** Says a word into the door and waits for the answer, without starting anything else. */
const knock = (port: number, word: string): string =>
  `exec 3<>/dev/tcp/127.0.0.1/${port}; echo ${word} >&3; read -r answer <&3`;

describe.skipIf(!linux)("the program at the other end", () => {
  const programs = createPrograms();
  const met = new Map<string, { user: User; program: Program | null; ms: number }>();
  let server: net.Server;
  let port = 0;

  beforeAll(async () => {
    server = net.createServer((socket: Socket) => {
      const since = performance.now();
      const peer = programs.of(socket);
      socket.on("error", () => undefined);
      socket.once("data", (chunk) => {
        void (async () => {
          const word = chunk.toString().trim();
          met.set(word, {
            user: await peer.user,
            program: await peer.program(),
            ms: performance.now() - since,
          });
          socket.end("done\n");
        })();
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it("is named with its number, its file, its start and those that started it", async () => {
    const child = spawn(BASH, ["-c", knock(port, "alone")]);
    const { pid } = child;
    await new Promise((resolve) => child.once("exit", resolve));
    const { program, user } = met.get("alone") ?? {};
    expect(user).toBe("ours");
    expect(program).toMatchObject({ pid, path: fs.realpathSync(BASH), throughShim: false });
    expect(program?.chain.slice(0, 2)).toEqual([
      { pid, name: "bash", path: fs.realpathSync(BASH) },
      { pid: process.pid, name: "node", path: fs.realpathSync(process.execPath) },
    ]);
    expect(Math.abs(Date.parse(program?.startedAt ?? "") - Date.now())).toBeLessThan(60_000);
  });

  it("is never taken for another one, however fast numbers come and go (threat 10)", async () => {
    const python = (
      await run("python3", ["-c", "import sys; print(sys.executable)"])
    ).stdout.trim();
    const py = (word: string) =>
      `import socket\ns=socket.create_connection(("127.0.0.1",${port}))\ns.sendall(b"${word}\\n")\ns.recv(9)`;
    const rounds = 60;
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < rounds) {
        const n = next++;
        // Between two knocks other processes are born and die, so that numbers move on.
        if (n % 4 === 0) await run(python, ["-c", py(`python-${n}`)]);
        else
          await run(BASH, ["-c", `/bin/true; /bin/true; ${knock(port, `bash-${n}`)}; /bin/true`]);
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    const bash = fs.realpathSync(BASH);
    let seen = 0;
    for (const [word, { program }] of met) {
      if (!/^(?:bash|python)-/.test(word)) continue;
      seen++;
      const right = word.startsWith("bash")
        ? program?.path === bash
        : /python/.test(program?.path ?? "");
      expect(right, `${word} was taken for ${program?.path}`).toBe(true);
    }
    expect(seen).toBe(rounds);
  }, 30_000);

  it("is looked at again before each call: a process that became another program is that one", async () => {
    const knocked = spawn(BASH, [
      "-c",
      // The same process, the same connection, another program.
      `exec 3<>/dev/tcp/127.0.0.1/${port}; echo before >&3; read -r answer <&3; exec sleep 5`,
    ]);
    let peer: ReturnType<typeof programs.of> | undefined;
    const twice = net.createServer((socket) => {
      peer = programs.of(socket);
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => {
      twice.listen(0, "127.0.0.1", resolve);
    });
    const at = (twice.address() as AddressInfo).port;
    const changing = spawn(BASH, [
      "-c",
      `exec 3<>/dev/tcp/127.0.0.1/${at}; read -r go; exec sleep 5`,
    ]);
    try {
      await expect.poll(async () => (await peer?.program())?.path).toBe(fs.realpathSync(BASH));
      changing.stdin.write("go\n");
      await expect
        .poll(async () => (await peer?.program())?.path ?? "", { timeout: 3000 })
        .toMatch(/sleep|coreutils/);
    } finally {
      changing.kill();
      knocked.kill();
      await new Promise((resolve) => twice.close(resolve));
    }
  });

  it.skipIf(!second)(`of another user is told apart (threat 6)${WITHOUT}`, async () => {
    await run("/usr/bin/setpriv", [
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
      BASH,
      "-c",
      knock(port, "nobody"),
    ]);
    expect(met.get("nobody")).toMatchObject({ user: "other", program: null });
  });
});

describe("the kernel's table", () => {
  const ends = {
    localAddress: "127.0.0.1",
    localPort: 7717,
    remoteAddress: "127.0.0.1",
    remotePort: 40_000,
  };
  const line = (local: string, remote: string, uid: number, inode: number): string =>
    `   1: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000  ${uid}        0 ${inode} 1 0 20 4 0 10 -1\n`;
  const ours = line("0100007F:1E25", "0100007F:9C40", 1000, 11);

  it.each([
    [
      "its own line",
      ours + line("0100007F:9C40", "0100007F:1E25", 1001, 12),
      { uid: 1001, inode: "12" },
    ],
    [
      "closed already, its line without a socket",
      ours + line("0100007F:9C40", "0100007F:1E25", 0, 0),
      "gone",
    ],
    ["closed already, no line of its own", ours, "gone"],
    ["a table that shows not even us", "", "unknown"],
    [
      "a port that only begins alike",
      ours + line("0100007F:9C401", "0100007F:1E25", 5, 12),
      "gone",
    ],
  ])("%s", async (_, tcp, expected) => {
    const folder = temporaryFolder();
    fs.mkdirSync(`${folder.path}/net`);
    fs.writeFileSync(`${folder.path}/net/tcp`, `  sl  local_address rem_address\n${tcp}`);
    expect(await createSocketTable(folder.path).peerOf(ends)).toEqual(expected);
    folder.remove();
  });

  it("finds who came as ::ffff:127.0.0.1", async () => {
    const folder = temporaryFolder();
    fs.mkdirSync(`${folder.path}/net`);
    fs.writeFileSync(`${folder.path}/net/tcp`, ours);
    const six = "0000000000000000FFFF0000";
    const theirs = line(`${six}0100007F:9C40`, `${six}0100007F:1E25`, 7, 99);
    fs.writeFileSync(`${folder.path}/net/tcp6`, theirs);
    expect(await createSocketTable(folder.path).peerOf(ends)).toEqual({ uid: 7, inode: "99" });
    folder.remove();
  });
});

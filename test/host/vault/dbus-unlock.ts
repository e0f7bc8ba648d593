// Unlocks the test's keyring while its daemon runs, which no tool on a bare machine does: the few D-Bus
// messages that a password dialog would send (D-Bus specification, "Message Protocol"; Secret Service API,
// session algorithm "plain"; gnome-keyring's own unlock method).
import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Grows a little-endian D-Bus byte string; `align` counts from its beginning. */
class Wire {
  bytes: number[] = [];
  align(to: number): this {
    while (this.bytes.length % to !== 0) this.bytes.push(0);
    return this;
  }
  u8(...values: number[]): this {
    this.bytes.push(...values);
    return this;
  }
  u32(value: number): this {
    return this.align(4).u8(value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24);
  }
  string(text: string): this {
    return this.u32(text.length).u8(...Buffer.from(text), 0);
  }
  signature(text: string): this {
    return this.u8(text.length, ...Buffer.from(text), 0);
  }
}

function callMessage(
  serial: number,
  to: string,
  path: string,
  method: string,
  signature: string,
  body: Wire,
) {
  const dot = method.lastIndexOf(".");
  const fields = new Wire();
  for (const [code, type, value] of [
    [1, "o", path],
    [2, "s", method.slice(0, dot)],
    [3, "s", method.slice(dot + 1)],
    [6, "s", to],
  ] as const) {
    fields.align(8).u8(code).signature(type).string(value);
  }
  if (signature !== "") fields.align(8).u8(8).signature("g").signature(signature);
  const head = new Wire().u8(0x6c, 1, 0, 1).u32(body.bytes.length).u32(serial);
  head.u32(fields.bytes.length).u8(...fields.bytes);
  return Buffer.from([...head.align(8).bytes, ...body.bytes]);
}

/** @param address the bus, `unix:path=…` */
export async function unlockCollection(address: string, password: string): Promise<void> {
  const socket = net.connect(/path=([^,]+)/.exec(address)?.[1] ?? "");
  let heard = "";
  socket.on("data", (bytes: Buffer) => (heard += bytes.toString("latin1")));
  const until = async (pattern: RegExp | string): Promise<string> => {
    for (let i = 0; i < 200; i++) {
      const found = typeof pattern === "string" ? heard.includes(pattern) : pattern.exec(heard);
      if (found !== null && found !== false) return found === true ? "" : found[0];
      await sleep(10);
    }
    throw new Error(`the bus did not answer with ${String(pattern)}`);
  };
  await once(socket, "connect");
  const uid = Buffer.from(String(process.getuid?.())).toString("hex");
  socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
  await until(/OK \w+/);
  socket.write("BEGIN\r\n");
  const bus = "org.freedesktop.DBus";
  socket.write(callMessage(1, bus, "/org/freedesktop/DBus", `${bus}.Hello`, "", new Wire()));
  const secrets = "org.freedesktop.secrets";
  const at = "/org/freedesktop/secrets";
  const plain = new Wire().string("plain").signature("s").string("");
  socket.write(
    callMessage(2, secrets, at, "org.freedesktop.Secret.Service.OpenSession", "sv", plain),
  );
  const session = await until(/\/org\/freedesktop\/secrets\/session\/\w+/);
  const master = new Wire().string(`${at}/collection/login`).align(8).string(session);
  master
    .u32(0)
    .u32(password.length)
    .u8(...Buffer.from(password))
    .string("text/plain");
  const unlock =
    "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface.UnlockWithMasterPassword";
  heard = "";
  socket.write(callMessage(3, secrets, at, unlock, "o(oayays)", master));
  // A method return (type 2) from the service; signals are type 4, an error would be type 3.
  await until("l\u0002");
  socket.destroy();
}

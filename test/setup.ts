// The outside network is off in every test: a socket to anything but loopback is a bug in the test or
// in the product, and it is told so at once instead of hanging on a resolver.
import net from "node:net";

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost", "0.0.0.0", "::"]);
// oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
const connect = net.Socket.prototype.connect as (
  this: net.Socket,
  ...args: unknown[]
) => net.Socket;

net.Socket.prototype.connect = function guarded(this: net.Socket, ...args: unknown[]): net.Socket {
  const first: unknown = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (typeof first === "object" && first !== null && "host" in first) {
    const host = first.host;
    if (typeof host === "string" && !LOOPBACK.has(host) && !host.endsWith(".localhost")) {
      throw new Error(`a test tried to reach ${host}: only loopback is allowed`);
    }
  }
  return Reflect.apply(connect, this, args);
};

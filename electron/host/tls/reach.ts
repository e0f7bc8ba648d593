// Which addresses a name may lead to (threat 30). Documents from outside name hosts; without this, they could make
// Countersign knock at a router, a cloud's metadata service or another program of this machine.
import dns from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** `public`: the internet. `private`: besides, networks of one's own. `loopback`: besides, this machine. */
export type Reach = "public" | "private" | "loopback";

export type AddressKind = Reach | "special";

const list = (...nets: readonly string[]): BlockList => {
  const blocked = new BlockList();
  for (const net of nets) {
    const [address = "", prefix = ""] = net.split("/");
    blocked.addSubnet(address, Number(prefix), isIP(address) === 6 ? "ipv6" : "ipv4");
  }
  return blocked;
};
// IANA's special-purpose registries (RFC 6890). Private: RFC 1918, RFC 6598, RFC 4193.
const LOOPBACK = list("127.0.0.0/8", "::1/128");
const PRIVATE = list("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7");
// oxfmt-ignore
const SPECIAL_4 = list(
  "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24",
  "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24", "198.18.0.0/15",
  "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
);
// Of IPv6, only 2000::/3 is the internet. In it: protocol assignments with Teredo, documentation, 6to4.
const GLOBAL_6 = list("2000::/3");
const SPECIAL_6 = list("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48");
const EMBEDDED_4 = list("::ffff:0:0/96", "64:ff9b::/96");

/** What an address is. IPv4 inside IPv6 (mapped, NAT64) counts as the IPv4 address that it leads to. */
export function kindOf(address: string): AddressKind {
  const family = isIP(address);
  if (family === 4) {
    if (LOOPBACK.check(address, "ipv4")) return "loopback";
    if (PRIVATE.check(address, "ipv4")) return "private";
    return SPECIAL_4.check(address, "ipv4") ? "special" : "public";
  }
  // Zones (`fe80::1%eth0`) belong to link-local addresses only.
  if (family !== 6 || address.includes("%")) return "special";
  if (EMBEDDED_4.check(address, "ipv6")) {
    const kind = kindOf(lastFour(address));
    // Not even a loopback: nobody writes it so who means well.
    return kind === "public" ? "public" : "special";
  }
  if (LOOPBACK.check(address, "ipv6")) return "loopback";
  if (PRIVATE.check(address, "ipv6")) return "private";
  return GLOBAL_6.check(address, "ipv6") && !SPECIAL_6.check(address, "ipv6")
    ? "public"
    : "special";
}

/** The last 32 bits of an IPv6 address, as IPv4. */
function lastFour(address: string): string {
  // URL writes every IPv6 address in one form, without dots.
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const groups = text.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const [high = [], low = []] = groups;
  const all = [...high, ...Array<string>(8 - high.length - low.length).fill("0"), ...low];
  const value = Number.parseInt(all[6] ?? "0", 16) * 65_536 + Number.parseInt(all[7] ?? "0", 16);
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}

const WIDTH: Readonly<Record<AddressKind, number>> = {
  public: 0,
  private: 1,
  loopback: 2,
  special: 3,
};

/** Code of the error that a refused address ends a connection with. */
export const REACH_REFUSED = "ADDRESS_REFUSED";

class ReachError extends Error {
  readonly code = REACH_REFUSED;
}

/**
 * Whether this address may be dialled for this host. This machine is reached by its own names only: another name
 * that resolves to it is a rebound one, whatever was allowed.
 * @param host as URL.hostname writes it
 */
export function mayDial(host: string, address: string, reach: Reach): boolean {
  const kind = kindOf(address);
  if (isLoopbackHost(host)) return kind === "loopback" && reach === "loopback";
  return kind !== "loopback" && WIDTH[kind] <= WIDTH[reach];
}

/** Whether a host is this machine by its own name or address, as core/destination.ts sees it, too. */
export const isLoopbackHost = (host: string): boolean =>
  host === "localhost" || (isIP(bare(host)) !== 0 && kindOf(bare(host)) === "loopback");

const bare = (host: string): string => host.replace(/^\[(.*)\]$/, "$1");

/** The check for a host that is an address already: no name is looked up for those. True for names. */
export function mayDialLiteral(host: string, reach: Reach): boolean {
  return isIP(bare(host)) === 0 || mayDial(host, bare(host), reach);
}

export type Resolver = (
  hostname: string,
  answer: (error: Error | null, addresses: readonly dns.LookupAddress[]) => void,
) => void;

const systemResolver: Resolver = (hostname, answer) =>
  dns.lookup(hostname, { all: true, verbatim: true }, answer);

/**
 * A lookup for sockets that checks every address and hands on exactly what it checked: there is no second answer
 * for a rebinding name to change. One bad address refuses all of them.
 */
export function guardedLookup(reach: Reach, resolve: Resolver = systemResolver): LookupFunction {
  return (hostname, options, answer) => {
    resolve(hostname, (error, addresses) => {
      if (error !== null) return answer(error, "", 0);
      const bad = addresses.find(({ address }) => !mayDial(hostname, address, reach));
      const [first] = addresses;
      if (bad !== undefined || first === undefined) {
        return answer(new ReachError(`a refused address for ${hostname}`), "", 0);
      }
      const wanted = typeof options.family === "number" ? options.family : 0;
      const usable = wanted === 0 ? addresses : addresses.filter((a) => a.family === wanted);
      if (options.all === true) return answer(null, [...usable]);
      const chosen = usable[0] ?? first;
      return answer(null, chosen.address, chosen.family);
    });
  };
}

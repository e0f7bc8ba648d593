// Tools that wait for a look, counted from what is kept.
import { expect, it } from "vitest";
import { waitingTools } from "../../../electron/core/pins/waiting.ts";

const server = (id: string, tenant: string, url: string) => ({ id, tenant, kind: "http", url });
const pins = (id: string, target: string, standings: readonly string[]) => ({
  server: id,
  target,
  tools: standings.map((standing, i) => ({ name: `t${i}`, standing })),
});
const store = (servers: readonly object[], all: readonly object[]) =>
  ({ read: (name: string) => (name === "servers" ? servers : all) }) as never;

it("names the servers with changed tools, most first; nothing of another tenant or of an earlier address", () => {
  const servers = [
    server("a", "personal", "https://a.example"),
    server("b", "personal", "https://b.example"),
    server("c", "work", "https://c.example"),
    server("moved", "personal", "https://new.example"),
  ];
  const known = [
    pins("a", "https://a.example", ["accepted", "changed", "rejected", "new"]),
    pins("b", "https://b.example", ["changed", "changed", "changed", "changed"]),
    pins("c", "https://c.example", ["changed"]),
    pins("moved", "https://old.example", ["changed"]),
    pins("gone", "https://gone.example", ["changed"]),
  ];
  expect(waitingTools(store(servers, known), "personal")).toEqual([
    { server: "b", changed: 4, tools: ["t0", "t1", "t2"] },
    { server: "a", changed: 1, tools: ["t1"] },
  ]);
  expect(waitingTools(store(servers, known)).map(({ server: id }) => id)).toEqual(["b", "a", "c"]);
});

import { assert, constantFrom, integer, nat, oneof, pre, property, string } from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { createAgentRegister } from "../../electron/core/agent-register.ts";
import { createCredentials } from "../../electron/core/credentials.ts";
import { bindingOf, covers } from "../../electron/core/destination.ts";
import { asRefusal, Refusal } from "../../electron/core/errors.ts";
import { newId } from "../../electron/core/ids.ts";
import type { Secret } from "../../electron/core/secret.ts";
import { createServerRegister, type NewHttpServer } from "../../electron/core/server-register.ts";
import { createSessions } from "../../electron/core/sessions.ts";
import { digest, mapVault, memoryStore, movableClock } from "../support/ports.ts";

const codeOf = async (run: () => unknown): Promise<string> => {
  try {
    await run();
  } catch (error) {
    return asRefusal(error).code;
  }
  return "nothing was refused";
};

const noApis = { take: () => Promise.reject(new Error("no document is read in these tests")) };

const http = (change: Partial<NewHttpServer> = {}): NewHttpServer => ({
  kind: "http",
  name: "notes",
  url: "https://notes.example/mcp",
  stage: "development",
  auth: {
    type: "api-key",
    in: "header",
    name: "X-API-Key",
    prefix: "",
    secret: "key-of-the-notes",
  },
  allowPlainHttpOnLoopback: false,
  trustPem: null,
  ...change,
});

describe("agents", () => {
  const dropped: string[] = [];
  const make = () => {
    dropped.length = 0;
    const store = memoryStore();
    const agents = createAgentRegister({
      store,
      clock: movableClock(),
      digest,
      dropAgent: (id) => dropped.push(id),
      certificateDoor: () => null,
    });
    return { store, agents };
  };

  it("admits the credential that was issued, by either header, and keeps only its hash", async () => {
    const { agents, store } = make();
    const { agent, credential } = await agents.add({ name: "Claude Code" });
    const text = credential.reveal();
    expect(agents.admit(text, "bearer").agent.id).toBe(agent.id);
    expect(agents.admit(text, "api-key").authMethod).toBe("api-key");
    expect(JSON.stringify(store.all)).not.toContain(text);
    expect(JSON.stringify(store.all)).not.toContain(text.slice(4));
  });

  it("refuses any other credential, whatever it looks like", async () => {
    const { agents } = make();
    const { credential } = await agents.add({ name: "a" });
    const text = credential.reveal();
    const wrong = oneof(
      string(),
      integer({ min: 0, max: text.length - 1 }).map(
        (i) => text.slice(0, i) + (text[i] === "A" ? "B" : "A") + text.slice(i + 1),
      ),
      constantFrom(text.slice(0, -1), `${text}A`, text.toUpperCase(), ` ${text}`),
    );
    assert(
      property(wrong, (guess) => {
        pre(guess !== text);
        expect(() => agents.admit(guess, "bearer")).toThrow("agent_credential_unknown");
      }),
    );
  });

  it("stops the old credential at once when it is rotated, and cuts what is open", async () => {
    const { agents } = make();
    const { agent, credential } = await agents.add({ name: "a" });
    const next = await agents.rotate(agent.id);
    expect(await codeOf(() => agents.admit(credential.reveal(), "bearer"))).toBe(
      "agent_credential_unknown",
    );
    expect(agents.admit(next.credential.reveal(), "bearer").agent.id).toBe(agent.id);
    expect(dropped).toEqual([agent.id]);
  });

  it("refuses a paused agent by name, and forgets a removed one", async () => {
    const { agents } = make();
    const { agent, credential } = await agents.add({ name: "a" });
    await agents.setState(agent.id, "paused");
    expect(await codeOf(() => agents.admit(credential.reveal(), "bearer"))).toBe("agent_paused");
    await agents.remove(agent.id);
    expect(await codeOf(() => agents.admit(credential.reveal(), "bearer"))).toBe(
      "agent_credential_unknown",
    );
    expect(dropped).toEqual([agent.id, agent.id]);
  });

  it("refuses a second agent of the same name in a tenant, not in another one", async () => {
    const { agents } = make();
    await agents.add({ name: "a" });
    expect(await codeOf(() => agents.add({ name: "a" }))).toBe("name_taken");
    expect((await agents.add({ name: "a", tenant: "work" })).agent.tenant).toBe("work");
    expect(await codeOf(() => agents.add({ name: "b", tenant: "nowhere" }))).toBe("tenant_unknown");
  });
});

describe("servers and their keys", () => {
  let store: ReturnType<typeof memoryStore>;
  let vault: ReturnType<typeof mapVault>;
  let servers: ReturnType<typeof createServerRegister>;
  beforeEach(() => {
    store = memoryStore();
    vault = mapVault();
    servers = createServerRegister({
      store,
      vault,
      clock: movableClock(),
      digest,
      apis: noApis,
      dropServer: () => undefined,
    });
  });

  it("keeps the key in the vault and only its id in the settings", async () => {
    await servers.add(http());
    expect(JSON.stringify(store.all)).not.toContain("key-of-the-notes");
    expect([...vault.entries.values()].map((s) => s.reveal())).toEqual(["key-of-the-notes"]);
  });

  it("leaves no key behind where the settings could not be written", async () => {
    store.write = () => Promise.reject(new Refusal("settings_unwritable"));
    expect(await codeOf(() => servers.add(http()))).toBe("settings_unwritable");
    expect(vault.entries.size).toBe(0);
  });

  it("adds nothing where the vault refuses", async () => {
    vault.fail = new Refusal("vault_locked");
    expect(await codeOf(() => servers.add(http()))).toBe("vault_locked");
    expect(store.all.servers).toEqual([]);
  });

  it("refuses a key over plain HTTP, even to this machine unless a person agreed", async () => {
    expect(
      await codeOf(() =>
        servers.add(http({ url: "http://notes.example/mcp", allowPlainHttpOnLoopback: true })),
      ),
    ).toBe("plain_http_refused");
    expect(await codeOf(() => servers.add(http({ url: "http://127.0.0.1:9/mcp" })))).toBe(
      "plain_http_refused",
    );
    expect(
      (await servers.add(http({ url: "http://127.0.0.1:9/mcp", allowPlainHttpOnLoopback: true })))
        .name,
    ).toBe("notes");
  });

  it.each(["bad\nkey", "bad\rkey", "bad\0key", " lead", "trail ", "ключ", ""])(
    "refuses a key that no header can carry: %j",
    async (secret) => {
      const auth = {
        type: "api-key",
        in: "header",
        name: "X-API-Key",
        prefix: "",
        secret,
      } as const;
      expect(await codeOf(() => servers.add(http({ auth })))).toBe("input_invalid");
      expect(vault.entries.size).toBe(0);
    },
  );

  it("refuses an address that hides a password, and a name that is taken", async () => {
    expect(await codeOf(() => servers.add(http({ url: "https://me:pw@notes.example/mcp" })))).toBe(
      "input_invalid",
    );
    await servers.add(http());
    expect(await codeOf(() => servers.add(http()))).toBe("name_taken");
    expect(vault.entries.size).toBe(1);
    expect((await servers.add(http({ tenant: "work" }))).tenant).toBe("work");
  });

  it("replaces a key under a new id and deletes the old one", async () => {
    const server = await servers.add(http());
    await servers.replaceSecret(server.id, "the-new-key");
    expect([...vault.entries.values()].map((s) => s.reveal())).toEqual(["the-new-key"]);
    await servers.remove(server.id);
    expect(vault.entries.size).toBe(0);
  });
});

const noBroker = (): never => {
  throw new Error("no issuer takes part in these tests");
};

describe("credentials", () => {
  const live = { add: () => undefined, remove: () => undefined };

  it("sends the key nowhere but to its own scheme, host, port and path (threat 28)", async () => {
    const store = memoryStore();
    const vault = mapVault();
    const servers = createServerRegister({
      store,
      vault,
      clock: movableClock(),
      digest,
      apis: noApis,
      dropServer: () => undefined,
    });
    const server = await servers.add(http());
    const credentials = createCredentials(vault, live, noBroker);
    expect((await credentials.release(server, null)).type).toBe("header");
    for (const url of [
      "https://notes.example:444/mcp",
      "http://notes.example/mcp",
      "https://evil.example/mcp",
      "https://notes.example/other",
      "https://notes.example/mcp2",
    ]) {
      expect(
        await codeOf(() => credentials.release({ ...server, url } as typeof server, null)),
      ).toBe("credential_binding_mismatch");
    }
  });

  it("tells a missing key from a vault that does not answer", async () => {
    const store = memoryStore();
    const vault = mapVault();
    const servers = createServerRegister({
      store,
      vault,
      clock: movableClock(),
      digest,
      apis: noApis,
      dropServer: () => undefined,
    });
    const server = await servers.add(http());
    vault.entries.clear();
    expect(await codeOf(() => createCredentials(vault, live, noBroker).release(server, null))).toBe(
      "vault_secret_missing",
    );
    vault.fail = new Refusal("vault_unavailable", { reason: "gone" });
    expect(await codeOf(() => createCredentials(vault, live, noBroker).release(server, null))).toBe(
      "vault_unavailable",
    );
  });

  it("asks the vault once for calls that come together, and again after it was locked", async () => {
    const store = memoryStore();
    const vault = mapVault();
    const servers = createServerRegister({
      store,
      vault,
      clock: movableClock(),
      digest,
      apis: noApis,
      dropServer: () => undefined,
    });
    const server = await servers.add(http());
    const held = new Set<Secret>();
    const credentials = createCredentials(
      vault,
      {
        add: (s) => held.add(s),
        remove: (s) => held.delete(s),
      },
      noBroker,
    );
    await Promise.all(Array.from({ length: 50 }, () => credentials.release(server, null)));
    expect(vault.reads).toBe(1);
    expect(held.size).toBe(1);
    const pending = credentials.release(server, null);
    credentials.forgetAll();
    await pending;
    expect(held.size).toBe(0);
    vault.fail = new Refusal("vault_locked");
    expect(await codeOf(() => credentials.release(server, null))).toBe("vault_locked");
  });

  it("a lookup that was under way when the vault was locked brings nothing back", async () => {
    const store = memoryStore();
    const vault = mapVault();
    const servers = createServerRegister({
      store,
      vault,
      clock: movableClock(),
      digest,
      apis: noApis,
      dropServer: () => undefined,
    });
    const server = await servers.add(http());
    const credentials = createCredentials(vault, live, noBroker);
    const pending = credentials.release(server, null);
    credentials.forgetAll();
    expect(await codeOf(() => pending)).toBe("vault_locked");
  });
});

describe("destinations", () => {
  const binding = bindingOf(new URL("https://api.example/v1/mcp"));
  it.each([
    ["https://api.example/v1/mcp", true],
    ["https://api.example/v1/mcp/deeper", true],
    ["https://api.example/v1/mcp?x=1", true],
    ["https://api.example/v1/mcpx", false],
    ["https://api.example/v1", false],
    ["https://api.example/v1/mcp/../other", false],
    ["https://api.example/v1/mcp/%2e%2e/other", false],
    ["https://api.example/v1/mcp/a%2fb", false],
    ["https://api.example:8443/v1/mcp", false],
    ["http://api.example/v1/mcp", false],
    ["https://api.example.evil/v1/mcp", false],
    ["https://api.example@evil/v1/mcp", false],
    ["https://u:p@api.example/v1/mcp", false],
  ])("%s: %s", (url, allowed) => {
    expect(covers(binding, new URL(url))).toBe(allowed);
  });
});

describe("sessions", () => {
  it("belong to one agent on one server, and end after a day of rest (threat 17)", () => {
    const clock = movableClock();
    const sessions = createSessions(clock);
    sessions.bind("agt_a", "srv_1", "s");
    sessions.check("agt_a", "srv_1", "s");
    expect(() => sessions.check("agt_b", "srv_1", "s")).toThrow("session_unknown");
    expect(() => sessions.check("agt_a", "srv_2", "s")).toThrow("session_unknown");
    expect(() => sessions.bind("agt_b", "srv_1", "s")).toThrow("session_unknown");
    clock.advance(25 * 3600_000);
    expect(() => sessions.check("agt_a", "srv_1", "s")).toThrow("session_unknown");
  });

  it("go with their agent and their server", () => {
    const sessions = createSessions(movableClock());
    sessions.bind("agt_a", "srv_1", "s");
    sessions.bind("agt_a", "srv_2", "t");
    sessions.dropServer("srv_1");
    expect(() => sessions.check("agt_a", "srv_1", "s")).toThrow("session_unknown");
    sessions.check("agt_a", "srv_2", "t");
    sessions.dropAgent("agt_a");
    expect(() => sessions.check("agt_a", "srv_2", "t")).toThrow("session_unknown");
  });
});

describe("ids", () => {
  it("sort by time", () => {
    assert(
      property(nat(4e12), nat(4e12), (a, b) => {
        pre(a !== b);
        const [x, y] = [
          newId("call", a, (n) => digest.random(n)),
          newId("call", b, (n) => digest.random(n)),
        ];
        expect(x < y).toBe(a < b);
      }),
    );
  });
});

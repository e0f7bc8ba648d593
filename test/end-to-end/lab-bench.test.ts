// Looking into practice credentials and stealing them, over the lab's real sockets; and nobody else's, ever.
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Besides } from "../../electron/contract.ts";
import { Secret } from "../../electron/core/secret.ts";
import { decodeAt } from "../../electron/lab-bench.ts";
import type { Practice } from "../../electron/lab-keeper.ts";
import { type House, openHouse } from "../support/house.ts";

let house: House;
const refusal = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "no refusal",
    (error: Error) => /^lab\.\w+: (\w+):/.exec(error.message)?.[1] ?? error.message,
  );
const steal = (stolen: string, at: string, besides: Besides = "nothing") =>
  house.call("lab.replay", { stolen, at, besides });

beforeAll(async () => {
  house = await openHouse();
}, 120_000);
afterAll(() => house.close());

describe("the lab's workbench", () => {
  it("is closed while the lab is off", async () => {
    expect(await refusal(house.call("lab.decode", { server: "crm" }))).toBe("lab_off");
    expect(await refusal(steal("crm", "crm"))).toBe("lab_off");
    await house.call("lab.start", {});
  }, 120_000);

  it("says what each credential is, and gives none away", async () => {
    const claims = async (server: string) => {
      const found = await house.call("lab.decode", { server });
      // No token, no signature, no key: nothing in it is longer than a thumbprint, save for sentences and addresses.
      expect(JSON.stringify(found)).not.toMatch(/eyJ|practice_notes|[A-Za-z0-9_-]{50}/);
      return { ...found, of: (name: string) => found.payload.find((c) => c.name === name) };
    };
    const crm = await claims("crm");
    expect(crm).toMatchObject({ kind: "token", sentAs: "Authorization: Bearer", binding: "none" });
    expect(crm.signatureBytes).toBe(64);
    expect(crm.header.map(({ name }) => name)).toEqual(expect.arrayContaining(["alg", "typ"]));
    expect(crm.of("aud")?.source).toContain("RFC 8707");
    expect(crm.of("exp")?.value).toMatch(/^\d{10} \(20.*Z\)$/);
    const payroll = await claims("payroll");
    expect(payroll.binding).toBe("mtls");
    expect(payroll.of("cnf.x5t#S256")?.value).toMatch(/^[\w-]{43}$/);
    const archive = await claims("archive");
    expect(archive).toMatchObject({ binding: "dpop", sentAs: "Authorization: DPoP" });
    expect(archive.of("cnf.jkt")?.source).toContain("RFC 9449");
    // Ada signs in by herself where she is needed.
    const mail = await claims("mail");
    expect(mail.of("sub")?.value).toBe("ada");
    expect(mail.of("act.sub")?.meaning).toContain("acts now");
    expect(await claims("notes")).toMatchObject({
      kind: "opaque",
      payload: [],
      signatureBytes: null,
    });
    // What stands in these tokens is all explained.
    const bare = [crm, payroll, archive, mail].flatMap(({ header, payload }) =>
      [...header, ...payload].filter(({ meaning }) => meaning === null).map(({ name }) => name),
    );
    expect([...new Set(bare)]).toEqual([]);
  }, 120_000);

  it("steals for real: what is bound to nothing opens, what is bound does not", async () => {
    const table: [string, string, Besides, boolean, string | null][] = [
      ["notes", "notes", "nothing", true, null],
      ["crm", "crm", "nothing", true, null],
      ["mail", "crm", "nothing", false, "invalid_token"],
      ["wiki", "crm", "nothing", false, "invalid_token"],
      ["notes", "crm", "nothing", false, "invalid_token"],
      ["crm", "notes", "nothing", false, null],
      ["payroll", "payroll", "nothing", false, "invalid_token"],
      ["payroll", "payroll", "other-certificate", false, "invalid_token"],
      ["payroll", "payroll", "right-certificate", true, null],
      ["archive", "archive", "nothing", false, "invalid_token"],
      ["archive", "archive", "other-proof", false, "invalid_token"],
    ];
    for (const [stolen, at, besides, accepted, error] of table) {
      const found = await steal(stolen, at, besides);
      expect(found, `${stolen} at ${at} with ${besides}`).toMatchObject({ accepted, error });
      expect(found.status, JSON.stringify(found)).toBe(accepted ? 200 : 401);
      expect(JSON.stringify(found)).not.toMatch(/eyJ|practice_notes/);
    }
    const why = async (besides: Besides) => (await steal("payroll", "payroll", besides)).why;
    expect(await why("nothing")).toContain("The token alone is worth nothing");
    expect(await why("other-certificate")).toContain("not the one that the token names");
    expect(await why("right-certificate")).toContain("private key the token works");
    expect((await steal("mail", "crm")).why).toContain("RFC 8707");
    expect((await steal("archive", "archive", "other-proof")).why).toContain("names another key");
  }, 120_000);

  it("takes one theft at a time, and none that could not be", async () => {
    const both = await Promise.all([refusal(steal("crm", "crm")), refusal(steal("crm", "crm"))]);
    expect(both.toSorted()).toEqual(["lab_busy", "no refusal"]);
    expect(await refusal(steal("crm", "crm", "right-certificate"))).toBe("lab_replay_unfit");
    expect(await refusal(steal("notes", "notes", "other-proof"))).toBe("lab_replay_unfit");
    expect(await refusal(steal("payroll", "crm", "other-certificate"))).toBe("lab_replay_unfit");
  });

  it("touches no server but the company's", async () => {
    const real = await house.call("servers.add", {
      kind: "http",
      name: "bank",
      url: "http://127.0.0.1:9/mcp",
      stage: "development",
      auth: { type: "none" },
      allowPlainHttpOnLoopback: true,
      trustPem: null,
    });
    for (const server of [real.id, "bank", "nothing-of-the-kind", "__proto__"]) {
      expect(await refusal(house.call("lab.decode", { server }))).toBe("lab_server_unknown");
      expect(await refusal(steal(server, "crm"))).toBe("lab_server_unknown");
      expect(await refusal(steal("crm", server))).toBe("lab_server_unknown");
    }
    expect(await refusal(steal("crm", "inventory"))).toBe("lab_server_unknown");
  });
});

it("lets no part of a token out but what it says", async () => {
  const canary = "c4n4ry-".repeat(12);
  const token = await new SignJWT({ sub: "ada", note: `before ${canary} after` })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode("k".repeat(32)));
  const server = { id: "srv_1", name: "crm", tenant: "lab" };
  const ports = {
    store: { read: () => [server] },
    release: async () => ({
      type: "token",
      brokered: { token: { value: new Secret(token), binding: { type: "none" } } },
    }),
    // A server of ours might write a secret into its claims.
    scrub: (text: string) => text.replaceAll(canary, "[masked]"),
  } as unknown as Parameters<typeof decodeAt>[1];
  const practice = { servers: [server], agent: { id: "agt_1" } } as unknown as Practice;
  const found = JSON.stringify(await decodeAt(practice, ports, "crm"));
  for (const part of [...token.split("."), canary]) expect(found).not.toContain(part);
  expect(found).toContain("before [masked] after");
});

// The tour of the lab, through the real front door, with nothing of it on the network.
import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TourReport } from "../../electron/contract.ts";
import { DIAGRAMS } from "../../renderer/lab/diagrams.ts";
import { type House, openHouse } from "../support/house.ts";

let house: House;
let report: TourReport;

beforeAll(async () => {
  // No place for secrets is chosen, as on a bare machine: the practice company needs none.
  house = await openHouse();
  await house.call("lab.start", {});
  report = await house.call("lab.tour", {});
}, 120_000);
afterAll(() => house.close());

describe("the lab's tour", () => {
  it("goes as it should, step by step, in less than a minute", () => {
    expect(report.steps.map((s) => [s.id, s.found])).toEqual(
      report.steps.map((s) => [s.id, s.expected]),
    );
    expect(report.ok).toBe(true);
    expect(report.ms).toBeLessThan(60_000);
  });

  it("is drawn as it goes: each step has a diagram that ends as the step does", () => {
    const ends = (found: string): string =>
      ["allowed", "accepted", "signed in"].includes(found) ? "allowed" : "refused";
    expect(report.steps.map(({ id }) => [id, DIAGRAMS[id]?.ends])).toEqual(
      report.steps.map(({ id, found }) => [id, ends(found)]),
    );
    expect(Object.keys(DIAGRAMS).toSorted()).toEqual(report.steps.map(({ id }) => id).toSorted());
  });

  it("leaves rows that say how each call was authenticated", async () => {
    const rows = await house.calls();
    const of = (server: string) => rows.find((r) => r.serverName === server && r.outcome === "ok");
    expect(of("notes")?.pattern).toBe("api-key");
    expect(of("crm")?.evidence).toMatchObject({
      clientAuth: "client_secret_basic",
      binding: "none",
    });
    const archive = of("archive")?.evidence;
    expect(archive).toMatchObject({ binding: "dpop", clientAuth: "client_secret_basic" });
    expect(archive?.jkt).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(of("mail")?.evidence).toMatchObject({
      actorOutcome: "confirmed",
      account: { sub: "ada" },
    });
    expect(of("mail")?.account).toContain("Ada".toLowerCase());
    // The other company's own token: its issuer has never seen Ada.
    const wiki = of("wiki")?.evidence;
    expect(wiki).toMatchObject({ account: { sub: "ada" }, subject: "ada", binding: "none" });
    expect(wiki?.issuer).not.toBe(of("mail")?.evidence?.issuer);
    const payroll = of("payroll")?.evidence;
    expect(payroll).toMatchObject({ binding: "mtls", clientAuth: "tls_client_auth" });
    expect(payroll?.certificate?.subject).toContain("practice-tls");
    expect(payroll?.certificate?.thumbprint).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(of("treasury")?.evidence).toMatchObject({ binding: "mtls", actorOutcome: "confirmed" });
  });

  it("makes a practice call again, by the same agent with the same arguments", async () => {
    const before = await house.calls();
    const first = before.find(({ serverName, tool }) => serverName === "mail" && tool !== null);
    if (first === undefined) throw new Error("the tour called nothing of mail");
    expect(await house.call("lab.again", { id: first.id })).toEqual({ outcome: "allowed" });
    const known = new Set(before.map(({ id }) => id));
    const again = (await house.calls()).find(({ id, tool }) => !known.has(id) && tool !== null);
    expect(again).toMatchObject({
      serverName: "mail",
      tool: first.tool,
      input: first.input,
      agentId: first.agentId,
      outcome: "ok",
    });

    // What Countersign says to the agent is what the person hears.
    const state = async (state: "active" | "paused") =>
      house.call("agents.setState", { id: first.agentId ?? "", state });
    await state("paused");
    expect(await house.reply("lab.again", { id: first.id })).toMatchObject({
      error: { code: "lab_call_failed" },
    });
    await state("active");
  });

  it("tells of each practice server that it answers", async () => {
    const notes = (await house.call("servers.list", {})).find(({ name }) => name === "notes");
    expect(notes?.lastCall).toMatchObject({ answered: true, why: null });
  });

  it("goes without trace", async () => {
    await house.call("lab.stop", {});
    for (const method of [
      "servers.list",
      "agents.list",
      "issuers.list",
      "accounts.list",
      "certificates.list",
    ] as const) {
      expect([method, await house.call(method, {})]).toEqual([method, []]);
    }
    expect((await house.call("tenants.list", {})).map((t) => t.id)).toEqual(["personal"]);
    for (const file of fs.readdirSync(house.folder).filter((f) => f.endsWith(".json"))) {
      expect([file, fs.readFileSync(`${house.folder}/${file}`, "utf8").includes("lab")]).toEqual([
        file,
        false,
      ]);
    }
  });
});

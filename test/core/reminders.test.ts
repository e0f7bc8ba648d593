// What ends or grows too old is told in time: certificates at 30, 7 and 1 days, keys after 90, each step once.
import { describe, expect, it } from "vitest";
import type { Agent } from "../../electron/core/agents.ts";
import type { Certificate } from "../../electron/core/certificates.ts";
import { remindersOf, type Renewables, type Told, toldNow } from "../../electron/core/reminders.ts";
import type { Server } from "../../electron/core/servers.ts";

const NOW = Date.UTC(2026, 10, 28, 12);
const DAY = 86_400_000;
const at = (days: number): string => new Date(NOW + days * DAY).toISOString();

const certificate = (days: number, change: object = {}): Certificate =>
  ({
    id: "crt_0123456789",
    tenant: "personal",
    label: "laptop",
    state: "active",
    thumbprint: `thumbprint-${days}`,
    notBefore: at(-100),
    notAfter: at(days),
    ...change,
  }) as Certificate;
const agent = (days: number): Agent =>
  ({
    tenant: "personal",
    name: "Claude Code",
    certificate: { thumbprint: `agent-${days}`, addedAt: at(-100), notAfter: at(days) },
  }) as Agent;
const server = (age: number, tenant = "personal"): Server =>
  ({
    kind: "http",
    tenant,
    name: "crm",
    pattern: { type: "api-key", secret: `sec_${age}-days-old`, secretAddedAt: at(-age) },
  }) as Server;
const local = (age: number): Server =>
  ({
    kind: "stdio",
    tenant: "personal",
    name: "files",
    secretEnv: { KEY: { secret: "sec_of-a-variable", secretAddedAt: at(-age) } },
  }) as unknown as Server;
const none: Renewables = { certificates: [], agents: [], servers: [] };
const of = (all: Partial<Renewables>, told: Told = {}) =>
  remindersOf({ ...none, ...all }, told, NOW);

describe("certificates", () => {
  it.each([
    [31, null],
    [30, 30],
    [8, 30],
    [7, 7],
    [2, 7],
    [1, 1],
    [0.5, 1],
    [-0.5, 0],
    [-40, 0],
  ])("with %d days left: step %s, Countersign's own and agents' alike", (days, step) => {
    const expected = step === null ? [] : [step];
    expect(of({ certificates: [certificate(days)] }).map((r) => r.step)).toEqual(expected);
    expect(of({ agents: [agent(days)] }).map((r) => r.step)).toEqual(expected);
  });

  it("say whose they are, how long they last and what to do", () => {
    const [mine, theirs] = of({ certificates: [certificate(5.5)], agents: [agent(6.5)] });
    expect(mine?.sentence).toBe("The certificate “laptop” ends in 5 days.");
    expect(mine?.advice).toBe("Renew it: countersign certificate renew crt_0123456789.");
    expect(theirs?.sentence).toBe("The certificate of the agent “Claude Code” ends in 6 days.");
    expect(of({ certificates: [certificate(1)] })[0]?.sentence).toContain("ends in 1 day.");
    expect(of({ certificates: [certificate(0.3)] })[0]?.sentence).toContain("within a day");
    expect(of({ certificates: [certificate(-3)] })[0]?.sentence).toContain("has expired");
  });

  it("that were replaced, wait for a signature, or belong to the lab are not mentioned", () => {
    const quiet = [
      certificate(3, { state: "replaced" }),
      certificate(3, { state: "csr-pending" }),
      certificate(3, { tenant: "lab" }),
    ];
    expect(of({ certificates: quiet })).toEqual([]);
  });
});

describe("keys", () => {
  it.each([
    [90, 0],
    [91.5, 1],
    [400, 1],
  ])("of %d days: %i reminders, with the command that replaces them", (age, count) => {
    expect(of({ servers: [server(age)] })).toHaveLength(count);
    const found = of({ servers: [local(age)] });
    expect(found).toHaveLength(count);
    if (count === 1) {
      expect(found[0]?.sentence).toBe(`The key KEY of “files” is ${Math.floor(age)} days old.`);
      expect(found[0]?.advice).toContain("server replace-key files --secret-env KEY");
    }
  });
});

it("the most urgent comes first", () => {
  const all = { certificates: [certificate(-1), certificate(20)], servers: [server(100)] };
  expect(of({ ...all, agents: [agent(0.5)] }).map((r) => r.step)).toEqual([0, 1, 30, 90]);
});

it("each step is told once, and the next one again", () => {
  let told: Told = {};
  const steps: number[] = [];
  // Looked at every six hours of the last 40 days, and of the week after; read each time it is due.
  for (let hours = -40 * 24; hours <= 7 * 24; hours += 6) {
    const one = certificate(0);
    const found = remindersOf({ ...none, certificates: [one] }, told, NOW + hours * 3_600_000);
    const [due] = found.filter((reminder) => reminder.due);
    if (due === undefined) continue;
    steps.push(due.step);
    told = toldNow(found, told, due.about);
  }
  expect(steps).toEqual([30, 7, 1, 0]);
});

it("what was told is forgotten with the certificate or key that it was about", () => {
  const told = toldNow(of({ servers: [server(100)] }), { "gone-for-long": 7 }, "sec_100-days-old");
  expect(told).toEqual({ "sec_100-days-old": 90 });
  expect(toldNow(of({ servers: [server(100)] }), told, "never-heard-of")).toEqual(told);
  // The key was replaced: the new one has an id of its own.
  expect(of({ servers: [server(120)] }, told)[0]?.due).toBe(true);
  expect(of({ servers: [server(100)] }, told)[0]?.due).toBe(false);
});

// The lab, its tour, and everything that can be seen of it afterwards, through the real program.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LabStatus, TourReport, TourStep } from "../../electron/contract.ts";
import { Refusal } from "../../electron/core/errors.ts";
import type { Flow } from "../../electron/core/flows.ts";
import type { CallRow } from "../../electron/core/journal.ts";
import { runCli } from "../../electron/cli/run.ts";
import { openDesk, streams, type TestDesk } from "./desk.ts";
import { openStage } from "./stage.ts";

// oxlint-disable-next-line no-control-regex -- exactly what must not be there
const MOVES = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;
const HOSTILE = "a\u001b[2J\nFAKE ok\u202e\u009b1m";

describe("against the real lab", { timeout: 90_000 }, () => {
  let desk: TestDesk;
  let treasury: CallRow;
  beforeAll(async () => {
    desk = await openDesk();
  });
  afterAll(() => desk.close());

  it("tours with the lab off, tells each step as it ends, and leaves it off", async () => {
    expect((await desk.cli(["lab", "status"])).out).toContain("The lab is off");
    const { code, out, err } = await desk.cli(["lab", "tour"]);
    expect(err).toBe("");
    const of = Number(/^ *1\/(\d+) /m.exec(out)?.[1]);
    expect(of).toBeGreaterThan(10);
    for (let i = 1; i <= of; i++) {
      expect(out.match(new RegExp(`^ *${i}/${of}  ok `, "gm"))).toHaveLength(1);
    }
    expect(out).toMatch(/^STEP +EXPECTED +FOUND +OK$/m);
    expect(out).toContain(`${of} of ${of} as expected`);
    expect(code).toBe(0);
    expect((await desk.cli(["lab", "status", "--json"])).json<LabStatus>().state).toBe("off");
    expect((await desk.cli(["server", "list", "--json"])).json()).toEqual([]);
  });

  it("starts, shows its servers, tours without stopping, and prints the report for programs", async () => {
    const started = await desk.cli(["lab", "start"]);
    expect(started.out).toMatch(/^treasury +composite +https:\/\/127\.0\.0\.1:\d+/m);
    const toured = await desk.cli(["lab", "tour", "--json"]);
    expect(toured.json<TourReport>().steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(toured.code).toBe(0);
    expect(toured.out.trimEnd()).not.toContain("\n");
    expect(toured.json<TourReport>()).toMatchObject({ ok: true });
    expect((await desk.cli(["lab", "status"])).out).toContain("is on");
    treasury = (await desk.house.calls()).find((row) => row.serverName === "treasury")!;
  });

  it("looks into a practice token and steals it, and ends with what the server answered", async () => {
    const looked = await desk.cli(["lab", "decode", "payroll"]);
    expect(looked.out).toMatch(/^cnf\.x5t#S256 +[\w-]{43} +Thumbprint .*RFC 8705/m);
    expect(looked.out).toContain("Signature: 64 bytes, not shown.");
    expect((await desk.cli(["lab", "decode", "notes"])).out).toContain("nothing to decode");
    const bare = await desk.cli(["lab", "replay", "payroll"]);
    expect([bare.code, bare.out]).toEqual([
      0,
      expect.stringContaining("payroll refused it (HTTP 401)"),
    ]);
    expect(bare.out).toContain("invalid_token: the token is bound to a certificate and none");
    const crm = await desk.cli(["lab", "replay", "crm"]);
    expect(crm.out).toContain("crm took it (HTTP 200)");
    const away = await desk.cli(["lab", "replay", "mail", "--at", "crm"]);
    expect(away.out).toContain("RFC 8707");
    expect((await desk.cli(["lab", "replay", "crm", "--with", "charm"])).code).toBe(64);
    for (const { out } of [looked, bare, crm, away]) expect(out).not.toContain("eyJ");
  });

  it("server list says how and on whose behalf", async () => {
    const { out } = await desk.cli(["server", "list"]);
    expect(out).toMatch(
      /^NAME +TENANT +STAGE +STATE +PATTERN +KEY AGE +ON BEHALF OF +AGENTS USE +ADDRESS/,
    );
    expect(out).toMatch(/^crm .*client-credentials at practice-service +- /m);
    expect(out).toMatch(/^mail .*token-exchange at practice-service +- +ada@larkspur\.example /m);
    expect(out).toMatch(
      /^wiki .*token-exchange at practice-partner, home practice-service +- +ada@/m,
    );
    expect(out).toMatch(/^payroll .*mtls at practice-certificate with Practice certificate +- /m);
  });

  it("issuer, account, certificate, flow and jwks list what the tour used, and no secret", async () => {
    const all: string[] = [];
    for (const words of [
      "issuer list",
      "account list",
      "certificate list",
      "flow list",
      "agent jwks",
    ]) {
      for (const more of [[], ["--json"]]) {
        const ran = await desk.cli([...words.split(" "), ...more]);
        expect(ran).toMatchObject({ code: 0, err: "" });
        all.push(ran.out);
      }
    }
    const text = all.join("\n");
    for (const word of [
      "practice-service",
      "ada@larkspur.example",
      "tid=larkspur",
      "x5t#S256",
      '"kty": "EC"',
    ]) {
      expect(text).toContain(word);
    }
    expect(text).not.toMatch(/PRIVATE KEY|"d":|eyJ/);
  });

  it("calls says the pattern and on whose behalf, and with --wide the evidence", async () => {
    const short = await desk.cli(["calls", "--server", "treasury", "--limit", "1"]);
    expect(short.out).toMatch(
      /Practice agent +ada@larkspur\.exam… +treasury +composite +read_balance +ok/,
    );
    const wide = await desk.cli(["calls", "--server", "treasury", "--limit", "1", "--wide"]);
    expect(wide.out).toContain("ada@larkspur.example ⇐ Practice agent");
    const thumbprint = treasury.evidence?.certificate?.thumbprint ?? "none";
    expect(wide.out).toContain(`x5t#S256 ${thumbprint}`);
    expect(wide.out).toContain(`${treasury.id}  ${treasury.run}  ${treasury.evidence?.flow}`);
    const crm = await desk.cli(["calls", "--server", "crm", "--limit", "1"]);
    expect(crm.out).toMatch(/Practice agent +- +crm +client-credentials/);
  });

  it("calls show has the whole of it", async () => {
    const { code, out } = await desk.cli(["calls", "show", treasury.id]);
    expect(code).toBe(0);
    for (const words of [
      `CALL +${treasury.id}`,
      "On behalf of +ada@larkspur\\.example",
      "Pattern +composite",
      "Who acts +ada@larkspur\\.example ⇐ Practice agent",
      "Bound to +certificate \\(RFC 8705\\)",
      "Certificate +O=Larkspur PRACTICE",
      `X-ray +countersign flow show ${treasury.evidence?.flow}`,
    ]) {
      expect(out).toMatch(new RegExp(`^${words}`, "m"));
    }
    const programs = await desk.cli(["calls", "show", treasury.id, "--json"]);
    expect(programs.json<CallRow>()).toMatchObject({ evidence: { binding: "mtls" } });
    expect((await desk.cli(["calls", "show", "call_00000000"])).code).toBe(66);
    expect((await desk.cli(["calls", "show", "treasury"])).code).toBe(64);
  });

  it("flow show is the X-ray: rules with their RFC, claims, masked tokens, curl lines, a bundle", async () => {
    const id = treasury.evidence?.flow ?? "";
    const people = await desk.cli(["flow", "show", id]);
    expect(people.out).toMatch(/ok +RFC 8705 §3\.1 +cnf-matches-certificate/);
    expect(people.out).toMatch(/subject_token = \[token ….{4}\]/);
    expect(people.out).toContain('"x5t#S256"');
    const curl = await desk.cli(["flow", "show", id, "--curl"]);
    expect(curl.out).toMatch(/^curl -X POST 'https:\/\/127\.0\.0\.1:\d+\/token' \\$/m);
    const bundle = (await desk.cli(["flow", "show", id, "--json"])).json();
    expect(bundle).toMatchObject({ format: "countersign-x-ray/1", id, state: "ok" });
    expect(bundle["at"]).toMatch(/^\d{4}-.*Z$/);
    for (const { out } of [people, curl]) expect(out).not.toMatch(/eyJ/);
    expect(JSON.stringify(bundle)).not.toMatch(/eyJ/);
    expect((await desk.cli(["flow", "show", "flow_00000000"])).code).toBe(66);
  });

  it("stop leaves nothing", async () => {
    expect((await desk.cli(["lab", "stop"])).code).toBe(0);
    for (const words of ["server list", "issuer list", "account list", "certificate list"]) {
      expect((await desk.cli([...words.split(" "), "--json"])).json()).toEqual([]);
    }
  });
});

describe("a tour", () => {
  const step = (id: string, ok = true): TourStep => ({
    id,
    title: `Step ${id}`,
    expected: "allowed",
    found: ok ? "allowed" : "upstream_unreachable",
    why: "Because.",
    ok,
    ms: 1,
  });
  const off: LabStatus = { state: "off", issuer: null, servers: [] };
  const touring = (report: TourReport, told: readonly TourStep[] = report.steps) =>
    openStage({
      "lab.status": () => off,
      "lab.tour": async () => {
        await Promise.resolve();
        for (const [i, one] of told.entries()) {
          stage.emit({ type: "tour", step: one, done: i + 1, of: told.length });
        }
        return report;
      },
    });
  let stage: Awaited<ReturnType<typeof openStage>>;

  it.each<[string, TourReport]>([
    ["a row is not as expected", { ok: false, steps: [step("a"), step("b", false)], ms: 2 }],
    ["the report says so", { ok: false, steps: [step("a")], ms: 2 }],
    ["a row says so, whatever the report does", { ok: true, steps: [step("b", false)], ms: 2 }],
    ["there was nothing in it", { ok: true, steps: [], ms: 0 }],
  ])("ends with 1 where %s", async (_, report) => {
    stage = await touring(report);
    const ran = await stage.cli(["lab", "tour"]);
    const programs = await stage.cli(["lab", "tour", "--json"]);
    await stage.close();
    expect([ran.code, programs.code]).toEqual([1, 1]);
    expect(programs.json()).toEqual(report);
    if (report.steps.some((s) => !s.ok)) {
      expect(ran.out).toMatch(/FAILED +Step b\n.*upstream_unreachable, expected allowed/);
    }
  });

  it("tells what no event told of, and what another tour told of otherwise, once", async () => {
    const report = { ok: true, steps: [step("a"), step("b"), step("c")], ms: 2 };
    stage = await touring(report, [step("a"), step("b", false)]);
    const { code, out } = await stage.cli(["lab", "tour"]);
    await stage.close();
    expect(code).toBe(0);
    expect(out.match(/ok +Step a$/gm)).toHaveLength(1);
    expect(out.match(/ok +Step b$/gm)).toHaveLength(1);
    expect(out.match(/ok +Step c$/gm)).toHaveLength(1);
  });

  it("that failed ends with 1 even where nobody reads it", async () => {
    stage = await touring({ ok: false, steps: [step("a", false)], ms: 1 });
    for (const more of [[], ["--json"]]) {
      const io = streams();
      io.stdout.destroy();
      const argv = ["--data", stage.folder, "lab", "tour", ...more];
      expect(await runCli(argv, { ...io, env: {} })).toBe(1);
    }
    await stage.close();
  });

  it("that cannot start ends with the code of the reason", async () => {
    stage = await openStage({
      "lab.status": () => off,
      "lab.tour": () => {
        throw new Refusal("lab_failed", { reason: "no port" });
      },
    });
    const ran = await stage.cli(["lab", "tour"]);
    await stage.close();
    expect(ran.code).toBe(76);
    expect(ran.err).toContain("no port");
  });

  it("lets nothing in it move the cursor or begin a line", async () => {
    const bad = { ...step("a", false), title: HOSTILE, found: HOSTILE, why: HOSTILE };
    stage = await touring({ ok: false, steps: [bad], ms: 1 });
    const { out } = await stage.cli(["lab", "tour"]);
    await stage.close();
    expect(out).not.toMatch(MOVES);
    expect(out).not.toMatch(/^FAKE/m);
  });
});

describe("a flow that failed", () => {
  const flow: Flow = {
    id: "flow_00000001",
    at: Date.UTC(2026, 10, 24),
    tenant: "personal",
    purpose: HOSTILE,
    state: "failed",
    steps: [
      {
        id: "check-token",
        at: Date.UTC(2026, 10, 24),
        ms: 1,
        state: "failed",
        request: {
          line: `POST https://x.example/${HOSTILE}`,
          headers: { accept: HOSTILE },
          body: { a: HOSTILE },
        },
        response: { line: "HTTP 200", headers: {}, body: { [HOSTILE]: HOSTILE } },
        claims: { sub: HOSTILE },
        rules: [
          {
            id: "cnf-matches-certificate",
            source: "RFC 8705 §3.1",
            ok: false,
            expected: "abc",
            found: HOSTILE,
          },
          { id: "answer-json", source: "RFC 6749 §5.1", ok: true, expected: "x", found: null },
        ],
      },
    ],
  };

  it("shows the rule, what was expected and what came, with nothing that a terminal would obey", async () => {
    const stage = await openStage({ "flows.get": () => flow, "flows.list": () => [flow] });
    const shown = await stage.cli(["flow", "show", flow.id]);
    expect(shown.code).toBe(0);
    expect(shown.out).toMatch(
      /FAILED +RFC 8705 §3\.1 +cnf-matches-certificate: expected abc, found a\\u\{1b\}/,
    );
    expect(shown.out).toMatch(/ok +RFC 6749 §5\.1 +answer-json$/m);
    const all = [
      shown,
      await stage.cli(["flow", "list"]),
      await stage.cli(["flow", "show", flow.id, "--curl"]),
      await stage.cli(["flow", "show", flow.id, "--json"]),
    ];
    await stage.close();
    for (const { out } of all) {
      expect(out).not.toMatch(MOVES);
      expect(out).not.toMatch(/^FAKE/m);
    }
    expect(all[3]!.json<Flow>().steps[0]).toMatchObject({ claims: { sub: HOSTILE } });
  });
});

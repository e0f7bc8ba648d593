// A call that fails for want of a token leads to the step that failed: what was expected, what came, how to mend it.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { CallDetail } from "../../electron/contract.ts";
import { ask, toolCall } from "../support/house.ts";
import { openPractice, type Practice } from "./practice.ts";

let practice: Practice;
let credential: string;
beforeAll(async () => {
  practice = await openPractice();
  ({ credential } = await practice.desk.house.agent());
}, 60_000);
afterAll(() => practice.close());

/** Registers at the lab's issuer with this secret, adds the CRM for this resource, and calls it by both doors. */
async function failing(name: string, secret: string, resource: string): Promise<CallDetail[]> {
  const { desk, lab } = practice;
  const { basic } = lab.issuer.clients;
  const proof = ["--client-id", basic.id, "--auth", "client_secret_basic"];
  expect((await practice.addIssuer(name, proof, secret)).code).toBe(0);
  const { url, scopes } = lab.server("crm");
  const asked = ["--auth", "client-credentials", "--issuer", name, "--resource", resource];
  const argv = ["server", "add", name, url, "--allow-plain-http-on-loopback", ...asked];
  expect((await desk.cli([...argv, "--scope", scopes.join(" ")])).code).toBe(0);
  const headers = { authorization: `Bearer ${credential}` };
  await ask(desk.house.door, `/mcp/${name}`, {
    headers: { ...headers, accept: "application/json, text/event-stream" },
    body: toolCall({ text: "x" }, 1, "search_customers"),
  });
  await ask(desk.house.door, `/tools/${name}/search_customers/invoke`, { headers, body: "{}" });
  // A refusal may be written a moment after its answer.
  const rows = await vi.waitFor(
    async () => {
      const found = (await desk.house.calls()).filter((row) => row.serverName === name);
      expect(found.length).toBe(2);
      return found;
    },
    { timeout: 5000 },
  );
  return Promise.all(rows.map(({ id }) => desk.house.call("calls.get", { id })));
}

it("shows the step, the rule and its RFC, what came and what to do, through either door", async () => {
  const { desk, lab } = practice;
  const details = await failing("wrong-secret", "not-the-secret", lab.server("crm").resource);
  expect(details.map(({ kind }) => kind).sort()).toEqual(["call", "refusal"]);
  for (const detail of details) {
    expect(detail).toMatchObject({
      code: "issuer_refused_client",
      evidence: {
        issuer: lab.issuer.url,
        clientId: lab.issuer.clients.basic.id,
        clientAuth: "client_secret_basic",
        binding: null,
        tokenExpiresAt: null,
        flow: expect.stringMatching(/^flow_/),
      },
      failed: { step: "token", rule: { id: "issuer-accepts", source: "RFC 6749 §5.2" } },
    });
    expect(detail.failed?.flow).toBe(detail.evidence?.flow);
  }
  const [{ id, evidence } = { id: "", evidence: null }] = details;
  const { out, code } = await desk.cli(["calls", "show", id]);
  expect(code).toBe(0);
  for (const line of [
    "FAILED STEP +token",
    "Rule +issuer-accepts",
    "By +RFC 6749 §5\\.2",
    "Found +.*invalid_client",
    "To mend it +Compare what was sent with the registration",
    `X-ray +countersign flow show ${evidence?.flow}`,
    "Issuer +http",
    "Token +none came about",
  ]) {
    expect(out).toMatch(new RegExp(`^${line}`, "m"));
  }
  expect(out).not.toContain("not-the-secret");
  const xray = await desk.cli(["flow", "show", evidence?.flow ?? ""]);
  expect(xray.out).toContain("FAILED");
  expect((await desk.cli(["calls", "--wide", "--limit", "1"])).out).toContain(
    "no token came about",
  );
});

it("has no failed step where a token came and only its server was unhappy", async () => {
  const { desk } = practice;
  const { lab } = practice;
  const { basic } = lab.issuer.clients;
  // Good for the mail server, and sent to the CRM.
  const [detail] = await failing("elsewhere", basic.secret ?? "", lab.server("mail").resource);
  expect(detail).toMatchObject({ code: "upstream_refused_credential", failed: null });
  expect(detail?.evidence).toMatchObject({ binding: "none" });
  expect((await desk.cli(["calls", "show", detail?.id ?? ""])).out).not.toContain("FAILED STEP");
});

import { describe, expect, it } from "vitest";
import { actChain, behalfOf, evidenceFacts, evidenceLines } from "../../electron/cli/evidence.ts";
import type { CallEvidence } from "../../electron/core/evidence.ts";
import type { CallRow } from "../../electron/core/journal.ts";

const plain: CallEvidence = {
  issuer: "https://issuer.example",
  clientId: "client-1",
  clientAuth: "private_key_jwt",
  account: null,
  subject: "client-1",
  actors: [],
  actorOutcome: null,
  audience: ["https://crm.example/mcp"],
  scope: ["read"],
  binding: "none",
  certificate: null,
  tokenExpiresAt: "2026-11-24T10:00:00.000Z",
  flow: null,
};
const ada = { id: "acc_00000001", who: "ada@larkspur.example", sub: "ada" };
const bound: CallEvidence = {
  ...plain,
  account: ada,
  actors: ["agt_1"],
  actorOutcome: "confirmed",
  binding: "mtls",
  certificate: {
    id: "crt_00000001",
    subject: "CN=laptop",
    thumbprint: "Gzo-fnmzH6N1irYvw8ciSWSCHCUDXQkJv6VzrSa12WQ",
    notAfter: "2027-02-22T00:00:00.000Z",
  },
  flow: "flow_00000001",
};

describe("who acts for whom", () => {
  it.each<[string, CallEvidence, string | null]>([
    ["nobody, where a client acts for itself", plain, null],
    ["the person alone", { ...plain, account: ada }, "ada@larkspur.example"],
    ["person and agent, by its own name once it is confirmed", bound, "ada@larkspur.example ⇐ ci"],
    [
      "the actor as the issuer has it, while it is not confirmed",
      { ...bound, actorOutcome: "unknown" },
      "ada@larkspur.example ⇐ agt_1",
    ],
    [
      "earlier actors between the person and the one who acts now",
      { ...bound, actors: ["agt_1", "second", "first"] },
      "ada@larkspur.example ⇐ first ⇐ second ⇐ ci",
    ],
    [
      "the token's subject, where no account took part",
      { ...plain, subject: "svc", actors: ["x"], actorOutcome: "not-sent" },
      "svc ⇐ x",
    ],
  ])("%s", (_, evidence, chain) => expect(actChain(evidence, "ci")).toBe(chain));
});

describe("evidence in words", () => {
  it("names certificate, thumbprint and how to see the flow", () => {
    const facts = Object.fromEntries(evidenceFacts(bound, "ci"));
    expect(facts).toMatchObject({
      Certificate: "CN=laptop (crt_00000001)",
      Thumbprint: "Gzo-fnmzH6N1irYvw8ciSWSCHCUDXQkJv6VzrSa12WQ (x5t#S256)",
      "X-ray": "countersign flow show flow_00000001",
      "Registered as": "client-1, proved by private_key_jwt",
    });
  });

  it("says of an unbound token that its holder can use it, and of no certificate nothing", () => {
    const facts = Object.fromEntries(evidenceFacts(plain, "ci"));
    expect(facts["Bound to"]).toContain("whoever holds the token");
    expect(Object.keys(facts)).not.toContain("Certificate");
    expect(evidenceLines(plain, "ci")).toContain("bound to nothing");
  });

  it("does not call a token bound because a certificate went along", () => {
    const line = evidenceLines({ ...bound, binding: "none" }, "ci").at(-1);
    expect(line).toMatch(/^bound to nothing, sent with CN=laptop/);
  });
});

it("a client of its own is nobody on whose behalf", () => {
  const row = (more: Partial<CallRow>) => behalfOf(more as CallRow);
  expect(row({ evidence: plain, account: "client-1" })).toBe(null);
  expect(row({ evidence: bound, account: "ada" })).toBe("ada@larkspur.example");
  expect(row({ evidence: null, account: "ada" })).toBe("ada");
});

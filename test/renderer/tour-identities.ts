// The stops of identities, evidence, X-ray, servers with issuers, and the lab.
import type { Page } from "playwright";
import { Refusal } from "../../electron/core/errors.ts";
import type { CallRow } from "../../electron/core/journal.ts";
import { complaint } from "../../electron/core/sentences.ts";
import type { World } from "./double.ts";
import { deviceCode } from "./double-identities.ts";
import {
  sampleAccounts,
  sampleCertificates,
  sampleEvidence,
  sampleFlows,
  sampleIssuers,
  sampleOAuthServers,
  THUMBPRINT,
} from "./sample-identities.ts";
import { full, more, nav, now, rows, type Stop } from "./tour-base.ts";

/** The same with issuers, accounts, certificates and flows, and the newest call authenticated by them. */
export const identified = (newest = "treasury", change: Partial<World> = {}): World => {
  const world = full();
  const servers = sampleOAuthServers(now);
  const last = world.rows.length - 1;
  const person = newest !== "crm" && newest !== "archive";
  return {
    ...world,
    servers: [...servers, ...world.servers],
    issuers: sampleIssuers(now),
    accounts: sampleAccounts(now),
    certificates: sampleCertificates(now),
    flows: sampleFlows(now),
    rows: world.rows.map((row, i) => {
      const server = servers.find(({ name }) => name === newest);
      if (i !== last || server?.kind !== "http") return row;
      return {
        ...row,
        ...CLEAN,
        serverId: server.id,
        serverName: server.name,
        pattern: server.pattern.type,
        account: person ? "ada@acme.example" : null,
        evidence: sampleEvidence(newest, now),
      };
    }),
    ...change,
  };
};
const DEVICE = deviceCode("https://login.acme.example");
const waitingFor = (change: Partial<typeof STILL> = {}): World =>
  identified("treasury", { signIn: { state: "waiting", device: { ...STILL, ...change } } });
const STILL = { ...DEVICE, everySeconds: 5, slowed: false, trouble: null };
const endedWith = (refusal: Refusal): World =>
  identified("treasury", { signIn: { state: "failed", complaint: complaint(refusal) } });
const ended = (reason: string): World =>
  endedWith(new Refusal("sign_in_failed", { issuer: "https://login.acme.example", reason }));
/** Somebody else came back. */
export const otherPerson = (): World =>
  endedWith(
    new Refusal("account_changed", {
      issuer: "https://login.acme.example",
      found: "Grace Hopper <grace@acme.example> (sub user-77) at https://login.acme.example",
      expected: "Ada Lovelace <ada@acme.example> (sub user-12) at https://login.acme.example",
    }),
  );
/** The sign-in dialog, begun. */
const signingIn = async (page: Page, place: string): Promise<void> => {
  await nav(page, "Identities");
  await page
    .getByRole("button", { name: /^Sign in again/ })
    .first()
    .click();
  await page.getByRole("radio", { name: place }).check();
  await page.getByRole("button", { name: "Begin" }).click();
};

/** A call of a known agent that went well. */
const CLEAN = {
  kind: "call",
  tenant: "personal",
  agentId: "agt_sample100",
  agentName: "Claude Code",
  authMethod: "bearer",
  method: "tools/call",
  tool: "read_balance",
  input: JSON.stringify({ account: "operations" }),
  decision: "allow",
  rules: ["agent-known", "server-active"],
  outcome: "ok",
  code: null,
  httpStatus: 200,
  detail: null,
  firstByteMs: 212,
  totalMs: 260,
  count: 1,
} as const;

/** The same, with something else about the newest call. */
const newestWith = (change: Partial<CallRow>): World => {
  const world = identified();
  return {
    ...world,
    rows: world.rows.map((row, i) => (i === world.rows.length - 1 ? { ...row, ...change } : row)),
  };
};
/** Its token was bound to another certificate, and nothing was sent. */
const refusedToken = (): World =>
  newestWith({
    outcome: "denied",
    code: "token_binding_mismatch",
    httpStatus: 200,
    detail: `The token from ${sampleEvidence("treasury", now).issuer} is bound to another certificate.`,
    firstByteMs: null,
    evidence: {
      ...sampleEvidence("treasury", now),
      subject: null,
      actors: [],
      actorOutcome: null,
      audience: [],
      scope: [],
      binding: null,
      certificate: null,
      tokenExpiresAt: null,
      flow: "flow_failed00",
    },
  });

/** Opens the newest call of all. */
const openNewest = async (page: Page, text: string): Promise<void> => {
  await rows(page);
  await rows(page);
  await page.locator("#call-600").click();
  await page.getByRole("region", { name: "Call" }).getByText(text).first().waitFor();
};
const tab = async (page: Page, name: string): Promise<void> => {
  await nav(page, "Identities");
  await page.getByRole("tab", { name }).click();
};
export const IDENTITY_STOPS: readonly Stop[] = [
  {
    name: "call-evidence-bound",
    world: identified,
    go: (page) => openNewest(page, "Auth evidence"),
  },
  {
    name: "call-evidence-open",
    world: () => identified("mail"),
    go: (page) => openNewest(page, "Auth evidence"),
  },
  {
    name: "call-evidence-service",
    world: () => identified("crm"),
    go: (page) => openNewest(page, "Auth evidence"),
  },
  {
    name: "call-evidence-proven",
    world: () => identified("archive"),
    go: (page) => openNewest(page, "Bound to a key of Countersign"),
  },
  {
    name: "call-failed-step",
    world: refusedToken,
    go: (page) => openNewest(page, "Where it failed"),
  },
  {
    name: "call-failed-xray",
    world: refusedToken,
    async go(page) {
      await openNewest(page, "Where it failed");
      await page.getByRole("button", { name: "X-ray" }).click();
      await page.getByText("The token's thumbprint is that of our certificate").last().waitFor();
    },
  },
  {
    name: "call-agent-certificate",
    world: () =>
      newestWith({
        authMethod: "certificate",
        agentCertificate: { subject: "CN=nightly-report,O=Acme", thumbprint: THUMBPRINT },
      }),
    go: (page) => openNewest(page, "Agent's certificate"),
  },
  {
    name: "xray",
    world: identified,
    async go(page) {
      await openNewest(page, "Auth evidence");
      await page.getByRole("button", { name: "X-ray" }).click();
      await page.getByRole("button", { name: /Exchange the person's token/ }).click();
      await page.getByText("From the issuer").waitFor();
    },
  },
  {
    name: "xray-gone",
    world: () => identified("mail"),
    async go(page) {
      await openNewest(page, "Auth evidence");
      await page.getByRole("button", { name: "X-ray" }).click();
      await page.getByText("no longer kept").waitFor();
    },
  },
  {
    name: "xray-failed",
    world: identified,
    async go(page) {
      await tab(page, "Recent flows");
      await page.getByRole("button", { name: "X-ray of the flow for treasury" }).first().click();
      await page.getByText("Expected", { exact: true }).waitFor();
    },
  },
  {
    name: "identities-flows",
    world: identified,
    async go(page) {
      await tab(page, "Recent flows");
      await page.getByText("Failed: Check the token").waitFor();
    },
  },
  {
    name: "identities-empty",
    world: full,
    async go(page) {
      await nav(page, "Identities");
      await page.getByText("Nobody is signed in").waitFor();
    },
  },
  {
    name: "identities-accounts",
    world: identified,
    async go(page) {
      await nav(page, "Identities");
      await page.getByText("ada@acme.example").first().waitFor();
    },
  },
  {
    name: "sign-in",
    world: identified,
    async go(page) {
      await nav(page, "Identities");
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.getByRole("combobox", { name: "Issuer" }).click();
      await page.getByRole("option", { name: /^acme-certificate/ }).waitFor();
    },
  },
  {
    name: "sign-in-waiting",
    world: identified,
    async go(page) {
      await nav(page, "Identities");
      await page
        .getByRole("button", { name: /^Sign in again/ })
        .first()
        .click();
      await page.getByRole("button", { name: "Begin" }).click();
      await page.getByText("Waiting for you to come back").waitFor();
    },
  },
  {
    name: "sign-in-device",
    world: waitingFor,
    async go(page) {
      await signingIn(page, "On another device");
      await page.getByText("Waiting for you to sign in there").waitFor();
    },
  },
  {
    name: "sign-in-device-slower",
    world: () => waitingFor({ everySeconds: 10, slowed: true }),
    async go(page) {
      await signingIn(page, "On another device");
      await page.getByText("asked less often").waitFor();
    },
  },
  {
    name: "sign-in-device-declined",
    world: () => ended("it was declined"),
    async go(page) {
      await signingIn(page, "On another device");
      await page.getByText("it was declined").waitFor();
    },
  },
  {
    name: "sign-in-device-expired",
    world: () => ended("the code has expired"),
    async go(page) {
      await signingIn(page, "On another device");
      await page.getByText("the code has expired").waitFor();
    },
  },
  {
    name: "sign-in-somebody-else",
    world: otherPerson,
    async go(page) {
      await signingIn(page, "On this machine");
      await page.getByText("came back as someone else").waitFor();
    },
  },
  {
    name: "signed-out-of-account",
    world: identified,
    async go(page) {
      await nav(page, "Identities");
      await page.getByRole("button", { name: "Sign out ada@acme.example" }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "Could not be taken back" }).waitFor();
    },
  },
  {
    name: "identities-issuers",
    world: identified,
    async go(page) {
      await tab(page, "Issuers");
      await page.getByText("Public key", { exact: true }).click();
      await page.getByText("Your agents, for issuers to believe").waitFor();
    },
  },
  {
    name: "issuer-add",
    world: identified,
    async go(page) {
      await tab(page, "Issuers");
      await page.getByRole("button", { name: "Register at an issuer" }).click();
      await page.getByLabel("Issuer", { exact: true }).fill("http://127.0.0.1:8080/realms/dev");
      await page.getByRole("combobox", { name: "How Countersign proves itself" }).click();
      await page.getByRole("option", { name: /^Signed statement/ }).click();
      await page.getByRole("button", { name: "Register", exact: true }).click();
      await page.getByText("Give the id that the issuer registered.").waitFor();
    },
  },
  {
    name: "identities-certificates",
    world: identified,
    async go(page) {
      await tab(page, "Certificates");
      await page.getByText("24 days left").waitFor();
    },
  },
  {
    name: "certificate-revoke",
    world: identified,
    async go(page) {
      await tab(page, "Certificates");
      await more(page, "Billing", "Revoke and remove");
      await page.getByRole("button", { name: "Remove certificate" }).click();
      await page.getByText("Tell the authority this").waitFor();
    },
  },
  {
    name: "certificate-pending",
    world: () => {
      const world = identified();
      return { ...world, certificates: world.certificates.slice(3) };
    },
    async go(page) {
      await tab(page, "Certificates");
      await page.getByText("Waits for its authority").waitFor();
    },
  },
  {
    name: "certificate-make",
    world: identified,
    async go(page) {
      await tab(page, "Certificates");
      await page.getByRole("button", { name: "Make a certificate" }).click();
      await page.getByRole("button", { name: "Make it" }).click();
      await page.getByText("Give it a label.").waitFor();
    },
  },
  {
    name: "certificate-import",
    world: identified,
    async go(page) {
      await tab(page, "Certificates");
      await page.getByRole("button", { name: "Import" }).click();
      await page.getByLabel("File", { exact: true }).setInputFiles({
        name: "payroll.p12",
        mimeType: "application/x-pkcs12",
        buffer: Buffer.from("not really"),
      });
      await page.getByRole("button", { name: "Import", exact: true }).click();
      await page.getByText("the passphrase does not open it").waitFor();
    },
  },
];

// Every kind of question with hostile text in every place that others write.
import type { Matter, MatterKind } from "../../electron/core/permission/matter.ts";
import type { Subject } from "../../electron/core/permission/subject.ts";
import { rule } from "../support/rules.ts";
import type { Mouth } from "./hostile-names.ts";
import { accountMatter, consentMatter, pageMatter, signInMatter } from "./sample-consent.ts";
import { changedTool } from "./tour-tools.ts";
import { ARTICLE, subject } from "./tour-policy.ts";

/** The sample of a kind, as that kind. */
function sample<K extends MatterKind>(kind: K, matter: Matter): Extract<Matter, { kind: K }> {
  if (matter.kind !== kind) throw new Error(`not a question of kind ${kind}`);
  return matter as Extract<Matter, { kind: K }>;
}

const agentOf = (mouth: Mouth): Subject["agent"] => ({
  // Each its own: several calls of one agent would be shown as a list.
  id: `agt_corpus${String(mouth.turn).padStart(6, "0")}`,
  name: mouth.name(),
  authMethod: "bearer",
});
const serverOf = (mouth: Mouth): Subject["server"] => ({
  ...subject().server,
  name: mouth.name(),
  target: mouth.address(),
});
/** @param issuer as it is shown with the account */
const accountOf = (mouth: Mouth, issuer: string): NonNullable<Subject["account"]> => ({
  id: "acc_000000000001",
  issuer,
  sub: mouth.name(),
  tenant: mouth.name(),
  who: mouth.name(),
  claimed: true,
});
const programOf = (mouth: Mouth): NonNullable<Subject["program"]> => ({
  pid: 41_212,
  path: mouth.name(),
  startedAt: "2026-11-28T12:00:00.000Z",
  chain: [
    { pid: 41_212, name: mouth.name(), path: mouth.quiet() },
    { pid: 41_190, name: mouth.name(), path: mouth.quiet() },
  ],
  throughShim: false,
  strength: "token",
});

/** JSON writes some characters as escapes, which are seen as they are. */
function argumentsOf(mouth: Mouth): string {
  const [key, value] = [mouth.quiet(), mouth.quiet()];
  return JSON.stringify({ [key]: value, list: [mouth.quiet()], logo_uri: mouth.quiet() });
}

export function callOf(mouth: Mouth, logo: string, given: Partial<Subject> = {}): Matter {
  return {
    kind: "call",
    subject: subject({
      agent: agentOf(mouth),
      server: serverOf(mouth),
      account: accountOf(mouth, mouth.host()),
      audience: mouth.address(),
      scopes: [mouth.name(), mouth.name()],
      program: programOf(mouth),
      tool: mouth.name(),
      toolStanding: "new",
      claims: {
        title: mouth.name(),
        description: mouth.quiet(),
        annotations: JSON.stringify({ icons: [{ src: `${logo}/c.png` }], note: mouth.quiet() }),
        flags: [{ kind: "speaks-to-model", found: mouth.name() }],
      },
      argumentsText: argumentsOf(mouth),
      ...given,
    }),
    rules: [mouth.name()],
    trifecta: [{ label: "private", by: { server: mouth.name(), tool: mouth.name(), at: AT } }],
  };
}
const AT = "2026-11-28T12:00:00.000Z";

const face = (mouth: Mouth) => ({
  issuer: mouth.address(),
  sub: mouth.name(),
  tenant: mouth.name(),
  name: mouth.name(),
  email: mouth.name(),
});

export const QUESTIONS: Readonly<
  Record<MatterKind | "destructive", (mouth: Mouth, logo: string) => Matter>
> = {
  call: (mouth, logo) => callOf(mouth, logo),
  destructive: (mouth, logo) => callOf(mouth, logo, { destructive: true }),
  consent(mouth, logo) {
    const { offer } = sample("consent", consentMatter(null, true));
    const { before } = offer;
    if (before === null) throw new Error("the sample was agreed to before");
    const isKnown = mouth.turn % 2 === 0;
    return {
      kind: "consent",
      offer: {
        ...offer,
        agent: agentOf(mouth),
        server: { ...serverOf(mouth), pattern: "token-exchange" },
        account: isKnown ? accountOf(mouth, mouth.host()) : null,
        terms: {
          ...offer.terms,
          issuer: isKnown ? null : mouth.address(),
          audience: mouth.address(),
          scopes: [mouth.name(), mouth.name()],
        },
        before: {
          changed: ["target", "scopes", "account"],
          terms: {
            ...before.terms,
            target: mouth.address(),
            scopes: [mouth.name()],
            account: { issuer: "https://id.example", sub: mouth.name(), tenant: mouth.name() },
          },
        },
        // Only the first row is surely within the list's window.
        tools: [0, 1, 2, 3].map((n) => ({
          name: n === 0 ? mouth.name() : mouth.quiet(),
          title: mouth.quiet(),
          description: n === 0 ? mouth.name() : `${mouth.quiet()} ![](${logo}/d.png)`,
          saysReadOnly: n === 1,
          destructive: n === 2,
          plain: n === 1,
          suspect: n === 3,
        })),
      },
    };
  },
  "sign-in"(mouth) {
    const { wish, ...matter } = sample("sign-in", signInMatter);
    const who = mouth.name();
    return {
      ...matter,
      agent: agentOf(mouth),
      server: serverOf(mouth),
      wish: {
        ...wish,
        issuer: mouth.address(),
        account: wish.account === null ? null : { ...wish.account, who },
        scopes: [mouth.name(), mouth.name()],
      },
    };
  },
  "account-changed": (mouth) => ({
    ...sample("account-changed", accountMatter),
    before: face(mouth),
    now: face(mouth),
    hangs: {
      servers: [mouth.name()],
      consents: [{ agent: mouth.name(), server: mouth.name() }],
      grants: [{ agent: mouth.name(), server: mouth.name(), tool: mouth.name() }],
    },
  }),
  page: (mouth, logo) => ({
    ...sample("page", pageMatter),
    agent: agentOf(mouth),
    server: serverOf(mouth),
    tool: mouth.name(),
    message: `${mouth.quiet()} <img src="${logo}/e.png">`,
    url: mouth.address(),
  }),
  policy: (mouth) => ({
    kind: "policy",
    change: "install",
    replaces: mouth.name(),
    rehearsal: null,
    policy: {
      ...ARTICLE,
      name: mouth.name(),
      source:
        mouth.turn % 2 === 0
          ? { type: "bundle", origin: mouth.name(), hash: "5c1e".repeat(16), bytes: 133_120 }
          : { type: "server", url: mouth.address(), secret: null, timeoutMs: 500 },
      rego: `# ${mouth.quiet()}\npackage x\n\tallow if input.tool.name == ${JSON.stringify(mouth.quiet())}\n`,
    },
  }),
  "update-source": (mouth) => ({
    kind: "update-source",
    source: {
      url: mouth.address(),
      fingerprint: "5c1e".repeat(16),
      ownAuthority: mouth.turn % 2 === 0,
    },
    replaces: {
      url: mouth.address(),
      fingerprint: "5c1f".repeat(16),
      ownAuthority: false,
    },
  }),
  rule: (mouth) => ({
    kind: "rule",
    change: mouth.turn % 3 === 0 ? "remove" : "add",
    items: Array.from({ length: 1 + (mouth.turn % 2) * 2 }, (_, n) => ({
      rule: rule(n, { tool: mouth.name(), target: mouth.address() }),
      agent: mouth.name(),
      server: mouth.name(),
    })),
  }),
  labels: (mouth) => ({
    kind: "labels",
    server: mouth.name(),
    tool: mouth.name(),
    removed: ["private", "untrusted"],
  }),
  anomaly: (mouth) => ({
    kind: "anomaly",
    tenant: "personal",
    agent: agentOf(mouth),
    program: programOf(mouth),
    before: [mouth.name(), mouth.name()],
  }),
  "tool-changed"(mouth, logo) {
    const { change, ...matter } = sample("tool-changed", changedTool);
    const definition = (): string =>
      JSON.stringify({
        name: mouth.quiet(),
        title: mouth.quiet(),
        description: mouth.quiet(),
        icons: [{ src: `${logo}/f.png` }],
        inputSchema: { type: "object", properties: { [mouth.quiet()]: { type: "string" } } },
        [mouth.quiet()]: mouth.quiet(),
      });
    const version = (): NonNullable<typeof change.before> => ({
      ...change.after,
      definition: definition(),
    });
    return {
      ...matter,
      agent: agentOf(mouth),
      server: serverOf(mouth),
      change: {
        ...change,
        tool: mouth.name(),
        before: mouth.turn % 2 === 0 ? null : version(),
        after: version(),
        flags: [{ kind: "speaks-to-model", found: mouth.name() }],
      },
    };
  },
};

// Google's CSP Evaluator as a judge of the policies that our pages are really sent with.
import { createRequire } from "node:module";

interface Finding {
  readonly type: number;
  readonly description: string;
  readonly severity: number;
  readonly directive: string;
  readonly value?: string;
}

// Its package says nothing of its other modules, and its own types are of another TypeScript's time.
const load = createRequire(import.meta.url);
const { CspEvaluator } = load("csp_evaluator") as {
  CspEvaluator: new (csp: unknown) => { evaluate(): Finding[] };
};
const { CspParser } = load("csp_evaluator/dist/parser.js") as {
  CspParser: new (policy: string) => { readonly csp: unknown };
};
const { Severity, Type } = load("csp_evaluator/dist/finding.js") as Record<
  "Severity" | "Type",
  Readonly<Record<number, string>>
>;

/** What it says of a policy that we mean as it is, and why. */
const ARGUED: readonly { readonly finding: RegExp; readonly why: string }[] = [
  {
    finding: /^MEDIUM_MAYBE SCRIPT_ALLOWLIST_BYPASS script-src 'self'$/,
    why: "our origins serve the built files alone: no JSONP, no Angular, nothing that anybody uploads",
  },
  {
    finding: /^(?:MEDIUM SRC_HTTP|INFO IP_SOURCE) form-action http:\/\/127\.0\.0\.1:\d+$/,
    why: "the practice issuer leads back to the program on this machine, by RFC 8252 section 7.3 over http",
  },
];

/** @returns each finding that nobody argued for, as `SEVERITY TYPE directive value` */
export function findingsIn(policy: string | null | undefined): string[] {
  if (!policy) return ["there is no policy"];
  return new CspEvaluator(new CspParser(policy).csp)
    .evaluate()
    .map(({ severity, type, directive, value = "" }) =>
      `${Severity[severity]} ${Type[type]} ${directive} ${value}`.trim(),
    )
    .filter((found) => !ARGUED.some(({ finding }) => finding.test(found)));
}

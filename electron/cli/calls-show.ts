// `calls show <id>`: one call with all that is known of it.
import type { CallDetail, FailedStep } from "../contract.ts";
import { evidenceFacts, behalfOf } from "./evidence.ts";
import { usage } from "./given.ts";
import type { Output } from "./output.ts";
import { jsonLines, localTime } from "./text.ts";
import type { Run } from "./types.ts";

const ms = (value: number | null): string => (value === null ? "-" : `${Math.round(value)} ms`);

function factsOf(row: CallDetail): (readonly [string, string])[] {
  const status = [
    row.code,
    row.httpStatus === null ? null : `HTTP ${row.httpStatus}`,
    row.rpcCode === null ? null : `JSON-RPC ${row.rpcCode}`,
  ].filter((one) => one !== null);
  const facts: (readonly [string, string | null])[] = [
    ["At", localTime(row.at)],
    ["Tenant", row.tenant],
    ["Agent", row.agentName],
    ["It proved itself by", row.authMethod],
    ["Its certificate", row.agentCertificate?.subject ?? null],
    ["Its thumbprint", row.agentCertificate && `${row.agentCertificate.thumbprint} (x5t#S256)`],
    ["On behalf of", behalfOf(row)],
    ["Server", row.serverName],
    ["Pattern", row.pattern],
    ["Method", row.method],
    ["Tool", row.tool],
    ["At the API", row.permit?.route ?? null],
    ["Decision", [row.decision, ...row.rules].join(" ")],
    ...(row.permit?.decisions ?? []).map(
      ({ policy, decisionId, revision }) =>
        [
          `Decision of ${policy}`,
          [decisionId, revision && `bundle ${revision}`].filter(Boolean).join(", "),
        ] as const,
    ),
    ["Outcome", [row.outcome, ...status].join(", ")],
    ["Detail", row.detail],
    ["Times", row.count > 1 ? String(row.count) : null],
    ["Took", `${ms(row.totalMs)}, of it ${ms(row.doorMs)} to the decision`],
    ["Sizes", `${row.inputBytes} bytes in, ${row.resultBytes} bytes out`],
    ["Message SHA-256", row.inputHash],
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
}

/** What was expected, what came, and how to mend it. */
function failedFacts({ flow, rule, mend }: FailedStep): (readonly [string, string])[] {
  return [
    ["Rule", rule === null ? "none was reached: no usable answer came" : rule.id],
    ...(rule === null ? [] : [["By", rule.source] as const]),
    ...(rule === null || rule.expected === null ? [] : [["Expected", rule.expected] as const]),
    ...(rule === null || rule.found === null ? [] : [["Found", rule.found] as const]),
    ...(mend === null ? [] : [["To mend it", mend] as const]),
    ["X-ray", `countersign flow show ${flow}`],
  ];
}

/** Redacted when it was written down; laid out where it is whole JSON. */
function inputText(input: string): string {
  try {
    return jsonLines(JSON.parse(input));
  } catch {
    return input;
  }
}

async function showCall(out: Output, row: CallDetail): Promise<void> {
  await out.table(["CALL", row.id], factsOf(row));
  if (row.complaint !== null) {
    await out.line();
    await out.line(row.complaint.sentence);
    await out.line(`  ${row.complaint.advice}`);
  }
  if (row.failed !== null) {
    await out.line();
    await out.table(["FAILED STEP", row.failed.step], failedFacts(row.failed));
  }
  if (row.evidence !== null) {
    await out.line();
    await out.table(["AUTHENTICATED WITH", ""], evidenceFacts(row.evidence, row.agentName));
  }
  if (row.input !== null) {
    await out.line();
    await out.line(row.inputCut ? "Input, redacted and cut:" : "Input, redacted:");
    await out.lines(inputText(row.input).replaceAll(/^/gm, "  "));
  }
}

export const show: Run = async ({ args: [id = ""], connect, out }) => {
  if (!/^call_[\w-]{8,40}$/.test(id)) {
    throw usage("A call is named by its id, call_…: countersign calls --wide shows them.");
  }
  const remote = await connect();
  await out.show(await remote.call("calls.get", { id }), (row) => showCall(out, row));
};

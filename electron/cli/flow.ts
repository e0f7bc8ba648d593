// `flow list | show`: the X-ray of how a token came about. Everything here was masked before it was recorded.
import type { Flow } from "../core/flows.ts";
import type { FlowRule, FlowStep, MaskedExchange } from "../core/oauth/types.ts";
import { curlOf } from "./curl.ts";
import { usage } from "./given.ts";
import { cell, type Output, type Tint } from "./output.ts";
import { jsonLines, localTime, visible, widthOf } from "./text.ts";
import type { Run } from "./types.ts";

const TINTS: Record<Flow["state"], Tint> = {
  running: "dim",
  ok: "good",
  remark: "warn",
  failed: "bad",
};

export const list: Run = async ({ connect, out, tenant }) => {
  const remote = await connect();
  const all = await remote.call("flows.list", tenant === undefined ? {} : { tenant });
  await out.show(all, async (flows) => {
    if (flows.length === 0) {
      return out.line("No flows yet. They are kept from a call or sign-in until Countersign ends.");
    }
    await out.table(
      ["AT", "TENANT", "STATE", "STEPS", "FOR", "ID"],
      flows.map((f) => [
        localTime(f.at),
        f.tenant,
        cell(f.state, TINTS[f.state]),
        String(f.steps.length),
        f.purpose,
        f.id,
      ]),
    );
  });
};

const iso = (at: number): string => new Date(at).toISOString();

/** For a bug report: times as UTC instants, all else as it was recorded. The app's own copy has the same form. */
export const bundleOf = ({ id, purpose, state, at, steps }: Flow) => ({
  format: "countersign-x-ray/1",
  id,
  purpose,
  state,
  at: iso(at),
  steps: steps.map((step) => ({ ...step, at: iso(step.at) })),
});

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

async function showExchange(out: Output, mark: string, found: MaskedExchange): Promise<void> {
  await out.line(`   ${mark} ${found.line}`);
  for (const [name, value] of Object.entries(found.headers)) {
    await out.line(`       ${name}: ${value}`);
  }
  for (const [name, value] of Object.entries(found.body ?? {})) {
    await out.line(`       ${name} = ${textOf(value)}`);
  }
}

function ruleLine(out: Output, rule: FlowRule, width: number): string {
  const mark = rule.ok ? out.paint("ok    ", "good") : out.paint("FAILED", "bad");
  const source = visible(rule.source);
  const words = [
    rule.expected === null || rule.ok ? null : `expected ${rule.expected}`,
    rule.found === null ? null : `found ${rule.found}`,
  ].filter((one) => one !== null);
  const why = words.length === 0 ? "" : `: ${visible(words.join(", "))}`;
  const gap = " ".repeat(Math.max(0, width - widthOf(source)));
  return `     ${mark}  ${source}${gap}  ${visible(rule.id)}${why}`;
}

async function showStep(out: Output, step: FlowStep, place: string): Promise<void> {
  const state = out.paint(step.state === "failed" ? "FAILED" : step.state, TINTS[step.state]);
  await out.line();
  await out.raw(`${place} ${visible(step.id)}  ${state}  ${Math.round(step.ms)} ms`);
  if (step.request !== null) await showExchange(out, "→", step.request);
  if (step.response !== null) await showExchange(out, "←", step.response);
  if (step.claims !== null) {
    await out.line("   claims, decoded:");
    await out.raw(jsonLines(step.claims).replaceAll(/^/gm, "     "));
  }
  if (step.rules.length > 0) await out.line("   checked:");
  const width = Math.max(0, ...step.rules.map((rule) => widthOf(visible(rule.source))));
  for (const rule of step.rules) await out.raw(ruleLine(out, rule, width));
}

async function showFlow(out: Output, flow: Flow): Promise<void> {
  const state = out.paint(flow.state, TINTS[flow.state]);
  await out.raw(`${visible(flow.purpose)}  ${state}  ${localTime(flow.at)}  ${visible(flow.id)}`);
  if (flow.steps.length === 0) await out.line("This flow took no step.");
  for (const [i, step] of flow.steps.entries()) {
    await showStep(out, step, `${i + 1}/${flow.steps.length}`);
  }
}

/** Each request that was sent, as `{ step, curl }`. */
const curlsOf = (flow: Flow) =>
  flow.steps.flatMap(({ id, request }) =>
    request === null ? [] : [{ step: id, curl: curlOf(request) }],
  );

export const show: Run = async ({ args: [id = ""], connect, flag, out }) => {
  if (!/^flow_[\w-]{8,40}$/.test(id)) {
    throw usage("A flow is named by its id, flow_…: countersign flow list shows them.");
  }
  const remote = await connect();
  const flow = await remote.call("flows.get", { id });
  if (!flag("curl")) return out.show(bundleOf(flow), () => showFlow(out, flow));
  await out.show(curlsOf(flow), async (all) => {
    if (all.length === 0) await out.line("# This flow sent nothing.");
    for (const { step, curl } of all) {
      await out.line(`# ${step}`);
      await out.lines(curl);
    }
  });
};

// What leaves the X-ray: the flow as JSON, and a request as a curl line. Both are made of what is shown, and
// what is shown was masked before it was recorded. Pure.
import { quoted } from "../lib/shell.ts";
import type { Flow, FlowStep, MaskedExchange } from "../types.ts";

const iso = (at: number): string => new Date(at).toISOString();

/** The whole flow for a bug report: times as UTC instants, everything else as recorded. */
export function bundleOf(flow: Flow): string {
  const steps = flow.steps.map((step: FlowStep) => ({ ...step, at: iso(step.at) }));
  const { id, purpose, state } = flow;
  return JSON.stringify(
    { format: "countersign-x-ray/1", id, purpose, state, at: iso(flow.at), steps },
    null,
    2,
  );
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** The request as a line for a shell. Masked values stay as they are: whoever runs it puts in their own. */
export function curlOf(request: MaskedExchange): string {
  const [method = "GET", url = ""] = request.line.split(" ", 2);
  const json = (request.headers["content-type"] ?? "").includes("json");
  const body = Object.entries(request.body ?? {});
  const parts = [
    `curl -X ${/^[A-Z]+$/.test(method) ? method : "GET"} ${quoted(url)}`,
    ...Object.entries(request.headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(json && body.length > 0
      ? [`-d ${quoted(JSON.stringify(request.body))}`]
      : body.map(([name, value]) => `--data-urlencode ${quoted(`${name}=${textOf(value)}`)}`)),
  ];
  return parts.join(" \\\n  ");
}

/** Whether a value was masked before it was recorded: `[secret]`, `[token …1a2b]`, `[hidden]`, `[3 keys]`. */
export const isMasked = (value: unknown): value is string =>
  typeof value === "string" && /^\[(?:secret|hidden|token(?: ….{1,8})?|\d+ keys)\]$/.test(value);

/** The step to look at first: the one that failed, else none. */
export const failedStep = (flow: Flow): number =>
  flow.steps.findIndex((step) => step.state === "failed");

// A policy of the person's own, in a thread of its own: it may loop or eat memory there, and nothing else stops. Plain
// JavaScript, so that it runs as it is beside the source, and bundled as dist/main/policy-worker.cjs.
// A thread is no window: there is no origin to name.
/* oxlint-disable unicorn/require-post-message-target-origin */
import { parentPort, workerData } from "node:worker_threads";
import opa from "@open-policy-agent/opa-wasm";

/** Pages of 64 KiB: 2 MiB to begin with, 64 MiB at most. */
const MEMORY = { initial: 32, maximum: 1024 };
const EFFECTS = ["deny", "ask", "allow"];

const policy = opa.loadPolicySync(workerData.wasm, MEMORY);
policy.setData(workerData.data);

/** @returns {string | Record<string, string>} the one entrypoint, or those of one package by effect */
function entrypointsOf(all) {
  const names = Object.keys(all);
  const decision = names.filter((name) => /(^|\/)decision$/.test(name));
  if (decision.length === 1) return decision[0];
  const byEffect = names.filter((name) => EFFECTS.includes(name.split("/").at(-1)));
  const packages = new Set(byEffect.map((name) => name.split("/").slice(0, -1).join("/")));
  if (byEffect.length > 0 && packages.size === 1) {
    return Object.fromEntries(byEffect.map((name) => [name.split("/").at(-1), name]));
  }
  if (names.length === 1) return names[0];
  throw new Error(`it has no entrypoint of a known form: ${names.join(", ").slice(0, 200)}`);
}
const entry = entrypointsOf(policy.entrypoints);

const ask = (input, name) => policy.evaluate(input, name)[0]?.result;

function answer(input) {
  if (typeof entry === "string") return ask(input, entry);
  return Object.fromEntries(
    Object.entries(entry).map(([effect, name]) => [effect, ask(input, name) ?? false]),
  );
}

function answerTo(input) {
  try {
    return { ok: true, answer: answer(input) };
  } catch (error) {
    return { ok: false, reason: String(error?.message ?? error).slice(0, 200) };
  }
}

parentPort.on("message", (inputs) => parentPort.postMessage(inputs.map(answerTo)));
parentPort.postMessage([]);

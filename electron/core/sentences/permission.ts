// Refusals of policy, of the person, and of what stands between a question and its answer.
import type { RefusalCode } from "../errors.ts";
import type { Words } from "./words.ts";

export const permissionWords = {
  call_denied: ["The call was denied: {reason}.", "Ask the person at the machine."],
  policy_denied: [
    "A rule denies “{tool}” here ({rule}).",
    "Do not try it again. The person can change the rule in Countersign, under Policy.",
  ],
  policy_failed: [
    "The policy gave no answer about “{tool}”, so the answer is no.",
    "Tell the person. Countersign says what is wrong under Policy, and so does `countersign status`.",
  ],
  call_refused: [
    "The person at the machine said no to {tool}.",
    "Do not try the same again. Ask what they would rather have.",
  ],
  question_unanswered: [
    "Nobody answered Countersign's question within {seconds} seconds, so the answer is no.",
    "Tell the person that Countersign waits for them, and try again when they say so.",
  ],
  question_withdrawn: [
    "Countersign was locked or closed while it asked, so the answer is no.",
    "Unlock or open Countersign, then try again.",
  ],
  questions_full: [
    "{limit} questions are open already, so this call was not asked about and is denied.",
    "Wait until the person has answered some of them.",
  ],
  agent_cooling_down: [
    "The questions of “{agent}” were not answered, so it is not asked about for {minutes} more minutes.",
    "Tell the person. They can resume it in Countersign, under Policy.",
  ],
  question_closed: [
    "This question is not open any more.",
    "Nothing needs to be done: it was answered, it ran out of time, or its agent went away.",
  ],
  verdict_refused: [
    "This answer does not belong to the question as it was last shown.",
    "Answer in the window that shows the question.",
  ],
  verdict_too_early: [
    "The answer came too soon after the question was shown.",
    "Read the question, then answer again.",
  ],
  verdict_not_offered: [
    "This answer cannot be given: {reason}.",
    "Choose one of the answers that the question offers.",
  ],
  rule_unknown: ["There is no such rule.", "List the rules: countersign rule list."],
  policy_file_invalid: [
    "This policy cannot be taken: {reason}.",
    "Give an OPA bundle (opa build -t wasm), policy.wasm, Rego source, or the address of an OPA server.",
  ],
  policy_source_invalid: [
    "The Rego source does not compile: {reason}.",
    "Mend it there; `opa check --strict` on the file says more.",
  ],
  policy_compiler_missing: [
    "Rego source needs the program opa to be compiled, and it was not found ({reason}).",
    "Install OPA so that `opa version` works, or compile the bundle elsewhere: opa build -t wasm -e PACKAGE/decision.",
  ],
  policy_broken: [
    "The policy “{policy}” cannot be used: {reason}. Until it is mended, every call is denied.",
    "Remove it under Policy and add it again, or put its file back as it was.",
  ],
  policy_unknown: ["There is no such policy.", "List them: countersign policy show."],
  rules_file_invalid: [
    "These rules cannot be taken: {reason}.",
    "Mend the file, or compare it with what `countersign rule export` writes.",
  ],
  proposal_unknown: [
    "There is no such proposal any more.",
    "List what is proposed now: countersign policy learn show.",
  ],
  rehearsal_unknown: ["There is no such rehearsal any more.", "Begin another one."],
  rehearsal_busy: [
    "{limit} rehearsals are under way already.",
    "Wait until one of them is done, or cancel it.",
  ],
  grant_unknown: [
    "This permission has ended already.",
    "Nothing needs to be done. List what is left: countersign grant list.",
  ],
} as const satisfies Partial<Record<RefusalCode, Words>>;

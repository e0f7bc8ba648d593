// The closed set of refusals. A code is stable: agents, scripts and tests rely on it. The sentence that a
// person reads is in sentences.ts; facts here are short, already safe to show, and never a secret.

/** Facts that fill a sentence. Values may come from outside: surfaces show them as text, never as markup. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

/**
 * The one error that crosses rooms. Everything else that is thrown is a bug and is reported as `internal`.
 * `cause` may hold what a library threw; it is never sent to an agent or to the renderer.
 */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly facts: Facts;

  constructor(code: RefusalCode, facts: Facts = {}, cause?: unknown) {
    super(code, cause === undefined ? undefined : { cause });
    this.name = "Refusal";
    this.code = code;
    this.facts = facts;
  }
}

/** What a thrown value is called outside: its own code if it is a refusal, else `internal`. */
export function asRefusal(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal("internal", {}, error);
}

/** The same refusal, its facts passed through `clear`. */
export function clearedOf(refusal: Refusal, clear: (text: string) => string): Refusal {
  const facts = Object.entries(refusal.facts).map(([name, fact]) => [
    name,
    typeof fact === "string" ? clear(fact) : fact,
  ]);
  return new Refusal(refusal.code, Object.fromEntries(facts) as Facts, refusal.cause);
}

/**
 * code → [HTTP status, JSON-RPC code, exit code].
 * JSON-RPC: -32700/-32600 are the standard's; -32020 is MCP's HeaderMismatch. Ours lie outside -32768..-32000,
 * which JSON-RPC 2.0 section 5.1 reserves and MCP 2026-07-28 forbids to invent in.
 * Exit codes follow sysexits.h where one fits; README lists them.
 */
export const REFUSALS = {
  internal: [500, -31000, 1],
  usage: [400, -31000, 64],
  // Front door, before anything is parsed
  host_refused: [421, -31001, 1],
  origin_refused: [403, -31001, 1],
  path_unknown: [404, -31001, 1],
  method_not_allowed: [405, -31001, 1],
  content_type_refused: [415, -31001, 1],
  headers_refused: [400, -31001, 1],
  headers_too_large: [431, -31001, 1],
  headers_too_slow: [408, -31001, 1],
  body_too_large: [413, -31001, 1],
  body_too_slow: [408, -31001, 1],
  other_user_refused: [403, -31001, 1],
  door_busy: [503, -31001, 1],
  agent_credential_missing: [401, -31002, 1],
  agent_credential_unknown: [401, -31002, 1],
  agent_credential_twice: [400, -31002, 1],
  agent_paused: [403, -31002, 1],
  agent_removed: [401, -31002, 1],
  agent_auth_unknown: [401, -31002, 1],
  agent_certificate_needed: [401, -31002, 1],
  agent_certificate_taken: [409, -31015, 64],
  agent_certificate_missing: [401, -31002, 1],
  agent_certificate_unknown: [401, -31002, 1],
  agent_certificate_untrusted: [401, -31002, 1],
  agent_binding_mismatch: [401, -31002, 1],
  session_unknown: [404, -31003, 1],
  // Reading the message (core/json, core/jsonrpc)
  json_invalid: [400, -32700, 65],
  json_duplicate_key: [400, -32700, 65],
  json_lossy_number: [400, -32700, 65],
  json_too_deep: [400, -32700, 65],
  json_not_utf8: [400, -32700, 65],
  batch_refused: [400, -32600, 1],
  message_invalid: [400, -32600, 1],
  arguments_invalid: [400, -32602, 65],
  header_mismatch: [400, -32020, 1],
  // Deciding
  server_unknown: [404, -31004, 66],
  server_paused: [403, -31004, 1],
  tool_name_invalid: [400, -32602, 1],
  call_denied: [403, -31005, 1],
  call_limit_reached: [429, -31005, 1],
  policy_denied: [403, -31005, 1],
  policy_failed: [403, -31005, 1],
  call_refused: [403, -31005, 1],
  consent_needed: [403, -31005, 1],
  consent_refused: [403, -31005, 1],
  program_refused: [403, -31005, 1],
  program_unknown: [404, -31015, 66],
  program_only: [409, -31015, 64],
  secret_in_arguments: [403, -31005, 1],
  question_unanswered: [403, -31005, 1],
  question_withdrawn: [403, -31005, 1],
  questions_full: [429, -31005, 1],
  agent_cooling_down: [429, -31005, 1],
  // What a server's tools say of themselves
  tool_list_unreadable: [502, -31010, 76],
  elicitation_unreadable: [502, -31010, 76],
  elicitation_refused: [403, -31010, 77],
  elicitation_denied: [403, -31010, 77],
  tool_rejected: [403, -31005, 1],
  tool_refused: [403, -31005, 1],
  tool_changed_again: [409, -31005, 1],
  tool_unknown: [404, -31015, 66],
  // Answering questions
  question_closed: [409, -31015, 66],
  verdict_refused: [403, -31015, 1],
  verdict_too_early: [425, -31015, 75],
  verdict_not_typed: [403, -31015, 64],
  verdict_other_bytes: [403, -31015, 1],
  verdict_not_offered: [400, -31015, 64],
  rule_unknown: [404, -31015, 66],
  consent_unknown: [404, -31015, 66],
  policy_file_invalid: [400, -31015, 65],
  policy_source_invalid: [400, -31015, 65],
  policy_compiler_missing: [409, -31015, 69],
  policy_broken: [503, -31005, 65],
  policy_unknown: [404, -31015, 66],
  rules_file_invalid: [400, -31015, 65],
  proposal_unknown: [404, -31015, 66],
  rehearsal_unknown: [404, -31015, 66],
  rehearsal_busy: [429, -31015, 75],
  grant_unknown: [404, -31015, 66],
  credential_binding_mismatch: [403, -31006, 1],
  plain_http_refused: [403, -31006, 64],
  // Vault
  vault_not_chosen: [503, -31007, 77],
  vault_locked: [503, -31007, 77],
  vault_unavailable: [503, -31007, 77],
  vault_slow: [503, -31007, 77],
  vault_secret_missing: [503, -31007, 77],
  issuer_secret_missing: [503, -31007, 77],
  certificate_key_missing: [503, -31007, 77],
  vault_write_unverified: [500, -31007, 77],
  vault_passphrase_wrong: [403, -31007, 77],
  vault_passphrase_weak: [400, -31007, 77],
  vault_file_broken: [500, -31007, 77],
  vault_file_unwritable: [503, -31007, 77],
  vault_entry_broken: [500, -31007, 77],
  // Journal
  journal_unwritable: [503, -31008, 74],
  // Upstream
  upstream_unreachable: [502, -31010, 76],
  upstream_tls_failed: [502, -31010, 76],
  upstream_timeout: [504, -31010, 76],
  upstream_refused_credential: [502, -31011, 76],
  upstream_forbidden: [502, -31011, 76],
  upstream_wants_credential: [502, -31011, 76],
  upstream_redirect: [502, -31010, 76],
  upstream_not_mcp: [502, -31010, 76],
  upstream_error: [502, -31010, 76],
  upstream_dropped: [502, -31010, 76],
  agent_hung_up: [499, -31012, 1],
  // Issuers and tokens
  issuer_unreachable: [502, -31020, 76],
  issuer_tls_failed: [502, -31020, 76],
  issuer_timeout: [504, -31020, 76],
  issuer_answer_too_large: [502, -31020, 76],
  issuer_metadata_invalid: [502, -31020, 76],
  resource_metadata_invalid: [502, -31020, 76],
  issuer_error: [502, -31020, 76],
  issuer_refused_client: [502, -31021, 76],
  issuer_unconfirmed: [403, -31021, 77],
  registration_needed: [409, -31021, 77],
  finding_cancelled: [499, -31015, 1],
  token_refused: [502, -31022, 76],
  token_not_bound: [502, -31022, 76],
  token_binding_mismatch: [502, -31022, 76],
  sign_in_needed: [403, -31023, 77],
  sign_in_failed: [403, -31023, 77],
  account_changed: [403, -31023, 77],
  issuer_unknown: [404, -31015, 66],
  flow_unknown: [404, -31015, 66],
  lab_failed: [500, -31015, 76],
  lab_not_repeatable: [409, -31015, 64],
  lab_call_failed: [502, -31015, 76],
  lab_off: [409, -31015, 69],
  lab_server_unknown: [404, -31015, 66],
  lab_busy: [409, -31015, 75],
  lab_replay_unfit: [400, -31015, 64],
  account_unknown: [404, -31015, 66],
  certificate_unknown: [404, -31015, 66],
  certificate_invalid: [400, -31024, 65],
  certificate_expired: [403, -31024, 77],
  scope_insufficient: [403, -31022, 1],
  scope_kept_from_agent: [403, -31022, 1],
  pattern_too_weak: [403, -31006, 64],
  // Local servers
  stdio_start_failed: [502, -31013, 76],
  stdio_stopped: [502, -31013, 76],
  stdio_backing_off: [503, -31013, 76],
  stdio_output_invalid: [502, -31013, 76],
  // Plain HTTP APIs
  openapi_invalid: [400, -31015, 65],
  openapi_unread: [400, -31015, 65],
  openapi_missing: [503, -31013, 65],
  // Settings, data folder, process
  settings_broken: [500, -31014, 65],
  settings_newer: [500, -31014, 65],
  settings_unwritable: [500, -31014, 73],
  data_folder_unusable: [500, -31014, 71],
  already_running: [409, -31014, 72],
  port_taken: [409, -31014, 75],
  launch_switch_refused: [400, -31014, 78],
  terminal_unusable: [500, -31014, 71],
  shell_unwritable: [500, -31015, 73],
  update_refused: [403, -31015, 1],
  update_off: [409, -31015, 64],
  update_source_invalid: [400, -31015, 65],
  update_unreachable: [502, -31015, 76],
  update_none: [409, -31015, 66],
  update_no_file: [404, -31015, 66],
  update_file_wrong: [502, -31015, 65],
  update_unwritable: [500, -31015, 73],
  update_cancelled: [499, -31015, 1],
  not_running: [503, -31014, 69],
  // Contract
  method_unknown: [404, -31015, 1],
  surface_refused: [403, -31015, 1],
  input_invalid: [400, -31015, 64],
  not_applicable: [409, -31015, 64],
  file_unreadable: [400, -31015, 66],
  secret_not_given: [400, -31015, 64],
  name_taken: [409, -31015, 64],
  still_used: [409, -31015, 64],
  agent_unknown: [404, -31015, 66],
  tenant_unknown: [404, -31015, 66],
  assistant_unknown: [404, -31015, 66],
  connection_unknown: [404, -31015, 66],
  config_unusable: [409, -31015, 65],
  config_changed: [409, -31015, 75],
  config_undo_refused: [409, -31015, 75],
  call_unknown: [404, -31015, 66],
  link_spent: [401, -31016, 1],
  app_session_missing: [401, -31016, 1],
} as const satisfies Record<string, readonly [number, number, number]>;

export type RefusalCode = keyof typeof REFUSALS;

/** HTTP status of a refusal (RFC 9110 section 15; 499 never leaves: it marks an agent that is gone). */
export const httpStatus = (code: RefusalCode): number => REFUSALS[code][0];
/** JSON-RPC 2.0 error code of a refusal. */
export const rpcCode = (code: RefusalCode): number => REFUSALS[code][1];
/** Exit status of a process that ends because of a refusal. */
export const exitCode = (code: RefusalCode): number => REFUSALS[code][2];

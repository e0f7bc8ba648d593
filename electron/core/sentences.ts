// Every sentence that a person or an agent reads about a refusal. This file and its folder, ready for translation:
// a sentence says what happened, the advice says what to do. Facts are filled in as `{name}`.
import { asTyped } from "./command-line.ts";
import type { Facts, Refusal, RefusalCode } from "./errors.ts";
import { connectWords } from "./sentences/connect.ts";
import { consentWords } from "./sentences/consent.ts";
import { askingWords } from "./sentences/asking.ts";
import { labWords } from "./sentences/lab.ts";
import { permissionWords } from "./sentences/permission.ts";
import { shellWords } from "./sentences/shell.ts";
import { openapiWords } from "./sentences/openapi.ts";
import { pinWords } from "./sentences/pins.ts";
import { updateWords } from "./sentences/updates.ts";
import type { Words } from "./sentences/words.ts";

/** A refusal as a surface shows it. */
export interface Complaint {
  readonly code: RefusalCode;
  readonly sentence: string;
  readonly advice: string;
  readonly facts: Facts;
}

const WORDS: Record<RefusalCode, Words> = {
  internal: [
    "Something went wrong inside Countersign.",
    "Try again. If it happens twice, run `countersign doctor` and report what it says.",
  ],
  usage: ["The command was not understood: {reason}", "How it is used: {help}"],
  host_refused: [
    "The request named another host.",
    "Use the address exactly as Countersign shows it, port included.",
  ],
  origin_refused: [
    "A web page tried to use this door.",
    "Pages may not call agents' addresses. Use a program with its own credential.",
  ],
  path_unknown: [
    "There is nothing at this path.",
    "Agents use /mcp/<server>; scripts may POST to /tools/<server>/<tool>/invoke.",
  ],
  method_not_allowed: [
    "This HTTP method is not used here.",
    "MCP uses POST, GET and DELETE; the invoke path uses POST.",
  ],
  content_type_refused: [
    "The body is not declared as JSON.",
    "Send the header Content-Type: application/json, without parameters other than charset=utf-8.",
  ],
  headers_refused: [
    "The request's headers do not hold together: {reason}.",
    "Send each of these headers once, and one message length.",
  ],
  headers_too_large: [
    "The request's headers are too large.",
    "Keep all headers together under 16 KiB.",
  ],
  headers_too_slow: [
    "The request's headers did not arrive in time.",
    "Send all of them within {seconds} seconds of connecting.",
  ],
  body_too_large: [
    "The request is larger than {limit} bytes.",
    "Send less at once; large data belongs in a resource, not in an argument.",
  ],
  body_too_slow: [
    "The request did not arrive in time.",
    "Send the whole request within {seconds} seconds.",
  ],
  door_busy: ["Too many requests of this agent are open.", "Wait until some of them have ended."],
  agent_credential_missing: [
    "No agent credential came with the request.",
    "Send Authorization: Bearer <credential> with the credential that Countersign showed when the agent was added.",
  ],
  agent_credential_unknown: [
    "This agent credential is not known here.",
    "It may have been rotated or removed. Make a new one: countersign agent rotate <agent>.",
  ],
  agent_credential_twice: [
    "More than one credential came with the request.",
    "Send exactly one Authorization header.",
  ],
  agent_paused: ["The agent “{agent}” is paused.", "Resume it in Countersign, under Agents."],
  agent_removed: [
    "This agent was removed, rotated or paused while the call ran.",
    "Use its present credential, or add it again.",
  ],
  agent_auth_unknown: [
    "The Authorization header names a method that is not known here.",
    "Send Bearer or ApiKey with the agent's own credential, or the certificate alone.",
  ],
  agent_certificate_needed: [
    "The agent “{agent}” is let in with its certificate only; its credential alone is refused.",
    "Connect at {door} with the certificate and its key.",
  ],
  agent_certificate_taken: [
    "This certificate belongs to the agent “{agent}” already.",
    "Give each agent a certificate of its own, or take it away there first.",
  ],
  agent_certificate_missing: [
    "The connection has no certificate.",
    "Set the agent's client certificate and key in its configuration. An agent without one uses the door without TLS, with its credential.",
  ],
  agent_certificate_unknown: [
    "The certificate “{subject}” belongs to no agent.",
    "Add it to the agent under Agents; a renewed certificate has to be added, too.",
  ],
  agent_certificate_untrusted: [
    "The certificate “{subject}” is not valid here: its authority is not trusted, or its time has not come.",
    "Add its authority under Agents, or check the clocks.",
  ],
  agent_binding_mismatch: [
    "The credential does not go with the certificate of this connection: {reason}.",
    "Send the agent's own credential with its own certificate, or the certificate alone.",
  ],
  session_unknown: [
    "This session is not known, or belongs to another agent.",
    "Start a new session with initialize.",
  ],
  json_invalid: [
    "The message is not valid JSON (byte {offset}).",
    "Send one JSON value (RFC 8259) in UTF-8, and nothing after it.",
  ],
  json_duplicate_key: [
    "The message names “{key}” twice in one object (byte {offset}).",
    "Send each member once: two readers could each believe another one.",
  ],
  json_lossy_number: [
    "A number in the message would be changed by common readers (byte {offset}).",
    "Send it as a string, or within ±9007199254740991 and 17 significant digits.",
  ],
  json_too_deep: ["The message is nested deeper than {limit} levels.", "Flatten it."],
  json_not_utf8: [
    "The message is not valid UTF-8 (byte {offset}).",
    "Send UTF-8 without a byte order mark, and no lone surrogates.",
  ],
  batch_refused: [
    "The message is a batch.",
    "Send one message per request: MCP dropped batches in 2025-06-18.",
  ],
  message_invalid: [
    "This is not a JSON-RPC 2.0 message: {reason}.",
    "Send an object with jsonrpc “2.0” and a method, a result or an error.",
  ],
  arguments_invalid: [
    "The arguments are not a JSON object.",
    'Send the tool\'s arguments as one JSON object, such as {"text":"hello"}, or an empty body for none.',
  ],
  header_mismatch: [
    "The header {header} does not say what the body says.",
    "Make the MCP headers agree with the message, or leave them out where the protocol allows.",
  ],
  server_unknown: [
    "There is no server “{server}” in this tenant.",
    "An agent reaches the servers of its own tenant. List them: countersign server list.",
  ],
  server_paused: ["The server “{server}” is paused.", "Resume it in Countersign, under Servers."],
  tool_name_invalid: [
    "The tool name is missing or not a name.",
    "Send params.name as a string of 1 to 128 visible characters.",
  ],
  call_limit_reached: [
    "{who} made too many calls: at most {burst} at once, then {perMinute} a minute.",
    "Wait {seconds} s before the next one.",
  ],
  credential_binding_mismatch: [
    "The key of “{server}” belongs to {bound}, not to {wanted}.",
    "If the server really moved, edit it and give its key or pattern anew (countersign server edit).",
  ],
  plain_http_refused: [
    "“{url}” would carry the key unencrypted.",
    "Use https. On this machine only (127.0.0.1, ::1, localhost) it can be allowed explicitly.",
  ],
  vault_not_chosen: [
    "No place for secrets has been chosen.",
    "Choose one in the app, or run: countersign vault choose keychain|file|memory.",
  ],
  vault_locked: [
    "The place where secrets are kept is locked.",
    "Unlock it: the login keychain with your system's own dialog, a sealed file with: countersign vault unlock.",
  ],
  vault_unavailable: [
    "The place where secrets are kept does not answer: {reason}.",
    "Run `countersign doctor`; it names what is missing on this machine.",
  ],
  vault_slow: [
    "The keychain did not answer within {seconds} seconds.",
    "It may be showing a dialog: look for it, unlock the keychain, and try again.",
  ],
  vault_secret_missing: [
    "The key of “{server}” is not in the vault.",
    "Enter it again: countersign server replace-key <server>.",
  ],
  issuer_secret_missing: [
    "The secret of the issuer “{issuer}” is not in the vault.",
    "Enter it again: countersign issuer replace-secret <issuer>.",
  ],
  certificate_key_missing: [
    "The key of the certificate “{certificate}” is not in the vault.",
    "Import it again with its key, or make a new one under Keys and certificates.",
  ],
  vault_write_unverified: [
    "The keychain gave back something else than was stored.",
    "Nothing was kept. Run `countersign doctor`, or choose the sealed file.",
  ],
  vault_passphrase_wrong: [
    "That passphrase does not open the sealed file.",
    "Try again. There is no way in without it.",
  ],
  vault_passphrase_weak: [
    "The passphrase is too short.",
    "Use at least {minimum} characters; several words are better than one clever one.",
  ],
  vault_file_broken: [
    "The sealed file {file} is damaged: {reason}.",
    "It was left as it is. Restore it from a backup, or move it away and enter the keys again.",
  ],
  vault_file_unwritable: [
    "The sealed file {file} cannot be written: {reason}.",
    "Check that its folder is yours and that its disk has room. What was there before is unchanged.",
  ],
  vault_entry_broken: [
    "A key in the keychain is damaged: {reason}.",
    "Enter it again: countersign server replace-key <server>. The other keys are not touched.",
  ],
  journal_unwritable: [
    "The journal cannot be written, so no call is made: {reason}.",
    "Free space on the disk of the data folder, or check that its files belong to you.",
  ],
  upstream_unreachable: [
    "The server “{server}” cannot be reached: {reason}.",
    "Check that it runs and that its address is right: countersign server list.",
  ],
  upstream_tls_failed: [
    "The server “{server}” could not prove who it is: {reason}.",
    "Its certificate must be valid for its name and signed by an authority that this machine trusts.",
  ],
  upstream_timeout: [
    "The server “{server}” did not answer within {seconds} seconds.",
    "Try again later, or look at the server's own log.",
  ],
  upstream_refused_credential: [
    "The server “{server}” refused Countersign's credential (HTTP {status}).",
    "The key may be wrong or revoked: countersign server replace-key {server}.",
  ],
  upstream_wants_credential: [
    "The server “{server}” wants a credential (HTTP {status}), and it was added without one.",
    "Find out which: test it under Servers, or run countersign server discover {server}.",
  ],
  upstream_forbidden: [
    "The server “{server}” forbids this to the key it was given (HTTP {status}).",
    "Ask the server's owner what the key may do.",
  ],
  upstream_redirect: [
    "The server “{server}” answered with a redirect to {to}.",
    "Countersign never follows one with a key. Add the server with its final address.",
  ],
  upstream_not_mcp: [
    "The server “{server}” answered with {type}, which is not MCP.",
    "Check that the address is the MCP endpoint and not a web page.",
  ],
  upstream_error: [
    "The server “{server}” failed (HTTP {status}).",
    "Look at the server's own log.",
  ],
  upstream_dropped: [
    "The server “{server}” broke off in the middle of its answer.",
    "Whether the call took effect is not known: check before repeating it.",
  ],
  agent_hung_up: [
    "The agent closed the connection before the answer.",
    "Whether the call took effect is not known: the server was told to stop.",
  ],
  issuer_unreachable: [
    "The issuer {issuer} cannot be reached: {reason}.",
    "Check its address and your network; nothing was sent to the server.",
  ],
  issuer_tls_failed: [
    "The issuer {issuer} could not prove who it is: {reason}.",
    "Its certificate must be valid for its name and signed by an authority that this machine trusts.",
  ],
  issuer_timeout: [
    "The issuer {issuer} did not answer within {seconds} seconds.",
    "Try again later.",
  ],
  issuer_answer_too_large: [
    "The issuer {issuer} answered with more than {limit} bytes.",
    "That is not an OAuth answer: check the issuer's address.",
  ],
  issuer_metadata_invalid: [
    "The metadata of the issuer {issuer} cannot be used: {reason}.",
    "Compare the issuer's exact address, slash and case included, with what its operator gave you.",
  ],
  resource_metadata_invalid: [
    "What {resource} says about its issuers cannot be used: {reason}.",
    "Its operator has to mend the document (RFC 9728). You can also enter the issuer by hand.",
  ],
  issuer_error: [
    "The issuer {issuer} refused: {error}.",
    "The X-ray of this call shows what was sent and which rule failed.",
  ],
  issuer_refused_client: [
    "The issuer {issuer} does not accept Countersign's own credential ({error}).",
    "Check the client id, and enter the secret, key or certificate again.",
  ],
  token_refused: [
    "The token from {issuer} was not used: {reason}.",
    "The X-ray of this call shows the rule that it broke.",
  ],
  token_not_bound: [
    "The issuer {issuer} gave a token that is not bound to the key that it was asked for.",
    "Turn on certificate-bound (RFC 8705) or DPoP-bound access tokens (RFC 9449) for this client at the issuer. An unbound token is never used instead.",
  ],
  token_binding_mismatch: [
    "The token from {issuer} is bound to another key.",
    "Check which certificate is registered for this client at the issuer.",
  ],
  sign_in_needed: [
    "Nobody is signed in at {issuer} for “{server}”.",
    "The person is asked to sign in. Try again once they have (in Countersign: Identities).",
  ],
  sign_in_failed: [
    "The sign-in at {issuer} did not succeed: {reason}.",
    "Try again; if it fails again, the X-ray shows the step.",
  ],
  account_changed: [
    "The sign-in at {issuer} came back as someone else ({found} instead of {expected}).",
    "Nothing was changed. If you meant to switch, sign in again and agree where Countersign asks.",
  ],
  issuer_unconfirmed: [
    "The issuer {issuer} uses hosts that nobody agreed to: {hosts}.",
    "Find out again, look at what is shown, and agree to it if you know these hosts.",
  ],
  registration_needed: [
    "The issuer {issuer} registers no program by itself.",
    "Have Countersign registered there, with the redirect address {redirect}. Then enter the client id that you are given.",
  ],
  finding_cancelled: ["Finding out was cancelled.", "Nothing was changed."],
  issuer_unknown: ["There is no issuer “{issuer}” here.", "List them: countersign issuer list."],
  flow_unknown: [
    "The steps of this flow are no longer kept.",
    "Repeat the call: the newest flows are kept until Countersign ends.",
  ],
  lab_failed: [
    "The lab could not be started: {reason}.",
    "Try again; countersign doctor shows what is wrong with this machine.",
  ],
  account_unknown: ["There is no account “{account}”.", "List them: countersign account list."],
  certificate_unknown: [
    "There is no certificate “{certificate}”.",
    "List them: countersign certificate list.",
  ],
  certificate_invalid: [
    "The certificate cannot be used: {reason}.",
    "Export it again with its key, as PEM or PKCS#12.",
  ],
  certificate_expired: [
    "The certificate “{certificate}” expired on {date}.",
    "Renew it: countersign certificate renew, or Renew under Identities, Certificates.",
  ],
  scope_insufficient: [
    "The server “{server}” wants more than was granted: {scope}.",
    "Grant the scope at the issuer, or sign in again with it.",
  ],
  scope_kept_from_agent: [
    "The server “{server}” wants {scope}, which “{agent}” was not given.",
    "Widen what the agent may ask for: countersign server scopes {server}.",
  ],
  pattern_too_weak: [
    "A {stage} server wants at least {least}; this one has {pattern}.",
    "Choose a stronger pattern, or a lower stage.",
  ],
  stdio_start_failed: [
    "The local server “{server}” could not be started: {reason}.",
    "Check its command, arguments and folder: countersign server list. To change them, remove it and add it again.",
  ],
  stdio_stopped: [
    "The local server “{server}” stopped before it answered ({reason}).",
    "Its last words are under Servers → {server} → Standard error, or: countersign server stderr {server}.",
  ],
  stdio_backing_off: [
    "The local server “{server}” keeps stopping; it is started again in {seconds} seconds.",
    "Its last words are under Servers → {server} → Standard error, or: countersign server stderr {server}.",
  ],
  stdio_output_invalid: [
    "The local server “{server}” wrote something that is not MCP: {reason}.",
    "A server must write only JSON-RPC to standard output; logs belong on standard error.",
  ],
  settings_broken: [
    "The settings file {file} cannot be read (line {line}): {reason}.",
    "Mend that line, or move the file away to start afresh. It was not touched; a copy is beside it.",
  ],
  settings_newer: [
    "The settings file {file} was written by a newer Countersign.",
    "Install that version or a later one. The file was not touched.",
  ],
  settings_unwritable: [
    "The settings file {file} cannot be written: {reason}.",
    "Check that the data folder is yours and that its disk has room. What was there before is unchanged.",
  ],
  data_folder_unusable: [
    "The data folder {folder} cannot be used: {reason}.",
    "Choose another one with --data DIR, or make this one yours and private (mode 0700).",
  ],
  already_running: [
    "Countersign is already running on the data folder {folder} (process {pid}).",
    "Use that one, or give this one its own --data DIR and --port.",
  ],
  port_taken: [
    "Port {port} is taken by {holder}.",
    "Stop that program, or start Countersign with another --port and change the agents' addresses too.",
  ],
  launch_switch_refused: [
    "Countersign does not start with {switch}.",
    "Start it without: such a switch opens the app to other programs.",
  ],
  not_running: [
    "Countersign is not running on the data folder {folder}.",
    "Start it: npm start, or: countersign serve.",
  ],
  method_unknown: [
    "There is no method “{method}”.",
    "The app and the program may be of different versions: restart both.",
  ],
  surface_refused: [
    "“{method}” may not be called from here ({surface}).",
    "Use the surface that it belongs to.",
  ],
  input_invalid: [
    "The input is not valid: {reason}",
    "Correct it and try again. Nothing was changed.",
  ],
  not_applicable: ["This cannot be done here: {reason}.", "{instead} Nothing was changed."],
  file_unreadable: ["The file {file} cannot be used: {reason}.", "Check its name and its rights."],
  secret_not_given: [
    "No secret came: {reason}",
    'Type it where it is asked for, or pipe it in: printf %s "$KEY" | countersign …',
  ],
  name_taken: ["The name “{name}” is already used in this tenant.", "Choose another name."],
  still_used: ["“{name}” is used by {users}.", "{instead}"],
  agent_unknown: ["There is no agent “{agent}”.", "List them: countersign agent list."],
  tenant_unknown: ["There is no tenant “{tenant}”.", "List them: countersign tenant list."],
  call_unknown: ["There is no such call in the journal.", "It may belong to another data folder."],
  link_spent: ["This link was used already, or is too old.", "Get a new one: countersign open."],
  app_session_missing: [
    "This page is not signed in to Countersign.",
    "Open it with a fresh link: countersign open.",
  ],
  ...labWords,
  ...permissionWords,
  ...shellWords,
  ...connectWords,
  ...consentWords,
  ...askingWords,
  ...openapiWords,
  ...pinWords,
  ...updateWords,
};

/** Fills `{name}` from facts; an unknown name stays visible as `…` rather than breaking the sentence. */
function fill(text: string, facts: Facts): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? "…"));
}

const HELP = "countersign --help";

/** A refusal in words. */
export function complaint(refusal: Refusal): Complaint {
  const [sentence, advice] = WORDS[refusal.code];
  const { code, facts } = refusal;
  return {
    code,
    sentence: fill(asTyped(sentence), facts),
    advice: fill(asTyped(advice), code === "usage" ? { help: asTyped(HELP), ...facts } : facts),
    facts,
  };
}

/** What the journal says of an answer that held secrets of ours, before what the server itself said. */
export function echoed(removed: number, said: string | null): string | null {
  if (removed === 0) return said;
  const times = removed === 1 ? "once" : `${removed} times`;
  const note = `The server's answer held a secret of this vault, ${times}. It was taken out before the agent got it.`;
  return said === null ? note : `${note} ${said}`;
}

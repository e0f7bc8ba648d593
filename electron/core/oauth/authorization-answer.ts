// What came back to the redirect address, judged before anything is done with it (RFC 6749 section 4.1.2, RFC
// 9207 section 2.4).
import { Refusal } from "../errors.ts";
import type { Ruling } from "./ruling.ts";

export interface Callback {
  /** Path of the address that was called: each issuer has one of its own. */
  readonly path: string;
  readonly params: URLSearchParams;
}

const failed = (issuer: string, reason: string, more: Record<string, string> = {}): Refusal =>
  new Refusal("sign_in_failed", { issuer, reason, retry: "after-sign-in", ...more });

/**
 * RFC 9207 section 2.4 and MCP authorization:
 *
 * | metadata says `iss` is sent | `iss` in the answer | then                                   |
 * |-----------------------------|---------------------|----------------------------------------|
 * | yes                         | yes                 | accepted if equal, as strings          |
 * | yes                         | no                  | refused: it was cut out on the way     |
 * | no                          | yes                 | accepted if equal, as strings          |
 * | no                          | no                  | accepted; the path of its own must do  |
 *
 * Nothing is normalised: a slash or a capital makes another issuer.
 * @throws Refusal `sign_in_failed`; nothing of the answer is in it, because it may be another issuer's
 */
export function judgeIss(
  issuer: string,
  sendsIss: boolean,
  iss: string | null,
  ruling: Ruling,
): void {
  ruling.must(
    "iss-present",
    "RFC 9207 §2.4",
    iss !== null || !sendsIss,
    { expected: sendsIss ? "iss" : "iss or none", found: iss ?? "none" },
    () => failed(issuer, "the answer does not say which issuer it comes from"),
  );
  ruling.must(
    "iss-equal",
    "RFC 9207 §2.4",
    iss === null || iss === issuer,
    { expected: issuer, found: iss ?? "none" },
    () => failed(issuer, "another issuer answered; that can be an attack"),
  );
}

export interface CallbackWant {
  readonly issuer: string;
  readonly sendsIss: boolean;
  readonly path: string;
  readonly state: string;
}

const KNOWN_ERROR = /^[a-z_]{1,64}$/;

/** A parameter that is there once, or not at all (RFC 6749 section 3.1). */
function single(
  want: CallbackWant,
  params: URLSearchParams,
  name: string,
  ruling: Ruling,
): string | null {
  const values = params.getAll(name);
  ruling.must(
    "parameter-once",
    "RFC 6749 §3.1",
    values.length <= 1,
    { expected: `${name} once`, found: `${values.length} times` },
    () => failed(want.issuer, `the answer holds ${name} more than once`),
  );
  return values[0] ?? null;
}

/**
 * True when the answer belongs to this sign-in: right path, right state. Anything else did not come from it, and
 * must not end it: every page of a browser can call a loopback address.
 */
export function belongs(want: CallbackWant, callback: Callback): boolean {
  const states = callback.params.getAll("state");
  return callback.path === want.path && states.length === 1 && states[0] === want.state;
}

/**
 * @returns the code
 * @throws Refusal `sign_in_failed`
 */
export function judgeCallback(want: CallbackWant, callback: Callback, ruling: Ruling): string {
  const { params } = callback;
  // Distinct paths defend where an issuer sends no iss (RFC 9700 section 4.4.2; negative test 93).
  ruling.must(
    "redirect-path",
    "RFC 8252 §8.10",
    callback.path === want.path,
    { expected: want.path, found: callback.path },
    () => failed(want.issuer, "the answer came to another issuer's address"),
  );
  const state = single(want, params, "state", ruling);
  ruling.must(
    "state-equal",
    "RFC 9700 §4.7",
    state === want.state,
    {
      expected: "the state of this sign-in",
      found: state === want.state ? "the same" : state === null ? "none" : "another",
    },
    () => failed(want.issuer, "the answer belongs to no sign-in that is under way"),
  );
  // Before the error is read: an attacker's issuer must not speak in another one's name (RFC 9207 section 2.4).
  judgeIss(want.issuer, want.sendsIss, single(want, params, "iss", ruling), ruling);
  const error = single(want, params, "error", ruling);
  ruling.must(
    "no-error",
    "RFC 6749 §4.1.2.1",
    error === null,
    { expected: "a code", found: error },
    () => {
      const name = error !== null && KNOWN_ERROR.test(error) ? error : "an unknown error";
      return failed(want.issuer, name === "access_denied" ? "it was declined" : name, {
        wireError: name,
      });
    },
  );
  const code = single(want, params, "code", ruling);
  ruling.must(
    "code-present",
    "RFC 6749 §4.1.2",
    code !== null && /^[\x20-\x7e]{1,8192}$/.test(code),
    { expected: "a code", found: code === null ? "none" : "unusable" },
    () => failed(want.issuer, "the answer holds no code"),
  );
  return code;
}

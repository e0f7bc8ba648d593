import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { curlOf } from "../../electron/cli/curl.ts";
import { visible } from "../../electron/cli/text.ts";

/** What a real shell makes of the line, with a program in curl's place that prints its arguments. */
const argumentsOf = (line: string): string[] =>
  execFileSync("/bin/sh", ["-c", `curl() { printf '%s\\0' "$@"; }\n${line}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);

describe("a curl line", () => {
  it("posts a form field by field, with what was masked still masked", () => {
    const line = curlOf({
      line: "POST https://issuer.example/token",
      headers: { authorization: "Basic [secret]" },
      body: { grant_type: "client_credentials", scope: "a b", subject_token: "[token …1a2b]" },
    });
    expect(argumentsOf(line)).toEqual([
      "-X",
      "POST",
      "https://issuer.example/token",
      "-H",
      "authorization: Basic [secret]",
      "--data-urlencode",
      "grant_type=client_credentials",
      "--data-urlencode",
      "scope=a b",
      "--data-urlencode",
      "subject_token=[token …1a2b]",
    ]);
  });

  it("posts JSON as JSON, and puts what a browser opens in the query", () => {
    const json = curlOf({
      line: "POST https://issuer.example/register",
      headers: { "content-type": "application/json" },
      body: { redirect_uris: ["http://127.0.0.1/x"] },
    });
    expect(argumentsOf(json).slice(-2)).toEqual([
      "--data",
      '{"redirect_uris":["http://127.0.0.1/x"]}',
    ]);
    const address = {
      line: "GET https://issuer.example/auth",
      headers: {},
      body: { state: "[secret]" },
    };
    expect(argumentsOf(curlOf(address))[0]).toBe("--get");
  });

  it(
    "is one command whatever stands in it: nothing gets out of the quotes",
    { timeout: 60_000 },
    () => {
      // Every character that a shell obeys, and some that a terminal does.
      const text = fc.string({
        unit: fc.constantFrom(...Array.from("ab '\"`$(){};&|<>\\#!*?~\n\r\t\u0000\u001b\u202e…-=")),
        maxLength: 12,
      });
      fc.assert(
        fc.property(text, text, text, (url, name, value) => {
          const line = curlOf({
            line: `POST ${url}`,
            headers: { [`x${name}`]: value },
            body: { [name]: value },
          });
          expect(argumentsOf(line)).toEqual([
            "-X",
            "POST",
            visible(url),
            "-H",
            `x${visible(name)}: ${visible(value)}`,
            "--data-urlencode",
            visible(`${name}=${value}`),
          ]);
        }),
        { numRuns: 60 },
      );
    },
  );
});

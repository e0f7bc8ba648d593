// The pages that a browser is led to in a sign-in, as their real listeners send them, before Google's CSP Evaluator.
// Those of the interface are held to it in test/launch/serve.test.ts and test/app/window.test.ts.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findingsIn } from "../support/content-policy.ts";
import { openPracticeHouse, type PracticeHouse } from "../support/practice-house.ts";

let practice: PracticeHouse;
beforeAll(async () => {
  practice = await openPracticeHouse();
});
afterAll(() => practice?.close());

const policyOf = (answer: Response): string | null => answer.headers.get("content-security-policy");

/** Follows redirects with the cookies that they set, as a browser does, to the page that a person sees. */
async function arrive(url: string): Promise<Response> {
  const cookies: string[] = [];
  for (let at = url, n = 0; n < 5; n++) {
    const answer = await fetch(at, { redirect: "manual", headers: { cookie: cookies.join("; ") } });
    cookies.push(...answer.headers.getSetCookie().map((one) => one.split(";")[0] ?? ""));
    const next = answer.headers.get("location");
    if (next === null) return answer;
    at = new URL(next, at).href;
  }
  throw new Error("too many redirects");
}

const startSignIn = async (): Promise<string> => {
  const { house, issuer, lab } = practice;
  const resource = `${lab.issuer.url}/account`;
  const started = await house.call("accounts.signIn", { issuer, scopes: ["openid"], resource });
  return started.url;
};

describe("no page of a sign-in has a policy with a weakness that nobody argued for:", () => {
  it("the landing page, after yes and after no", async () => {
    const { lab, house } = practice;
    const landed = await fetch((await lab.signIn(await startSignIn(), "grace")) ?? "none:");
    expect([landed.status, findingsIn(policyOf(landed))]).toEqual([200, []]);
    const path = new URL(landed.url).pathname;
    const refused = await fetch(`${house.door}${path}?error=access_denied&state=x`, {
      headers: { "sec-fetch-mode": "navigate" },
    });
    expect([refused.status, findingsIn(policyOf(refused))]).toEqual([400, []]);
  });

  it("the practice issuer's own, where one chooses a person, and where one went wrong", async () => {
    const page = await arrive(await startSignIn());
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(await page.text()).toContain("PRACTICE");
    expect([page.status, findingsIn(policyOf(page))]).toEqual([200, []]);
    const lost = await fetch(`${practice.lab.issuer.url}/auth?client_id=nobody`);
    expect(lost.headers.get("content-type")).toContain("text/html");
    expect(findingsIn(policyOf(lost))).toEqual([]);
  });
});

describe("the judge", () => {
  it.each([
    [
      "default-src 'none'; script-src 'self' 'unsafe-inline'",
      "HIGH SCRIPT_UNSAFE_INLINE script-src",
    ],
    ["script-src 'self'", "HIGH MISSING_DIRECTIVES object-src"],
    ["default-src 'none'; script-src https:; base-uri 'none'", "HIGH PLAIN_URL_SCHEMES script-src"],
    ["default-src 'none'; form-action http://127.0.0.2:1", "MEDIUM SRC_HTTP form-action"],
    ["", "there is no policy"],
  ])("finds what is weak in %j", (policy, finding) => {
    expect(findingsIn(policy).join("\n")).toContain(finding);
  });
});

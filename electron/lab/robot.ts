// Somebody who clicks through the practice sign-in as a browser would: for the tour and for tests, never for a real
// issuer. It keeps cookies, follows redirects within the lab, submits the forms, and stops where the lab ends.
import { people } from "./people.ts";
import { LabError } from "./types.ts";

const MOST_STEPS = 20;

/**
 * @param start an authorization URL of the practice issuer, or the address shown by the device flow.
 * @param person `sub` of the person to be.
 * @returns the redirect that leaves the lab, or null where the last page asks for nothing more (device flow).
 * @throws LabError `unknown-person`, or `no-way-on` where the pages lead nowhere.
 */
export async function clickThrough(
  start: string,
  person: string,
  agree = true,
): Promise<string | null> {
  if (!people.some((each) => each.sub === person))
    throw new LabError("unknown-person", `${person} does not work here`);
  const home = new URL(start).origin;
  const cookies = new Map<string, string>();
  let next: { url: string; body: URLSearchParams | null } = { url: start, body: null };
  for (let step = 0; step < MOST_STEPS; step++) {
    const answer = await fetch(next.url, {
      method: next.body ? "POST" : "GET",
      redirect: "manual",
      headers: {
        accept: "text/html",
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(next.body ? { "content-type": "application/x-www-form-urlencoded" } : {}),
      },
      ...(next.body ? { body: next.body.toString() } : {}),
      signal: AbortSignal.timeout(10_000),
    });
    keepCookies(answer, cookies);
    const html = await answer.text();
    const location = answer.headers.get("location");
    if (location !== null) {
      const url = new URL(location, next.url);
      if (url.origin !== home) return url.href;
      next = { url: url.href, body: null };
      continue;
    }
    const form = choose(html, next.url, person, agree);
    if (form === null && answer.ok) return null;
    if (form === null)
      throw new LabError("no-way-on", `the practice sign-in ended with status ${answer.status}`);
    next = form;
  }
  throw new LabError("no-way-on", "the practice sign-in goes round in circles");
}

/** The form that a person of that mind would send. */
function choose(
  html: string,
  at: string,
  person: string,
  agree: boolean,
): { url: string; body: URLSearchParams } | null {
  const forms = [...html.matchAll(/<form[^>]*action="([^"]+)"[^>]*>([\s\S]*?)<\/form>/g)].map(
    (match) => ({
      url: new URL(match[1] ?? "", at).href,
      inside: match[2] ?? "",
    }),
  );
  const form = forms.find(
    ({ url }) => url.endsWith("/abort") !== agree || !/\/interaction\//.test(url),
  );
  if (!form) return null;
  const body = new URLSearchParams();
  for (const [tag] of form.inside.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(tag)?.[1];
    if (name !== undefined) body.set(name, /value="([^"]*)"/.exec(tag)?.[1] ?? "");
  }
  if (form.url.endsWith("/login")) body.set("person", person);
  return { url: form.url, body };
}

function keepCookies(answer: Response, cookies: Map<string, string>): void {
  for (const line of setCookies(answer)) {
    const [pair = ""] = line.split(";");
    const at = pair.indexOf("=");
    const value = pair.slice(at + 1);
    if (value === "" || /expires=thu, 01 jan 1970/i.test(line)) cookies.delete(pair.slice(0, at));
    else cookies.set(pair.slice(0, at), value);
  }
}

/** `getSetCookie` came with Node 19.7; before, the lines are joined by commas that dates hold, too. */
function setCookies(answer: Response): string[] {
  const { headers } = answer as { headers: Headers & { getSetCookie?: () => string[] } };
  return (
    headers.getSetCookie?.() ??
    (headers.get("set-cookie") ?? "").split(/,(?=\s*[^;,\s]+=)/).map((line) => line.trim())
  );
}

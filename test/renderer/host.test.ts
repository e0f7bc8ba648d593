import { describe, expect, it } from "vitest";
import { hostFacts } from "../../renderer/lib/host.ts";

describe("the host of an address", () => {
  it.each([
    ["plain letters", "https://id.example:8443/a?b", "id.example:8443", null],
    ["a Cyrillic letter", "https://p\u0430ypal.example/", "p\u0430ypal.example", "letters"],
    ["punycode", "https://a.xn--pypal-4ve.example", "a.xn--pypal-4ve.example", "letters"],
    ["full width", "https://\uff41\uff42.example/", "\uff41\uff42.example", "letters"],
    ["a soft hyphen", "https://pay\u00adpal.example/", "pay\u00adpal.example", "letters"],
    ["another host before an @", "https://bank.example@evil.example/", "evil.example", "user"],
    ["backslashes", "https:\\\\evil.example\\@bank.example", "evil.example", null],
    ["a space before it", " https://p\u0430ypal.example/", "p\u0430ypal.example", "letters"],
    [
      "a line break within the scheme",
      "ht\ntps://p\u0430y.example/",
      "p\u0430y.example",
      "letters",
    ],
    ["a tab before the slashes", "https:\t//p\u0430y.example/", "p\u0430y.example", "letters"],
  ])("%s", (_, url, host, warning) => {
    const facts = hostFacts(url);
    expect(facts?.host).toBe(host);
    expect(facts?.warning?.kind ?? null).toBe(warning);
    expect(`${facts?.before}${facts?.host}${facts?.after}`).toBe(url);
    expect(facts?.goesTo).toBe(new URL(url).host);
  });

  it.each(["npx -y server", "mailto:a@b.example", "https://pay\u202elap.example/", ""])(
    "%j has none",
    (text) => expect(hostFacts(text)).toBeNull(),
  );
});

import { describe, expect, it } from "vitest";
import { KnownSecrets, redactInput, redactText } from "../../electron/core/redact.ts";
import { isSecretName } from "../../electron/core/redact/names.ts";
import { Secret } from "../../electron/core/secret.ts";
import { bytesOf, cpu } from "./bytes.ts";
import { fc, test } from "./property.ts";
import { formsOf as forms, secret } from "./secret-forms.ts";

const knowing = (...values: string[]) => {
  const known = new KnownSecrets();
  for (const value of values) known.add(new Secret(value));
  return known;
};
const nobody = knowing();
const show = (value: unknown, known = nobody, cap?: number) =>
  redactInput(bytesOf(JSON.stringify(value)), known, cap);
const shown = (value: unknown, known = nobody) => JSON.parse(show(value, known).text!) as unknown;
const R = "[redacted]";

describe("names that announce a secret", () => {
  it("hides what is under them, in whatever style they are written", () => {
    const names =
      "password passwd pwd Password PASSWORD userPassword db_password dbpassword password2 DB.PASSWORD passphrase secret secrets client_secret " +
      "clientSecret ClientSecret clientsecret token Token TOKEN access_token accessToken accesstoken refresh-token tokens id_token_hint token1 " +
      "api_key apiKey API-Key apikey APIKEY api.key X-Api-Key x_api_keys Authorization proxy-authorization cookie Cookies set-cookie " +
      "credential credentials cred assertion client_assertion session sessionId session_id PHPSESSID private_key privateKey PRIVATE-KEY " +
      "secret_access_key aws_secret_access_key signingKey encryption_key SSHKey pin PIN userPin pin_code otp otp_code totp jwt bearer auth " +
      "auth_code code_verifier pass dbPass smtp_pass cvv recoveryCode contraseña ｐａｓｓｗｏｒｄ secret_id OAuthToken GITHUB_TOKEN githubToken";
    for (const name of names.split(" ")) {
      expect([name, isSecretName(name)]).toEqual([name, true]);
      expect(shown({ a: [{ [name]: "hunter2 plain" }] })).toEqual({ a: [{ [name]: R }] });
    }
  });

  it("leaves alone what only sounds alike", () => {
    const names =
      "max_tokens maxTokens max_output_tokens tokenizer tokenize token_count tokenCount tokens_used totalTokens prompt_tokens input_token_limit " +
      "token_type tokenUrl page_token nextPageToken continuationToken secretary secretion password_policy passwordLength cookie_policy " +
      "session_name authors author authority authentic key keys keyboard primary_key foreignKey public_key code zip_code pinned " +
      "pinterest spin opinion pins bypass passenger compass passes credit id name url path text message query state nonce api_version keyword";
    for (const name of names.split(" ")) {
      expect([name, isSecretName(name)]).toEqual([name, false]);
    }
  });

  it("hides numbers and whole structures, and keeps null, true, false and amounts", () => {
    expect(shown({ pin: 1234, token: 42, tokens: 4096, otp: [1, 2], session: { id: "x" } })).toEqual({
      pin: R, token: R, tokens: 4096, otp: R, session: R,
    }); // prettier-ignore
    expect(shown({ password: null, use_password: true, token: false })).toEqual({
      password: null,
      use_password: true,
      token: false,
    });
  });

  it("reads names out of siblings and command lines", () => {
    expect(shown([{ name: "API_KEY", value: "abc" }])).toEqual([{ name: "API_KEY", value: R }]);
    expect(shown([{ value: { deep: "abc" }, key: "db_password" }])).toEqual([
      { value: R, key: "db_password" },
    ]);
    expect(shown([{ name: "REGION", value: "eu" }])).toEqual([{ name: "REGION", value: "eu" }]);
    expect(shown(["--password", "letmein", "--verbose", "file"])).toEqual([
      "--password",
      R,
      "--verbose",
      "file",
    ]);
  });
});

describe("values that look like secrets", () => {
  const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
  const pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----";
  const hidden: [string, string][] = [
    ["Bearer abcdefgh", `Bearer ${R}`],
    ["curl -H 'X: y' -H 'Auth: Bearer abc123def.456' x", `curl -H 'X: y' -H 'Auth: ${R} ${R}' x`],
    ["Basic dXNlcjpwYXNz", `Basic ${R}`],
    [`see ${jwt}!`, `see ${R}!`],
    [`key:\n${pem}\nend`, `key:\n${R}\nend`],
    ["-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz", R],
    ["use sk-proj-abcdefghijklmnop1234 now", `use ${R} now`],
    ["sk_live_4eC39HqLyjWDarjtT1zdp7dc", R],
    ["ghp_16C7e42F292c6912E7710c838347Ae178B4a", R],
    ["github_pat_11ABCDEFG0abcdefghijkl", R],
    ["xoxb-123456789012-abcdef", R],
    ["AKIAIOSFODNN7EXAMPLE", R],
    ["AIzaSyA-1234567890abcdefghijklmnopqrstu", R],
    ["glpat-abcdefghij0123456789", R],
    [`csa_${"A".repeat(43)}`, R],
    ["npm_abcdefghijklmnopqrstuvwxyz0123456789", R],
    ["postgres://app:s3cr3t@db.local:5432/x?ssl=1", `postgres://app:${R}@db.local:5432/x?ssl=1`],
    ["https://abcdef0123@github.com/x", `https://${R}@github.com/x`],
    [
      "https://x.test/a?page=2&access_token=abc&sig=def#f",
      `https://x.test/a?page=2&access_token=${R}&sig=${R}#f`,
    ],
    ["https://maps.test/?key=abc", `https://maps.test/?key=${R}`],
    ["export DB_PASSWORD=letmein; run", `export DB_PASSWORD=${R}; run`],
    ['{"user":"a","password":"let me in","n":1}', `{"user":"a","password":"${R}","n":1}`],
    ['{\\"token\\":\\"abc\\"}', `{\\"token\\":\\"${R}\\"}`],
    ["password: hunter2\nhost: x", `password: ${R}\nhost: x`],
    ["mysql --password letmein -h x", `mysql --password ${R} -h x`],
    ["curl -u admin:letmein http://x", `curl -u admin:${R} http://x`],
    ["Cookie: a=b; c=d\r\nAccept: x", `Cookie: ${R}\r\nAccept: x`],
    ["Authorization: Digest username=x, response=y", `Authorization: ${R}`],
    ["Server=x;Pwd=abc;Database=y", `Server=x;Pwd=${R};Database=y`],
  ];

  it("are hidden inside text, and the rest of the text stays", () => {
    for (const [text, expected] of hidden) {
      expect([text, shown({ text })]).toEqual([text, { text: expected }]);
      expect([text, redactText(text, nobody, 1024)]).toEqual([
        text,
        expected.replaceAll("\r", " "),
      ]);
    }
  });

  it("are told from prose and source code", () => {
    const plain = [
      "a basic understanding of token rings and bearer shares", "const token = getToken(request);", "password: string;", "let token: unknown = null",
      "token = request.headers.token", "max_tokens: 4096", "git clone ssh://git@example.test/x", "mail me@example.test", "a task-force-of-seven-people-or-so",
      "The secretary said: no", "https://example.test/a?page=2&sort=key", "eyJ is how JWTs begin", "if (tokens.length === 0) return", "SELECT key FROM t WHERE code = 5",
    ]; // prettier-ignore
    for (const text of plain) expect([text, shown({ text })]).toEqual([text, { text }]);
  });
});

describe("known secrets", () => {
  const value = 'k3y/with+"odd\\ chars&é';
  it("threat 46: are hidden in every form that programs give to text", () => {
    const known = knowing(value);
    for (const form of forms(value)) {
      expect([form, known.scrub(`<${form}>`)]).not.toEqual([form, `<${form}>`]);
      expect(known.scrub(`<${form}>`)).toMatch(/^<\[redacted\][^k]*>$/);
    }
  });

  it("are hidden as names, as numbers, and across lines", () => {
    expect(shown({ abcdefgh: 1, n: 12345678 }, knowing("abcdefgh", "12345678"))).toEqual({
      [R]: 1,
      n: R,
    });
    const pem = "line one of it all\nline two of it all\n";
    expect(knowing(pem).scrub("x line two of it all y")).toBe(`x ${R} y`);
    expect(knowing("abcdefghijklmnop").scrub("abcdefgh\r\nijklmnop")).toBe(R);
  });

  it("hide nothing when they stand across two values, rather than half", () => {
    expect(show(["abc", "def"], knowing('bc","de')).text).toBe(JSON.stringify(R));
  });

  it("are forgotten once every owner has removed them", () => {
    const known = knowing("abcdefgh", "abcdefgh");
    known.remove(new Secret("abcdefgh"));
    expect(known.scrub("abcdefgh")).toBe(R);
    known.remove(new Secret("abcdefgh"));
    known.remove(new Secret("abcdefgh"));
    expect(known.scrub("abcdefgh")).toBe("abcdefgh");
  });

  it("are hidden whole where a text is cut in the middle of them", () => {
    const long = Array.from({ length: 400 }, (_, i) => `Q${i.toString(36)}z`).join("");
    for (const secret of ["Q-canary-0123456789", long]) {
      const known = knowing(secret);
      for (const form of forms(secret)) {
        for (const before of [1000, 1010, 1018, 1023, 1024]) {
          const text = `${"x".repeat(before)} ${form} ${"y".repeat(9000)}`;
          for (const out of [show({ text }, known).text!, redactText(text, known)]) {
            // The mark itself may be cut; of the secret nothing may stand there.
            const rest = out.replace(/\[[redact]*\]?/, "").replace(/^\{"text":"/, "");
            expect(/^x+ *y*(?:… \(\d+ bytes\)"\}|…)$/.test(rest) ? "" : `${form} → ${rest}`).toBe(
              "",
            );
          }
        }
      }
    }
  });

  it("shorter than six characters do not shred text", () => {
    expect(knowing("", "a", "the", "12345").scrub("the cat ate 12345")).toBe("the cat ate 12345");
  });

  it("do not show when the holder is printed", async () => {
    const { inspect } = await import("node:util");
    const known = knowing("abcdefgh-canary");
    known.scrub("x");
    expect(inspect(known, { depth: 9, showHidden: true }) + JSON.stringify(known)).not.toContain(
      "canary",
    );
  });

  const around = fc.string({ maxLength: 12 });

  test(
    "threat 46, canary: no form of a live secret survives, wherever it is put",
    [
      secret,
      fc.nat(),
      around,
      around,
      fc.jsonValue(),
      fc.nat(2500),
      fc.constantFrom(200, 2000, 16_384),
    ],
    (secret, which, before, after, other, padding, cap) => {
      const known = knowing("another-live-secret", secret);
      const all = forms(secret);
      const form = all[which % all.length]!;
      const text = `${"x ".repeat(padding)}${before} ${form} ${after}`;
      const args = { other, list: [text], [form]: { inner: text, deep: [[form]] } };
      const { text: out } = show(args, known, cap);
      const message = redactText(text, known, 1024);
      for (const one of all) {
        for (const place of [out!, message, decodeAll(out!)])
          expect(place.includes(one)).toBe(false);
      }
      // No half of it either: a cut may not leave the beginning.
      if (form === secret && !/[\s"\\%]/.test(secret))
        expect(out!.includes(secret.slice(0, -1))).toBe(false);
    },
  );

  function decodeAll(json: string): string {
    const texts: string[] = [];
    JSON.parse(json, (key, value: unknown) => {
      if (typeof value === "number") texts.push(String(value));
      texts.push(key, typeof value === "string" ? value : "");
      return value;
    });
    return texts.join("\n");
  }
});

describe("what is written down", () => {
  it("keeps the shape of small arguments as it is", () => {
    const value = { a: [1, -0.5, true, null, 'x\n"y"'], b: {}, c: [], "": "é😀" };
    expect(show(value)).toEqual({ text: JSON.stringify(value), cut: false });
    expect(redactInput(null, nobody)).toEqual({ text: null, cut: false });
    expect(redactInput(bytesOf(' { "a" : [ 1 , 2 ] } '), nobody).text).toBe('{"a":[1,2]}');
  });

  it("shortens long text and tells its length, and says what it left out", () => {
    const long = show({ text: "y".repeat(5000), n: 1 });
    expect(long.cut).toBe(true);
    expect(JSON.parse(long.text!)).toEqual({ text: `${"y".repeat(1024)}… (5000 bytes)`, n: 1 });
    const wide = shown(Array.from({ length: 5000 }, (_, i) => i)) as unknown[];
    expect(wide).toHaveLength(201);
    expect(wide.at(-1)).toBe("… (4800 more)");
    const members = shown(
      Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, i])),
    ) as object;
    expect(Object.entries(members).at(-1)).toEqual(["…", "… (100 more)"]);
    const deep = redactInput(bytesOf("[".repeat(50_000) + "]".repeat(50_000)), nobody);
    expect(deep).toEqual({ text: `${"[".repeat(32)}"…"${"]".repeat(32)}`, cut: true });
  });

  it("threat 64: lets no terminal control, invisible or direction character through raw", () => {
    const evil = "\u001b[2J\u0007\u009b31m\u202eabc\u200b\u2028\ufeff\u061c";
    const { text } = show({ [evil]: evil });
    expect(text).not.toMatch(/[^\P{C}]/u);
    expect(JSON.parse(text!)).toEqual({ [evil]: evil });
    expect(redactText(`a${evil}b\nc`, nobody)).not.toMatch(/[^\P{C}\n]/u);
  });

  it("shows nothing of bytes that are no JSON", () => {
    for (const text of ["", "{", "[1,", '{"a":', '{"a" 1', "nonsense{", '"\ud800', "{1:2}"]) {
      expect(redactInput(bytesOf(text), nobody).text === null || text === "nonsense{").toBe(true);
    }
  });

  it("reads 4 MiB in well under a second", () => {
    const known = knowing(...Array.from({ length: 200 }, (_, i) => `secret-number-${i}-of-many`));
    for (const value of [
      { text: "z ".repeat(2 << 20) },
      Array.from({ length: 90_000 }, (_, i) => ({ id: i, name: `item ${i}` })),
    ]) {
      const bytes = bytesOf(JSON.stringify(value));
      const spent = cpu();
      redactInput(bytes, known);
      expect(spent()).toBeLessThan(0.8);
    }
  });

  test(
    "is always valid JSON within the cap",
    [
      fc.jsonValue({ maxDepth: 8, stringUnit: "grapheme" }),
      fc.integer({ min: 0, max: 600 }),
      fc.nat(3),
    ],
    (value, cap, wrap) => {
      let args: unknown = value;
      for (let i = 0; i < wrap; i++)
        args = { value: args, name: "password", ["k".repeat(i * 90)]: [args] };
      const { text, cut } = show(args, nobody, cap);
      if (text === null) {
        expect(cap).toBeLessThan(12);
        expect(cut).toBe(true);
        return;
      }
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(cap);
      JSON.parse(text);
    },
  );

  test(
    "messages stay within their cap too",
    [fc.string({ unit: "grapheme", maxLength: 400 }), fc.nat(300)],
    (text, cap) => {
      expect(Buffer.byteLength(redactText(text, nobody, cap))).toBeLessThanOrEqual(cap);
    },
  );

  test("any bytes are survived", [fc.uint8Array({ maxLength: 200 })], (bytes) => {
    redactInput(bytes, nobody);
  });
});

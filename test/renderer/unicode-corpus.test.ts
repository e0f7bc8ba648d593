// Names that hide something or pretend to be others, in every kind of question, in a real Chromium of 480 pixels: what is
// hidden is seen, nothing of it stands in a heading or on a button, no answer is pushed away, and no logo is fetched.
import { mkdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Matter } from "../../electron/core/permission/questions.ts";
import { words } from "../../renderer/words.ts";
import { builtRenderer } from "./build.ts";
import { CHROMIUM, hasChromium, launch, open, type Opened } from "./chromium.ts";
import { type Double, startDouble } from "./double.ts";
import { hostileNames, Mouth, SIGN } from "./hostile-names.ts";
import { callOf, QUESTIONS } from "./hostile-questions.ts";
import { judge } from "./judged-page.ts";
import { full } from "./tour-base.ts";
import { SHOTS } from "./walk.ts";

if (!hasChromium) console.log(`skipped: there is no ${CHROMIUM} on this machine`);

/** What is photographed, by question and turn. */
const PICTURES = new Set(["call 0", "destructive 19", "consent 1", "page 0"]);

describe.skipIf(!hasChromium)("hostile names in what is asked (480 pixels wide)", () => {
  let folder = "";
  let browser: Browser;
  let logos: Server;
  let logo = "";
  let fetched = 0;
  let app: Double;
  let opened: Opened;
  let page: Page;
  const images: string[] = [];

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    logos = createServer((_, response) => {
      fetched++;
      response.end();
    }).listen(0, "127.0.0.1");
    await new Promise((done) => logos.once("listening", done));
    logo = `http://127.0.0.1:${(logos.address() as AddressInfo).port}`;
    [folder, browser] = await Promise.all([builtRenderer(), launch()]);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    logos.close();
  });
  beforeEach(async () => {
    app = await startDouble(folder, full({ rows: [] }), "approval");
    opened = await open(browser, app, { width: 480, height: 720 });
    page = opened.page;
    await page.getByText("Nothing waits for you").waitFor();
    images.length = 0;
    page.on("request", (request) => {
      if (request.resourceType() === "image") images.push(request.url());
    });
    page.on("dialog", (dialog) => {
      opened.faults.push(`script: ${dialog.message()}`);
      void dialog.dismiss();
    });
  });
  afterEach(async () => {
    const { faults } = opened;
    await opened.close();
    await app.close();
    expect(faults, "scripts, policy violations, console errors or foreign requests").toEqual([]);
    expect(images, "images that were fetched").toEqual([]);
    expect(fetched, "logos that were fetched").toBe(0);
  });

  /** What is wrong with the page as it stands. */
  async function faultsOf(name: string, mouths: readonly Mouth[]): Promise<string[]> {
    const { missing, raw, loud, outside, warnings, fetching } = await page.evaluate(judge, {
      sign: SIGN,
      shown: mouths.flatMap(({ shown }) => shown),
    });
    const said = mouths
      .flatMap((mouth) => mouth.warnings)
      .map((one) => (one === "user" ? words.account.userInfo : `${words.account.punycode} ${one}`));
    const faults = [
      ...raw.map((one) => `raw: ${one}`),
      ...missing.map((one) => `not shown: ${one.slice(0, 60)}`),
      ...loud.map((one) => `in a heading or a button: ${one.slice(0, 80)}`),
      ...outside.map((one) => `outside: ${one}`),
      ...(fetching > 0 ? [`${fetching} elements that fetch`] : []),
    ];
    if (warnings.toSorted().join("\n") !== said.toSorted().join("\n")) {
      faults.push(`warned of ${JSON.stringify(warnings)} and not of ${JSON.stringify(said)}`);
    }
    return faults.map((fault) => `${name}: ${fault}`);
  }

  /** Asks until the returned function is called. */
  function ask(matter: Matter): () => void {
    const gone = new AbortController();
    void app.world.ask(matter, gone.signal).catch(() => undefined);
    return () => gone.abort();
  }

  const kinds = Object.keys(QUESTIONS) as (keyof typeof QUESTIONS)[];
  it.each(kinds)(
    "%s: every name in every place",
    async (kind) => {
      const names = hostileNames(logo);
      const faults: string[] = [];
      // What is typed by hand stands beside the answers, whatever its length; all else is as with any call.
      const turns = [...names.keys()].filter((turn) => kind !== "destructive" || turn % 4 === 3);
      for (const turn of turns) {
        const mouth = new Mouth(names, turn);
        const end = ask(QUESTIONS[kind](mouth, logo));
        // Each question has a body of its own.
        await page.locator(".ask-body:not([data-judged])").waitFor();
        faults.push(...(await faultsOf(`${kind} ${turn}`, [mouth])));
        if (PICTURES.has(`${kind} ${turn}`)) {
          await page.screenshot({ path: path.join(SHOTS, `unicode-${kind}-light-480.png`) });
        }
        end();
      }
      expect(faults).toEqual([]);
    },
    60_000,
  );

  it("several calls of one agent, as a list", async () => {
    const names = hostileNames(logo);
    const agent = {
      id: "agt_corpus000001",
      name: names[0]?.raw ?? "",
      authMethod: "bearer",
    } as const;
    const faults: string[] = [];
    for (const from of [0, names.length / 2]) {
      const mouths: Mouth[] = [];
      const ends: (() => void)[] = [];
      for (let turn = from; turn < from + names.length / 2; turn++) {
        const mouth = new Mouth(names, turn);
        const [tool, server] = [mouth.name(), mouth.name()];
        const base = callOf(new Mouth(names, turn), logo);
        if (base.kind !== "call" || base.subject.program === null) throw new Error("no call");
        const { account, program } = base.subject;
        const subject = {
          ...base.subject,
          agent,
          tool,
          server: { ...base.subject.server, name: server },
          account: account === null ? null : { ...account, who: mouth.name() },
          program: { ...program, path: mouth.name() },
          argumentsHash: turn.toString(16).padStart(64, "0"),
        };
        mouths.push(mouth);
        ends.push(ask({ kind: "call", subject, rules: [] }));
      }
      await expect.poll(() => page.locator(".burst-row").count()).toBe(ends.length);
      faults.push(...(await faultsOf(`list ${from}`, mouths)));
      if (from === 0) {
        await page.screenshot({ path: path.join(SHOTS, "unicode-list-light-480.png") });
      }
      for (const end of ends) end();
      await page.getByText("Nothing waits for you").waitFor();
    }
    expect(faults).toEqual([]);
  }, 60_000);

  it("would notice a logo that is fetched", async () => {
    const before = fetched;
    await fetch(`${logo}/z.png`);
    expect(fetched).toBe(before + 1);
    fetched = before;
  });
});

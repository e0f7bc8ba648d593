// One stop of the tour in the language that nobody speaks: what is wrong with it at both widths, in both directions.
import type { Browser } from "playwright";
import { words } from "../../renderer/words.ts";
import { open } from "./chromium.ts";
import { startDouble } from "./double.ts";
import { inPseudo } from "./in-pseudo.ts";
import { lookOver } from "./looked-over.ts";
import type { Stop } from "./tour-base.ts";

/** Every plain text of the catalogue. */
function texts(node: unknown): string[] {
  if (typeof node === "string") return [node];
  if (typeof node !== "object" || node === null) return [];
  return Object.values(node).flatMap(texts);
}
export const CATALOGUE = new Set(texts(words).filter((text) => /\p{L}{3}/u.test(text)));

export async function faultsInPseudo(
  browser: Browser,
  folder: string,
  stop: Stop,
): Promise<string[]> {
  const app = await startDouble(folder, stop.world(), stop.surface);
  const url = app.link().replace("/#", "/?locale=pseudo#");
  const opened = await open(browser, app, { url });
  const { page } = opened;
  page.setDefaultTimeout(5000);
  let data = "";
  page.on("response", (response) => {
    if (response.request().resourceType() === "fetch") {
      void response.text().then(
        (text) => (data += text),
        () => undefined,
      );
    }
  });
  const faults: string[] = [];
  try {
    await stop.go(inPseudo(page));
    for (const dir of ["ltr", "rtl"] as const) {
      for (const width of [1280, 480]) {
        await page.setViewportSize({ width, height: 800 });
        const seen = await page.evaluate(lookOver, dir);
        const say = (what: string): void => void faults.push(`${dir} ${width}: ${what}`);
        if (seen.overflow > 0) say(`${seen.overflow} px wider than the page`);
        if (width === 1280 && stop.surface === undefined && seen.navOn !== null) {
          const side = dir === "ltr" ? "left" : "right";
          if (seen.navOn !== side) say(`the navigation is not on the ${side}`);
        }
        for (const one of seen.cut) say(`cut: ${one}`);
        if (dir !== "ltr" || width !== 1280) continue;
        for (const one of seen.plain) {
          const escaped = JSON.stringify(one).slice(1, -1);
          if (
            CATALOGUE.has(one) ||
            (/\p{L}{2,}\s+\p{L}{2,}/u.test(one) && !data.includes(escaped))
          ) {
            say(`not from the catalogue: ${one}`);
          }
        }
      }
    }
  } catch (error) {
    faults.push(String(error).split("\n").slice(0, 3).join(" "));
  } finally {
    await opened.close();
    await app.close();
  }
  return [...new Set([...faults, ...opened.faults])].map((fault) => `${stop.name}: ${fault}`);
}

// Takes a picture of every stop of the tour, for people to look at:
//   node -e "import('vite').then((v) => v.runnerImport('./test/renderer/look.ts'))"
// LOOK=name,name picks stops; THEMES=dark, WIDTHS=480 and HEIGHT=1500 pick the rest.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { builtRenderer } from "./build.ts";
import { launch, open } from "./chromium.ts";
import { startDouble } from "./double.ts";
import { TOUR } from "./tour.ts";

const folder = path.resolve(import.meta.dirname, "../../.cache/screenshots");
mkdirSync(folder, { recursive: true });
const list = (name: string, all: readonly string[]): readonly string[] =>
  process.env[name]?.split(",") ?? all;

const built = await builtRenderer();
const browser = await launch();
const wanted = list(
  "LOOK",
  TOUR.map((stop) => stop.name),
);
for (const theme of list("THEMES", ["light", "dark"])) {
  for (const width of list("WIDTHS", ["1280", "480"])) {
    for (const stop of TOUR.filter(({ name }) => wanted.includes(name))) {
      const app = await startDouble(built, stop.world(), stop.surface);
      const opened = await open(browser, app, {
        width: Number(width),
        height: Number(process.env["HEIGHT"] ?? 800),
        theme: theme === "dark" ? "dark" : "light",
      });
      try {
        await stop.go(opened.page);
      } catch (error) {
        console.log(`${stop.name}: ${String(error).slice(0, 400)}`);
      }
      await opened.page.waitForTimeout(450);
      await opened.page.screenshot({
        path: path.join(folder, `${stop.name}-${theme}-${width}.png`),
      });
      for (const fault of opened.faults) console.log(`${stop.name}: ${fault}`);
      await opened.close();
      await app.close();
    }
  }
}
await browser.close();

// Updates through the whole of Countersign: a source that the person agreed to, a publisher's real key, real TLS.
import fs from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { OutputOf } from "../../electron/contract.ts";
import { answer, asked } from "../support/asking.ts";
import { type House, openHouse } from "../support/house.ts";
import { openPublisher, type Publisher } from "../support/publisher.ts";
import { signer } from "../support/signer.ts";
import { temporaryFolder, until } from "../support/processes.ts";

const YES = { type: "allow", lifetime: "always", scope: "tool" } as const;
type View = OutputOf<"updates.status">;

let publisher: Publisher;
let folder: ReturnType<typeof temporaryFolder>;
beforeAll(async () => {
  publisher = await openPublisher();
});
afterAll(() => publisher.close());
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const open = async (): Promise<House> => {
  const house = await openHouse({ dataFolder: folder.path });
  closers.push(() => house.close());
  return house;
};
const wish = () => ({ url: publisher.url, key: publisher.pem, trustPem: publisher.trustPem });
const downloaded = async (house: House): Promise<View> => {
  let view: View | null = null;
  await until(
    async () => {
      view = await house.call("updates.status", {});
      return view.download.state !== "running";
    },
    10_000,
    "the end of the download",
  );
  return view as unknown as View;
};

it("asks the person about a source, believes only its publisher and only forwards, also after a restart", async () => {
  folder = temporaryFolder();
  closers.push(() => folder.remove());
  let house = await open();
  expect(await house.call("updates.status", {})).toMatchObject({ state: "off", source: null });
  publisher.publish({ version: "0.1.0", sequence: 5 });

  const denied = house.reply("updates.setSource", wish());
  const question = await asked(house, "update-source");
  expect(question.matter).toMatchObject({
    source: { url: publisher.url, ownAuthority: true },
    replaces: null,
  });
  await answer(house, question, { type: "deny" });
  expect(await denied).toMatchObject({ ok: false, error: { code: "call_refused" } });
  expect(publisher.seen, "nothing is fetched before the yes").toEqual([]);

  const agreed = house.reply("updates.setSource", wish());
  const again = await asked(house, "update-source");
  // A yes at once was meant for something else.
  expect(await answer(house, again, YES, 0)).toMatchObject({
    ok: false,
    error: { code: "verdict_too_early" },
  });
  await answer(house, again, YES);
  expect(await agreed).toMatchObject({ ok: true, value: { source: { url: publisher.url } } });

  const check = (): Promise<View> => house.call("updates.check", {});
  expect(await check()).toMatchObject({ state: "current", running: "0.1.0", complaint: null });
  publisher.publish({ sequence: 6 });
  expect(await check()).toMatchObject({ state: "available", found: { version: "0.2.0" } });
  publisher.publish({ sequence: 6 }, { raw: true });
  expect(await check()).toMatchObject({ state: "available" });

  const refusals: [string, () => void][] = [
    ["it is older than one that was seen before", () => publisher.publish({ sequence: 5 })],
    ["it would go back to an older version", () => publisher.publish({ version: "0.0.9" })],
    ["its publisher is not one of ours", () => publisher.publish({}, { by: signer() })],
    [
      "it has expired",
      () => publisher.publish({ expiresAt: new Date(Date.now() - 1).toISOString() }),
    ],
    ["it is not signed", () => void publisher.routes.delete("/countersign.json.sig")],
    [
      "it is too large",
      () =>
        void publisher.routes.set("/countersign.json", (_, response) =>
          response.end(Buffer.alloc(65_537, " ")),
        ),
    ],
    [
      "its address leads to another one, which is not followed",
      () =>
        void publisher.routes.set("/countersign.json", (_, response) =>
          response.writeHead(302, { location: "/elsewhere" }).end(),
        ),
    ],
  ];
  for (const [reason, make] of refusals) {
    publisher.publish();
    make();
    expect(await check(), reason).toMatchObject({
      state: "refused",
      found: { version: "0.2.0" },
      complaint: { code: "update_refused", facts: { reason } },
    });
  }
  const paths = new Set(publisher.seen.map((one) => one.path));
  expect([...paths].sort()).toEqual(["/countersign.json", "/countersign.json.sig"]);

  await house.close();
  house = await open();
  publisher.publish({ sequence: 4 });
  expect(await check()).toMatchObject({ state: "refused" });
  publisher.publish();
  expect(await check()).toMatchObject({ state: "available" });

  // Nothing of this machine or installation is in what was sent.
  const said = JSON.stringify(publisher.seen);
  const { installation } = JSON.parse(
    fs.readFileSync(path.join(folder.path, "settings.json"), "utf8"),
  ).settings as { installation: string };
  for (const own of [installation, "0.1.0", process.version, folder.path, "countersign/"]) {
    expect(said).not.toContain(own);
  }
  expect(new Set(publisher.seen.flatMap(({ headers }) => Object.keys(headers)))).toEqual(
    new Set(["host", "connection", "accept-encoding"]),
  );

  await house.call("updates.download", {});
  const { download } = await downloaded(house);
  expect(download).toMatchObject({ state: "done", version: "0.2.0" });
  const file = download.state === "done" ? download.path : "";
  expect(path.dirname(file)).toBe(path.join(folder.path, "updates"));
  expect(fs.readFileSync(file).equals(publisher.file)).toBe(true);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  fs.rmSync(file);

  const flipped = Buffer.from(publisher.file);
  flipped[7] = (flipped[7] ?? 0) ^ 1;
  publisher.routes.set("/file", (_, response) => response.end(flipped));
  await house.call("updates.download", {});
  expect((await downloaded(house)).download).toMatchObject({
    state: "failed",
    complaint: { code: "update_file_wrong" },
  });
  // Ended while it comes: by the person, and by the end of the program.
  publisher.routes.set(
    "/file",
    (_, response) => void response.write(publisher.file.subarray(0, 9999)),
  );
  await house.call("updates.download", {});
  expect((await house.call("updates.cancelDownload", {})).download).toEqual({ state: "none" });
  await house.call("updates.download", {});
  await house.close();
  expect(fs.readdirSync(path.dirname(file))).toEqual([]);

  // What was seen cannot be read: nothing is looked for, and it does not begin anew.
  const document = path.join(folder.path, "updates.json");
  fs.writeFileSync(document, fs.readFileSync(document, "utf8").replace('"seen"', '"sean"'));
  house = await open();
  const before = publisher.seen.length;
  expect(await house.call("updates.status", {})).toMatchObject({ state: "broken" });
  expect(await house.reply("updates.check", {})).toMatchObject({
    ok: false,
    error: { code: "settings_broken" },
  });
  expect(publisher.seen).toHaveLength(before);
}, 60_000);

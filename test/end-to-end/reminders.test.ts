// Certificates that end and keys that grow old are named by every surface in time, and each step is told once.
import fs from "node:fs";
import { afterEach, expect, it } from "vitest";
import { run } from "../cli/desk.ts";
import { type House, openHouse } from "../support/house.ts";
import { temporaryFolder } from "../support/processes.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const finding = async (h: House, id: string) =>
  (await h.call("doctor.run", {})).findings.find((one) => one.id === id);

it("an ending certificate, an agent's too, and a key of 100 days, from the settings to every surface", async () => {
  const folder = temporaryFolder();
  closers.push(() => folder.remove());
  const first = await openHouse({ dataFolder: folder.path });
  const made = { commonName: "Countersign", signedBy: "itself" } as const;
  const laptop = await first.call("certificates.make", { ...made, label: "laptop", days: 5 });
  const long = await first.call("certificates.make", { ...made, label: "long", days: 365 });
  const { id } = await first.agent("Claude Code");
  const pem = laptop.state === "csr-pending" ? "" : laptop.chain;
  await first.call("agents.setCertificate", { id, certificate: pem });
  const add = { kind: "http", url: "https://crm.example/mcp" } as const;
  await first.call("servers.add", { ...add, name: "crm", auth: { type: "api-key", secret: "k" } });
  expect((await first.call("app.status", {})).reminders.map((r) => r.kind)).toEqual([
    "certificate",
    "agent-certificate",
  ]);
  expect(await finding(first, "keys")).toMatchObject({ state: "ok" });
  const { port } = first;
  await first.close();

  // The key was entered a hundred days ago.
  const file = `${folder.path}/servers.json`;
  const then = new Date(Date.now() - 100 * 86_400_000).toISOString();
  const text = fs.readFileSync(file, "utf8");
  fs.writeFileSync(file, text.replace(/"secretAddedAt": "[^"]+"/, `"secretAddedAt": "${then}"`));
  const second = await openHouse({ dataFolder: folder.path, port });
  const { reminders } = await second.call("app.status", {});
  expect(reminders.map(({ step, due }) => [step, due])).toEqual([
    [7, true],
    [7, true],
    [90, true],
  ]);
  expect(await finding(second, "certificates")).toMatchObject({
    state: "warning",
    note: expect.stringMatching(
      /“laptop” ends in 4 days.*agent “Claude Code” ends in 4 days/,
    ) as string,
    remedy: expect.stringContaining(`countersign certificate renew ${laptop.id}`) as string,
  });
  expect(JSON.stringify(await finding(second, "certificates"))).not.toContain(long.id);
  expect(await finding(second, "keys")).toMatchObject({
    state: "warning",
    note: "The key of “crm” is 100 days old.",
    remedy: expect.stringContaining("countersign server replace-key crm") as string,
  });
  const told = await run(["--data", folder.path, "status"]);
  expect(told.out).toContain("The key of “crm” is 100 days old.");
  expect(told.out).toContain("“laptop” ends in 4 days");

  for (const { about } of reminders) await second.call("reminders.told", { about });
  await second.close();

  const third = await openHouse({ dataFolder: folder.path, port });
  closers.push(() => third.close());
  const after = (await third.call("app.status", {})).reminders;
  expect(after.map(({ due }) => due)).toEqual([false, false, false]);
  // Told is not mended: the doctor goes on naming them.
  expect(await finding(third, "keys")).toMatchObject({ state: "warning" });
  const [crm] = await third.call("servers.list", {});
  await third.call("servers.replaceSecret", { id: crm?.id ?? "", secret: "another" });
  expect(await finding(third, "keys")).toMatchObject({ state: "ok" });
});

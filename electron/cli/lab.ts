// `lab start | stop | status`; the tour is in lab-tour.ts.
import { asTyped } from "../core/command-line.ts";
import type { LabStatus } from "../contract.ts";
import type { Output } from "./output.ts";
import type { Run } from "./types.ts";

async function show(out: Output, now: LabStatus): Promise<void> {
  if (now.state !== "on") {
    return out.line(
      now.state === "off"
        ? asTyped("The lab is off. Start it: countersign lab start")
        : "The lab starts.",
    );
  }
  await out.line("The practice company is on: everything on this machine, nothing in it is real.");
  await out.table(
    ["SERVER", "PATTERN", "ADDRESS"],
    now.servers.map((s) => [s.name, s.pattern, s.url]),
  );
  if (now.issuer !== null) await out.line(`Issuer: ${now.issuer}`);
}

export const status: Run = async ({ connect, out }) => {
  const remote = await connect();
  await out.show(await remote.call("lab.status", {}), (now) => show(out, now));
};

export const start: Run = async ({ connect, out }) => {
  const remote = await connect();
  await out.show(await remote.call("lab.start", {}), async (now) => {
    await show(out, now);
    await out.line(asTyped("See it work: countersign lab tour"));
  });
};

export const stop: Run = async ({ connect, out }) => {
  const remote = await connect();
  await out.show(await remote.call("lab.stop", {}), (now) =>
    now.state === "off" ? out.line("The lab is off, and what it kept is gone.") : show(out, now),
  );
};

// `update status | check | source | off | download`: newer versions of Countersign itself.
import type { Complaint, OutputOf } from "../contract.ts";
import { Refusal } from "../core/errors.ts";
import { readCertificates, readFile, usage } from "./given.ts";
import { cell, type Output } from "./output.ts";
import { tellWhere } from "./policy.ts";
import type { Remote } from "./remote.ts";
import { localTime } from "./text.ts";
import type { Run } from "./types.ts";

type View = OutputOf<"updates.status">;
type Tone = Parameters<typeof cell>[1];

/** Bytes: more than any form of a key. */
const MOST_KEY = 4096;

const WORDS: Record<View["state"], readonly [string, Tone]> = {
  off: ["not looked for", "dim"],
  unknown: ["not looked yet", "dim"],
  current: ["up to date", "good"],
  available: ["a newer version is available", "warn"],
  refused: ["not believed", "bad"],
  unreachable: ["could not be asked", "warn"],
  broken: ["cannot be known", "bad"],
};

const HOW_TO = {
  deb: "Quit Countersign, then: sudo apt install",
  rpm: "Quit Countersign, then: sudo dnf install",
  appimage: "Quit Countersign, make this file executable, and put it where the old one is:",
  "tar.gz": "Quit Countersign, unpack this file, and start Countersign from there:",
  dmg: "Quit Countersign, open this file, and drag Countersign into Applications:",
  zip: "Quit Countersign, unpack this file, and put Countersign into Applications:",
  nsis: "Quit Countersign, then open this file to install it:",
  portable: "Quit Countersign, then put this file where the old one is:",
} as const;

async function tell(out: Output, view: View): Promise<void> {
  const [text, tone] = WORDS[view.state];
  const { source, found, checkedAt, unreachableSince, complaint, download } = view;
  const rows: [string, Parameters<Output["table"]>[1][number][number]][] = [
    ["Updates", cell(view.checking ? "being looked for" : text, tone)],
    ...(found === null ? [] : [["Newer", found.version] as [string, string]]),
    ...(found === null ? [] : [["Published", localTime(found.publishedAt)] as [string, string]]),
    ["Last look", localTime(checkedAt)],
    ...(unreachableSince === null
      ? []
      : [["Not reached since", localTime(unreachableSince)] as [string, string]]),
    ...(source === null
      ? []
      : ([
          ["Source", source.url],
          ["Publisher's key", source.fingerprint],
        ] as [string, string][])),
  ];
  await out.table(["COUNTERSIGN", view.running], rows);
  if (complaint !== null) await out.line(`${complaint.sentence} ${complaint.advice}`);
  if (download.state === "done") await tellFile(out, download);
}

async function tellFile(
  out: Output,
  { path, form }: Extract<View["download"], { state: "done" }>,
): Promise<void> {
  await out.line("Downloaded, and what its publisher signed. Countersign does not install it.");
  await out.line(`${form === null ? "Quit Countersign, then install:" : HOW_TO[form]} ${path}`);
}

const refusalOf = ({ code, facts }: Complaint): Refusal => new Refusal(code, facts);

export const status: Run = async ({ connect, out }) => {
  const remote = await connect();
  const view = await remote.call("updates.status", {});
  await out.show(view, () => tell(out, view));
};

/** Ends as the look ended: what was refused or out of reach is no success. */
export const check: Run = async ({ connect, out }) => {
  const remote = await connect();
  const view = await remote.call("updates.check", {});
  await out.show(view, () => tell(out, { ...view, complaint: null }));
  if (view.complaint !== null) throw refusalOf(view.complaint);
};

export const source: Run = async ({ args: [url = ""], connect, io, out, text }) => {
  const file = text("key");
  if (file === undefined) throw usage("Give the publisher's public key: --key FILE.");
  if (!URL.canParse(url)) throw usage("The address of the manifest is not a URL.");
  const key = (await readFile(io, file, MOST_KEY)).toString("latin1");
  const ca = text("ca");
  const trust = ca === undefined ? {} : { trustPem: await readCertificates(io, ca) };
  const remote = await connect();
  const setting = remote.call("updates.setSource", { url, key, ...trust });
  // Should it fail while the place is being told, it is reported below all the same.
  setting.catch(() => undefined);
  await tellWhere(remote, io.stderr);
  const view = await setting;
  await out.show(view, () => out.line(`Updates are looked for at ${url} from now on.`));
};

export const off: Run = async ({ connect, out }) => {
  const remote = await connect();
  const view = await remote.call("updates.off", {});
  await out.show(view, () => out.line("Updates are not looked for any more."));
};

/** Milliseconds between two questions how far it has come. */
const LOOK_AGAIN = 300;

async function ended(remote: Remote, told: (view: View) => void): Promise<View> {
  for (;;) {
    const view = await remote.call("updates.status", {});
    if (view.download.state !== "running") return view;
    told(view);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
  }
}

export const download: Run = async ({ connect, io, out }) => {
  const remote = await connect();
  await remote.call("updates.download", {});
  let last = -1;
  const view = await ended(remote, ({ download: now }) => {
    if (now.state !== "running" || io.stderr.isTTY !== true) return;
    const percent = Math.floor((100 * now.received) / now.bytes);
    if (percent > last) io.stderr.write(`\r${percent} %`);
    last = percent;
  });
  if (last >= 0) io.stderr.write("\r");
  const done = view.download;
  if (done.state === "failed") throw refusalOf(done.complaint);
  if (done.state !== "done") throw new Refusal("update_cancelled");
  await out.show(view, () => tellFile(out, done));
};

// What a person has to renew before it ends or grows too old: certificates at 30, 7 and 1 days before their end, and
// keys that nobody replaced for 90 days. Each step is told once; the doctor and the status name it for as long as it
// is so.
import type { Agent } from "./agents.ts";
import { type Expiry, expiryOf, type WarningDays, warningDue } from "./certificates/expiry.ts";
import type { Certificate } from "./certificates.ts";
import { asTyped } from "./command-line.ts";
import type { Server } from "./servers.ts";

const DAY = 86_400_000;
/** A key is to be replaced every 30 to 90 days. */
export const KEY_DAYS = 90;

export interface Reminder {
  /** Of what: a thumbprint, or the id of a secret. A renewed one has another. */
  readonly about: string;
  readonly kind: "certificate" | "agent-certificate" | "key";
  /** Days before the end (0: it is over), or 90 for a key's age. */
  readonly step: WarningDays | 0 | typeof KEY_DAYS;
  readonly sentence: string;
  readonly advice: string;
  /** Whether this very step was not told yet. */
  readonly due: boolean;
}

/** The last step that was told, by what it was about. */
export type Told = Readonly<Record<string, number>>;

export interface Renewables {
  readonly certificates: readonly Certificate[];
  readonly agents: readonly Agent[];
  readonly servers: readonly Server[];
}

/** Everything that wants renewing now, the most urgent first. The lab renews its own and is left out. */
export function remindersOf(all: Renewables, told: Told, now: number): readonly Reminder[] {
  const real = <T extends { readonly tenant: string }>(list: readonly T[]): readonly T[] =>
    list.filter(({ tenant }) => tenant !== "lab");
  const found = [
    ...real(all.certificates).flatMap((one) => {
      if (one.state !== "active") return [];
      const advice = asTyped(`Renew it: countersign certificate renew ${one.id}.`);
      const what = `The certificate “${one.label}”`;
      return ending("certificate", one.thumbprint, expiryOf(one, now), what, advice, told);
    }),
    ...real(all.agents).flatMap(({ name, certificate }) => {
      if (certificate === undefined) return [];
      const { thumbprint, addedAt: notBefore, notAfter } = certificate;
      const advice = "Renew it where it was made, then pin the new one under Agents.";
      const what = `The certificate of the agent “${name}”`;
      const expiry = expiryOf({ notBefore, notAfter }, now);
      return ending("agent-certificate", thumbprint, expiry, what, advice, told);
    }),
    ...real(all.servers).flatMap((server) => keysOf(server).flatMap((key) => old(key, told, now))),
  ];
  return found.sort((a, b) => a.step - b.step);
}

function ending(
  kind: Reminder["kind"],
  about: string,
  expiry: Expiry,
  what: string,
  advice: string,
  told: Told,
): Reminder[] {
  const last = told[about];
  if (expiry.state === "expired") {
    const sentence = `${what} has expired: nothing that needs it works any more.`;
    return [{ about, kind, step: 0, sentence, advice, due: last !== 0 }];
  }
  if (expiry.warning === null) return [];
  const { daysLeft, warning } = expiry;
  const left = daysLeft < 1 ? "within a day" : `in ${daysLeft} ${daysLeft === 1 ? "day" : "days"}`;
  const before = last === 1 || last === 7 || last === 30 ? last : null;
  const due = last !== 0 && warningDue(expiry, before) !== null;
  return [{ about, kind, step: warning, sentence: `${what} ends ${left}.`, advice, due }];
}

interface Key {
  readonly about: string;
  readonly what: string;
  readonly addedAt: string;
  readonly command: string;
}

function keysOf(server: Server): readonly Key[] {
  const command = `countersign server replace-key ${server.name}`;
  if (server.kind === "stdio") {
    return Object.entries(server.secretEnv).map(([name, { secret, secretAddedAt }]) => ({
      about: secret,
      what: `The key ${name} of “${server.name}”`,
      addedAt: secretAddedAt,
      command: `${command} --secret-env ${name}`,
    }));
  }
  if (server.pattern.type !== "api-key") return [];
  const { secret: about, secretAddedAt: addedAt } = server.pattern;
  return [{ about, what: `The key of “${server.name}”`, addedAt, command }];
}

function old({ about, what, addedAt, command }: Key, told: Told, now: number): Reminder[] {
  const days = Math.floor((now - Date.parse(addedAt)) / DAY);
  if (!(days > KEY_DAYS)) return [];
  return [
    {
      about,
      kind: "key",
      step: KEY_DAYS,
      sentence: `${what} is ${days} days old.`,
      advice: asTyped(`Replace it every 30 to ${KEY_DAYS} days: ${command}.`),
      due: told[about] !== KEY_DAYS,
    },
  ];
}

/** What was told so far, with this step added, and without what is no longer there to be reminded of. */
export function toldNow(reminders: readonly Reminder[], told: Told, about: string): Told {
  const kept = reminders.filter((one) => one.about === about || told[one.about] !== undefined);
  return Object.fromEntries(
    kept.map((one) => [one.about, one.about === about ? one.step : (told[one.about] ?? one.step)]),
  );
}

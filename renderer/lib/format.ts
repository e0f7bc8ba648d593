// Numbers, sizes, durations and times as people read them. Intl does the work; formatters are made once.

/** Everything shown is in this locale until there is a second catalogue of words. */
export const LOCALE = "en-GB";

const clock = new Intl.DateTimeFormat(LOCALE, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(LOCALE, { weekday: "short", day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat(LOCALE, {
  dateStyle: "medium",
  timeStyle: "medium",
  hourCycle: "h23",
});
const zone = new Intl.DateTimeFormat(LOCALE, { timeZoneName: "shortOffset" });
const whole = new Intl.NumberFormat(LOCALE);
const tenths = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto", style: "long" });
const plurals = new Intl.PluralRules(LOCALE);

/** `14:02:09`, local. */
export const clockTime = (at: number): string => clock.format(at);
/** `Tue 24 Nov`, local. */
export const dayName = (at: number): string => day.format(at).replace(",", "");
/** `24 Nov 2026, 14:02:09`, local. */
export const fullTime = (at: number): string => full.format(at);
const short = new Intl.DateTimeFormat(LOCALE, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
/** `24 Nov, 14:00`, local. */
export const shortTime = (at: number): string => short.format(at);
/** `GMT+1`. */
export const zoneName = (at: number): string =>
  zone.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? "";
/** `2026-11-24T13:02:09.123Z`. */
export const utcTime = (at: number): string => new Date(at).toISOString();
export const number = (value: number): string => whole.format(value);

/** Whether two instants fall on different local days. */
export function differentDay(a: number, b: number): boolean {
  // Rows of one log lie close together: the cheap test spares most of the date arithmetic.
  if (Math.abs(a - b) >= 86_400_000) return true;
  return new Date(a).getDate() !== new Date(b).getDate();
}

/** `0.4 ms`, `182 ms`, `3.2 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 10) return `${tenths.format(ms)} ms`;
  if (ms < 1000) return `${whole.format(Math.round(ms))} ms`;
  if (ms < 60_000) return `${tenths.format(ms / 1000)} s`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.floor((ms % 60_000) / 1000);
  return seconds === 0
    ? `${whole.format(minutes)} min`
    : `${whole.format(minutes)} min ${seconds} s`;
}

/** `9:05` left; never less than nothing. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** `812 B`, `4.2 KiB`, `1.5 MiB`. */
export function bytes(count: number): string {
  if (count < 1024) return `${whole.format(count)} B`;
  if (count < 1_048_576) return `${tenths.format(count / 1024)} KiB`;
  return `${tenths.format(count / 1_048_576)} MiB`;
}

/** `just now`, `3 minutes ago`, `yesterday`. */
export function ago(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  if (seconds > -45) return "just now";
  if (seconds > -2700) return relative.format(Math.round(seconds / 60), "minute");
  if (seconds > -64_800) return relative.format(Math.round(seconds / 3600), "hour");
  if (seconds > -2_592_000) return relative.format(Math.round(seconds / 86_400), "day");
  return fullTime(at);
}

const share = new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 1 });
/** `0.125` → `12.5%`. */
export const percent = (part: number): string => share.format(part);

/** Picks the right form for a count and puts the number in at `#`. */
export function plural(count: number, forms: { one: string; other: string }): string {
  const form = plurals.select(count) === "one" ? forms.one : forms.other;
  return form.replace("#", whole.format(count));
}

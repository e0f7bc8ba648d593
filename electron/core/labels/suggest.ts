// What a tool's name lets one guess of its labels. A guess is only ever shown: it stands once a person took it.
import { FLOW_LABELS, type FlowLabel } from "./labels.ts";

const list = (text: string): readonly string[] => text.split(" ");
const WORDS: Record<FlowLabel, ReadonlySet<string>> = {
  private: new Set([
    ...list("file files db database sql query customer customers contact contacts employee"),
    ...list("employees salary payroll invoice invoices account accounts user users patient"),
    ...list("secret secrets calendar notes note document documents drive inbox mailbox memory"),
    ...list("crm read"),
  ]),
  untrusted: new Set([
    ...list("web fetch search browse browser crawl scrape url http page pages wiki news rss"),
    ...list("issue issues comment comments review reviews ticket tickets inbox mailbox"),
  ]),
  egress: new Set([
    ...list("mail email send post publish upload webhook tweet share notify message sms slack"),
    ...list("fetch browse browser url http push reply forward export"),
  ]),
};

/** Labels that one of the words of a tool's or a server's name speaks for: `read_customer`, `web.fetchPage`. */
export function suggestLabels(name: string): readonly FlowLabel[] {
  const words = name
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  return FLOW_LABELS.filter((label) => words.some((word) => WORDS[label].has(word)));
}

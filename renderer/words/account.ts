// Words of the question about an account that became somebody else, and about addresses whose host may deceive.
import { plural } from "../lib/format.ts";

export const accountWords = {
  heading: "You signed in as somebody else",
  text: "The account was to be renewed, and another one came back. If you did not mean to switch, deny it: nothing changes then, and what was obtained just now is given back.",
  before: "Until now",
  now: "Now",
  rows: {
    issuer: "Issuer",
    sub: "Subject",
    tenant: "Organisation",
    name: "Name, as the issuer gives it",
    email: "Address, as the issuer gives it",
  },
  differs: "(differs)",
  nothing: "not said",
  hangs: "What hangs on this account",
  hangsNothing: "Nothing yet: no server uses it, and nothing was allowed on its behalf.",
  servers: "Servers",
  serversNote: "would be used as the new one",
  consents: "May use",
  grants: "Allowed for a while",
  ends: "would end; you are asked anew",
  more: (count: number) => plural(count, { one: "and 1 more", other: "and # more" }),
  allow: "Replace the account",
  asks: "Another account came back. Countersign asks you about it in its own window.",
  punycode: "Not plain letters: it may look like another host. It is",
  userInfo: "What stands before the @ is no host.",
} as const;

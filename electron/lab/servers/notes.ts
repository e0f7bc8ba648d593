// Notes: the practice server that is opened by a key, as the oldest and weakest pattern has it.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import type { Refused } from "../resource-check.ts";
import { tool, type Tool } from "./tool.ts";

export const KEY_HEADER = "X-Api-Key";

/** Keys of one server: old and new may both be good for a while, so that a key can be rotated without a gap. */
export interface ApiKeys {
  /** The newest. */
  readonly current: string;
  issue(): string;
  /** @returns false where no such key was good. */
  retire(key: string): boolean;
  check(request: IncomingMessage): { readonly caller: null } | { readonly refused: Refused };
  /** Whether this is a key that is good now. */
  opens(key: string): boolean;
}

export function createApiKeys(prefix: string): ApiKeys {
  const digest = (key: string): Buffer => createHash("sha256").update(key).digest();
  const good: { key: string; digest: Buffer }[] = [];
  const issue = (): string => {
    const key = `${prefix}_${randomBytes(24).toString("base64url")}`;
    good.unshift({ key, digest: digest(key) });
    return key;
  };
  issue();
  // All are compared, each in constant time: the answer's time tells nothing about any of them.
  const opens = (key: string): boolean =>
    good.map((each) => timingSafeEqual(each.digest, digest(key))).some(Boolean);
  return {
    get current() {
      return good[0]?.key ?? "";
    },
    issue,
    opens,
    retire(key) {
      const at = good.findIndex((each) => each.key === key);
      return at >= 0 && good.splice(at, 1).length === 1;
    },
    check(request) {
      const key = request.headers[KEY_HEADER.toLowerCase()];
      if (typeof key !== "string") {
        return {
          refused: {
            status: 401,
            error: null,
            code: "no-key",
            reason: `no key was sent in ${KEY_HEADER}`,
          },
        };
      }
      if (opens(key)) return { caller: null };
      return {
        refused: {
          status: 401,
          error: "invalid_token",
          code: "wrong-key",
          reason: "this key is not, or no longer, good",
        },
      };
    },
  };
}

export function notesTools(): Tool[] {
  const notes = new Map<string, string>([
    ["lunch", "Ada owes Grace one lunch (lost bet about the moth)."],
    ["standup", "Standup moves to 9:30. Nobody stands."],
  ]);
  const named = z.object({ name: z.string().max(80).describe("Short name of the note") });
  return [
    tool(
      {
        name: "list_notes",
        title: "List notes",
        description: "Names of all practice notes",
        kind: "read",
        scope: null,
        input: z.object({}),
      },
      () => [...notes.keys()].join(", "),
    ),
    tool(
      {
        name: "read_note",
        title: "Read a note",
        description: "Text of one practice note",
        kind: "read",
        scope: null,
        input: named,
      },
      ({ name }) => notes.get(name) ?? `There is no note called ${name}.`,
    ),
    tool(
      {
        name: "write_note",
        title: "Write a note",
        description: "Writes or replaces a practice note",
        kind: "write",
        scope: null,
        input: named.extend({ text: z.string().max(2000) }),
      },
      ({ name, text }) => {
        if (notes.size >= 200 && !notes.has(name)) return "The notebook is full.";
        notes.set(name, text);
        return `Noted: ${name}.`;
      },
    ),
    tool(
      {
        name: "delete_note",
        title: "Delete a note",
        description: "Throws a practice note away for good",
        kind: "destructive",
        scope: null,
        input: named,
      },
      ({ name }) => (notes.delete(name) ? `${name} is gone.` : `There was no note called ${name}.`),
    ),
  ];
}

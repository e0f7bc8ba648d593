// Mail: the practice server that wants to know on whose behalf, and by which agent (token exchange).
import { z } from "zod";
import { onBehalfOf, tool, type Tool } from "./tool.ts";

interface Letter {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
}

export function mailTools(): Tool[] {
  const letters: Letter[] = [
    { from: "grace", to: "ada", subject: "Found the bug. It has wings." },
    { from: "katherine", to: "ada", subject: "Trajectory checked by hand, twice" },
    { from: "ada", to: "grace", subject: "Re: Found the bug" },
  ];
  return [
    tool(
      {
        name: "list_letters",
        title: "List letters",
        description: "Practice letters of the person that the agent acts for",
        kind: "read",
        scope: "mail:read",
        input: z.object({}),
      },
      (_input, caller) =>
        JSON.stringify({
          onBehalfOf: onBehalfOf(caller),
          letters: letters.filter((l) => l.to === caller?.subject),
        }),
    ),
    tool(
      {
        name: "send_letter",
        title: "Send a letter",
        description: "Sends a practice letter in the name of the person that the agent acts for",
        kind: "write",
        scope: "mail:send",
        input: z.object({ to: z.string().max(40), subject: z.string().max(200) }),
      },
      ({ to, subject }, caller) => {
        if (letters.length >= 500) return "The post office is full.";
        letters.push({ from: caller?.subject ?? "", to, subject });
        return `Sent to ${to}, on behalf of ${onBehalfOf(caller)}.`;
      },
    ),
    tool(
      {
        name: "empty_mailbox",
        title: "Empty the mailbox",
        description: "Destroys every practice letter of the person",
        kind: "destructive",
        scope: "mail:send",
        input: z.object({}),
      },
      (_input, caller) => {
        const kept = letters.filter((l) => l.to !== caller?.subject);
        const gone = letters.length - kept.length;
        letters.splice(0, letters.length, ...kept);
        return `${gone} letters of ${caller?.subject} are gone.`;
      },
    ),
  ];
}

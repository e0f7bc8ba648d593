// Wiki of the other practice company: its own issuer's tokens only, had by an ID-JAG of ours.
import { z } from "zod";
import { onBehalfOf, tool, type Tool } from "./tool.ts";

export function wikiTools(): Tool[] {
  const pages = new Map([
    ["visitors", "Visitors from Larkspur park behind the observatory."],
    ["audit", "The audit of Larkspur begins on Monday."],
  ]);
  const title = z.object({ title: z.string().max(80) });
  return [
    tool(
      {
        name: "read_page",
        title: "Read a page",
        description: "A page of the practice wiki",
        kind: "read",
        scope: "wiki:read",
        input: title,
      },
      ({ title }, caller) =>
        `${pages.get(title) ?? "No such page."} (read by ${onBehalfOf(caller)})`,
    ),
    tool(
      {
        name: "write_page",
        title: "Write a page",
        description: "Writes or replaces a page of the practice wiki",
        kind: "write",
        scope: "wiki:write",
        input: title.extend({ text: z.string().max(2000) }),
      },
      ({ title, text }) => {
        if (pages.size >= 200 && !pages.has(title)) return "The wiki is full.";
        pages.set(title, text);
        return `${title} is written.`;
      },
    ),
    tool(
      {
        name: "delete_page",
        title: "Delete a page",
        description: "Removes a page of the practice wiki",
        kind: "destructive",
        scope: "wiki:write",
        input: title,
      },
      ({ title }) => (pages.delete(title) ? `${title} is gone.` : "No such page."),
    ),
  ];
}

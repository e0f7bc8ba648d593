// Archive: a practice server as it stands behind a proxy that ends TLS, so that only a proof in each request can bind
// a token to its holder (DPoP).
import { z } from "zod";
import { onBehalfOf, tool, type Tool } from "./tool.ts";

export function archiveTools(): Tool[] {
  const boxes = new Map([
    ["b-1", "Charter of the company, 1843"],
    ["b-2", "Drawings of the analytical engine"],
  ]);
  const id = z.object({ id: z.string().max(20).describe("Number of a box, such as b-1") });
  return [
    tool(
      {
        name: "open_box",
        title: "Open a box",
        description: "Says what is in a practice box",
        kind: "read",
        scope: "archive:read",
        input: id,
      },
      ({ id }, caller) => `${boxes.get(id) ?? "No such box."} (opened by ${onBehalfOf(caller)})`,
    ),
    tool(
      {
        name: "label_box",
        title: "Label a box",
        description: "Writes the label of a practice box",
        kind: "write",
        scope: "archive:write",
        input: id.extend({ label: z.string().max(80) }),
      },
      ({ id, label }) => {
        if (!boxes.has(id)) return `No box ${id}.`;
        boxes.set(id, label);
        return `${id} is labelled ${label}.`;
      },
    ),
    tool(
      {
        name: "shred_box",
        title: "Shred a box",
        description: "Destroys a practice box and all that is in it",
        kind: "destructive",
        scope: "archive:write",
        input: id,
      },
      ({ id }) => (boxes.delete(id) ? `${id} is gone.` : `No box ${id}.`),
    ),
  ];
}

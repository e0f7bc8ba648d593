// What the inventory API says about itself (OpenAPI 3.1): each operation, what it changes, and how one gets in.
import { KEY_HEADER } from "./servers/notes.ts";

const ITEM = {
  type: "object",
  required: ["sku", "name", "count"],
  properties: {
    sku: { type: "string", examples: ["tube-6v6"] },
    name: { type: "string" },
    count: { type: "integer", minimum: 0 },
  },
};
const ITEM_BODY = { "application/json": { schema: { $ref: "#/components/schemas/Item" } } };
const SKU = { name: "sku", in: "path", required: true, schema: { type: "string", maxLength: 40 } };

/** @param issuerTokens where the practice issuer gives tokens. */
export function inventoryDocument(origin: string, issuerTokens: string): Record<string, unknown> {
  const security = (scope: string): unknown => [{ key: [] }, { oauth: [scope] }];
  const done = (description: string): unknown => ({
    200: { description, content: ITEM_BODY },
    404: { description: "No such item" },
  });
  return {
    openapi: "3.1.0",
    info: {
      title: "PRACTICE Inventory",
      version: "1.0.0",
      description: "Shelves of the practice company. Nothing is real.",
    },
    servers: [{ url: origin }],
    paths: {
      "/items": {
        get: {
          operationId: "listItems",
          summary: "List all items",
          security: security("inventory:read"),
          responses: {
            200: {
              description: "All items",
              content: {
                "application/json": {
                  schema: { type: "array", items: { $ref: "#/components/schemas/Item" } },
                },
              },
            },
          },
        },
      },
      "/items/{sku}": {
        parameters: [SKU],
        get: {
          operationId: "readItem",
          summary: "Read one item",
          security: security("inventory:read"),
          responses: done("The item"),
        },
        patch: {
          operationId: "countItem",
          summary: "Set how many of an item there are",
          security: security("inventory:write"),
          requestBody: {
            required: true,
            content: {
              "application/json": {
                schema: {
                  type: "object",
                  required: ["count"],
                  properties: { count: { type: "integer", minimum: 0, maximum: 1_000_000 } },
                },
              },
            },
          },
          responses: done("The item as it is now"),
        },
        delete: {
          operationId: "scrapItem",
          summary: "Scrap an item for good",
          security: security("inventory:write"),
          responses: { 204: { description: "Scrapped" }, 404: { description: "No such item" } },
        },
      },
    },
    components: {
      schemas: { Item: ITEM },
      securitySchemes: {
        key: { type: "apiKey", in: "header", name: KEY_HEADER },
        oauth: {
          type: "oauth2",
          flows: {
            clientCredentials: {
              tokenUrl: issuerTokens,
              scopes: {
                "inventory:read": "See the shelves",
                "inventory:write": "Change the shelves",
              },
            },
          },
        },
      },
    },
  };
}

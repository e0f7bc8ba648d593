// Stops of the tour about plain HTTP APIs: a file with 500 operations, one that is no document, and an import again.
import type { Page } from "playwright";
import { companyDocument } from "../support/company-api.ts";
import { remember, sampleApi } from "./double-apis.ts";
import { full, nav, type Stop } from "./tour-base.ts";

const METHODS = ["get", "post", "put", "delete"] as const;
/** Five hundred operations, some of them on their way out, and a few that cannot be offered. */
function largeDocument(): string {
  const rooms = ["orders", "customers", "invoices", "shipments", "warehouses"];
  const paths = Object.fromEntries(
    Array.from({ length: 125 }, (_, i) => {
      const room = rooms[i % rooms.length] ?? "orders";
      const item = Object.fromEntries(
        METHODS.map((method) => [
          method,
          {
            operationId: `${method}_${room}_${i}`,
            summary: `${{ get: "Read", post: "Add to", put: "Replace", delete: "Remove" }[method]} the ${room} of region ${i}`,
            deprecated: i % 40 === 7,
            parameters: [
              { name: "id", in: "path", required: true, schema: { type: "string" } },
              ...(i % 30 === 4
                ? [{ name: "sid", in: "cookie", required: true, schema: { type: "string" } }]
                : []),
            ],
          },
        ]),
      );
      return [`/regions/${i}/${room}/{id}`, item];
    }),
  );
  return JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Freight Company \u202eAPI", version: "2026-11" },
    servers: [{ url: "https://api.freight.example/v2" }, { url: "http://api.freight.example/" }],
    paths,
    components: {
      securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Freight-Key" } },
    },
  });
}

const file = (name: string, text: string) => ({
  name,
  mimeType: "application/json",
  buffer: Buffer.from(text),
});

async function choose(page: Page, name: string, text: string): Promise<void> {
  await nav(page, "Servers");
  await page.getByRole("button", { name: "Add server" }).first().click();
  await page.getByRole("radio", { name: "From an OpenAPI file" }).check();
  await page.getByLabel("OpenAPI file", { exact: true }).setInputFiles(file(name, text));
}

const BASE = "https://api.company.example/v1";

export const API_STOPS: readonly Stop[] = [
  {
    name: "add-api",
    world: () => full(),
    async go(page) {
      await choose(page, "freight.json", largeDocument());
      await page.getByText(/^\d+ of \d+ picked$/).waitFor();
      await page.getByPlaceholder("Find an operation").fill("invoices 12");
      await page.getByRole("checkbox", { name: /put_invoices_12,/ }).check();
    },
  },
  {
    name: "add-api-faults",
    world: () => full(),
    async go(page) {
      await choose(page, "freight.json", largeDocument());
      await page.getByRole("button", { name: "None", exact: true }).click();
      await page.getByLabel("Address of the API").fill("http://api.freight.example/");
      await page.getByRole("button", { name: "Add and test" }).click();
      await page.getByText("Pick at least one operation.").waitFor();
    },
  },
  {
    name: "add-api-refused",
    world: () => full(),
    async go(page) {
      await choose(page, "old.json", '{"swagger":"2.0","paths":{}}');
      await page.getByText(/older Swagger form/).waitFor();
    },
  },
  {
    name: "api-import-again",
    world() {
      const document = JSON.stringify(companyDocument(BASE));
      const server = sampleApi(BASE, document);
      remember(server.id, document, null);
      return full({ servers: [server] });
    },
    async go(page) {
      await nav(page, "Servers");
      await page.getByText("Company 2.1").waitFor();
      await page.getByRole("button", { name: /^More/ }).last().click();
      await page.getByRole("menuitem", { name: "Import again" }).click();
      const next = companyDocument(BASE, {
        "/items": { get: { operationId: "listItems", summary: "List everything" } },
        "/suppliers": { get: { operationId: "listSuppliers", summary: "List all suppliers" } },
        "/moved": {},
      });
      await page
        .getByLabel("OpenAPI file", { exact: true })
        .setInputFiles(file("company.json", JSON.stringify(next)));
      await page.getByText("Not offered any more").waitFor();
    },
  },
];

// An assistant is connected in the real window, with a home of this test's own: what then stands in its file lets a
// real client in, and the page never saw the credential.
import fs from "node:fs";
import path from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { echoServer, upstream } from "../support/house.ts";
import { temporaryFolder } from "../support/processes.ts";
import { type AppWindow, openApp, root } from "./window.ts";

const BEFORE = `{
  // mine
  "mcpServers": {},
}
`;
const home = temporaryFolder();
const file = path.join(home.path, ".cursor", "mcp.json");
let desktop: AppWindow;
let server: Awaited<ReturnType<typeof upstream>>;

beforeAll(async () => {
  fs.mkdirSync(path.dirname(file));
  fs.writeFileSync(file, BEFORE, { mode: 0o600 });
  server = await upstream(echoServer);
  desktop = await openApp(["--vault", "memory"], { env: { HOME: home.path } });
  await desktop.page.getByRole("navigation").waitFor();
  await desktop.page.evaluate(
    (url) =>
      (
        window as unknown as { countersign: { call(m: string, i: unknown): Promise<unknown> } }
      ).countersign.call("servers.add", {
        kind: "http",
        name: "echo",
        url,
        auth: { type: "none" },
        allowPlainHttpOnLoopback: true,
      }),
    server.url,
  );
}, 60_000);
afterAll(async () => {
  await desktop?.stop();
  await server?.close();
  home.remove();
});

describe("connecting in the real window", () => {
  it("writes the file that was shown, a client set up from it calls, and undo puts it back", async () => {
    const { page } = desktop;
    await page.getByRole("navigation").getByRole("button", { name: "Agents" }).click();
    await page.getByRole("button", { name: "Connect agent" }).first().click();
    await page.getByRole("button", { name: "Connect Cursor" }).click();
    await page.getByLabel("What changes in the file").waitFor();
    await page.screenshot({ path: path.join(root, ".cache/screenshots/app-connect.png") });
    await page.getByRole("button", { name: "Write it" }).click();
    await page.getByText("Cursor is connected").waitFor();

    const text = fs.readFileSync(file, "utf8");
    expect(text).toContain("// mine");
    const credential = /csa_[A-Za-z0-9_-]{43}/.exec(text)?.[0] ?? "none";
    expect(await page.content()).not.toContain(credential);
    const { mcpServers } = JSON.parse(
      text.replace(/^ *\/\/.*$/m, "").replaceAll(/,(\s*\})/g, "$1"),
    ) as {
      mcpServers: { echo: { url: string; headers: Record<string, string> } };
    };
    const { url, headers } = mcpServers.echo;
    const client = new Client({ name: "cursor", version: "1" });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }),
    );
    const answer = await client.callTool({ name: "echo", arguments: { message: "hello" } });
    expect(JSON.stringify(answer)).toContain("hello");
    await client.close();

    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("The file is back, byte for byte.").waitFor();
    expect(fs.readFileSync(file, "utf8")).toBe(BEFORE);
    expect(desktop.errors()).not.toContain(credential);
  });
});

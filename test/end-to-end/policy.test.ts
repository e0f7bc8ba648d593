// The policy in force, where what it is made of cannot be used.
import fs from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { ask, echoServer, openHouse, upstream } from "../support/house.ts";
import { temporaryFolder } from "../support/processes.ts";

it("rules that cannot be read deny everything: they are not taken for none", async () => {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder.path, "rules.json"), `{"format": 1, "rules": [`);
  const house = await openHouse({ asks: true, dataFolder: folder.path });
  const server = await upstream(echoServer);
  try {
    await house.call("servers.add", {
      kind: "http",
      name: "crm",
      url: server.url,
      auth: { type: "none" },
      allowPlainHttpOnLoopback: true,
    });
    const { credential } = await house.agent();
    const reply = await ask(house.door, "/tools/crm/echo/invoke", {
      headers: { authorization: `Bearer ${credential}` },
      body: "{}",
    });
    expect([reply.status, reply.code]).toEqual([403, "policy_failed"]);
    const [row] = await house.calls();
    expect(row).toMatchObject({ decision: "deny", rules: ["built-in/policy-failed"] });
  } finally {
    await house.close();
    await server.close();
    folder.remove();
  }
});

// One assistant for every surface: what it advises comes from the app, and honours the stage.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OutputOf } from "../../electron/contract.ts";
import { openDesk, type TestDesk } from "./desk.ts";

let desk: TestDesk;
beforeAll(async () => {
  desk = await openDesk();
}, 60_000);
afterAll(() => desk.close());

describe("server advise", () => {
  const advise = (...more: string[]) => desk.cli(["server", "advise", ...more]);

  it("suggests a pattern, says why, and what a thief could still do", async () => {
    const ran = await advise("--stakes", "regulated", "--on-behalf");
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toMatch(/^Suggested: composite$/m);
    expect(ran.out).toContain("which person an agent acts for");
    expect(ran.out).toContain("Nothing with the token alone");
    expect(ran.out).toContain("--auth composite");
  });

  it.each([
    ["development", "api-key"],
    ["staging", "client-credentials"],
    ["production", "mtls"],
  ])("never advises less than %s wants", async (stage, type) => {
    const ran = await advise("--stakes", "low", "--stage", stage, "--json");
    expect(ran.json<OutputOf<"patterns.advise">>().pattern.type).toBe(type);
  });

  it("says the same of a server as it is", async () => {
    const more = ["--api-key", "--stage", "development"];
    await desk.cli(["server", "add", "keyed", "https://keyed.example/mcp", ...more], "k-12345678");
    const ran = await advise("keyed");
    expect(ran.out).toContain("“keyed” uses api-key, which is enough for development");
    expect(ran.out).toContain("Everything that the key allows, from anywhere");
    expect((await advise("nothing")).code).toBe(66);
    expect((await advise("keyed", "--stakes", "low")).code).toBe(64);
    expect((await advise("--stakes", "huge")).code).toBe(64);
  });
});

// What the suite starts as "the client": asks the Countersign that the test holds to do the scenario.
// Arguments: where the test listens, the address of the scenario's server.
const [desk, serverUrl] = process.argv.slice(2);
const { MCP_CONFORMANCE_SCENARIO, MCP_CONFORMANCE_CONTEXT, MCP_CONFORMANCE_PROTOCOL_VERSION } =
  process.env;
const answer = await fetch(desk, {
  method: "POST",
  body: JSON.stringify({
    scenario: MCP_CONFORMANCE_SCENARIO,
    context: JSON.parse(MCP_CONFORMANCE_CONTEXT ?? "{}"),
    version: MCP_CONFORMANCE_PROTOCOL_VERSION ?? null,
    serverUrl,
  }),
});
console.log(await answer.text());
process.exitCode = answer.ok ? 0 : 1;

// What an agent does in a day, done through any SDK client; returns everything that came back, so that the same
// tour made directly and through Countersign can be compared.
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";

/** The least that both lines of the SDK have in common here. */
export interface AnyClient {
  listTools(): Promise<unknown>;
  callTool(
    params: { name: string; arguments?: Record<string, unknown> },
    ...rest: unknown[]
  ): Promise<unknown>;
  listResources(): Promise<unknown>;
  listResourceTemplates(): Promise<unknown>;
  readResource(params: { uri: string }): Promise<unknown>;
  listPrompts(): Promise<unknown>;
  getPrompt(params: { name: string; arguments?: Record<string, string> }): Promise<unknown>;
  close(): Promise<void>;
}

/** A v1 agent that can be asked things: sampling, elicitation and roots. */
export function askableV1(): { client: ClientV1; asked: string[] } {
  const asked: string[] = [];
  const client = new ClientV1(
    { name: "tour", version: "1.0.0" },
    { capabilities: { sampling: {}, elicitation: {}, roots: {} } },
  );
  client.setRequestHandler(CreateMessageRequestSchema, () => {
    asked.push("sampling");
    return { model: "none", role: "assistant", content: { type: "text", text: "sampled" } };
  });
  client.setRequestHandler(ElicitRequestSchema, () => {
    asked.push("elicitation");
    return {
      action: "accept",
      content: {
        name: "Ada",
        check: true,
        email: "ada@example.org",
        color: "red",
        integer: 3,
        number: 1.5,
      },
    };
  });
  client.setRequestHandler(ListRootsRequestSchema, () => {
    asked.push("roots");
    return { roots: [{ uri: "file:///work", name: "work" }] };
  });
  client.setNotificationHandler(LoggingMessageNotificationSchema, () => undefined);
  return { client, asked };
}

const failure = (error: unknown): { failed: string } => ({
  failed: error instanceof Error ? error.message : String(error),
});

/** Tools, errors, progress, large payloads, resources, prompts. Everything is JSON and comparable. */
export async function tour(
  client: AnyClient,
  options: (onprogress: (p: unknown) => void) => unknown[],
): Promise<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  const note = async (name: string, run: () => Promise<unknown>): Promise<void> => {
    result[name] = await run().catch(failure);
  };
  const call = (name: string, args: Record<string, unknown> = {}) =>
    client.callTool({ name, arguments: args });

  await note("tools", () => client.listTools());
  await note("echo", () => call("echo", { message: "héllo \u{1F511} \u202e" }));
  await note("sum", () => call("get-sum", { a: 2, b: 40 }));
  await note("image", () => call("get-tiny-image"));
  await note("structured", () => call("get-structured-content", { location: "New York" }));
  await note("annotated", () =>
    call("get-annotated-message", { messageType: "error", includeImage: true }),
  );
  await note("links", () => call("get-resource-links", { count: 3 }));
  await note("wrong arguments", () => call("get-sum", { a: "x" }));
  await note("no such tool", () => call("no-such-tool"));
  const progress: unknown[] = [];
  await note("progress", () =>
    client.callTool(
      { name: "trigger-long-running-operation", arguments: { duration: 0.4, steps: 4 } },
      ...options((p) => progress.push(p)),
    ),
  );
  // The last one races with the result inside the SDK, directly as well.
  result["progress seen"] = progress.slice(0, 3);
  const large = "0123456789abcdef".repeat(64 * 1024);
  await note("large payload", async () => {
    const reply = (await call("echo", { message: large })) as { content: { text: string }[] };
    return {
      length: reply.content[0]?.text.length,
      whole: reply.content[0]?.text.endsWith(large.slice(-1000)),
    };
  });
  await note("resources", () => client.listResources());
  await note("templates", () => client.listResourceTemplates());
  await note("read", async () => {
    const list = (await client.listResources()) as { resources: { uri: string }[] };
    const [first] = list.resources;
    return client.readResource({ uri: first?.uri ?? "none" });
  });
  await note("no such resource", () => client.readResource({ uri: "demo://nowhere" }));
  await note("prompts", () => client.listPrompts());
  await note("prompt", () => client.getPrompt({ name: "simple-prompt" }));
  await note("prompt with arguments", () =>
    client.getPrompt({ name: "args-prompt", arguments: { city: "Bern", state: "BE" } }),
  );
  return JSON.parse(JSON.stringify(result)) as Record<string, unknown>;
}

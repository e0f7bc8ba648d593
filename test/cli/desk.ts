// The real Countersign behind a real control socket, and the command line in this process with its own streams.
import { PassThrough } from "node:stream";
import { runCli } from "../../electron/cli/run.ts";
import { type House, openHouse } from "../support/house.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Standard output as JSON, one value per line. */
  json<T = Record<string, unknown>>(): T;
}

export interface Streams {
  readonly stdin: PassThrough & { isTTY?: boolean; setRawMode?: (on: boolean) => void };
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  readonly out: () => string;
  readonly err: () => string;
}

export function streams(): Streams {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const collect = (stream: PassThrough): (() => string) => {
    let text = "";
    stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    return () => text;
  };
  return { stdin, stdout, stderr, out: collect(stdout), err: collect(stderr) };
}

/** Runs one command with this standard input. */
export async function run(
  argv: readonly string[],
  input = "",
  env: Record<string, string> = {},
): Promise<Ran> {
  const { stdin, stdout, stderr, out, err } = streams();
  stdin.end(input);
  const code = await runCli(argv, { stdin, stdout, stderr, env });
  await new Promise((resolve) => setImmediate(resolve));
  return { code, out: out(), err: err(), json: <T>() => JSON.parse(out()) as T };
}

export interface TestDesk {
  readonly house: House;
  readonly folder: string;
  cli(argv: readonly string[], input?: string): Promise<Ran>;
  close(): Promise<void>;
}

export async function openDesk(): Promise<TestDesk> {
  const house = await openHouse();
  return {
    house,
    folder: house.folder,
    cli: (argv, input) => run(["--data", house.folder, ...argv], input),
    close: () => house.close(),
  };
}

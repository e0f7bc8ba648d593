// A real Keycloak: fetched by Maven, kept in the cache folder, started on loopback with a realm in memory.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { root, start, until } from "../support/processes.ts";

/** The newest that Maven Central served when this was written. */
const VERSION = "26.7.3";
const ARTIFACT = `org.keycloak:keycloak-quarkus-dist:${VERSION}:tar.gz`;
const CACHE = path.join(root, ".cache");
const HOME = path.join(CACHE, `keycloak-${VERSION}`);
/** What `build` was run with; a server that was built starts in half the time. */
const BUILT = path.join(HOME, "built-for-tests");

const run = (command: string, args: readonly string[], minutes: number): string | null => {
  const { status, error, stderr } = spawnSync(command, args, {
    timeout: minutes * 60_000,
    encoding: "utf8",
    cwd: CACHE,
  });
  return status === 0 ? null : (error?.message ?? stderr.trim().split("\n")[0] ?? "it failed");
};

function java(): string | null {
  const { stderr, status } = spawnSync("java", ["-version"], { encoding: "utf8" });
  if (status !== 0) return "there is no Java";
  const major = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  return major >= 17 ? null : `Java ${major} is too old: Keycloak wants 17`;
}

/** Fetches, unpacks and builds what is not there yet. @returns why it cannot be had here, or null */
export function prepareKeycloak(): string | null {
  const missing = java();
  if (missing !== null || fs.existsSync(BUILT)) return missing;
  fs.mkdirSync(CACHE, { recursive: true });
  if (spawnSync("mvn", ["--version"]).status !== 0) return "there is no Maven to fetch it with";
  const fetched = run(
    "mvn",
    ["-q", "-B", "dependency:copy", `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${CACHE}`],
    15,
  );
  if (fetched !== null)
    return `Maven did not fetch Keycloak ${VERSION} (Maven Central is not reached?)`;
  const archive = path.join(CACHE, `keycloak-quarkus-dist-${VERSION}.tar.gz`);
  const unpacked = run("tar", ["xzf", archive], 5);
  fs.rmSync(archive, { force: true });
  if (unpacked !== null) return `Keycloak could not be unpacked: ${unpacked}`;
  const built = run(path.join(HOME, "bin/kc.sh"), ["build", "--db=dev-mem", "--cache=local"], 10);
  if (built !== null) return `Keycloak could not be built: ${built}`;
  fs.writeFileSync(BUILT, "");
  return null;
}

export interface Keycloak {
  /** Exact issuer of the realm. */
  readonly issuer: string;
  stop(): Promise<void>;
}

/** @param realm what `--import-realm` reads; its name is `larkspur` */
export async function startKeycloak(
  ports: { readonly http: number; readonly management: number },
  realm: object,
): Promise<Keycloak> {
  const imported = path.join(HOME, "data/import");
  fs.mkdirSync(imported, { recursive: true });
  fs.writeFileSync(path.join(imported, "realm.json"), JSON.stringify(realm));
  const origin = `http://127.0.0.1:${ports.http}`;
  const server = start(path.join(HOME, "bin/kc.sh"), [
    "start",
    "--optimized",
    "--import-realm",
    `--hostname=${origin}`,
    "--http-enabled=true",
    "--http-host=127.0.0.1",
    `--http-port=${ports.http}`,
    `--http-management-port=${ports.management}`,
  ]);
  const issuer = `${origin}/realms/larkspur`;
  const answers = async (): Promise<boolean> => {
    if (server.child.exitCode !== null) throw new Error(server.output());
    const asked = fetch(`${issuer}/.well-known/openid-configuration`);
    return asked.then(
      (answer) => answer.ok,
      () => false,
    );
  };
  await until(answers, 300_000, "Keycloak");
  return { issuer, stop: () => server.stop() };
}

// The fuses of Electron's program: what it may never do again, whatever it is started with. One table for the build,
// which turns them, and for the tests, which read them back from the packaged program.
import {
  FuseState,
  FuseV1Options,
  FuseVersion,
  flipFuses,
  getCurrentFuseWire,
} from "@electron/fuses";

/** By Electron's own names. */
export const FUSES = {
  // ELECTRON_RUN_AS_NODE would make our signed program run anybody's script.
  RunAsNode: false,
  EnableCookieEncryption: true,
  // NODE_OPTIONS and NODE_EXTRA_CA_CERTS.
  EnableNodeOptionsEnvironmentVariable: false,
  // --inspect, and the inspector that SIGUSR1 opens.
  EnableNodeCliInspectArguments: false,
  // Has an effect on macOS and Windows; Linux has no such check, and relies on who owns the installed files.
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  // Considered: it wants a snapshot file that Electron does not ship.
  LoadBrowserProcessSpecificV8Snapshot: false,
  // Our pages come from app://, never from file://.
  GrantFileProtocolExtraPrivileges: false,
  // Electron's default: bounds checks of WebAssembly by the processor, which the policy engine's speed rests on.
  WasmTrapHandlers: true,
};

/** Electron 43, the oldest supported one, has them all; the older test runtime lacks the last. */
const ALL_SINCE = 43;

/**
 * Turns every fuse and reads them back.
 * @param {string} program path of the packaged program (on macOS, of its .app)
 * @param {string} electronVersion decides whether each fuse must be there: with a supported Electron, a fuse that this
 *   table does not name ends the build
 * @throws Error where one is not as wanted
 */
export async function turnFuses(program, electronVersion) {
  const strict = Number.parseInt(electronVersion, 10) >= ALL_SINCE;
  const present = await readFuses(program);
  const wanted = Object.fromEntries(
    Object.entries(FUSES)
      .filter(([name]) => strict || present[name] !== undefined)
      .map(([name, on]) => [FuseV1Options[name], on]),
  );
  await flipFuses(program, {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: strict,
    // Apple silicon runs nothing unsigned; the real signature comes after this.
    resetAdHocDarwinSignature: program.endsWith(".app"),
    ...wanted,
  });
  const now = await readFuses(program);
  for (const [name, on] of Object.entries(now)) {
    if (FUSES[name] !== on) throw new Error(`fuse ${name} is ${on} and should be ${FUSES[name]}`);
  }
}

/**
 * @param {string} program
 * @returns {Promise<Record<string, boolean>>} the fuses that this program has, by name; one that was taken out of
 *   Electron since counts as off
 */
export async function readFuses(program) {
  const wire = await getCurrentFuseWire(program);
  const found = {};
  for (const [name, index] of Object.entries(FuseV1Options)) {
    if (typeof index !== "number" || wire[index] === undefined) continue;
    found[name] = wire[index] === FuseState.ENABLE;
  }
  return found;
}

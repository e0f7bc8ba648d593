// What Node and Electron would obey before any line of ours runs: taken out of the child's environment here.
// The child removes the rest itself (electron/host/env.ts) and reports all names to the doctor.

const EARLY =
  /^(NODE_OPTIONS|NODE_EXTRA_CA_CERTS|NODE_DEBUG|NODE_DEBUG_NATIVE|NODE_REDIRECT_WARNINGS|NODE_USE_SYSTEM_CA|SSLKEYLOGFILE|SSL_CERT_FILE|SSL_CERT_DIR|OPENSSL_\w+|ELECTRON_\w+)$/i;

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv} a copy without them, their names in COUNTERSIGN_REMOVED_ENV
 */
export function cleanEnvironment(env) {
  const removed = Object.keys(env).filter((name) => EARLY.test(name));
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !EARLY.test(name)));
  return removed.length > 0 ? { ...kept, COUNTERSIGN_REMOVED_ENV: removed.join(",") } : kept;
}

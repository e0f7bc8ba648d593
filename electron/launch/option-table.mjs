// The options of `npm start`, of the desktop app and of the headless form: one table, read by the launcher
// (plain Node, before anything is built) and by electron/options.ts.

/** For node:util parseArgs. */
export const START_OPTIONS = /** @type {const} */ ({
  help: { type: "boolean", short: "h" },
  headless: { type: "boolean" },
  port: { type: "string" },
  data: { type: "string" },
  vault: { type: "string" },
  lab: { type: "boolean" },
  "approve-on-terminal": { type: "boolean" },
});

export const DEFAULT_PORT = 7717;

/** What `--help` prints. */
export const START_HELP = `Countersign holds the keys of your AI assistants and shows every call they make.

usage: npm start -- [options]

  --headless       serve the interface to the browser instead of opening a window
  --port N         the agents' door on 127.0.0.1 (default ${DEFAULT_PORT}; the browser form takes the next port)
  --data DIR       the folder for settings and the journal (default: your system's place for app data)
  --vault KIND     where secrets are kept in this run: keychain, file or memory
  --lab            with the practice company: an issuer, a CA and servers for every pattern, all on this machine
  --approve-on-terminal
                   with --headless: ask on this terminal instead of on a page
  --help           this text

Exit codes: 64 usage, 71 data folder unusable, 72 already running, 75 port taken, 78 launch switch refused.
`;

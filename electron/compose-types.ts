// What a composition root is given and gives back: shared by the desktop and the headless form.
import type { Around } from "./core/connect/assistants.ts";
import type { Paces } from "./core/call-limits.ts";
import type { Log } from "./core/log.ts";
import type { Shell } from "./core/shell.ts";
import type { VaultKind } from "./core/vault.ts";
import type { AskingPlace } from "./contract.ts";
import type { Desk } from "./surface.ts";

export interface ComposeOptions {
  /** Absolute. Made with mode 0700 where it does not exist. */
  readonly dataFolder: string;
  readonly port: number;
  /** `--vault`: overrides the stored choice for this run. */
  readonly vault: VaultKind | undefined;
  readonly runtime: {
    readonly kind: "electron" | "node";
    readonly version: string;
    readonly testRuntime: boolean;
  };
  /** Names of the variables that were taken out of the environment at start, for the doctor. */
  readonly removedEnvironment?: readonly string[];
  /** How fast calls may come, where the shipped paces do not fit. */
  readonly paces?: Paces | undefined;
  /** How the command line is started on this machine: program and first arguments. */
  readonly commandLine?: readonly string[];
  /** The file of the thread that reads OpenAPI documents; left out: the one that was built beside the program. */
  readonly apiWorker?: string | undefined;
  /** Whose assistants are looked for; left out: those of this process's user. */
  readonly around?: Around;
  /** The desktop around the app; none in the headless form. */
  readonly shell?: Shell;
  readonly log: Log;
}

/** The running whole. */
export interface Countersign {
  readonly desk: Desk;
  /** `http://127.0.0.1:7717` */
  readonly door: string;
  readonly dataFolder: string;
  /** Who can make a one-time link to the browser form; none in the desktop form. */
  setLinkMaker(make: () => string): void;
  /** The screen is locked or the machine sleeps: what the person allowed for a while ends, open questions are denied. */
  lockPerson(): void;
  /** The window that asks is gone: open questions are denied. */
  withdrawQuestions(): void;
  /** How the surface that asks is brought to the front. */
  onQuestions(open: () => AskingPlace): void;
  /** `shell.takeLink` has something now. */
  linkCame(): void;
  /** A second start on the same data folder asks the first to show itself. */
  onSecondStart(show: () => void): void;
  /**
   * Stops listening, denies what is pending, ends children, closes the journal. Safe to call twice.
   * @returns whether a keychain call hangs in its thread: such a process cannot exit, only be killed
   */
  close(): Promise<{ readonly stuck: boolean }>;
}

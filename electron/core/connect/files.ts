// Port: the files of assistants, as safely as the machine lets them be read and replaced.

export interface FoundFile {
  readonly path: string;
  /** With links followed: what is really read and replaced. */
  readonly real: string;
  readonly link: boolean;
  /** Null where there is no file yet. */
  readonly bytes: Uint8Array | null;
  /** Permission bits; null where they mean nothing, or there is no file. */
  readonly mode: number | null;
}

export interface ConfigFiles {
  exists(path: string): Promise<boolean>;
  /**
   * At most 8 MiB of a regular file of this user's; nothing else is opened.
   * @throws Refusal `config_unusable`
   */
  read(path: string): Promise<FoundFile>;
  /**
   * Puts bytes in place of what was found, in one step, or takes the file away (null). Durable when it resolves.
   * @throws Refusal `config_changed` if it is no longer what was found, `config_unusable`
   */
  replace(found: FoundFile, bytes: Uint8Array | null, mode: number): Promise<void>;
  /** Keeps a copy, readable by this user only. @throws Refusal `config_unusable` */
  keep(copy: string, bytes: Uint8Array): Promise<void>;
  /** @throws Refusal `config_unusable` */
  kept(copy: string): Promise<Uint8Array>;
  drop(copy: string): Promise<void>;
  /** Where a copy lies, for people. */
  pathOf(copy: string): string;
}

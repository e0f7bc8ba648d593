// A credential that the person copied does not stay on the clipboard, where every program of theirs can read it: it is
// taken off after a minute, when the screen is locked, and when the program ends. What was copied since is left alone.

/** Milliseconds: enough to paste it, too short to forget it there. */
export const ON_CLIPBOARD = 60_000;

export interface CopiedPorts {
  /** The clipboard's text; may fail where another program holds it. */
  readonly read: () => string | Promise<string>;
  readonly clear: () => unknown;
  /** SHA-256 in hex of the text, its lines ending as on the page. */
  readonly digest: (text: string) => string;
  /** @returns the way to call it off */
  readonly after: (ms: number, act: () => void) => () => void;
}

export interface Copied {
  /**
   * A text with this SHA-256 was copied, or is just about to be on the clipboard: it goes in a while.
   * @returns seconds until then
   */
  forget(sha256: string): number;
  /** It goes now. Never fails. */
  forgetNow(): Promise<void>;
}

export function createCopied(ports: CopiedPorts): Copied {
  let kept: string | null = null;
  let callOff = (): void => undefined;

  async function forgetNow(): Promise<void> {
    callOff();
    const digest = kept;
    kept = null;
    if (digest === null) return;
    try {
      if (ports.digest(await ports.read()) === digest) await ports.clear();
    } catch {
      // Another program has it: what is on it is that program's now.
    }
  }

  return {
    forget(sha256) {
      callOff();
      kept = sha256;
      callOff = ports.after(ON_CLIPBOARD, () => void forgetNow());
      return ON_CLIPBOARD / 1000;
    },
    forgetNow,
  };
}

// A secret in memory. It has no way out but reveal(), so that a stray log line, JSON.stringify, template
// string or util.inspect shows a marker and not the value.

const MARK = "[secret]";

/** UTF-8 text that must not be seen. Only the forwarder, the child starter and the vault may reveal it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Each caller is a place to review: search for `.reveal(`. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MARK;
  }

  toJSON(): string {
    return MARK;
  }

  /** What node's util.inspect and console.log print. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return MARK;
  }
}
